import type { Clock } from '../core/base/clock.ts';
import { systemClock } from '../node/runtime/system-clock.ts';
import { typedMs } from './terminal.ts';

/** How long a command waits for lists of devices by default, seconds. */
export const usualSeconds = 15;

/** A time limit of a command; it stands still while a person types. */
export class CommandDeadline {
  /** Milliseconds in total. */
  readonly ms: number;
  readonly #over = new AbortController();
  readonly #caller: AbortSignal;
  readonly #clock: Clock;
  #typed = 0;
  #cancelTimer: () => void = () => undefined;

  /** Ends `seconds` after `start` (milliseconds since the process began; default: now), and when `caller` aborts. */
  constructor(seconds: number, caller: AbortSignal, start = performance.now(), clock: Clock = systemClock) {
    this.ms = seconds * 1000;
    this.#clock = clock;
    this.#caller = caller;
    caller.addEventListener('abort', this.#end, { once: true });
    if (caller.aborted) this.#end();
    else this.#wait(Math.max(0, this.ms + start - performance.now()));
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  dispose(): void {
    this.#cancelTimer();
    this.#caller.removeEventListener('abort', this.#end);
  }

  readonly #end = (): void => {
    this.dispose();
    this.#over.abort();
  };

  #wait(ms: number): void {
    this.#cancelTimer = this.#clock.after(ms, () => {
      const typed = typedMs();
      const more = typed - this.#typed;
      this.#typed = typed;
      if (more > 0) this.#wait(more);
      else this.#end();
    });
  }
}
