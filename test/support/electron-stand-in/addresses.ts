/**
 * Chromium knows no scheme of an application. Each of its origins is therefore one of https under a name that no
 * network has: `app://quayside` is `https://app--quayside.invalid` in the browser and nowhere else. Like the real one
 * it is a standard, secure origin of its own, so cookies, storage, policies and `'self'` mean the same.
 */
const ours = /^https:\/\/([a-z][a-z0-9]*)--([a-z0-9-]+)\.invalid(?=$|[/?#])/;
const theirs = /^([a-z][a-z0-9]*):\/\/([a-z0-9-]+)(?=$|[/?#])/;

/** An address of the application as the browser has it. */
export const toBrowser = (address: string): string => {
  const [whole, scheme, host] = theirs.exec(address) ?? [];
  return whole === undefined || scheme === 'https' || scheme === 'http'
    ? address
    : `https://${scheme}--${host}.invalid${address.slice(whole.length)}`;
};

/** An address of the browser as the application knows it. */
export const toApplication = (address: string): string => {
  const [whole, scheme, host] = ours.exec(address) ?? [];
  return whole === undefined ? address : `${scheme}://${host}${address.slice(whole.length)}`;
};

export const isApplications = (address: string): boolean => ours.test(address);

/** The origin of an address, as Electron says it. */
export const originOf = (address: string): string => {
  const known = theirs.exec(toApplication(address));
  if (known !== null && known[1] !== 'http' && known[1] !== 'https') return known[0];
  try {
    return new URL(address).origin;
  } catch {
    return 'null';
  }
};
