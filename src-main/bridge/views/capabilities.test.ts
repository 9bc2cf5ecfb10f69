import { expect, test } from 'vitest';
import { vendors } from '../../vendors/registry.ts';
import { capabilityNames } from '../../../src-preload/contract/account.ts';
import { capabilitiesOf } from './capabilities.ts';

const of = (id: (typeof vendors)[number]['id']) => {
  const vendor = vendors.find((candidate) => candidate.id === id);
  return vendor === undefined ? [] : capabilitiesOf(vendor.capabilities, vendor.operations);
};
const names = (id: (typeof vendors)[number]['id']) => of(id).map((capability) => capability.name);

test('what the table promises is in the catalogues', () => {
  expect(names('remoteiot')).toEqual([
    'logs.once',
    'jobs',
    'files.upload',
    'files.update',
    'health.history',
    'health.charts',
    'health.speed-test',
    'settings.rename',
    'settings.group',
    'settings.fields',
    'settings.delete',
  ]);
  expect(names('mode')).toEqual([
    'logs.range',
    'logs.requests',
    'data.values',
    'data.schemas',
    'settings.rename',
    'settings.group',
    'settings.tag',
    'settings.firmware',
    'settings.delete',
  ]);
  expect(names('remoteit')).toEqual(['settings.rename', 'settings.tag']);
  expect(names('remotix')).toEqual(['settings.rename', 'settings.delete']);
  expect(names('reemo')).toEqual(['settings.rename', 'settings.delete']);
});

test('a capability is for the keys that may call all of its operations', () => {
  const callers = (name: string) => of('mode').find((capability) => capability.name === name)?.callers;
  expect(callers('logs.range')).toEqual(['user', 'project']);
  expect(callers('data.values')).toEqual(['user', 'project', 'device']);
  expect(callers('settings.firmware')).toEqual(['device']);
});

test('a catalogue that lacks an operation lacks what needs it', () => {
  const mode = vendors.find((vendor) => vendor.id === 'mode');
  const fewer = (mode?.operations ?? []).filter((operation) => operation.id !== 'deleteKeyValue');
  expect(capabilitiesOf(mode?.capabilities ?? {}, fewer).map((capability) => capability.name)).not.toContain(
    'data.values',
  );
});

test('a vendor names no part of the page that there is not, and no operation that it has not', () => {
  for (const vendor of vendors)
    for (const [name, ids = []] of Object.entries(vendor.capabilities)) {
      expect(capabilityNames, vendor.id).toContain(name);
      for (const id of ids) expect(vendor.operations.map((operation) => operation.id)).toContain(id);
    }
});
