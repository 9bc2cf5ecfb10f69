import { expect, it } from 'vitest';
import { record } from '../../test/support/fake-vendor.ts';
import type { Device } from '../core/fleet/device.ts';
import { queryMatcher } from './query-matcher.ts';

const device = (over: Partial<Device> = {}): Device => ({
  ...record('1', 0),
  key: 'acme/1',
  accountId: 'acme',
  vendor: 'remoteiot',
  name: 'plant3-gw-07',
  groups: ['Plant 3'],
  tags: ['north'],
  ...over,
});

it('a rule’s query means what the same query means in the list, as things are now', () => {
  let label = 'Acme';
  let isFavourite = false;
  let now = 1_000_000_000;
  const matches = queryMatcher({
    vendorName: (vendor) => vendor,
    accountLabel: () => label,
    isFavourite: () => isFavourite,
    servicesOf: () => [{ id: 'vnc:5900', kind: 'vnc', name: 'VNC', route: 'tunnel' }],
    clock: { now: () => now },
  });
  const known = device({
    presence: { state: 'offline', observedAt: now, source: 'vendor-list', lastOnlineAt: now - 60_000 },
  });
  for (const query of ['plant3', 'group:"plant 3" tag:north', 'account:acme', 'has:vnc', '-is:online', 'seen:<1h', ''])
    expect([query, matches(query, known)]).toEqual([query, true]);
  for (const query of ['plant4', 'tag:south', '-plant3', 'is:favourite', 'has:ssh', 'seen:>1h', 'account:harbour'])
    expect([query, matches(query, known)]).toEqual([query, false]);
  // What changed meanwhile counts, whatever was prepared before.
  label = 'Harbour';
  isFavourite = true;
  now += 2 * 3_600_000;
  for (const query of ['account:harbour', 'is:favourite', 'seen:>1h'])
    expect([query, matches(query, known)]).toEqual([query, true]);
  expect(matches('plant4', device({ name: 'plant4-gw-01' }))).toBe(true);
});
