import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VendorId } from '../support/vendor-ids.ts';
import type { AppError, ErrorKind, Result } from '../../src-main/core/base/errors.ts';
import { fleetCacheFormat } from '../../src-main/core/fleet/fleet-cache.ts';
import { settingsFormat } from '../../src-main/core/app/settings.ts';
import { impatientHttp } from '../support/impatient-http.ts';
import { jsonDocument, jsonFolder } from '../../src-main/node/storage/json-document.ts';
import { createMemoryVault } from '../../src-main/node/vault/memory-vault.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { createWebSocketClient } from '../../src-main/node/http/websocket-client.ts';
import { accountsFormat } from '../../src-main/services/fleet/accounts-format.ts';
import { pendingSecretsFormat } from '../../src-main/services/fleet/pending-secrets.ts';
import { Accounts } from '../../src-main/services/fleet/accounts.ts';
import { LocalActions } from '../../src-main/services/operation/local-actions.ts';
import { Inventory } from '../../src-main/services/fleet/inventory.ts';
import { SettingsStore } from '../../src-main/services/app/settings-store.ts';
import { WebSessions } from '../../src-main/services/session/web-sessions.ts';
import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { ReemoSimulator, simulatedReemoId } from '../../src-main/simulators/reemo/reemo.ts';
import { simulatedUnitId } from '../../src-main/simulators/remoteiot/devices.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { simulatedDeviceId } from '../../src-main/simulators/remoteit/fleet.ts';
import { simulatedComputerId } from '../../src-main/simulators/remotix/book.ts';
import { RemotixSimulator } from '../../src-main/simulators/remotix/remotix.ts';
import type { Simulator } from '../../src-main/simulators/simulator.ts';
import { vendors } from '../../src-main/vendors/registry.ts';
import type { Connector } from '../../src-main/vendors/vendor.ts';
import { recordingLog } from '../support/fake-vendor.ts';
import { remoteItAccount, remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';

/** Five accounts at once while one vendor misbehaves: what it costs, and that it costs nobody else anything. */

const fleetSize = 30;
const forever = new AbortController().signal;
const secrets = {
  remoteit: remoteItSecrets.accessKey,
  remoteiot: { token: 'token-of-five-4711' },
  mode: { apiKey: 'v1.dXNl.key-of-five-4711' },
  remotix: {},
  reemo: { secretKey: 'sk_live_five-4711' },
} as const satisfies Readonly<Record<VendorId, Readonly<Record<string, string>>>>;

/** What is tried of a vendor besides its list. */
interface Side {
  readonly simulator: Simulator;
  readonly baseUrl: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly deviceId: string;
  /** Reaches the device by the vendor's route. */
  connect(connector: Connector, deviceKey: string): Promise<Result<unknown>>;
  readonly write: { readonly operation: string; readonly input: () => unknown };
}

let ssh: Server;
let folder: string;
let sides: Readonly<Record<VendorId, Side>>;
let accounts: Accounts;
let inventory: Inventory;
let actions: LocalActions;
let webSessions: WebSessions;
const ids = new Map<VendorId, string>();
const log: string[] = [];
const opened: (() => unknown)[] = [];

beforeAll(async () => {
  ssh = createServer((socket) => socket.end('SSH-2.0-none\r\n'));
  ssh.listen(0, '127.0.0.1');
  await once(ssh, 'listening');
});

afterAll(() => ssh.close());

const tunnelTo =
  (kind: 'ssh') =>
  async (connector: Connector, deviceKey: string): Promise<Result<unknown>> => {
    const service = inventory.servicesOf(deviceKey).find((candidate) => candidate.kind === kind);
    if (service === undefined || connector.tunnels === undefined) throw new Error('no tunnel');
    const deviceId = inventory.device(deviceKey)?.id ?? '';
    const tunnel = await connector.tunnels.open(deviceId, service, forever);
    if (tunnel.ok) await connector.tunnels.close(deviceId, tunnel.value, forever);
    return tunnel;
  };

const startSides = async (): Promise<Readonly<Record<VendorId, Side>>> => {
  const fleet = makeFleet(fleetSize, Date.now()).map((device) => ({ ...device, online: true, kind: 'kiosk' as const }));
  const target = () => ({ host: '127.0.0.1', port: (ssh.address() as AddressInfo).port });
  const remoteit = await startRemoteIt({ devices: fleet, target });
  const remoteiot = new RemoteIotSimulator({ token: secrets.remoteiot.token, devices: fleet, target });
  const mode = new ModeSimulator({ devices: fleet, user: { key: secrets.mode.apiKey, homes: 'project' } });
  const remotix = new RemotixSimulator({ devices: fleet });
  const reemo = new ReemoSimulator({ secretKey: secrets.reemo.secretKey, devices: fleet });
  await Promise.all([remoteiot, mode, remotix, reemo].map((simulator) => simulator.listen()));
  const sensor = '34256';
  return {
    remoteit: {
      simulator: remoteit,
      baseUrl: remoteit.baseUrl,
      deviceId: simulatedDeviceId(0),
      connect: tunnelTo('ssh'),
      write: { operation: 'connect', input: () => ({ serviceId: remoteit.fleet.list()[1]?.services[0]?.id }) },
    },
    remoteiot: {
      simulator: remoteiot,
      baseUrl: remoteiot.baseUrl,
      deviceId: simulatedUnitId(0),
      connect: tunnelTo('ssh'),
      write: {
        operation: 'submitjob',
        input: () => ({ JobName: 'J', UnitId: simulatedUnitId(0), ExecuteTime: '2026-11-20 12:00:00', Command: 'ls' }),
      },
    },
    mode: {
      simulator: mode,
      baseUrl: mode.baseUrl,
      fields: { keyKind: 'user', projectId: '1265' },
      deviceId: sensor,
      connect: (connector) => {
        const operation = vendors.find(({ id }) => id === 'mode')?.operations.find(({ id }) => id === 'proxyGet');
        if (operation === undefined) throw new Error('no proxyGet');
        return connector.call(operation, { deviceId: sensor, srcPath: 'app/status' }, forever);
      },
      write: { operation: 'sendCommand', input: () => ({ deviceId: sensor, action: 'go' }) },
    },
    remotix: {
      simulator: remotix,
      baseUrl: remotix.baseUrl,
      deviceId: simulatedComputerId(0),
      connect: (_connector, deviceKey) => actions.run(deviceKey, 'NEAR/control', forever),
      write: { operation: 'createGroup', input: () => ({ name: 'New' }) },
    },
    reemo: {
      simulator: reemo,
      baseUrl: reemo.baseUrl,
      deviceId: simulatedReemoId(0),
      connect: (_connector, deviceKey) => webSessions.open(deviceKey, forever),
      write: { operation: 'reserveComputer', input: () => ({ _id: crypto.randomUUID() }) },
    },
  };
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-five-'));
  log.length = 0;
  sides = await startSides();
  const http = impatientHttp(log);
  const sockets = createWebSocketClient({ clock: systemClock, userAgent: 'test' });
  const deps = { clock: systemClock, random: Math.random, log: recordingLog(log) };
  accounts = new Accounts({
    document: jsonDocument({ path: join(folder, 'accounts.json'), ...accountsFormat(vendors) }),
    pendingSecrets: jsonDocument({ path: join(folder, 'pending-secrets.json'), ...pendingSecretsFormat }),
    vault: createMemoryVault(),
    vendors,
    http,
    sockets,
    ...deps,
  });
  inventory = new Inventory({
    accounts,
    preferences: { customServices: () => [] },
    settings: await SettingsStore.load(jsonDocument({ path: join(folder, 'settings.json'), ...settingsFormat })),
    cache: jsonFolder({ folder: join(folder, 'cache'), ...fleetCacheFormat }),
    ...deps,
  });
  actions = new LocalActions({ accounts, inventory, log: deps.log });
  webSessions = new WebSessions({
    accounts,
    inventory,
    host: {
      open: async () => ({ ok: true, value: {} }),
      endAll: async () => undefined,
      dispose: async () => undefined,
    },
    log: deps.log,
  });
  for (const vendor of vendors) {
    const { baseUrl, fields } = sides[vendor.id];
    const added = await accounts.add(
      {
        vendor: vendor.id,
        label: vendor.name,
        baseUrl,
        secrets: { ...secrets[vendor.id] },
        ...(fields === undefined ? {} : { fields: { ...fields } }),
      },
      forever,
    );
    if (!added.ok) throw new Error(`${vendor.id}: ${added.error.message}`);
    ids.set(vendor.id, added.value.id);
  }
  opened.push(
    () => http.dispose(),
    () => sockets.dispose(),
    () => inventory.dispose(),
  );
  await Promise.all(vendors.map(({ id }) => inventory.refresh(ids.get(id), forever)));
});

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
  await Promise.all(Object.values(sides).map(({ simulator }) => simulator.dispose()));
  await rm(folder, { recursive: true, force: true });
});

const faults: Readonly<Record<string, { readonly fault: FaultInput; readonly kinds: readonly ErrorKind[] }>> = {
  'a late answer': { fault: { kind: 'delay', ms: 1200 }, kinds: ['timeout'] },
  'too many requests': { fault: { kind: 'status', status: 429, retryAfter: '1' }, kinds: ['rate-limited'] },
  'a server error': { fault: { kind: 'status', status: 500 }, kinds: ['vendor-unavailable'] },
  maintenance: { fault: { kind: 'status', status: 503 }, kinds: ['vendor-unavailable'] },
  'a reset': { fault: { kind: 'reset' }, kinds: ['unreachable'] },
  'a reset after it was done': { fault: { kind: 'reset-after' }, kinds: ['unreachable'] },
  'a truncated answer': { fault: { kind: 'truncated' }, kinds: ['bad-response'] },
  'an answer cut off': { fault: { kind: 'cut-off' }, kinds: ['bad-response', 'unreachable'] },
  'an answer that is no JSON': { fault: { kind: 'malformed' }, kinds: ['bad-response'] },
  'a web page instead': { fault: { kind: 'html' }, kinds: ['wrong-url', 'bad-response'] },
  'a slow drip': { fault: { kind: 'drip', everyMs: 150 }, kinds: ['timeout'] },
  'credentials revoked': { fault: { kind: 'revoked' }, kinds: ['unauthorized', 'forbidden'] },
};

const states = (accountId: string): readonly unknown[] =>
  [...inventory.devices.values()]
    .filter((device) => device.accountId === accountId)
    .map(({ id, name, presence }) => [id, name, presence.state]);

const refreshAll = async (): Promise<ReadonlyMap<VendorId, AppError | undefined>> => {
  const results = await Promise.all(
    vendors.map(async ({ id }) => [id, await inventory.refresh(ids.get(id), forever)] as const),
  );
  return new Map(results.map(([id, result]) => [id, result.ok ? undefined : result.error]));
};

const connectorOf = async (vendor: VendorId): Promise<Connector> => {
  const connector = await accounts.connector(ids.get(vendor) ?? '');
  if (!connector.ok) throw new Error(connector.error.message);
  return connector.value;
};

const connectTo = async (vendor: VendorId): Promise<Result<unknown>> =>
  sides[vendor].connect(await connectorOf(vendor), `${ids.get(vendor)}/${sides[vendor].deviceId}`);

const writeTo = async (vendor: VendorId): Promise<Result<unknown>> => {
  const { operation: name, input } = sides[vendor].write;
  const operation = vendors.find(({ id }) => id === vendor)?.operations.find(({ id }) => id === name);
  if (operation === undefined) throw new Error(`no ${name}`);
  expect(operation.repeatable).toBe(false);
  return (await connectorOf(vendor)).call(operation, input(), forever);
};

describe.each(Object.entries(faults))('%s', (_name, { fault, kinds }) => {
  it.each(vendors.map(({ id }) => id))(
    'of %s: told as what it is, felt by nobody else, over when it is over',
    async (vendor) => {
      const accountId = ids.get(vendor) ?? '';
      expect(inventory.devices.size).toBe(5 * fleetSize);
      const before = new Map([...ids].map(([id, account]) => [id, states(account)]));

      const undo = sides[vendor].simulator.fault(fault);
      const errors = await refreshAll();
      expect(kinds).toContain(errors.get(vendor)?.kind);
      expect(errors.get(vendor)?.hint).toMatch(/\.$/);
      expect(inventory.health(accountId)).toMatchObject({ deviceCount: fleetSize, failingSince: expect.any(Number) });
      for (const [id, error] of errors) {
        if (id !== vendor) expect(error, id).toBeUndefined();
        expect(states(ids.get(id) ?? ''), id).toEqual(before.get(id));
      }

      // One way in and one write, each told as what it is; the write was sent once at most.
      const connected = await connectTo(vendor);
      // What has no answer to read cannot have a bad one.
      if (!connected.ok) expect(kinds).toContain(connected.error.kind);
      sides[vendor].simulator.forgetRequests();
      const written = await writeTo(vendor);
      if (!written.ok) expect([...kinds, 'rate-limited']).toContain(written.error.kind);
      expect(sides[vendor].simulator.requests.length).toBeLessThanOrEqual(1);
      // Others go on meanwhile.
      const other = vendors[(vendors.findIndex(({ id }) => id === vendor) + 1) % vendors.length]?.id ?? 'mode';
      expect(await connectTo(other)).toMatchObject({ ok: true });
      expect(await writeTo(other)).toMatchObject({ ok: true });

      undo();
      await expect
        .poll(() => inventory.refresh(accountId, forever).then(({ ok }) => ok), { timeout: 15_000 })
        .toBe(true);
      const health = inventory.health(accountId);
      expect([health.error, health.failingSince, health.deviceCount]).toEqual([
        undefined,
        undefined,
        // A reservation that was made without our hearing of it is a computer all the same.
        vendor === 'reemo' ? expect.any(Number) : fleetSize,
      ]);
      expect(await connectTo(vendor)).toMatchObject({ ok: true });
      expect(await writeTo(vendor)).toMatchObject({ ok: true });

      const kept = await readdir(folder, { recursive: true, withFileTypes: true });
      const texts = await Promise.all(
        kept.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
      );
      const told = JSON.stringify([[...errors], connected, written]) + texts.join('\n') + log.join('\n');
      for (const secret of [...Object.values(secrets).flatMap((held) => Object.values(held)), remoteItAccount.password])
        expect(told.replaceAll(remoteItAccount.accessKey.id, '')).not.toContain(
          secret === remoteItAccount.accessKey.id ? '\u0000' : secret,
        );
    },
  );
});
