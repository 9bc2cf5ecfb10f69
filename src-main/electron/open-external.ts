import { shell } from 'electron';

/** Pages of the vendors and of this project; no other address is passed to the system. */
const hosts: ReadonlySet<string> = new Set([
  'remoteiot.com',
  'www.remoteiot.com',
  'remote.it',
  'app.remote.it',
  'www.tinkermode.com',
  'console.tinkermode.com',
  'reemo.io',
]);

/** Whether an address may be opened in the user's browser: https, a known host, no credentials and no unusual port. */
export const isExternalPage = (address: string): boolean => {
  try {
    const url = new URL(address);
    return (
      url.protocol === 'https:' &&
      hosts.has(url.hostname) &&
      url.port === '' &&
      url.username === '' &&
      url.password === ''
    );
  } catch {
    return false;
  }
};

/** Opens an address in the user's browser if it is allowed. */
export const openExternal = (address: string): void => {
  if (isExternalPage(address)) void shell.openExternal(address).catch(() => undefined);
};

/**
 * Opens a page whose address a device printed, after the person clicked it in a terminal with Ctrl or Cmd; the address
 * was shown. Only web pages, and none with a user name, which would pose as the host.
 */
export const openLink = (address: string): void => {
  const url = URL.parse(address);
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (isWeb && url.username === '' && url.password === '') void shell.openExternal(url.href).catch(() => undefined);
};
