import { noForwardHistory } from '../../core/forward/forward-attempt.ts';
import type { ForwardAttempt, ForwardHistory } from '../../core/forward/forward-attempt.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Document } from '../../core/base/document.ts';
import type { Log } from '../../core/base/log.ts';

/** Milliseconds between a change and its writing; changes in between go with it. */
const writeAfterMs = 5_000;

/** Stores the attempts of all forwards. If the file cannot be written, only the history is lost. */
export class ForwardHistoryFile {
  readonly #document: Document<ForwardHistory> | undefined;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #collect: () => ForwardHistory;
  #cancelTimer: (() => void) | undefined;

  /** `collect` returns the history to write. */
  constructor(
    deps: { readonly document: Document<ForwardHistory> | undefined; readonly clock: Clock; readonly log: Log },
    collect: () => ForwardHistory,
  ) {
    this.#document = deps.document;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#collect = collect;
  }

  /** The stored attempts, by forward. */
  async load(): Promise<Readonly<Record<string, readonly ForwardAttempt[]>>> {
    const read = await this.#document?.read();
    return (read?.ok === true ? read.value : noForwardHistory).attempts;
  }

  touch(): void {
    if (this.#document === undefined) return;
    this.#cancelTimer ??= this.#clock.after(writeAfterMs, () => {
      this.#cancelTimer = undefined;
      void this.#write();
    });
  }

  /** Writes unwritten changes. */
  async dispose(): Promise<void> {
    if (this.#cancelTimer === undefined) return;
    this.#cancelTimer();
    this.#cancelTimer = undefined;
    await this.#write();
  }

  async #write(): Promise<void> {
    const written = await this.#document?.write(this.#collect());
    if (written?.ok === false) this.#log.write('warn', 'forward.history', { reason: written.error.message });
  }
}
