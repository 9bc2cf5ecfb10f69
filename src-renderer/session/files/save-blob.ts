/** A name without what a file system refuses, and without what would hide the file. */
export const safeName = (name: string): string =>
  name.replaceAll(/[\\/:*?"<>|\p{Cc}\p{Cs}]+/gu, '-').replace(/^\.+/, '') || 'file';

/** Saves bytes as a file, by way of the browser's or the desktop's own download; the desktop asks where to. */
export const saveBlob = (name: string, blob: Blob): void => {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = safeName(name);
  link.click();
  // A large file is copied out of the browser's own store first.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
};
