import { expect, test } from 'vitest';
import { silentLog } from '../../../test/support/fake-vendor.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { deviceKey, type Device } from '../../core/fleet/device.ts';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import { createMemoryVault } from '../../node/vault/memory-vault.ts';
import { vendorById } from '../../vendors/registry.ts';
import type { Connector } from '../../vendors/vendor.ts';
import { BulkSecrets } from './bulk-secrets.ts';
import { Bulk } from './bulk.ts';

const device = (accountId: string, id: string, more: Partial<Device> = {}): Device => ({
  key: deviceKey(accountId, id),
  id,
  name: `gw-${id}`,
  vendor: 'remoteiot',
  accountId,
  groups: ['Plant 1'],
  tags: [],
  presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
  services: [],
  ...more,
});

const rig = (devices: readonly Device[], answer: (operation: string) => Result<unknown> = () => ok(undefined)) => {
  const clock = new VirtualClock();
  const fleet = new Map(devices.map((each) => [each.key, each]));
  const calls: { readonly account: string; readonly operation: string; readonly input: unknown }[] = [];
  const refreshed: (string | undefined)[] = [];
  const recorded: unknown[] = [];
  let ids = 0;
  const connector = (account: string): Connector => ({
    check: async () => ok(undefined),
    listDevices: async function* () {},
    call: async (operation, input) => {
      calls.push({ account, operation: operation.id, input });
      return answer(operation.id);
    },
  });
  const bulk = new Bulk({
    accounts: {
      get: (id) => ({
        id,
        vendor: fleet.values().next().value?.vendor ?? 'mode',
        label: `Account ${id}`,
        baseUrl: '',
        fields: { keyKind: id },
      }),
      vendor: vendorById,
      connector: async (id) => ok(connector(id)),
    },
    inventory: {
      devices: fleet,
      device: (key) => fleet.get(key),
      refresh: async (id) => {
        refreshed.push(id);
        return ok(undefined);
      },
    },
    deviceLogs: { call: async () => fail('internal', 'Not in this test.', '') },
    secrets: new BulkSecrets({ vault: createMemoryVault(), randomBytes: (count) => new Uint8Array(count) }),
    activity: {
      recordOperation: (_account, operation, error, key) => void recorded.push([operation, error?.kind, key]),
    },
    clock,
    log: silentLog,
    newId: () => `id-${(ids += 1)}`,
    inputsOf: () => ['UnitId', 'deviceId'],
  });
  return { bulk, clock, calls, recorded, refreshed, keys: [...fleet.keys()], signal: new AbortController().signal };
};

const planned = async ({ bulk, keys, signal }: ReturnType<typeof rig>, action: Parameters<Bulk['preview']>[1]) => {
  const plan = await bulk.preview(keys, action, signal);
  if (!plan.ok) throw new Error(plan.error.message);
  return plan.value;
};

test('a plan changes nothing, runs once, and refreshes the accounts it changed', async () => {
  const stage = rig([device('user', 'A'), device('user', 'B')]);
  const plan = await planned(stage, { kind: 'rename', pattern: 'x{n}', first: 1 });
  expect(stage.calls).toEqual([]);
  const run = stage.bulk.start(plan.planId, {});
  await stage.clock.advance(1000);
  expect(stage.calls.map(({ input }) => input)).toEqual([
    { UnitId: 'A', Name: 'x1' },
    { UnitId: 'B', Name: 'x2' },
  ]);
  expect(stage.bulk.start(plan.planId, {}).ok).toBe(false);
  expect(stage.refreshed).toEqual(['user']);
  expect(stage.recorded).toEqual([
    ['rename', undefined, 'user/A'],
    ['rename', undefined, 'user/B'],
  ]);
  expect(stage.bulk.list()[0]).toMatchObject({ id: run.ok ? run.value.id : '', state: 'ended', total: 2 });
});

test('what destroys starts with the right count alone', async () => {
  const stage = rig([device('user', 'A'), device('user', 'B')]);
  const plan = await planned(stage, { kind: 'delete', hard: false });
  expect(plan).toMatchObject({
    danger: 'destroys',
    title: 'Delete 2 devices',
    confirm: expect.stringMatching(/^The devices leave the account, with their jobs/),
  });
  const one = await planned(rig([device('user', 'A')]), { kind: 'delete', hard: false });
  expect(one.confirm).toMatch(/^The device leaves the account, with its jobs/);
  for (const options of [{}, { count: 1 }, { count: 3 }]) {
    const refused = stage.bulk.start(plan.planId, options);
    expect(refused.ok ? '' : refused.error.kind).toBe('confirmation-required');
  }
  expect(stage.calls).toEqual([]);
  expect(stage.bulk.start(plan.planId, { count: 2 }).ok).toBe(true);
});

test('a new group is created once for each account, and a device is not moved where that failed', async () => {
  const good = rig([device('user', 'A'), device('user', 'B'), device('user', 'C')]);
  good.bulk.start((await planned(good, { kind: 'group', group: 'New' })).planId, {});
  await good.clock.advance(1000);
  expect(good.calls.map(({ operation }) => operation)).toEqual([
    'AddGroup',
    'ChangeGroup',
    'ChangeGroup',
    'ChangeGroup',
  ]);

  const bad = rig([device('user', 'A')], (operation) =>
    operation === 'AddGroup' ? fail('timeout', 'Nothing came.', 'Try again.') : ok(undefined),
  );
  const run = bad.bulk.start((await planned(bad, { kind: 'group', group: 'New' })).planId, {});
  await bad.clock.advance(1000);
  expect(bad.calls.map(({ operation }) => operation)).toEqual(['AddGroup']);
  const status = await bad.bulk.status(run.ok ? run.value.id : '', 0, bad.signal);
  // Never sent, so it may be tried again.
  expect(status.ok && status.value.run.counts.failed).toBe(1);
  expect(status.ok && status.value.run.retryable).toBe(1);
});

test('a key that cannot call the operation leaves the device out and says which could', async () => {
  const stage = rig([device('device', '1', { vendor: 'mode' }), device('user', '2', { vendor: 'mode' })]);
  const plan = await planned(stage, { kind: 'rename', pattern: 'n{n}', first: 1 });
  expect(plan.rows.map((row) => row.device.id)).toEqual(['2']);
  expect(plan.leftOut[0]?.reason).toBe('Needs a user or project key; this account has a device key.');
});

test('after a key is refused, the rest of its account is not sent', async () => {
  const devices = Array.from({ length: 30 }, (_, index) => device('user', `D${index}`));
  const stage = rig(devices, () => fail('unauthorized', 'The token is not accepted.', 'Enter it again.'));
  const run = stage.bulk.start((await planned(stage, { kind: 'rename', pattern: 'x{n}', first: 1 })).planId, {});
  await stage.clock.advance(1000);
  expect(stage.calls.length).toBeLessThanOrEqual(4);
  const status = await stage.bulk.status(run.ok ? run.value.id : '', 0, stage.signal);
  expect(status.ok && status.value.run.counts.failed).toBe(30);
});

test('the report names every device, those left out included', async () => {
  const stage = rig([device('user', 'A'), device('user', 'B', { name: 'x1' })]);
  const plan = await planned(stage, { kind: 'replace', find: 'gw', replaceBy: 'x', regex: false, ignoreCase: false });
  const run = stage.bulk.start(plan.planId, {});
  await stage.clock.advance(1000);
  const report = stage.bulk.report(run.ok ? run.value.id : '', 'json');
  if (!report.ok) throw new Error(report.error.message);
  expect(report.value.name).toBe('rename-1-device-2026-01-01t00-00.json');
  expect(JSON.parse(report.value.text)).toMatchObject({
    title: 'Rename 1 device',
    devices: [
      { device: 'gw-A', result: 'done', before: 'gw-A', after: 'x-A', account: 'Account user' },
      { device: 'x1', result: 'left out', reason: 'Its name stays as it is.' },
    ],
  });
});

test('an account whose credentials the newer operation refuses is renamed by the older one', async () => {
  const stage = rig([device('user', 'A', { vendor: 'remoteit' })], (operation) =>
    operation === 'renameService'
      ? fail('unauthorized', 'This key is for the older API.', 'Add another.')
      : ok(undefined),
  );
  const run = stage.bulk.start((await planned(stage, { kind: 'rename', pattern: 'new', first: 1 })).planId, {});
  await stage.clock.advance(1000);
  expect(stage.calls.map(({ operation, input }) => [operation, input])).toEqual([
    ['renameService', { serviceId: 'A', name: 'new' }],
    ['device/name', { deviceaddress: 'A', devicealias: 'new' }],
  ]);
  const status = await stage.bulk.status(run.ok ? run.value.id : '', 0, stage.signal);
  expect(status.ok && status.value.run.counts.done).toBe(1);
});
