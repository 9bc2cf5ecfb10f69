/** The address of a link that a device printed, as it would be opened; undefined if it is none that may be opened. */
export const openableAddress = (text: string): string | undefined => {
  try {
    const url = new URL(text);
    const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
    // A user name in front is there to be taken for the host.
    return isWeb && url.username === '' && url.password === '' ? url.href : undefined;
  } catch {
    return undefined;
  }
};
