import { shell } from 'electron';

/** Pages of the vendors and of this project; nothing else is ever handed to the system. */
const hosts: ReadonlySet<string> = new Set([
  'remoteiot.com',
  'www.remoteiot.com',
  'remote.it',
  'app.remote.it',
  'www.tinkermode.com',
  'console.tinkermode.com',
  'reemo.io',
]);

/** Whether an address may be opened in the user's browser: https, a host of ours, no credentials and no odd port. */
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

/** Opens an address in the user's browser where it may be. */
export const openExternal = (address: string): void => {
  if (isExternalPage(address)) void shell.openExternal(address).catch(() => undefined);
};

/**
 * Opens a page that a device printed the address of, after the person's click in a terminal with Ctrl or Cmd; the
 * address was shown. Only web pages, and none with a user name in front, which is there to be taken for the host.
 */
export const openLink = (address: string): void => {
  const url = URL.parse(address);
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (isWeb && url.username === '' && url.password === '') void shell.openExternal(url.href).catch(() => undefined);
};
