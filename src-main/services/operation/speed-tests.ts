import { ok, type Result } from '../../core/base/errors.ts';
import type { Journal } from '../../core/base/journal.ts';
import type { Clock } from '../../core/base/clock.ts';

/** A network test of a device: the vendor's own names and values, and when Quayside saw it (epoch milliseconds). */
export interface SpeedTest {
  readonly at: number;
  readonly result: Readonly<Record<string, string>>;
}

const shownBytes = 128 * 1024;

const read = (line: string): SpeedTest | undefined => {
  try {
    const value = JSON.parse(line) as { at?: unknown; result?: unknown } | null;
    if (typeof value?.at !== 'number' || typeof value.result !== 'object' || value.result === null) return undefined;
    const texts = Object.entries(value.result).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return { at: value.at, result: Object.fromEntries(texts) };
  } catch {
    return undefined;
  }
};

/** Stores the network tests of devices, because vendors keep only the last one. */
export class SpeedTests {
  readonly #journal: Journal;
  readonly #clock: Clock;

  constructor(deps: { readonly journal: Journal; readonly clock: Clock }) {
    this.#journal = deps.journal;
    this.#clock = deps.clock;
  }

  /** Newest first. */
  async list(deviceKey: string): Promise<Result<readonly SpeedTest[]>> {
    const tail = await this.#journal.tail([deviceKey], shownBytes);
    if (!tail.ok) return tail;
    return ok(
      tail.value.lines
        .map(read)
        .filter((test) => test !== undefined)
        .toReversed(),
    );
  }

  /** Adds a test unless it equals the newest stored one. */
  async keep(deviceKey: string, result: Readonly<Record<string, string>>): Promise<Result<void>> {
    const known = await this.list(deviceKey);
    if (!known.ok) return known;
    const newest = known.value[0];
    if (newest !== undefined && JSON.stringify(newest.result) === JSON.stringify(result)) return ok(undefined);
    return this.#journal.append([deviceKey], JSON.stringify({ at: this.#clock.now(), result } satisfies SpeedTest));
  }
}
