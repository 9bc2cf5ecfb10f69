import { app, dialog } from 'electron';
import type { AppError, Result } from '../core/errors.ts';
import { registerAppScheme } from './app-scheme.ts';
import { startDesktop, type DesktopOptions } from './desktop.ts';
import { confineContents } from './hardening.ts';

/** What the entry hands over once the core runs. */
export interface Running {
  readonly desktop: DesktopOptions;
  /** Starts polling; the window is shown before. */
  readonly start: () => Promise<void>;
  /** Closes what is open, tunnels at the vendors included. */
  readonly dispose: () => Promise<void>;
}

/** Everything that must have happened before Electron is ready. */
export const prepareApplication = (): void => {
  app.enableSandbox();
  registerAppScheme();
  confineContents(app);
};

/** Says why there is no application, and ends. */
export const failApplication = (error: AppError): void => {
  dialog.showErrorBox('Quayside could not start', `${error.message}\n\n${error.hint}`);
  app.exit(1);
};

/** Runs until the user quits. A second launch on the same folder shows the first one's window instead. */
export const runApplication = async (userData: string, build: () => Promise<Result<Running>>): Promise<void> => {
  // Chromium's files belong to the profile too: two profiles are two applications.
  app.setPath('userData', userData);
  if (!app.requestSingleInstanceLock()) return app.quit();
  await app.whenReady();
  const built = await build();
  if (!built.ok) return failApplication(built.error);
  const running = built.value;
  const desktop = startDesktop(running.desktop);
  app.on('second-instance', () => desktop.showWindow());

  let closing = false;
  app.on('before-quit', (event) => {
    if (closing) return;
    // Tunnels are closed at the vendors first; the second quit is let through.
    event.preventDefault();
    closing = true;
    desktop.dispose();
    void running.dispose().finally(() => app.quit());
  });
  await running.start();
};
