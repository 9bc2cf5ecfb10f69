/** A time on both clocks: wall time for display, monotonic time for waiting. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly wall: number;
  /** Monotonic milliseconds. */
  readonly mono: number;
}
