import type { BulkItemState } from './bulk-outcome.ts';

/** An item of a run, by its index in the plan. */
export interface QueueItem {
  readonly accountId: string;
  state: BulkItemState;
}

/** What to do next in an account: run this one, or wait so long, or nothing any more. */
export type Next = { readonly run: number } | { readonly waitMs: number } | undefined;

/**
 * The waiting, running and finished items: first come, first served in each account, at most `width` of an account at
 * once, none while the account pauses. It has no clock; times are monotonic milliseconds.
 */
export class BulkQueue {
  readonly #items: readonly QueueItem[];
  readonly #width: number;
  readonly #waiting = new Map<string, number[]>();
  readonly #running = new Map<string, number>();
  readonly #cooldownUntil = new Map<string, number>();

  constructor(items: readonly QueueItem[], width: number) {
    this.#items = items;
    this.#width = width;
    items.forEach((item, index) => {
      if (item.state === 'waiting') this.#list(item.accountId).push(index);
    });
  }

  get accounts(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  /** Takes the next item of the account, which then counts as running. */
  next(accountId: string, now: number): Next {
    const list = this.#list(accountId);
    if (list.length === 0 || this.running(accountId) >= this.#width) return undefined;
    const cooldownMs = (this.#cooldownUntil.get(accountId) ?? 0) - now;
    if (cooldownMs > 0) return { waitMs: cooldownMs };
    const index = list.shift();
    const item = index === undefined ? undefined : this.#items[index];
    if (index === undefined || item === undefined) return undefined;
    item.state = 'running';
    this.#running.set(accountId, this.running(accountId) + 1);
    return { run: index };
  }

  /** A running item has ended with this state. */
  settle(index: number, state: BulkItemState): void {
    const item = this.#items[index];
    if (item === undefined || item.state !== 'running') return;
    item.state = state;
    this.#running.set(item.accountId, this.running(item.accountId) - 1);
    if (state === 'waiting') this.#list(item.accountId).unshift(index);
  }

  /** Starts nothing of the account before that time. */
  rest(accountId: string, until: number): void {
    this.#cooldownUntil.set(accountId, Math.max(until, this.#cooldownUntil.get(accountId) ?? 0));
  }

  /** The longest rest of the accounts with work left, milliseconds; 0 where none rests. */
  cooldownMs(now: number): number {
    let longest = 0;
    for (const [accountId, list] of this.#waiting)
      if (list.length > 0) longest = Math.max(longest, (this.#cooldownUntil.get(accountId) ?? 0) - now);
    return longest;
  }

  /** Removes waiting items, of one account or of all, and gives them this state. Returns their indexes. */
  drop(state: 'cancelled' | 'failed', accountId?: string): readonly number[] {
    const dropped: number[] = [];
    for (const [account, list] of this.#waiting) {
      if (accountId !== undefined && account !== accountId) continue;
      for (const index of list.splice(0)) {
        const item = this.#items[index];
        if (item !== undefined) item.state = state;
        dropped.push(index);
      }
    }
    return dropped;
  }

  running(accountId: string): number {
    return this.#running.get(accountId) ?? 0;
  }

  #list(accountId: string): number[] {
    const known = this.#waiting.get(accountId);
    if (known !== undefined) return known;
    const list: number[] = [];
    this.#waiting.set(accountId, list);
    return list;
  }
}
