import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device, Presence } from '../../src-main/core/fleet/device.ts';
import { deviceKey } from '../../src-main/core/fleet/device.ts';
import { applyFleetDelta, diffFleets, sameDevice } from '../../src-main/core/fleet/fleet-delta.ts';
import { nextPollDelay } from '../../src-main/core/fleet/poll-schedule.ts';
import { mergePresence, presenceAge } from '../../src-main/core/fleet/presence.ts';

const seed = 20261120;
const now = 1000;

const presence: fc.Arbitrary<Presence> = fc
  .record(
    {
      state: fc.constantFrom('online', 'offline', 'unknown'),
      observedAt: fc.integer({ min: 0, max: 20 }),
      source: fc.constantFrom('vendor-list', 'vendor-status', 'vendor-event'),
      lastOnlineAt: fc.integer({ min: 0, max: 20 }),
    },
    { requiredKeys: ['state', 'observedAt', 'source'] },
  )
  .map((value): Presence => value);

const silence: fc.Arbitrary<Presence> = fc
  .integer({ min: 0, max: 40 })
  .map((observedAt): Presence => ({ state: 'unknown', observedAt, source: 'none' }));

const device: fc.Arbitrary<Device> = fc
  .record({
    id: fc.constantFrom(...Array.from({ length: 12 }, (_, index) => `${index}`), '__proto__', 'a/b', ''),
    name: fc.constantFrom('x', 'y'),
    groups: fc.array(fc.constantFrom('g', 'h'), { maxLength: 2 }),
    presence,
  })
  .map((record): Device => ({
    ...record,
    tags: [],
    services: [],
    key: deviceKey('a', record.id),
    accountId: 'a',
    vendor: 'mode',
  }));

const fleet = fc.array(device, { maxLength: 20 }).map((devices) => new Map(devices.map((each) => [each.key, each])));

describe('presence', () => {
  it('ends with the newest observation, in whatever order they come, and silence changes nothing', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(presence, { selector: (each) => each.observedAt, minLength: 1 }),
        fc.array(silence),
        fc.infiniteStream(fc.nat()),
        (facts, silences, order) => {
          const newest = facts.reduce((best, each) => (each.observedAt > best.observedAt ? each : best));
          const heard = [...facts, ...silences]
            .map((each) => ({ each, at: order.next().value ?? 0 }))
            .sort((a, b) => a.at - b.at)
            .map(({ each }) => each);
          const merged = heard.reduce<Presence | undefined>(
            (known, each) => mergePresence(known, each, now),
            undefined,
          );
          expect(merged).toMatchObject({ state: newest.state, observedAt: newest.observedAt, source: newest.source });
          expect(merged === undefined ? -1 : presenceAge(merged, now)).toBe(now - newest.observedAt);
        },
      ),
      { seed, numRuns: 500 },
    );
  });
});

describe('the delta of two fleets', () => {
  it('turns one into the other and touches nothing else', () => {
    fc.assert(
      fc.property(fleet, fleet, (before, after) => {
        const delta = diffFleets(before, after);
        const fleetNow = new Map(before);
        applyFleetDelta(fleetNow, delta);
        expect(Object.fromEntries(fleetNow)).toEqual(Object.fromEntries(after));
        for (const [key, known] of before) {
          const same = after.get(key);
          if (same !== undefined && sameDevice(known, same)) expect(fleetNow.get(key)).toBe(known);
        }
        expect(diffFleets(fleetNow, after)).toEqual({ upsert: [], remove: [] });
        expect(diffFleets(before, before)).toEqual({ upsert: [], remove: [] });
        expect(delta.remove.filter((key) => delta.upsert.some((each) => each.key === key))).toEqual([]);
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe('the poll schedule', () => {
  it('keeps within its bounds for any numbers', () => {
    const anyNumber = fc.oneof(fc.double(), fc.integer({ min: 0, max: 10_000_000 }));
    fc.assert(
      fc.property(
        fc.record({
          intervalMs: anyNumber,
          minimumMs: fc.integer({ min: 0, max: 3_600_000 }),
          factor: anyNumber,
          failures: anyNumber,
          retryAfterMs: anyNumber,
        }),
        fc.boolean(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (plan, withoutWait, share) => {
          const { retryAfterMs: _left, ...rest } = plan;
          const delay = nextPollDelay(withoutWait ? rest : plan, () => share);
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(plan.minimumMs);
          expect(delay).toBeLessThanOrEqual(86_400_000);
          const wait = Math.min(plan.retryAfterMs, 3_600_000);
          if (
            !withoutWait &&
            plan.failures >= 1 &&
            wait > 0 &&
            Number.isFinite(plan.retryAfterMs) &&
            Number.isFinite(plan.failures)
          ) {
            expect(delay).toBeGreaterThanOrEqual(Math.floor(wait));
          }
        },
      ),
      { seed, numRuns: 1000 },
    );
  });
});
