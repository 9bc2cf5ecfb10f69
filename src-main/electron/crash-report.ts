import { app, dialog } from 'electron';
import type { Log } from '../core/ports.ts';
import { CrashLimit } from './crash-limit.ts';

const text = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/**
 * An error nobody expected in main: into the log, and told once. Forwards live in a worker and their listeners in
 * this process, so going on keeps them; when it happens again and again, quitting closes them properly.
 */
export const reportCrashes = (log: Log): (() => void) => {
  const limit = new CrashLimit({ most: 5, withinMs: 60_000, monotonic: () => performance.now() });
  let asking = false;
  const report = (error: unknown): void => {
    log.write('error', 'main.uncaught', { error: text(error) });
    if (!limit.allows()) {
      log.write('error', 'main.gave-up');
      app.quit();
      return;
    }
    if (asking) return;
    asking = true;
    void dialog
      .showMessageBox({
        type: 'error',
        title: 'Quayside',
        message: 'Something in Quayside went wrong.',
        detail:
          'It is written down in the log. Your forwards go on. If something does not work any more, quit and start again.',
        buttons: ['Go on', 'Quit'],
        defaultId: 0,
        cancelId: 0,
      })
      .then(({ response }) => {
        asking = false;
        if (response === 1) app.quit();
      });
  };
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
  return () => {
    process.off('uncaughtException', report);
    process.off('unhandledRejection', report);
  };
};
