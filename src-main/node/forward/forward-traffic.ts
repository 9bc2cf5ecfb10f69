import type { RefusalReason } from '../../core/forward/forward-errors.ts';
import type { TrafficReport } from '../../core/forward/forward-engine.ts';
import type { PumpTimings } from '../../core/forward/forward.ts';
import { defined } from '../../core/base/defined.ts';

/** Milliseconds between reports while anything changes: four a second. */
const reportEveryMs = 250;

/** The counters of one forward since the last report. They are updated at every read, so they are plain fields. */
export class TrafficCounter {
  readonly #touched: () => void;
  #connections = 0;
  #bytesUp = 0;
  #bytesDown = 0;
  #refused = 0;
  #refusedFor: RefusalReason | undefined;
  #timings: PumpTimings | undefined;

  constructor(touched: () => void) {
    this.#touched = touched;
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

  /** Phases of the newest connection. */
  timed(timings: PumpTimings): void {
    this.#timings = { ...this.#timings, ...timings };
  }

  refuse(reason: RefusalReason): void {
    this.#refused += 1;
    this.#refusedFor = reason;
    this.#touched();
  }

  /** The counts since the last call. */
  report(id: string): TrafficReport {
    const report: TrafficReport = {
      id,
      connections: this.#connections,
      bytesUp: this.#bytesUp,
      bytesDown: this.#bytesDown,
      refused: this.#refused,
      ...defined({ refusedFor: this.#refusedFor, timings: this.#timings }),
    };
    this.#bytesUp = 0;
    this.#bytesDown = 0;
    this.#refused = 0;
    this.#refusedFor = undefined;
    this.#timings = undefined;
    return report;
  }
}

/** Gathers the counters of all forwards into few messages; silent while nothing changes. */
export class TrafficAggregator {
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

  /** Reports unreported counts. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#changed.size === 0) return;
    const reports = [...this.#changed].map(([id, counter]) => counter.report(id));
    this.#changed.clear();
    this.#send(reports);
  }
}
