import { expect, test } from 'vitest';
import { vendors } from '../../vendors/registry.ts';
import { capabilitiesOf } from './capabilities.ts';

const of = (id: (typeof vendors)[number]['id']) => {
  const vendor = vendors.find((candidate) => candidate.id === id);
  return vendor === undefined ? [] : capabilitiesOf(id, vendor.operations);
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
  expect(capabilitiesOf('mode', fewer).map((capability) => capability.name)).not.toContain('data.values');
});
