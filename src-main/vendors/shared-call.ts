import { cancelled } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';

/** A call under way, for several who want the same answer. */
interface Running<T> {
  readonly answer: Promise<Result<T>>;
  readonly abort: AbortController;
  waiting: number;
}

/** Lets those who ask for the same at the same time wait for one answer. */
export class SharedCall<T> {
  readonly #start: (signal: AbortSignal) => Promise<Result<T>>;
  #running: Running<T> | undefined;

  constructor(start: (signal: AbortSignal) => Promise<Result<T>>) {
    this.#start = start;
  }

  /**
   * Joins the call under way, or starts one. Once somebody has given up waiting for a call, nobody joins it any more; it
   * is cancelled when all have. Errors: those of the call, cancelled.
   */
  run(signal: AbortSignal): Promise<Result<T>> {
    if (signal.aborted) return Promise.resolve(cancelled());
    const running = this.#running ?? this.#begin();
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

  /** Something has changed: who asks from now on gets an answer of its own. */
  forget(): void {
    this.#running = undefined;
  }

  #begin(): Running<T> {
    const abort = new AbortController();
    const running: Running<T> = { answer: this.#start(abort.signal), abort, waiting: 0 };
    void running.answer.then(() => this.#forget(running));
    this.#running = running;
    return running;
  }

  #forget(running: Running<T>): void {
    if (this.#running === running) this.#running = undefined;
  }
}
