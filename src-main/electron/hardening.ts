import type { App, Session, WebContents } from 'electron';
import { appOrigin } from './app-scheme.ts';
import { openExternal } from './open-external.ts';

/** Whether an address belongs to our own window. Anything that does not parse does not. */
export const isAppUrl = (address: string): boolean => {
  try {
    const url = new URL(address);
    return `${url.protocol}//${url.host}` === appOrigin;
  } catch {
    return false;
  }
};

/** Electron grants every permission unless a handler denies it: these deny all, devices and capture included. */
export const denyPermissions = (session: Session): void => {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
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

/** Keeps every web contents, present and future, inside the application's own pages. */
export const confineContents = (app: App): void => {
  app.on('web-contents-created', (_event, contents) => confine(contents));
};
