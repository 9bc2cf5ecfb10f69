import type { AccountHealth } from '../core/account.ts';
import type { Device, Service } from '../core/device.ts';
import { Emitter } from '../core/emitter.ts';
import { fail } from '../core/errors.ts';
import type { AppError, Result } from '../core/errors.ts';
import type { CachedFleet } from '../core/fleet-cache.ts';
import type { Clock, DocumentFolder, Log, Random } from '../core/ports.ts';
import type { Accounts } from './accounts.ts';
import type { DeviceNotes } from './device-notes.ts';
import type { SettingsStore } from './settings-store.ts';

export interface InventoryChange {
  readonly upsert: readonly Device[];
  readonly remove: readonly string[];
  /** Ids of accounts whose health changed. */
  readonly health: readonly string[];
}
export interface InventoryDeps {
  readonly accounts: Pick<Accounts, 'list' | 'get' | 'connector' | 'vendor' | 'changed'>;
  readonly notes: Pick<DeviceNotes, 'customServices'>;
  readonly settings: Pick<SettingsStore, 'get' | 'changed'>;
  readonly cache: DocumentFolder<CachedFleet>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export class Inventory {
  readonly changed = new Emitter<InventoryChange>();
  readonly devices: ReadonlyMap<string, Device> = new Map();
  readonly #deps: InventoryDeps;
  constructor(deps: InventoryDeps) { this.#deps = deps; }
  async load(): Promise<readonly AppError[]> { return []; }
  start(): void {}
  suspend(): void {}
  resume(): void {}
  async dispose(): Promise<void> { this.#deps.log.write('debug', 'x'); }
  async refresh(_accountId: string | undefined, _signal: AbortSignal): Promise<Result<void>> { return fail('internal', 'Not built yet.', 'Wait.'); }
  device(key: string): Device | undefined { return this.devices.get(key); }
  servicesOf(_key: string): readonly Service[] { return []; }
  health(_accountId: string): AccountHealth { return { refreshing: false, deviceCount: 0 }; }
}
