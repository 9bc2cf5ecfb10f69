import { describe, expect, it } from 'vitest';
import { vendors } from '../../vendors/registry.ts';
import type { DeviceRecord, PresenceState, Service } from '../fleet/device.ts';
import { callsFor, type DeviceChange } from './device-change.ts';
import { isOffered, type Deletion } from './device-edit.ts';

const device = (more: Partial<DeviceRecord> = {}): DeviceRecord => ({
  id: '7',
  name: 'pump',
  groups: ['Plant 1'],
  tags: [],
  presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
  services: [],
  ...more,
});
const connect: Service = { id: 'connect', kind: 'vnc', name: 'VNC', route: 'local-action' };

const vendorOf = (id: string) => {
  const vendor = vendors.find((candidate) => candidate.id === id);
  if (vendor === undefined) throw new Error(`no vendor ${id}`);
  return vendor;
};
const calls = (id: string, change: DeviceChange, of = device()) => {
  const { name: vendorName, edits } = vendorOf(id);
  return callsFor(change, of, { vendorName, edits, hasGroup: (group) => group === 'Plant 1' });
};
const deletions = (id: string, of = device()): readonly Deletion[] => {
  const { edits } = vendorOf(id);
  return isOffered(edits.delete) ? edits.delete.deletions(of) : [];
};

describe('a change of a device becomes calls of its vendor’s own operations', () => {
  it('to rename', () => {
    expect(calls('remoteiot', { kind: 'rename', name: 'n', description: 'd' })).toEqual([
      { operation: 'rename', input: { UnitId: '7', Name: 'n', Description: 'd' } },
    ]);
    expect(calls('mode', { kind: 'rename', name: 'n' })).toEqual([
      { operation: 'updateDevice', input: { deviceId: '7', name: 'n' } },
    ]);
    expect(calls('remoteit', { kind: 'rename', name: 'n' })).toMatchObject([
      { operation: 'renameService', otherwise: { operation: 'device/name' } },
    ]);
  });

  it('that keep the description where only the name is given', () => {
    expect(calls('remoteiot', { kind: 'rename', name: 'n' }, device({ description: 'North gate' }))).toMatchObject([
      { input: { Description: 'North gate' } },
    ]);
  });

  it('of the kind the device is of', () => {
    const connection = device({ services: [connect] });
    expect(calls('remotix', { kind: 'rename', name: 'n' }, connection)).toEqual([
      { operation: 'updateConnection', input: { uid: '7', name: 'n' } },
    ]);
    expect(deletions('remotix', connection).map((deletion) => deletion.operation)).toEqual(['deleteConnection']);
    expect(deletions('remotix').map((deletion) => deletion.operation)).toEqual(['deleteComputer']);
  });

  it('to change tags: only those that changed', () => {
    expect(calls('remoteit', { kind: 'tag', tags: ['b', 'c'] }, device({ tags: ['a', 'b'] }))).toEqual([
      { operation: 'addTag', input: { name: ['c'], serviceId: ['7'] } },
      { operation: 'removeTag', input: { name: ['a'], serviceId: ['7'] } },
    ]);
    expect(calls('mode', { kind: 'tag', tags: ['a'] }, device({ tags: ['a'] }))).toEqual([]);
    expect(calls('mode', { kind: 'tag', tags: [] }, device({ tags: ['a'] }))).toEqual([
      { operation: 'updateDevice', input: { deviceId: '7', tag: '' } },
    ]);
    expect(calls('mode', { kind: 'tag', tags: ['a', 'b'] })).toEqual({
      reason: 'MODE keeps one tag for a device; choose one.',
    });
    expect(calls('reemo', { kind: 'tag', tags: ['a'] })).toEqual({ reason: 'Reemo has no tags to change.' });
  });

  it('to move to a group, which is made where the account has it not', () => {
    expect(calls('remoteiot', { kind: 'group', group: 'Plant 1' })).toEqual([
      { operation: 'ChangeGroup', input: { UnitId: '7', Group: 'Plant 1' } },
    ]);
    expect(calls('remoteiot', { kind: 'group', group: 'Pumps' })).toMatchObject([
      { first: { operation: 'AddGroup', input: { Group: 'Pumps' } } },
    ]);
    expect(calls('remoteiot', { kind: 'group', group: '' })).toEqual([
      { operation: 'ChangeGroup', input: { UnitId: '7', Group: '' } },
    ]);
    expect(calls('mode', { kind: 'group', group: '1923' })).toEqual([
      { operation: 'updateDevice', input: { deviceId: '7', homeId: 1923 } },
    ]);
  });

  it('to delete, each way with what is lost', () => {
    expect(deletions('mode').map((deletion) => deletion.input['hardDelete'])).toEqual(['false', 'true']);
    for (const { id } of vendors) for (const deletion of deletions(id)) expect(deletion.loss).toMatch(/^pump /);
    expect(deletions('remoteit')).toEqual([]);
    expect(calls('mode', { kind: 'delete', deletion: 'erase' })).toMatchObject([{ operation: 'deleteDevice' }]);
    expect(calls('mode', { kind: 'delete', deletion: 'other' })).toHaveProperty('reason');
    const computer = (state: PresenceState) => device({ presence: { state, observedAt: 0, source: 'vendor-list' } });
    expect(calls('reemo', { kind: 'delete', deletion: 'delete' }, computer('unknown'))).toEqual({
      reason: 'Reemo deletes it only while it is offline.',
    });
    expect(calls('reemo', { kind: 'delete', deletion: 'delete' }, computer('offline'))).toHaveLength(1);
  });
});

it('every call of an edit is one that the vendor’s catalogue takes', () => {
  const changes: readonly DeviceChange[] = [
    { kind: 'rename', name: 'n', description: 'd' },
    { kind: 'group', group: '12' },
    { kind: 'tag', tags: ['b'] },
  ];
  for (const vendor of vendors)
    for (const of of [device({ tags: ['a'] }), device({ tags: ['a'], services: [connect] })])
      for (const change of [
        ...changes,
        ...deletions(vendor.id, of).map(({ id }): DeviceChange => ({ kind: 'delete', deletion: id })),
      ]) {
        const planned = calls(vendor.id, change, of);
        if ('reason' in planned) continue;
        for (const call of planned.flatMap((each) => [each, each.first, each.otherwise])) {
          if (call === undefined) continue;
          const operation = vendor.operations.find(({ id }) => id === call.operation);
          expect(operation?.input.safeParse(call.input), `${vendor.id} ${call.operation}`).toMatchObject({
            success: true,
          });
        }
      }
});
