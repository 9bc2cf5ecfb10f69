/** A time on both clocks: what is told is told in wall time, what is waited for is waited for in monotonic time. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly wall: number;
  /** Monotonic milliseconds. */
  readonly mono: number;
}
