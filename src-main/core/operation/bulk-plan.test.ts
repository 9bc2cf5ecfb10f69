import { expect, test } from 'vitest';
import { vendorById } from '../../vendors/registry.ts';
import type { BulkAction } from './bulk-action.ts';
import type { PlanContext } from './bulk-calls.ts';
import { planBulk, type Plan } from './bulk-plan.ts';
import { deviceKey, type Device, type VendorId } from '../fleet/device.ts';

const device = (vendor: VendorId, id: string, more: Partial<Device> = {}): Device => ({
  key: deviceKey(vendor, id),
  id,
  name: `${vendor}-${id}`,
  vendor,
  accountId: vendor,
  groups: ['Plant 1'],
  tags: ['a'],
  presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
  services: [],
  ...more,
});

const context: PlanContext = {
  vendorName: (id) => id,
  accountLabel: (id) => id,
  edits: (id) => vendorById(id)?.edits,
  hasGroup: (_account, group) => group === 'Plant 1',
  refusal: () => undefined,
  parameter: (vendor, operation) =>
    vendor === 'mode' && operation === 'updateDevice' ? { parameter: 'deviceId', form: 'id', of: 'device' } : undefined,
  customField: (key) => (key.endsWith('/known') ? 'rack 1' : undefined),
  now: '2026-11-21 00:00:00',
};

const connection = { id: 'connect', kind: 'tcp', name: 'Open in Remotix', route: 'local-action' } as const;
const fleet: readonly Device[] = [
  device('remoteiot', 'known', { description: 'North gate' }),
  device('mode', '7'),
  device('mode', '8', { presence: { state: 'offline', observedAt: 0, source: 'vendor-list' } }),
  device('remotix', 'c1', { services: [connection] }),
  device('remotix', '42'),
  device('reemo', 'r1'),
  device('remoteit', 'it'),
];

const plan = (action: BulkAction, chosen: readonly Device[] = fleet): Plan => {
  const planned = planBulk(action, chosen, fleet, context);
  if (!planned.ok) throw new Error(planned.error.message);
  return planned.value;
};

const actions: readonly BulkAction[] = [
  { kind: 'rename', pattern: '{name}-{n}', first: 1 },
  { kind: 'replace', find: '-', replaceBy: '_', regex: false, ignoreCase: false },
  { kind: 'group', group: 'Plant 2' },
  { kind: 'delete', hard: true },
  { kind: 'job', name: 'Update', command: 'apt upgrade -y' },
  { kind: 'upload', file: { name: 'site.conf', base64: 'aGk=' }, folder: '/etc/' },
  { kind: 'custom-field', field: 'Rack', value: '{group} {n}' },
  { kind: 'command', action: 'reboot', parameters: { delay: 5 } },
  { kind: 'tag', change: 'add', tags: ['a', 'b'] },
  { kind: 'password', protocol: 'rdp', user: 'admin', generate: true },
  { kind: 'operation', operation: 'updateDevice', input: { tag: 'x' } },
];

test.each(actions)(
  '$kind: every device is planned or left out with a reason, and every call is one the vendor takes',
  (action) => {
    const { rows, leftOut } = plan(action);
    expect(rows.length + leftOut.length).toBe(fleet.length);
    expect(rows.length).toBeGreaterThan(0);
    for (const { reason } of leftOut) expect(reason).toMatch(/\.$/);
    for (const row of rows) {
      const operation = vendorById(row.device.vendor)?.operations.find(({ id }) => id === row.operation);
      const input = action.kind === 'password' ? { ...row.input, 'rdp.password': 'x' } : row.input;
      expect(operation?.input.safeParse(input), `${row.device.vendor} ${row.operation}`).toMatchObject({
        success: true,
      });
      expect(JSON.stringify(row.input)).toContain(row.device.id);
    }
  },
);

test('a rename keeps the description, and says where names are not unique', () => {
  const { rows } = plan({ kind: 'rename', pattern: 'same', first: 1 });
  expect(rows[0]?.input).toEqual({ UnitId: 'known', Name: 'same', Description: 'North gate' });
  expect(rows.filter((row) => row.warning !== undefined).map((row) => row.device.vendor)).toEqual([
    'mode',
    'mode',
    'remotix',
    'remotix',
  ]);
  const taken = plan({ kind: 'rename', pattern: 'MODE-8', first: 1 }, fleet.slice(1, 2));
  expect(taken.rows[0]?.warning).toContain('Another device');
});

test('devices that would not change are left out', () => {
  expect(plan({ kind: 'rename', pattern: '{name}', first: 1 }).rows).toEqual([]);
  expect(plan({ kind: 'custom-field', field: 'Rack', value: 'rack 1' }).rows).toEqual([]);
  expect(plan({ kind: 'group', group: 'Plant 1' }).rows).toEqual([]);
  expect(plan({ kind: 'tag', change: 'add', tags: ['a'] }).rows).toEqual([]);
});

test('a new group is created once, before its first device', () => {
  const [row] = plan({ kind: 'group', group: 'Plant 2' }).rows;
  expect(row?.first).toEqual({ operation: 'AddGroup', input: { Group: 'Plant 2' } });
});

test('what cannot be done is left out: offline for commands, online for Reemo’s delete', () => {
  const command = plan({ kind: 'command', action: 'reboot' });
  expect(command.rows.map((row) => row.device.id)).toEqual(['7']);
  const gone = plan({ kind: 'delete', hard: false });
  expect(gone.leftOut.map(({ device: { vendor } }) => vendor)).toEqual(['reemo', 'remoteit']);
});

test('an action that lacks something says what', () => {
  const incomplete = planBulk({ kind: 'job', name: 'x' }, fleet, fleet, context);
  expect(incomplete.ok ? '' : incomplete.error.message).toContain('a command or a script');
});

test('MODE’s one tag is set, replaced and taken away; two are too many', () => {
  const tagged = (change: 'add' | 'remove', tags: readonly string[]): Plan =>
    plan({ kind: 'tag', change, tags }, [device('mode', '7')]);
  expect(tagged('add', ['b']).rows[0]).toMatchObject({
    operation: 'updateDevice',
    input: { deviceId: '7', tag: 'b' },
    before: 'a',
    after: 'b',
  });
  expect(tagged('remove', ['a']).rows[0]).toMatchObject({ input: { deviceId: '7', tag: '' }, after: '' });
  expect(tagged('remove', ['b']).leftOut[0]?.reason).toBe('It has none of these tags.');
  expect(tagged('add', ['b', 'c']).leftOut[0]?.reason).toBe('mode keeps one tag for a device; choose one.');
});

test('remote.it gets the tags that are new, and loses those that it has', () => {
  const tagged = (change: 'add' | 'remove', tags: readonly string[]) =>
    plan({ kind: 'tag', change, tags }, [device('remoteit', 'it', { tags: ['a', 'b'] })]).rows[0];
  expect(tagged('add', ['b', 'c'])).toMatchObject({ operation: 'addTag', input: { name: ['c'] }, after: 'a, b, c' });
  expect(tagged('remove', ['a', 'c'])).toMatchObject({ operation: 'removeTag', input: { name: ['a'] }, after: 'b' });
});

test('a rename at remote.it has the older operation for credentials that the newer one refuses', () => {
  const renamed = plan({ kind: 'rename', pattern: 'n', first: 1 }, [device('remoteit', 'it')]).rows[0];
  expect(renamed?.otherwise).toEqual({
    operation: 'device/name',
    input: { deviceaddress: 'it', devicealias: 'n' },
  });
});

test('MODE’s devices move to a home by its number, and a name moves none', () => {
  const moved = (group: string): Plan => plan({ kind: 'group', group }, [device('mode', '7')]);
  expect(moved('1923').rows[0]?.input).toEqual({ deviceId: '7', homeId: 1923 });
  expect(moved('Plant 2').leftOut[0]?.reason).toContain('by number');
});

test('Reemo deletes what is known to be offline alone', () => {
  const deleted = (state: 'online' | 'offline' | 'unknown'): number =>
    plan({ kind: 'delete', hard: false }, [
      device('reemo', 'r', { presence: { state, observedAt: 0, source: 'vendor-list' } }),
    ]).rows.length;
  expect([deleted('online'), deleted('unknown'), deleted('offline')]).toEqual([0, 0, 1]);
});

test('the harder way to delete is taken where there is one', () => {
  const deleted = (hard: boolean) => plan({ kind: 'delete', hard }, [device('mode', '7')]).rows[0];
  expect(deleted(false)).toMatchObject({ input: { hardDelete: 'false' }, after: 'out of its home' });
  expect(deleted(true)).toMatchObject({ input: { hardDelete: 'true' }, after: 'erased for ever' });
});
