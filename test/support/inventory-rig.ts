import { afterEach } from 'vitest';
import type { Account } from '../../src-main/core/fleet/account.ts';
import type { Service } from '../../src-main/core/fleet/device.ts';
import { Emitter } from '../../src-main/core/base/emitter.ts';
import { ok } from '../../src-main/core/base/errors.ts';
import type { Result } from '../../src-main/core/base/errors.ts';
import type { CachedFleet } from '../../src-main/core/fleet/fleet-cache.ts';
import { defaultSettings } from '../../src-main/core/app/settings.ts';
import type { Settings } from '../../src-main/core/app/settings.ts';
import type { AccountChange } from '../../src-main/services/fleet/accounts.ts';
import { Inventory } from '../../src-main/services/fleet/inventory.ts';
import type { InventoryChange } from '../../src-main/services/fleet/inventory-announcer.ts';
import type { Connector } from '../../src-main/vendors/vendor.ts';
import { fakeVendor, recordingLog, ScriptedConnector } from './fake-vendor.ts';
import { MemoryFolder } from './memory-document.ts';
import { VirtualClock } from './virtual-clock.ts';

export const account = (id: string): Account => ({
  id,
  vendor: 'remoteiot',
  label: id,
  baseUrl: 'https://example.com',
  fields: {},
});

/** An inventory on a virtual clock, whose accounts and connectors are the test's. */
export const inventoryRig = (ids: readonly string[]) => {
  const clock = new VirtualClock();
  const connectors = new Map(ids.map((id) => [id, new ScriptedConnector()]));
  const connectorOf = (id: string): ScriptedConnector => {
    const connector = connectors.get(id) ?? new ScriptedConnector();
    connectors.set(id, connector);
    return connector;
  };
  const list = ids.map(account);
  const opening = new Map<string, Result<Connector>>();
  const accountChanged = new Emitter<AccountChange>();
  const settingsChanged = new Emitter<Settings>();
  let settings = defaultSettings;
  const vendor = fakeVendor('remoteiot', () => new ScriptedConnector());
  const cache = new MemoryFolder<CachedFleet>({ devices: [] });
  const log: string[] = [];
  const custom = new Map<string, readonly Service[]>();
  const inventory = new Inventory({
    accounts: {
      list: () => list,
      get: (id) => list.find((each) => each.id === id),
      connector: async (id) => opening.get(id) ?? ok(connectorOf(id)),
      vendor: () => vendor,
      changed: accountChanged,
    },
    preferences: { customServices: (key) => custom.get(key) ?? [] },
    settings: { get: () => settings, changed: settingsChanged },
    cache,
    clock,
    random: () => 0.5,
    log: recordingLog(log),
  });
  const changes: InventoryChange[] = [];
  inventory.changed.on((change) => changes.push(change));
  return {
    clock,
    cache,
    log,
    list,
    opening,
    custom,
    inventory,
    changes,
    connector: connectorOf,
    changeAccount: (kind: AccountChange['kind'], changed: Account) => accountChanged.emit({ kind, account: changed }),
    changeSettings: (patch: Partial<Settings>) => {
      settings = { ...settings, ...patch };
      settingsChanged.emit(settings);
    },
    names: () => [...inventory.devices.keys()].sort(),
  };
};

/** Rigs of one test file; what they hold is disposed of after each test. */
export const trackedInventoryRigs = () => {
  const open: Inventory[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((inventory) => inventory.dispose()));
  });
  return (ids: readonly string[] = ['a']) => {
    const rig = inventoryRig(ids);
    open.push(rig.inventory);
    return rig;
  };
};
