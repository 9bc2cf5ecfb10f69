import { app, dialog, powerMonitor } from 'electron';
import { deepLinkIn, deepLinkScheme, parseDeepLink, type DeepLink } from '../core/app/deep-link.ts';
import type { AppError, Result } from '../core/base/errors.ts';
import { registerAppScheme } from './app-scheme.ts';
import { startDesktop, type Desktop, type DesktopOptions } from './desktop.ts';
import { confineContents } from './hardening.ts';

/** What the entry provides once the core runs. */
export interface Running {
  readonly desktop: DesktopOptions;
  /** Called once the desktop has started. */
  readonly started: (desktop: Desktop) => void;
  /** Starts polling; the window is shown before. */
  readonly start: () => Promise<void>;
  /** Closes everything, including tunnels at the vendors. */
  readonly dispose: () => Promise<void>;
}

/** Everything that must happen before Electron is ready. */
export const prepareApplication = (): void => {
  // The call would undo --no-sandbox, which an AppImage passes where no sandbox can be made; each window asks for a
  // sandbox itself.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  registerAppScheme();
  confineContents(app);
  // Wayland gives global shortcuts only through its portal, to programs whose desktop file it can find.
  if (process.platform === 'linux') app.setDesktopName('io.github.quayside.desktop');
  // Windows assigns notifications to this id.
  if (process.platform === 'win32') app.setAppUserModelId('io.github.quayside.desktop');
};

/** Says why the application cannot start, and ends. */
export const failApplication = (error: AppError): void => {
  dialog.showErrorBox('Quayside could not start', `${error.message}\n\n${error.hint}`);
  app.exit(1);
};

/** Quits an application that keeps failing, and then says so. */
export const endBroken = (text: string, hint: string): void => {
  app.once('will-quit', () => dialog.showErrorBox(text, hint));
  app.quit();
};

/** What the arguments of a start, the first or a later one, ask for. */
const follow = (desktop: Desktop, args: readonly string[]): void => {
  if (args.includes('--quit')) return app.quit();
  const link = deepLinkIn(args);
  if (link !== undefined) desktop.openLink(link);
  else if (args.includes('--quick-connect')) desktop.quickConnect();
  // A second start at login asks for nothing.
  else if (!args.includes('--hidden')) desktop.showWindow();
};

/** Runs until the user quits. A second start with the same profile passes its arguments to the first one. */
export const runApplication = async (userData: string, build: () => Promise<Result<Running>>): Promise<void> => {
  // Chromium's files belong to the profile, so that two profiles are two applications.
  app.setPath('userData', userData);
  // Quit in the desktop file's menu ends the running application and never starts one.
  if (!app.requestSingleInstanceLock() || process.argv.includes('--quit')) return app.quit();
  let desktop: Desktop | undefined;
  const early: DeepLink[] = [];
  const earlyLaunches: (readonly string[])[] = [];
  // macOS passes links as events, also before the application is ready.
  app.on('open-url', (event, url) => {
    event.preventDefault();
    const link = parseDeepLink(url);
    if (link === undefined) return;
    if (desktop === undefined) early.push(link);
    else desktop.openLink(link);
  });
  app.on('second-instance', (_event, args) => {
    if (desktop === undefined) earlyLaunches.push(args);
    else follow(desktop, args);
  });
  await app.whenReady();
  // A shutdown gives one chance to close tunnels. Linux and macOS wait if asked to; Windows tells each window, and a
  // second quit would not be waited for.
  let goesDown = false;
  const goDown = (): void => {
    if (!goesDown) app.quit();
    goesDown = true;
  };
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    event?.preventDefault();
    goDown();
  });
  app.on('browser-window-created', (_event, window) => void window.on('query-session-end', goDown));
  const built = await build();
  if (!built.ok) return failApplication(built.error);
  const running = built.value;
  // Only an installed application may register for links: a checkout would register Electron itself, a portable copy a
  // temporary folder.
  if (app.isPackaged && process.env['PORTABLE_EXECUTABLE_FILE'] === undefined)
    app.setAsDefaultProtocolClient(deepLinkScheme);

  desktop = startDesktop(running.desktop);
  running.started(desktop);
  const own = deepLinkIn(process.argv);
  if (own !== undefined) desktop.openLink(own);
  else if (process.argv.includes('--quick-connect')) desktop.quickConnect();
  for (const link of early.splice(0)) desktop.openLink(link);
  for (const args of earlyLaunches.splice(0)) follow(desktop, args);

  const shown = desktop;
  let closing = false;
  app.on('before-quit', (event) => {
    if (closing) return;
    // Tunnels are closed at the vendors first; then the second quit proceeds.
    event.preventDefault();
    closing = true;
    shown.dispose();
    void running.dispose().finally(() => app.quit());
  });
  await running.start();
};
