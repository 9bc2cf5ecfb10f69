import type { PlanRow } from '../../core/operation/bulk-plan.ts';
import {
  outcomeOf,
  pauseAfter,
  remainingMs,
  stopsAccount,
  type BulkItemState,
} from '../../core/operation/bulk-outcome.ts';
import { BulkQueue, type QueueItem } from '../../core/operation/bulk-queue.ts';
import { fail, type AppError, type Result } from '../../core/base/errors.ts';
import { sleep, type Clock } from '../../core/base/clock.ts';
import { defined } from '../../core/base/defined.ts';

/** A device of a run, with its state. */
export interface BulkItem {
  readonly index: number;
  readonly row: PlanRow;
  readonly state: BulkItemState;
  /** How often its call was sent. */
  readonly attempts: number;
  readonly tookMs?: number;
  readonly error?: AppError;
}

/** A run as a whole. Times in epoch milliseconds. */
export interface BulkRunSnapshot {
  readonly id: string;
  readonly title: string;
  readonly state: 'running' | 'cancelling' | 'ended';
  readonly counts: Readonly<Record<BulkItemState, number>>;
  readonly total: number;
  readonly retryable: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly remainingMs?: number;
  readonly pausedMs?: number;
  readonly version: number;
}

export interface BulkRunDeps {
  readonly clock: Clock;
  /** Calls of one account at once. */
  readonly width: number;
  /** Makes the call of a row once. */
  readonly call: (row: PlanRow, signal: AbortSignal) => Promise<Result<unknown>>;
  readonly repeatable: (row: PlanRow) => boolean;
  readonly onException: (thrown: unknown) => void;
  /** Called whenever nothing is left to do. */
  readonly onEnded: () => void;
}

interface Entry extends QueueItem {
  readonly index: number;
  readonly row: PlanRow;
  state: BulkItemState;
  attempts: number;
  tookMs: number | undefined;
  error: AppError | undefined;
  /** The version of the run at which it last changed. */
  version: number;
}

/** How often a repeatable call is sent at most, if the vendor postpones it. */
const maxAttempts = 6;
/** Milliseconds in which changes are gathered before waiting callers get them. */
const gatherMs = 100;

/**
 * One action on many devices: a queue per account, with a limit of calls at once in each. A call is repeated
 * automatically only if it may be repeated and the vendor postponed it. It belongs to main, so no window has to stay
 * open.
 */
export class BulkRun {
  readonly id: string;
  readonly title: string;
  readonly #deps: BulkRunDeps;
  readonly #entries: readonly Entry[];
  readonly #stop = new AbortController();
  readonly #startedAt: number;
  /** Monotonic; earlier results do not count for the remaining time. */
  #since = 0;
  #finishedBefore = 0;
  #queue: BulkQueue;
  /** The number of waiting or running items. */
  #open: number;
  #state: BulkRunSnapshot['state'] = 'running';
  #endedAt: number | undefined;
  #version = 1;
  #waiters = new Set<() => void>();
  readonly #timers = new Map<string, () => void>();

  constructor(id: string, title: string, rows: readonly PlanRow[], deps: BulkRunDeps) {
    this.id = id;
    this.title = title;
    this.#deps = deps;
    this.#startedAt = deps.clock.now();
    this.#entries = rows.map((row, index) => ({
      index,
      row,
      accountId: row.device.accountId,
      state: 'waiting',
      attempts: 0,
      tookMs: undefined,
      error: undefined,
      version: 1,
    }));
    this.#queue = new BulkQueue(this.#entries, deps.width);
    this.#open = rows.length;
    this.#begin();
  }

  snapshot(): BulkRunSnapshot {
    const counts: Record<BulkItemState, number> = {
      waiting: 0,
      running: 0,
      done: 0,
      failed: 0,
      uncertain: 0,
      cancelled: 0,
    };
    for (const entry of this.#entries) counts[entry.state] += 1;
    const { clock } = this.#deps;
    const left = counts.waiting + counts.running;
    const finished = this.#entries.length - left - this.#finishedBefore;
    const remaining = remainingMs(clock.monotonic() - this.#since, finished, left);
    const cooldownMs = this.#state === 'running' ? this.#queue.cooldownMs(clock.monotonic()) : 0;
    return {
      id: this.id,
      title: this.title,
      state: this.#state,
      counts,
      total: this.#entries.length,
      retryable: counts.failed + counts.cancelled,
      startedAt: this.#startedAt,
      ...defined({ endedAt: this.#endedAt }),
      ...(this.#state === 'ended' || remaining === undefined ? {} : { remainingMs: remaining }),
      ...(cooldownMs > 0 ? { pausedMs: cooldownMs } : {}),
      version: this.#version,
    };
  }

  /** The items that changed after `version`, in the order of the plan. */
  itemsSince(version: number): readonly BulkItem[] {
    return this.#entries
      .filter((entry) => entry.version > version)
      .map(({ index, row, state, attempts, tookMs, error }) => ({
        index,
        row,
        state,
        attempts,
        ...defined({ tookMs, error }),
      }));
  }

  /** Resolves when something changed after `version`, after `maxMs`, or when `signal` aborts. */
  async changedAfter(version: number, maxMs: number, signal: AbortSignal): Promise<void> {
    if (this.#version <= version) {
      const woken = new AbortController();
      const wake = (): void => woken.abort();
      signal.addEventListener('abort', wake, { once: true });
      this.#waiters.add(wake);
      if (signal.aborted) wake();
      await sleep(this.#deps.clock, maxMs, woken.signal);
      this.#waiters.delete(wake);
      signal.removeEventListener('abort', wake);
    }
    if (!signal.aborted && this.#state !== 'ended') await sleep(this.#deps.clock, gatherMs, signal);
  }

  /** Starts no more calls. Calls that were sent are waited for: otherwise their results would be unknown. */
  cancel(): void {
    if (this.#state !== 'running') return;
    this.#state = 'cancelling';
    for (const index of this.#queue.drop('cancelled')) this.#close(index);
    this.#settleIfDone();
    this.#announce();
  }

  /** Tries failed and cancelled items again; false while it runs or if there are none. */
  retry(): boolean {
    if (this.#state !== 'ended' || this.#stop.signal.aborted) return false;
    const again = this.#entries.filter((entry) => entry.state === 'failed' || entry.state === 'cancelled');
    if (again.length === 0) return false;
    for (const entry of again) {
      entry.state = 'waiting';
      entry.error = undefined;
      this.#touch(entry.index);
    }
    this.#open = again.length;
    this.#state = 'running';
    this.#endedAt = undefined;
    this.#queue = new BulkQueue(this.#entries, this.#deps.width);
    this.#begin();
    this.#announce();
    return true;
  }

  /** Ends it at once, running calls included. */
  dispose(): void {
    this.#stop.abort();
    this.cancel();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#announce();
  }

  #begin(): void {
    this.#since = this.#deps.clock.monotonic();
    this.#finishedBefore = this.#entries.filter((entry) => entry.state !== 'waiting').length;
    for (const accountId of this.#queue.accounts) this.#pump(accountId);
  }

  /** Starts as many calls of the account as the limit allows. */
  #pump(accountId: string): void {
    if (this.#state !== 'running') return;
    for (;;) {
      const next = this.#queue.next(accountId, this.#deps.clock.monotonic());
      if (next === undefined) return;
      if ('waitMs' in next) {
        this.#timers.get(accountId)?.();
        const resume = (): void => {
          this.#timers.delete(accountId);
          this.#pump(accountId);
        };
        this.#timers.set(accountId, this.#deps.clock.after(next.waitMs, resume));
        return;
      }
      void this.#run(next.run);
    }
  }

  async #run(index: number): Promise<void> {
    const entry = this.#entries[index];
    if (entry === undefined) return;
    const queue = this.#queue;
    const started = this.#deps.clock.monotonic();
    entry.attempts += 1;
    this.#touch(index);
    this.#announce();
    const answer = await this.#call(entry.row);
    entry.tookMs = Math.round(this.#deps.clock.monotonic() - started);
    entry.error = answer.ok ? undefined : answer.error;
    const outcome = answer.ok ? 'done' : this.#judge(entry, answer.error);
    queue.settle(index, outcome);
    if (outcome === 'waiting') this.#touch(index);
    else this.#close(index);
    this.#settleIfDone();
    this.#announce();
    this.#pump(entry.accountId);
  }

  /** A bug of ours costs one device, not the run. */
  async #call(row: PlanRow): Promise<Result<unknown>> {
    try {
      return await this.#deps.call(row, this.#stop.signal);
    } catch (thrown) {
      this.#deps.onException(thrown);
      return fail('internal', 'Quayside made a mistake with this device.', 'Look at the log in the profile folder.');
    }
  }

  /** The effect of a failure on this item, and on the others of its account. */
  #judge(entry: Entry, error: AppError): BulkItemState {
    const repeatable = this.#deps.repeatable(entry.row);
    const pause = pauseAfter(error);
    if (pause !== undefined) {
      this.#queue.rest(entry.accountId, this.#deps.clock.monotonic() + pause);
      if (repeatable && entry.attempts < maxAttempts) return this.#state === 'running' ? 'waiting' : 'cancelled';
    }
    if (stopsAccount(error))
      for (const index of this.#queue.drop('failed', entry.accountId)) {
        const other = this.#entries[index];
        if (other !== undefined) other.error = error;
        this.#close(index);
      }
    return outcomeOf(error, repeatable);
  }

  #settleIfDone(): void {
    if (this.#state === 'ended' || this.#open > 0) return;
    this.#state = 'ended';
    this.#endedAt = this.#deps.clock.now();
    this.#version += 1;
    this.#deps.onEnded();
  }

  /** The item is done for now. */
  #close(index: number): void {
    this.#open -= 1;
    this.#touch(index);
  }

  #touch(index: number): void {
    this.#version += 1;
    const entry = this.#entries[index];
    if (entry !== undefined) entry.version = this.#version;
  }

  #announce(): void {
    const waiters = this.#waiters;
    this.#waiters = new Set();
    for (const wake of waiters) wake();
  }
}
