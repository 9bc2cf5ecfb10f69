import { app } from 'electron';
import { fail, ok, type Result } from '../core/base/errors.ts';
import { defined } from '../core/base/defined.ts';

/**
 * Sets whether Quayside starts hidden when the user logs in. Error: unsupported. @param ofLinux does it on Linux, where
 * Electron has no list of the system's
 */
export const setLoginItem = async (
  on: boolean,
  ofLinux: (on: boolean) => Promise<Result<void>>,
): Promise<Result<void>> => {
  if (on && !app.isPackaged)
    return fail(
      'unsupported',
      'Quayside was started from its sources, so the system has no program to start at login.',
      'Install a package to have it started at login.',
    );
  if (process.platform === 'linux') return ofLinux(on);
  // A portable program runs from a temporary folder; this is the file that can be started again.
  const path = process.env['PORTABLE_EXECUTABLE_FILE'];
  app.setLoginItemSettings({ openAtLogin: on, args: ['--hidden'], ...defined({ path }) });
  if (process.platform !== 'darwin' || app.getLoginItemSettings().openAtLogin === on) return ok(undefined);
  return fail(
    'unsupported',
    'macOS did not accept the change of what starts at login.',
    'Allow Quayside in System Settings, General, Login Items.',
  );
};

/** Whether macOS started this at login: it passes no arguments, so that is how "hidden" is known there. */
export const wasOpenedAtLogin = (): boolean =>
  process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
