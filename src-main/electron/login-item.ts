import { app } from 'electron';
import { ok, type Result } from '../core/errors.ts';

/** Starts Quayside, hidden, when the user logs in, or no longer. macOS and Windows. */
export const setLoginItem = async (on: boolean): Promise<Result<void>> => {
  app.setLoginItemSettings({ openAtLogin: on, args: ['--hidden'] });
  return ok(undefined);
};

/** Whether macOS started this at login: it passes no arguments, so this is how "hidden" is said there. */
export const wasOpenedAtLogin = (): boolean =>
  process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
