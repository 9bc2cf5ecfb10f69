import type { App, FilesystemPermissionRequest, Session, WebContents } from 'electron';
import { appOrigin } from './app-scheme.ts';
import { openExternal } from './open-external.ts';

/** Whether an address belongs to our own window. An address that does not parse does not. */
export const isAppUrl = (address: string): boolean => {
  try {
    const url = new URL(address);
    return `${url.protocol}//${url.host}` === appOrigin;
  } catch {
    return false;
  }
};

/**
 * Electron grants every permission unless a handler denies it: these handlers deny all, including devices. Screen
 * capture needs no handler: without one it is refused, and one that answers nothing throws in main.
 */
export const denyPermissions = (session: Session): void => {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
};

/**
 * Allows our own page two things: to write a file that the user chose in a save dialog, for downloads too large to be
 * collected in the page (a page gets no file without such a dialog), and to read the clipboard, for Paste in a
 * terminal.
 */
export const permitOwnPage = (session: Session): void => {
  denyPermissions(session);
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    if (permission !== 'fileSystem' && permission !== 'clipboard-read') return answer(false);
    const { isDirectory, requestingUrl }: Partial<FilesystemPermissionRequest> = details;
    answer(isAppUrl(requestingUrl ?? '') && isDirectory !== true);
  });
  session.setPermissionCheckHandler(
    (_contents, permission, origin, details) =>
      (permission === 'fileSystem' || permission === 'clipboard-read') &&
      isAppUrl(origin) &&
      details.isDirectory !== true,
  );
};

const confine = (contents: WebContents): void => {
  const stay = (event: { preventDefault(): void; url: string }): void => {
    if (!isAppUrl(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openExternal(url);
    return { action: 'deny' };
  });
};

/** Confines every web contents, present and future, to the application's own pages. */
export const confineContents = (app: App): void => {
  app.on('web-contents-created', (_event, contents) => confine(contents));
};
