import { expect, test } from 'vitest';
import { silentLog } from '../../../test/support/fake-vendor.ts';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { Device, VendorId } from '../../core/fleet/device.ts';
import { vendorById } from '../../vendors/registry.ts';
import type { Connector } from '../../vendors/vendor.ts';
import { DeviceEditor } from './device-editor.ts';

const { signal } = new AbortController();

const rig = (vendor: VendorId, answer: (operation: string) => Result<unknown> = () => ok(undefined)) => {
  const device: Device = {
    key: 'acme/7',
    id: '7',
    name: 'pump',
    vendor,
    accountId: 'acme',
    groups: ['Plant 1'],
    tags: ['a'],
    presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
    services: [],
  };
  const other: Device = { ...device, key: 'other/8', id: '8', accountId: 'other', groups: ['Plant 2'] };
  const calls: string[] = [];
  const recorded: unknown[] = [];
  const connector: Connector = {
    check: async () => ok(undefined),
    listDevices: async function* () {},
    call: async (operation) => {
      calls.push(operation.id);
      return answer(operation.id);
    },
  };
  const devices = new Map([device, other].map((each) => [each.key, each]));
  const editor = new DeviceEditor({
    accounts: { vendor: vendorById, connector: async () => ok(connector) },
    inventory: { devices, device: (key) => devices.get(key) },
    activity: {
      recordOperation: (_account, operation, error, key) => void recorded.push([operation, error?.kind, key]),
    },
    log: silentLog,
  });
  return { editor, calls, recorded };
};

test('credentials that the newer operation refuses rename by the older one; any other failure stays one', async () => {
  const closed = rig('remoteit', (operation) =>
    operation === 'renameService' ? fail('unauthorized', 'Not this key.', 'Add another.') : ok(undefined),
  );
  expect(await closed.editor.edit('acme/7', { kind: 'rename', name: 'n' }, false, signal)).toEqual(ok(undefined));
  expect(closed.recorded).toEqual([
    ['renameService', 'unauthorized', 'acme/7'],
    ['device/name', undefined, 'acme/7'],
  ]);
  const lost = rig('remoteit', () => fail('timeout', 'Nothing came.', 'Try again.'));
  expect(await lost.editor.edit('acme/7', { kind: 'rename', name: 'n' }, false, signal)).toMatchObject({ ok: false });
  expect(lost.calls).toEqual(['renameService']);
});

test('what destroys is not called before somebody agreed', async () => {
  const { editor, calls } = rig('remoteiot');
  const way = { kind: 'delete', deletion: 'delete' } as const;
  expect(await editor.edit('acme/7', way, false, signal)).toMatchObject({ error: { kind: 'confirmation-required' } });
  expect(calls).toEqual([]);
  expect((await editor.edit('acme/7', way, true, signal)).ok).toBe(true);
  expect(calls).toEqual(['DeleteDevice']);
});

test('a group that only another account has is made, and one that is there after all is no failure', async () => {
  const { editor, calls } = rig('remoteiot', (operation) =>
    operation === 'AddGroup' ? fail('conflict', 'It is there.', 'Choose another.') : ok(undefined),
  );
  expect((await editor.edit('acme/7', { kind: 'group', group: 'Plant 2' }, false, signal)).ok).toBe(true);
  expect(calls).toEqual(['AddGroup', 'ChangeGroup']);
});

test('a device is not moved where its group cannot be made', async () => {
  const { editor, calls } = rig('remoteiot', () => fail('forbidden', 'No.', 'Ask.'));
  expect(await editor.edit('acme/7', { kind: 'group', group: 'New' }, false, signal)).toMatchObject({
    error: { kind: 'forbidden' },
  });
  expect(calls).toEqual(['AddGroup']);
});

test('after a call that fails the next is not made', async () => {
  const { editor, calls } = rig('remoteit', () => fail('timeout', 'Nothing came.', 'Try again.'));
  expect((await editor.edit('acme/7', { kind: 'tag', tags: ['b'] }, false, signal)).ok).toBe(false);
  expect(calls).toEqual(['addTag']);
});

test('what a vendor does not offer is refused with its reason, and nothing is called', async () => {
  const { editor, calls } = rig('reemo');
  expect(await editor.edit('acme/7', { kind: 'group', group: 'x' }, false, signal)).toMatchObject({
    error: { kind: 'unsupported', message: 'Reemo has no groups.' },
  });
  expect(await editor.edit('acme/7', { kind: 'delete', deletion: 'delete' }, true, signal)).toMatchObject({
    error: { message: 'Reemo deletes it only while it is offline.' },
  });
  expect(await editor.edit('gone/1', { kind: 'rename', name: 'n' }, false, signal)).toMatchObject({
    error: { kind: 'not-found' },
  });
  expect(calls).toEqual([]);
});
