import type { AppState } from '../services/app/app-state.ts';
import { hearUncaught, type UncaughtSource } from '../core/base/exception.ts';
import { runtimeVersions, writeReport } from '../node/runtime/runtime-report.ts';
import { CrashWatch, type CrashWatchDeps } from '../services/app/crash-watch.ts';

/** How a host handles unexpected errors: their source, and where it shows them. */
export interface CrashHandling extends Pick<CrashWatchDeps, 'notify' | 'giveUp'> {
  readonly source: UncaughtSource;
}

/** Handles unexpected errors until the returned function is called. Without `handling` they end the process. */
export const watchCrashes = (
  host: CrashHandling | undefined,
  deps: Pick<CrashWatchDeps, 'clock' | 'log' | 'endSession'> & {
    readonly app: AppState;
    /** The folder of reports. */
    readonly folder: string;
    readonly programs: ReturnType<typeof runtimeVersions>;
  },
): (() => void) => {
  if (host === undefined) return () => undefined;
  const { app, folder, programs } = deps;
  const watch = new CrashWatch({
    ...deps,
    giveUp: host.giveUp,
    notify: (text, hint) => {
      host.notify(text, hint);
      // The desktop asks in its own dialog.
      if (app.get().host !== 'desktop') app.addNotice({ id: 'crash', text, hint });
    },
    write: async (report) => {
      const whole = { programs, ...report };
      const written = await writeReport(folder, whole);
      return written.ok ? written.value : undefined;
    },
  });
  return hearUncaught(host.source, (thrown) => watch.report(thrown));
};
