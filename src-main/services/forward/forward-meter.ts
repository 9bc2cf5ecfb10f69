import type { Clock } from '../../core/base/clock.ts';

/** Bytes in one second. */
export interface MeterSample {
  readonly up: number;
  readonly down: number;
}

const keptSeconds = 60;

/** The traffic of one forward, second by second over the last minute. No timer runs between calls. */
export class ForwardMeter {
  readonly #clock: Clock;
  /** Indexed by second modulo the number kept; each entry knows its second. */
  readonly #seconds: { second: number; up: number; down: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(up: number, down: number): void {
    if (up === 0 && down === 0) return;
    const second = this.#second();
    const slot = second % keptSeconds;
    const kept = this.#seconds[slot];
    if (kept?.second === second) {
      kept.up += up;
      kept.down += down;
    } else this.#seconds[slot] = { second, up, down };
  }

  /** The last 60 whole seconds, oldest first. */
  samples(): readonly MeterSample[] {
    const now = this.#second();
    return Array.from({ length: keptSeconds }, (_, index) => {
      const second = now - keptSeconds + index;
      const kept = second < 0 ? undefined : this.#seconds[second % keptSeconds];
      return kept?.second === second ? { up: kept.up, down: kept.down } : { up: 0, down: 0 };
    });
  }

  #second(): number {
    return Math.floor(this.#clock.monotonic() / 1_000);
  }
}
