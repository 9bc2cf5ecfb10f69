import type { Clock } from '../../core/base/clock.ts';
import { Emitter } from '../../core/base/emitter.ts';
import type { Device } from '../../core/fleet/device.ts';

export interface InventoryChange {
  readonly upsert: readonly Device[];
  /** Device keys. */
  readonly remove: readonly string[];
  /** Ids of accounts whose health changed. */
  readonly health: readonly string[];
}

/** Milliseconds within which changes are announced together. */
const batchMs = 30;

/** Gathers changes of the inventory and announces them together. */
export class InventoryAnnouncer {
  readonly changed = new Emitter<InventoryChange>();
  readonly #clock: Clock;
  readonly #isMember: (accountId: string) => boolean;
  readonly #upsert = new Map<string, Device>();
  readonly #remove = new Set<string>();
  readonly #health = new Set<string>();
  #cancelFlush: (() => void) | undefined;
  #isDisposed = false;

  /** `isMember` says whether an account still exists: the health of others is not announced. */
  constructor(clock: Clock, isMember: (accountId: string) => boolean) {
    this.#clock = clock;
    this.#isMember = isMember;
  }

  /** A device was observed without news: if it waits to be announced, it is announced in its newest form. */
  observed(device: Device): void {
    if (this.#upsert.has(device.key)) this.#upsert.set(device.key, device);
  }

  /** Devices are new or have news. */
  upsert(devices: readonly Device[]): void {
    for (const device of devices) {
      this.#upsert.set(device.key, device);
      this.#remove.delete(device.key);
    }
    if (devices.length > 0) this.#flushSoon();
  }

  /** A device is gone. Announced with the next flush. */
  remove(key: string): void {
    this.#upsert.delete(key);
    this.#remove.add(key);
  }

  /** The health of an account changed. */
  health(accountId: string): void {
    this.#health.add(accountId);
    this.#flushSoon();
  }

  /** Announces waiting changes at once. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    if (this.#upsert.size === 0 && this.#remove.size === 0 && this.#health.size === 0) return;
    const change: InventoryChange = {
      upsert: [...this.#upsert.values()],
      remove: [...this.#remove],
      health: [...this.#health].filter(this.#isMember),
    };
    this.#upsert.clear();
    this.#remove.clear();
    this.#health.clear();
    this.changed.emit(change);
  }

  /** Sets no more timers; `flush` still announces. */
  dispose(): void {
    this.#isDisposed = true;
  }

  #flushSoon(): void {
    if (this.#isDisposed) return;
    this.#cancelFlush ??= this.#clock.after(batchMs, () => this.flush());
  }
}
