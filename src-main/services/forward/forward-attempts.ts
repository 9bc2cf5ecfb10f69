import { keptAttempts } from '../../core/forward/forward-attempt.ts';
import type { ForwardAttempt, Hop } from '../../core/forward/forward-attempt.ts';
import type { Forward, ForwardEffect, ForwardEvent } from '../../core/forward/forward.ts';

/** The hop that an event reports as failed. */
const hopOf = (event: ForwardEvent): Hop | undefined => {
  switch (event.type) {
    case 'bind-failed':
    case 'pump-lost':
      return 'port';
    case 'tunnel-refused':
      return event.error.kind === 'device-offline' ? 'device' : 'vendor';
    case 'tunnel-dead':
      return event.hop;
    default:
      return undefined;
  }
};

/** Records the attempts of one forward from the steps of its state machine. */
export class ForwardAttempts {
  #attempts: ForwardAttempt[];

  constructor(kept: readonly ForwardAttempt[]) {
    this.#attempts = [...kept];
  }

  /** Newest last; with `finished` without a running one. */
  list(finished = false): readonly ForwardAttempt[] {
    return finished ? this.#attempts.filter(({ outcome }) => outcome !== 'running') : [...this.#attempts];
  }

  /** Records a step of the machine; true if a finished attempt was added or changed. */
  note(event: ForwardEvent, after: Forward, effects: readonly ForwardEffect[], now: number): boolean {
    let changed = false;
    const last = this.#attempts.at(-1);
    const hop = hopOf(event);
    // A port that another program keeps is tried again and again: that is one entry.
    if (hop === 'port' && last?.hop === 'port' && 'error' in event && last.error?.kind === event.error.kind)
      return false;
    if (hop !== undefined && 'error' in event && (last?.outcome === 'running' || hop === 'port')) {
      const timings = { ...last?.timings, ...('vendorMs' in event ? { vendorMs: event.vendorMs } : {}) };
      const failed: ForwardAttempt = {
        at: last?.outcome === 'running' ? last.at : now,
        outcome: 'failed',
        timings: last?.outcome === 'running' ? timings : {},
        hop,
        error: event.error,
      };
      if (last?.outcome === 'running') this.#attempts.pop();
      this.#attempts.push(failed);
      changed = true;
    } else if (last !== undefined && last.outcome !== 'failed' && last.timings !== after.timings) {
      const isOpen = last.outcome === 'open' || after.state === 'open' || after.state === 'idle';
      this.#attempts[this.#attempts.length - 1] = {
        ...last,
        outcome: isOpen ? 'open' : 'running',
        timings: after.timings,
      };
      changed = isOpen;
    }
    if (effects.some((effect) => effect.type === 'open-tunnel' && effect.because !== 'expiring')) {
      this.#dropRunning();
      this.#attempts.push({ at: now, outcome: 'running', timings: after.timings });
    } else if (after.state === 'stopped') this.#dropRunning();
    if (this.#attempts.length > keptAttempts) this.#attempts = this.#attempts.slice(-keptAttempts);
    return changed;
  }

  #dropRunning(): void {
    if (this.#attempts.at(-1)?.outcome === 'running') this.#attempts.pop();
  }
}
