import { vendors } from '../../src-main/vendors/registry.ts';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../src-main/core/base/errors.ts';
import { fleetCacheFormat } from '../../src-main/core/fleet/fleet-cache.ts';
import { settingsFormat } from '../../src-main/core/app/settings.ts';
import { impatientHttp } from '../support/impatient-http.ts';
import { jsonDocument, jsonFolder } from '../../src-main/node/storage/json-document.ts';
import { createMemoryVault } from '../../src-main/node/vault/memory-vault.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { accountsFormat } from '../../src-main/services/fleet/accounts-format.ts';
import { pendingSecretsFormat } from '../../src-main/services/fleet/pending-secrets.ts';
import { Accounts } from '../../src-main/services/fleet/accounts.ts';
import { Inventory } from '../../src-main/services/fleet/inventory.ts';
import { SettingsStore } from '../../src-main/services/app/settings-store.ts';
import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { remoteIot } from '../../src-main/vendors/remoteiot/connector.ts';
import { recordingLog } from '../support/fake-vendor.ts';

/** The simulated vendor, the real client, real files: what the user keeps seeing while the vendor misbehaves. */

const token = 'eyJhbGciOiJIUzI1NiJ9.inventory-fault-token';
const forever = new AbortController().signal;
const fleetSize = 30;

let folder = '';
let simulator: RemoteIotSimulator;
const opened: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-inventory-'));
  simulator = new RemoteIotSimulator({ token, devices: fleetSize });
  await simulator.listen();
});

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
  await simulator.dispose();
  await rm(folder, { recursive: true, force: true });
});

const vault = createMemoryVault();

/** A core as after a start of the program, on the files of `folder`. */
const start = async (log: string[] = []) => {
  const http = impatientHttp(log);
  const deps = { clock: systemClock, random: Math.random, log: recordingLog(log) };
  const accounts = new Accounts({
    document: jsonDocument({ path: join(folder, 'accounts.json'), ...accountsFormat(vendors) }),
    pendingSecrets: jsonDocument({ path: join(folder, 'pending-secrets.json'), ...pendingSecretsFormat }),
    vault,
    vendors: [remoteIot],
    http,
    ...deps,
  });
  await accounts.load();
  const inventory = new Inventory({
    accounts,
    preferences: { customServices: () => [] },
    settings: await SettingsStore.load(jsonDocument({ path: join(folder, 'settings.json'), ...settingsFormat })),
    cache: jsonFolder({ folder: join(folder, 'cache'), ...fleetCacheFormat }),
    ...deps,
  });
  opened.push(
    () => http.dispose(),
    () => inventory.dispose(),
  );
  await inventory.load();
  return { accounts, inventory };
};

const addAccount = async (accounts: Accounts): Promise<string> => {
  const added = await accounts.add(
    { vendor: 'remoteiot', label: 'Simulated', baseUrl: simulator.baseUrl, secrets: { token } },
    forever,
  );
  if (!added.ok) throw new Error(added.error.message);
  return added.value.id;
};

const faults: Readonly<Record<string, { readonly fault: FaultInput; readonly kind: ErrorKind }>> = {
  'too many requests': { fault: { kind: 'status', status: 403 }, kind: 'rate-limited' },
  'server error': { fault: { kind: 'status', status: 500 }, kind: 'vendor-unavailable' },
  delay: { fault: { kind: 'delay', ms: 3000 }, kind: 'timeout' },
  reset: { fault: { kind: 'reset' }, kind: 'unreachable' },
  'reset after the request': { fault: { kind: 'reset-after' }, kind: 'unreachable' },
  truncated: { fault: { kind: 'truncated' }, kind: 'bad-response' },
  'cut off': { fault: { kind: 'cut-off' }, kind: 'bad-response' },
  malformed: { fault: { kind: 'malformed' }, kind: 'bad-response' },
  'a web page': { fault: { kind: 'html' }, kind: 'wrong-url' },
  'slow drip': { fault: { kind: 'drip', everyMs: 150 }, kind: 'timeout' },
  revoked: { fault: { kind: 'revoked' }, kind: 'unauthorized' },
};

describe.each(Object.entries(faults))('%s', (_name, { fault, kind }) => {
  it.each(['/device', '/status'])('of %s: the list stays, says why, and is good again after', async (path) => {
    const { accounts, inventory } = await start();
    const id = await addAccount(accounts);
    expect(await inventory.refresh(id, forever)).toEqual({ ok: true, value: undefined });
    expect(inventory.devices.size).toBe(fleetSize);
    const before = new Map([...inventory.devices].map(([key, device]) => [key, device.presence]));

    const undo = simulator.fault({ ...fault, path });
    expect(await inventory.refresh(id, forever)).toMatchObject({ ok: false, error: { kind } });
    expect(inventory.health(id)).toMatchObject({ error: { kind }, deviceCount: fleetSize });
    expect(inventory.health(id).failingSince).toBeTypeOf('number');
    expect(new Map([...inventory.devices].map(([key, device]) => [key, device.presence]))).toEqual(before);

    undo();
    await expect.poll(() => inventory.refresh(id, forever).then((result) => result.ok), { timeout: 5000 }).toBe(true);
    const health = inventory.health(id);
    expect([health.error, health.failingSince]).toEqual([undefined, undefined]);
    expect(inventory.devices.size).toBe(fleetSize);
  });
});

describe('a device that comes and goes', () => {
  it('is shown as what it last was, and nothing else moves', async () => {
    const { accounts, inventory } = await start();
    const id = await addAccount(accounts);
    const [flapping = ''] = simulator.unitIds;
    simulator.setFlapping([flapping], 0);
    const seen = new Set<string>();
    const others = (): readonly unknown[] =>
      [...inventory.devices.values()].filter((device) => device.id !== flapping).map((device) => device.presence.state);
    await inventory.refresh(id, forever);
    const before = others();
    for (let poll = 0; poll < 4; poll += 1) {
      expect(await inventory.refresh(id, forever)).toEqual({ ok: true, value: undefined });
      seen.add([...inventory.devices.values()].find((device) => device.id === flapping)?.presence.state ?? '');
    }
    expect(seen).toEqual(new Set(['online', 'offline']));
    expect(others()).toEqual(before);
    expect(inventory.health(id).error).toBeUndefined();
  });
});

describe('after a restart', () => {
  it('the last fleet is there before the vendor answers, and no file or log line holds the token', async () => {
    const log: string[] = [];
    const first = await start(log);
    const id = await addAccount(first.accounts);
    await first.inventory.refresh(id, forever);
    const before = new Map(first.inventory.devices);
    const lastGoodAt = first.inventory.health(id).lastGoodAt;
    await first.inventory.dispose();

    simulator.fault({ kind: 'reset' });
    const second = await start(log);
    expect(new Map(second.inventory.devices)).toEqual(before);
    expect(second.inventory.health(id)).toMatchObject({ lastGoodAt, deviceCount: fleetSize });
    expect(await second.inventory.refresh(id, forever)).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(second.inventory.devices.size).toBe(fleetSize);

    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
    );
    expect(texts.length).toBeGreaterThanOrEqual(2);
    expect(texts.join('\n') + log.join('\n')).not.toContain(token);

    simulator.faults.clear();
    expect(await second.accounts.remove(id)).toMatchObject({ ok: true });
    await second.inventory.dispose();
    expect(second.inventory.devices.size).toBe(0);
    expect(await readdir(join(folder, 'cache'))).toEqual([]);
  });
});
