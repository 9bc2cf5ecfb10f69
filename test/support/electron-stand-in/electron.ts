import type * as Electron from 'electron';
import { app } from './app.ts';
import {
  clipboard,
  dialog,
  globalShortcut,
  Menu,
  nativeImage,
  nativeTheme,
  Notification,
  powerMonitor,
  screen,
  shell,
  Tray,
} from './desktop-parts.ts';
import { hear, tell } from './link.ts';
import { ipcMain } from './ports.ts';
import { protocol, session } from './sessions.ts';
import { BrowserWindow } from './windows.ts';

/**
 * The part of the module `electron` that src-main/electron imports, for Node. Each piece is checked against
 * electron.d.ts where it is made. It behaves as Electron documents it and knows nothing of Quayside; where windows and
 * pages are concerned it passes everything on to the machine (machine.ts), which has a real Chromium. What a Chromium without Electron cannot show is not
 * imitated: the fuses, a page's way to `about:blank`, which asks nobody, and Chromium's question before a page connects to this computer.
 */
const electron = {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  globalShortcut,
  ipcMain,
  Menu,
  nativeImage,
  nativeTheme,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
} satisfies { readonly [K in keyof typeof Electron]?: unknown };

export {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  globalShortcut,
  ipcMain,
  Menu,
  nativeImage,
  nativeTheme,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
};

hear('evaluate', ({ call, source, argument }) => {
  const run = async (): Promise<unknown> => {
    // The same as Playwright does in a real Electron: the test's function, by its text, with the module.
    // oxlint-disable-next-line no-eval
    const evaluated = (0, eval)(`(${source})`) as (module: typeof electron, argument: unknown) => unknown;
    return evaluated(electron, argument);
  };
  run().then(
    (value) => tell({ type: 'answer', call, value: { value } }),
    (error: unknown) => tell({ type: 'answer', call, value: { error: String(error) } }),
  );
});
