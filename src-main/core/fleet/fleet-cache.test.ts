import { describe, expect, it } from 'vitest';
import { record } from '../../../test/support/fake-vendor.ts';
import type { Device } from './device.ts';
import { fleetCacheFormat } from './fleet-cache.ts';
import type { CachedFleet } from './fleet-cache.ts';

const textOf = (fleet: CachedFleet): string => [...(fleetCacheFormat.chunks?.(fleet) ?? [])].join('');

describe('the fleet cache', () => {
  it('reads what it wrote, whatever the number of pieces', () => {
    for (const size of [0, 1, 999, 1000, 1001, 2500]) {
      const fleet: CachedFleet = {
        lastGoodAt: 7,
        devices: Array.from({ length: size }, (_, index) => ({
          ...record(`${index}`, index),
          description: 'a "quoted" one',
          services: [{ id: 'ssh:22', kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22, host: 'nas' }],
        })),
      };
      expect(fleetCacheFormat.parse(JSON.parse(textOf(fleet)))).toEqual(fleet);
    }
  });

  it('stores of a device only what the vendor said', () => {
    const device: Device = { ...record('1', 1), key: 'a/1', accountId: 'a', vendor: 'mode' };
    const extended = { ...device, password: 'no business here' };
    expect(JSON.parse(textOf({ devices: [extended] }))).toEqual({ devices: [record('1', 1)] });
  });

  it('leaves out what it cannot read and keeps the rest', () => {
    const stored = {
      lastGoodAt: 'never',
      devices: [
        { id: 3 },
        null,
        {
          ...record('1', 5),
          presence: { state: 'asleep' },
          services: [{ id: 'x', kind: 'ssh', route: 'tunnel', port: 0 }],
          groups: [1, 'g'],
        },
      ],
    };
    expect(fleetCacheFormat.parse(stored)).toEqual({
      devices: [{ ...record('1', 5), groups: ['g'], presence: { state: 'unknown', observedAt: 0, source: 'none' } }],
    });
    expect(fleetCacheFormat.parse({ devices: 'none' })).toBeUndefined();
  });
});
