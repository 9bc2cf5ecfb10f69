import type { Moment } from '../base/moment.ts';
import type { Loss } from './incident-cover.ts';

/** Losses are gathered until none came for `gatherMs`, but for at most `maxGatherMs`. */
const gatherMs = 10_000;
const maxGatherMs = 45_000;

/** Gathers losses that are close in time, so that one notice reports them together. */
export class LossBatch {
  readonly #losses = new Map<string, Loss>();
  #since = 0;
  #grewAt = 0;

  add(loss: Loss, { mono }: Moment): void {
    if (this.#losses.size === 0) this.#since = mono;
    this.#grewAt = mono;
    this.#losses.set(loss.key, loss);
  }

  /** Removes a device that is back, gone or flapping; returns its loss if it was gathered. */
  delete(key: string): Loss | undefined {
    const loss = this.#losses.get(key);
    this.#losses.delete(key);
    return loss;
  }

  keys(): readonly string[] {
    return [...this.#losses.keys()];
  }

  /** Milliseconds until the losses are due, negative if they are overdue; undefined without losses. */
  dueInMs({ mono }: Moment): number | undefined {
    if (this.#losses.size === 0) return undefined;
    return Math.min(this.#grewAt + gatherMs, this.#since + maxGatherMs) - mono;
  }

  /** Returns the losses and empties the batch if they are due; else nothing. */
  takeDue(moment: Moment): readonly Loss[] {
    const due = this.dueInMs(moment);
    if (due === undefined || due > 0) return [];
    const losses = [...this.#losses.values()];
    this.#losses.clear();
    return losses;
  }
}
