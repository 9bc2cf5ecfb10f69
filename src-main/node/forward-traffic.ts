import type { TrafficReport } from '../core/forward-host.ts';

/** Milliseconds between reports while anything changes: four a second. */
const reportEveryMs = 250;

/** The counters of one forward since the last report. Written at every read, so plain fields. */
export class TrafficCounter {
  readonly #touched: () => void;
  #connections = 0;
  #bytesUp = 0;
  #bytesDown = 0;
  #dialMs: number | undefined;
  #firstByteMs: number | undefined;

  constructor(touched: () => void) {
    this.#touched = touched;
  }

  get connections(): number {
    return this.#connections;
  }

  changeConnections(by: 1 | -1): void {
    this.#connections += by;
    this.#touched();
  }

  sent(bytes: number): void {
    this.#bytesUp += bytes;
    this.#touched();
  }

  received(bytes: number): void {
    this.#bytesDown += bytes;
    this.#touched();
  }

  dialled(ms: number): void {
    this.#dialMs = ms;
  }

  firstByte(ms: number): void {
    this.#firstByteMs = ms;
  }

  /** What happened since the last call. */
  report(id: string): TrafficReport {
    const report: TrafficReport = {
      id,
      connections: this.#connections,
      bytesUp: this.#bytesUp,
      bytesDown: this.#bytesDown,
      ...(this.#dialMs === undefined ? {} : { dialMs: this.#dialMs }),
      ...(this.#firstByteMs === undefined ? {} : { firstByteMs: this.#firstByteMs }),
    };
    this.#bytesUp = 0;
    this.#bytesDown = 0;
    this.#dialMs = undefined;
    this.#firstByteMs = undefined;
    return report;
  }
}

/** Gathers the counters of all forwards into few messages: nothing while nothing changes. */
export class TrafficBook {
  readonly #send: (reports: readonly TrafficReport[]) => void;
  readonly #changed = new Map<string, TrafficCounter>();
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (reports: readonly TrafficReport[]) => void) {
    this.#send = send;
  }

  counter(id: string): TrafficCounter {
    const counter = new TrafficCounter(() => {
      if (this.#changed.has(id)) return;
      this.#changed.set(id, counter);
      this.#timer ??= setTimeout(() => this.flush(), reportEveryMs);
    });
    return counter;
  }

  /** Reports what is not reported yet. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#changed.size === 0) return;
    const reports = [...this.#changed].map(([id, counter]) => counter.report(id));
    this.#changed.clear();
    this.#send(reports);
  }
}
