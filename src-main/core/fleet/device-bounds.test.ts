import { expect, it } from 'vitest';
import { record } from '../../../test/support/fake-vendor.ts';
import { boundedRecord } from './device-bounds.ts';

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
