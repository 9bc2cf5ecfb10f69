import { cancelled } from '../core/base/errors.ts';
import type { Result } from '../core/base/errors.ts';
import type { Clock } from '../core/base/clock.ts';

/** Milliseconds after which a running call may hang; later callers start a new one. */
const joinWithinMs = 1_000;

/** A call under way, for several who want the same answer. */
interface Running<T> {
  readonly answer: Promise<Result<T>>;
  readonly abort: AbortController;
  /** Monotonic milliseconds. */
  readonly since: number;
  waiting: number;
}

/** Lets callers that ask for the same at the same time share one answer. */
export class SharedCall<T> {
  readonly #start: (signal: AbortSignal) => Promise<Result<T>>;
  readonly #clock: Clock;
  #running: Running<T> | undefined;

  constructor(start: (signal: AbortSignal) => Promise<Result<T>>, clock: Clock) {
    this.#clock = clock;
    this.#start = start;
  }

  /**
   * Joins a call that began just now, or starts one. Nobody joins a call that a caller has given up; it is cancelled
   * when all have. Errors: those of the call, cancelled.
   */
  run(signal: AbortSignal): Promise<Result<T>> {
    if (signal.aborted) return Promise.resolve(cancelled());
    const running = this.#recent() ?? this.#begin();
    running.waiting += 1;
    return new Promise((resolve) => {
      const giveUp = (): void => {
        this.#forget(running);
        running.waiting -= 1;
        if (running.waiting === 0) running.abort.abort();
        resolve(cancelled());
      };
      signal.addEventListener('abort', giveUp, { once: true });
      void running.answer.then((answer) => {
        signal.removeEventListener('abort', giveUp);
        resolve(answer);
      });
    });
  }

  /** Something changed: later callers get a new answer. */
  forget(): void {
    this.#running = undefined;
  }

  #recent(): Running<T> | undefined {
    const running = this.#running;
    return running !== undefined && this.#clock.monotonic() - running.since < joinWithinMs ? running : undefined;
  }

  #begin(): Running<T> {
    const abort = new AbortController();
    const running: Running<T> = {
      answer: this.#start(abort.signal),
      abort,
      since: this.#clock.monotonic(),
      waiting: 0,
    };
    void running.answer.then(() => this.#forget(running));
    this.#running = running;
    return running;
  }

  #forget(running: Running<T>): void {
    if (this.#running === running) this.#running = undefined;
  }
}
