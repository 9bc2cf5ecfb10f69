import type { Clock } from '../../core/base/clock.ts';

/** Milliseconds up to which a pause is waited out here; for longer ones the caller plans again. */
export const maxWaitMs = 15_000;

export type Admission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'cancelled' }
  /** The vendor's pause lasts `retryAfterMs` more. */
  | { readonly kind: 'paused'; readonly retryAfterMs: number };

interface Waiter {
  readonly settle: (admission: Admission) => void;
}

/**
 * A token bucket: it never admits more than `requestsPerMinute` in any minute, in bursts or not. First come, first
 * served.
 */
export class RequestBudget {
  readonly #clock: Clock;
  #perMinute: number;
  #tokens: number;
  #filledAt: number;
  #pausedUntil = 0;
  #waiters: Waiter[] = [];
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, requestsPerMinute: number) {
    this.#clock = clock;
    this.#perMinute = Math.max(1, requestsPerMinute);
    this.#tokens = this.#capacity();
    this.#filledAt = clock.monotonic();
  }

  /** If groups that share the budget differ about its size, the smallest applies. */
  narrow(requestsPerMinute: number): void {
    if (requestsPerMinute >= this.#perMinute) return;
    this.#refill();
    this.#perMinute = Math.max(1, requestsPerMinute);
    this.#tokens = Math.min(this.#tokens, this.#capacity());
  }

  /** Admits nobody for `ms` milliseconds; a longer running pause stays. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + ms);
    this.#serve();
  }

  /** Waits for a turn. Resolves, never rejects. */
  admit(signal?: AbortSignal): Promise<Admission> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve({ kind: 'cancelled' });
      const leave = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        resolve({ kind: 'cancelled' });
        this.#serve();
      };
      const waiter: Waiter = {
        settle: (admission) => {
          signal?.removeEventListener('abort', leave);
          resolve(admission);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  /** A tenth of a minute's budget may be used at once; the refill is smaller by as much. */
  #capacity(): number {
    return Math.max(1, Math.floor(this.#perMinute / 10));
  }

  #perMillisecond(): number {
    return (this.#perMinute - this.#capacity() + 1) / 60_000;
  }

  #refill(): void {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(this.#capacity(), this.#tokens + (now - this.#filledAt) * this.#perMillisecond());
    this.#filledAt = now;
  }

  #serve(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#refill();
    const pause = this.#pausedUntil - this.#clock.monotonic();
    if (pause > maxWaitMs) {
      const waiters = this.#waiters;
      this.#waiters = [];
      for (const waiter of waiters) waiter.settle({ kind: 'paused', retryAfterMs: Math.ceil(pause) });
      return;
    }
    // The margin absorbs the rounding of timers; without it the last thousandth of a token would be waited for twice.
    while (pause <= 0 && this.#tokens >= 0.999_999 && this.#waiters.length > 0) {
      this.#tokens -= 1;
      this.#waiters.shift()?.settle({ kind: 'admitted' });
    }
    if (this.#waiters.length === 0) return;
    const untilToken = (1 - this.#tokens) / this.#perMillisecond();
    this.#cancelTimer = this.#clock.after(Math.ceil(Math.max(pause, untilToken, 1)), () => this.#serve());
  }
}

/** A semaphore; first come, first served. */
export class Slots {
  #free: number;
  #waiters: (() => void)[] = [];

  constructor(size: number) {
    this.#free = Math.max(1, size);
  }

  /** Whether a slot was taken; false if `signal` aborted first. Each true is followed by one `release`. */
  take(signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted === true) return Promise.resolve(false);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== enter);
        resolve(false);
      };
      const enter = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve(true);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiters.push(enter);
    });
  }

  release(): void {
    const next = this.#waiters.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
