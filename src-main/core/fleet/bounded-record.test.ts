import { expect, it } from 'vitest';
import { record } from '../../../test/support/fake-vendor.ts';
import { boundedRecord } from './bounded-record.ts';

it('leaves a device of usual size as it is, and the same object', () => {
  const device = { ...record('1', 0), tags: ['a'], facts: { attributes: { rack: 'B4' } } };
  expect(boundedRecord(device)).toBe(device);
});

it('cuts what no person could read, and keeps ids whole', () => {
  const long = 'n'.repeat(1_000_000);
  const service = { id: long, kind: 'ssh', name: long, route: 'tunnel' } as const;
  const tags = Array.from({ length: 10_000 }, (_, index) => `t${index}`);
  const cut = boundedRecord({ ...record(long, 0), name: long, tags, services: [service], facts: { owner: long } });
  expect(cut.id).toBe(long);
  expect(cut.services[0]?.id).toBe(long);
  for (const text of [cut.name, cut.services[0]?.name, cut.facts?.owner]) expect(text).toBe(`${'n'.repeat(999)}…`);
  expect(cut.tags).toEqual(tags.slice(0, 500));
});

it('lets no name of a device turn its direction, and keeps what the vendor reads back', () => {
  const service = { id: 'a\u202eb', kind: 'ssh', name: 'c\u202ed', route: 'tunnel' } as const;
  const shown = boundedRecord({
    ...record('x\u202ey', 0),
    name: 'gw-\u202e70-3tnalp',
    tags: ['t\u202eu'],
    services: [service],
  });
  expect(shown.name).toBe('gw-\ufffd70-3tnalp');
  expect(shown.services).toEqual([{ ...service, name: 'c\ufffdd' }]);
  expect([shown.id, shown.tags]).toEqual(['x\u202ey', ['t\u202eu']]);
});
