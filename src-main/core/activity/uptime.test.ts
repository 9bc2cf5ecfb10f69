import { describe, expect, it } from 'vitest';
import { presenceBuckets, uptimeOf } from './uptime.ts';

const base = { since: 0, until: 1000, firstSeenAt: 0, now: 'online', steps: [], gaps: [] } as const;

describe('uptime', () => {
  it('of a device that never changed is what it is now', () => {
    expect(uptimeOf(base)).toEqual({ onlineMs: 1000, offlineMs: 0, unknownMs: 0, ratio: 1, outages: [] });
    expect(uptimeOf({ ...base, now: 'offline' })).toMatchObject({ offlineMs: 1000, ratio: 0, outages: [{ since: 0 }] });
    expect(uptimeOf({ ...base, now: 'unknown' })).toEqual({ onlineMs: 0, offlineMs: 0, unknownMs: 1000, outages: [] });
  });

  it('goes by the changes, and what was before the first is its opposite', () => {
    const steps = [
      { at: 300, to: 'offline' },
      { at: 500, to: 'online' },
      { at: 900, to: 'offline' },
    ] as const;
    expect(uptimeOf({ ...base, now: 'offline', steps })).toEqual({
      onlineMs: 700,
      offlineMs: 300,
      unknownMs: 0,
      ratio: 0.7,
      outages: [{ since: 300, until: 500 }, { since: 900 }],
    });
  });

  it('begins with the state from before the window', () => {
    const steps = [
      { at: -50, to: 'offline' },
      { at: 100, to: 'online' },
    ] as const;
    expect(uptimeOf({ ...base, steps })).toMatchObject({ offlineMs: 100, outages: [{ since: 0, until: 100 }] });
  });

  it('counts no time in which nobody watched, however the gaps overlap, nor before the device was seen', () => {
    const steps = [{ at: 500, to: 'offline' }] as const;
    const gaps = [
      { since: 450, until: 600 },
      { since: 400, until: 550 },
      { since: 980, until: 2000 },
    ];
    expect(uptimeOf({ ...base, firstSeenAt: 200, now: 'offline', steps, gaps })).toMatchObject({
      onlineMs: 200,
      offlineMs: 380,
      unknownMs: 420,
    });
    expect(uptimeOf({ ...base, firstSeenAt: 5000 })).toEqual({
      onlineMs: 0,
      offlineMs: 0,
      unknownMs: 1000,
      outages: [],
    });
  });
});

describe('the picture of a fleet', () => {
  const hour = 3_600_000;
  const sample = { unknownMs: 0, watchedMs: hour };

  it('adds up accounts, and means only the time that was watched', () => {
    const samples = [
      { ...sample, hour: 0, onlineMs: 10 * hour, offlineMs: 2 * hour },
      { ...sample, hour: 0, onlineMs: 5 * hour, offlineMs: 0 },
      { ...sample, hour, onlineMs: 3 * hour, offlineMs: 3 * hour, watchedMs: hour / 2 },
    ];
    expect(presenceBuckets(samples, 0, 3 * hour, hour)).toEqual([
      { at: 0, online: 15, offline: 2, unknown: 0, watched: 1 },
      { at: hour, online: 6, offline: 6, unknown: 0, watched: 0.5 },
      { at: 2 * hour, online: 0, offline: 0, unknown: 0, watched: 0 },
    ]);
    expect(presenceBuckets(samples, 0, 24 * hour, 24 * hour)).toMatchObject([{ online: 12, watched: 1.5 / 24 }]);
  });
});
