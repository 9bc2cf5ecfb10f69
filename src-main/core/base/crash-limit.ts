/** Decides whether another repair makes sense, or whether the same thing keeps breaking. */
export class CrashLimit {
  readonly #most: number;
  readonly #withinMs: number;
  readonly #monotonic: () => number;
  #times: readonly number[] = [];

  /** At most `most` crashes in any `withinMs` milliseconds of the given clock. */
  constructor(options: { readonly max: number; readonly withinMs: number; readonly monotonic: () => number }) {
    this.#most = options.max;
    this.#withinMs = options.withinMs;
    this.#monotonic = options.monotonic;
  }

  /** Counts a crash now; false if there were too many. */
  allows(): boolean {
    const now = this.#monotonic();
    this.#times = [...this.#times.filter((time) => now - time < this.#withinMs), now];
    return this.#times.length <= this.#most;
  }
}
