/** Saves a text as a file, by way of the browser's or the desktop's own download. */
export const saveText = (name: string, text: string, type = 'text/plain'): void => {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = address;
  // What a file system refuses in a name, and what would hide the file.
  link.download = name.replaceAll(/[\\/:*?"<>|\p{Cc}]+/gu, '-').replace(/^\.+/, '');
  link.click();
  // The download has begun by then; the object URL can be released.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
};
