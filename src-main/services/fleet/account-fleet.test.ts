import { describe, expect, it } from 'vitest';
import { record } from '../../../test/support/fake-vendor.ts';
import type { DeviceRecord } from '../../core/fleet/device.ts';
import { AccountFleet } from './account-fleet.ts';

const hearAll = (fleet: AccountFleet, records: readonly DeviceRecord[], now: number) => {
  const listing = fleet.beginListing();
  const news = fleet.merge(records, listing, now);
  fleet.finish(listing);
  return news;
};

describe('AccountFleet', () => {
  it('keeps the same object for a device of which nothing is new', () => {
    const fleet = new AccountFleet('a', 'mode');
    hearAll(fleet, [record('1', 5)], 5);
    const before = fleet.devices.get('a/1');
    expect(hearAll(fleet, [record('1', 5)], 10)).toEqual({ merged: [], announce: [] });
    expect(fleet.devices.get('a/1')).toBe(before);
  });

  it('joins by id, whatever the order, and takes the last of two with one id', () => {
    const fleet = new AccountFleet('a', 'mode');
    hearAll(fleet, [record('1', 1), record('2', 1)], 1);
    hearAll(fleet, [record('2', 2, 'offline'), record('1', 2), { ...record('1', 2), name: 'twice' }], 2);
    expect(fleet.devices.get('a/2')?.presence.state).toBe('offline');
    expect(fleet.devices.get('a/1')).toMatchObject({ name: 'twice', presence: { state: 'online' } });
  });

  it('announces a change at once, even if it is the first news for a while', () => {
    const fleet = new AccountFleet('a', 'mode');
    hearAll(fleet, [record('1', 0)], 0);
    hearAll(fleet, [record('1', 1000)], 1000);
    expect(hearAll(fleet, [record('1', 2000, 'offline')], 2000).announce).toHaveLength(1);
  });

  it('announces newer observations every minute in a small fleet', () => {
    const fleet = new AccountFleet('a', 'mode');
    hearAll(fleet, [record('1', 0)], 0);
    const announced = Array.from({ length: 12 }, (_, index) => (index + 1) * 20_000).filter(
      (now) => hearAll(fleet, [record('1', now)], now).announce.length > 0,
    );
    expect(announced).toEqual([60_000, 120_000, 180_000, 240_000]);
  });

  it('spreads newer observations of a large fleet over its polls, and reaches every device', () => {
    const fleet = new AccountFleet('a', 'mode');
    const fleetAt = (now: number): DeviceRecord[] =>
      Array.from({ length: 10_000 }, (_, index) => record(`${index}`, now));
    hearAll(fleet, fleetAt(0), 0);
    const reached = new Set<string>();
    for (let now = 60_000; now <= 20 * 60_000; now += 60_000) {
      const { announce } = hearAll(fleet, fleetAt(now), now);
      expect(announce.length).toBeLessThanOrEqual(2000);
      for (const device of announce) reached.add(device.key);
    }
    expect(reached.size).toBe(10_000);
  });

  it('takes what is told along with news, and drops since when it was what it is no more', () => {
    const fleet = new AccountFleet('a', 'mode');
    const facts = { onlineSince: 1, platform: 'smart_light' };
    hearAll(fleet, [{ ...record('1', 5), facts }], 5);
    const offline = record('1', 9, 'offline').presence;
    const tell = (told: Parameters<AccountFleet['hearPresence']>[1]) =>
      fleet.hearPresence('1', told, fleet.beginListing(), 10).announce[0]?.facts;
    expect(tell({ presence: offline, facts: { offlineSince: 9, lastAddress: '203.0.113.9' } })).toEqual({
      platform: 'smart_light',
      offlineSince: 9,
      lastAddress: '203.0.113.9',
    });
    expect(tell({ presence: record('1', 11).presence })).toEqual({
      platform: 'smart_light',
      lastAddress: '203.0.113.9',
    });
  });
});
