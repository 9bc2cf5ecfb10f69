import type { Clock } from '../../src-main/core/base/clock.ts';

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly run: () => void;
}

/** Lets every promise that can be settled without time passing settle. */
export const settle = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
};

/** A clock that moves only when a test moves it: timers run in order of their time, promises settle in between. */
export class VirtualClock implements Clock {
  #now: number;
  #monotonic = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, run: () => void): () => void {
    this.#order += 1;
    const timer: Timer = { dueAt: this.#monotonic + Math.max(0, ms), order: this.#order, run };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Timers that have not run. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Sets the wall clock forward or back without time passing, as a user or a time server does. */
  shiftWall(ms: number): void {
    this.#now += ms;
  }

  /** Lets time pass, and all that happens in it happen. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#moveTo(next.dueAt);
      this.#timers.delete(next);
      next.run();
      await settle();
    }
    this.#moveTo(end);
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt > end) continue;
      if (
        first === undefined ||
        timer.dueAt < first.dueAt ||
        (timer.dueAt === first.dueAt && timer.order < first.order)
      ) {
        first = timer;
      }
    }
    return first;
  }

  #moveTo(monotonic: number): void {
    this.#now += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}
