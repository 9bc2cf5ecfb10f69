import { CrashLimit } from '../../core/base/crash-limit.ts';
import { describeException } from '../../core/base/exception.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Log } from '../../core/base/log.ts';

/**
 * The report that is written when the process ends itself. It has no messages, because they can quote a request, and so
 * a secret.
 */
export interface CrashReport {
  /** Epoch milliseconds. */
  readonly takenAt: number;
  readonly exceptions: readonly Readonly<Record<string, unknown>>[];
}

export interface CrashWatchDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the session in which the error happened; false if it happened in none. */
  readonly endSession: () => boolean;
  /** Notifies the user in two sentences: what happened, and what it means. */
  readonly notify: (text: string, hint: string) => void;
  /** Writes the report; returns its path, undefined if it could not be written. */
  readonly write: (report: CrashReport) => Promise<string | undefined>;
  /** Ends the process. */
  readonly giveUp: (text: string, hint: string) => void;
}

const max = 5;
const withinMs = 60_000;

/**
 * Handles unexpected errors: each is logged and reported to the user, and ends its session. Forwards live in a worker
 * and their listeners in this process, so continuing keeps them; the sixth error within a minute ends the process with
 * a report.
 */
export class CrashWatch {
  readonly #deps: CrashWatchDeps;
  readonly #limit: CrashLimit;
  #recent: CrashReport['exceptions'] = [];
  #isOver = false;

  constructor(deps: CrashWatchDeps) {
    this.#deps = deps;
    this.#limit = new CrashLimit({ max, withinMs, monotonic: () => deps.clock.monotonic() });
  }

  /** Handles one error. Never throws. */
  report(thrown: unknown): void {
    const { clock, endSession, log, notify } = this.#deps;
    const what = describeException(thrown);
    const inSession = endSession();
    log.write('error', 'main.uncaught', { ...what, inSession });
    if (this.#isOver) return;
    this.#recent = [...this.#recent, { at: clock.now(), ...what, inSession }].slice(-max - 1);
    if (!this.#limit.allows()) {
      this.#isOver = true;
      void this.#end();
      return;
    }
    notify(
      'Something in Quayside went wrong.',
      inSession
        ? 'The session it happened in was ended; everything else goes on. The log says more.'
        : 'Forwards and sessions go on. If something does not work any more, start Quayside again; the log says more.',
    );
  }

  async #end(): Promise<void> {
    const { clock, giveUp, log, write } = this.#deps;
    log.write('error', 'main.gave-up');
    const file = await write({ takenAt: clock.now(), exceptions: this.#recent });
    giveUp(
      'Something in Quayside keeps going wrong, so it ends.',
      file === undefined ? 'Please report it; the log says where.' : `Please report it with this file: ${file}`,
    );
  }
}
