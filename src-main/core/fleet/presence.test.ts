import { describe, expect, it } from 'vitest';
import type { Presence, PresenceSource, PresenceState } from './device.ts';
import { mergePresence, presenceAge, samePresence } from './presence.ts';

const said = (state: PresenceState, observedAt: number, source: PresenceSource = 'vendor-list'): Presence => ({
  state,
  observedAt,
  source,
});
const later = 1_000_000;

describe('mergePresence', () => {
  it('lets the newest observation win, in whatever order they arrive', () => {
    const older = said('online', 10);
    const newer = said('offline', 20, 'vendor-event');
    expect(mergePresence(older, newer, later)).toEqual(newer);
    expect(mergePresence(newer, older, later)).toEqual(newer);
    expect(mergePresence(undefined, older, later)).toEqual(older);
  });

  it('does not take silence for an answer', () => {
    const known = said('online', 10);
    expect(mergePresence(known, said('unknown', 20, 'none'), later)).toBe(known);
    expect(mergePresence(said('unknown', 20, 'none'), known, later)).toBe(known);
  });

  it('believes a vendor that says it does not know, unless what is known is fresher', () => {
    expect(mergePresence(said('online', 10), said('unknown', 20), later).state).toBe('unknown');
    expect(mergePresence(said('online', 20), said('unknown', 10), later).state).toBe('online');
    expect(mergePresence(said('online', 20), said('unknown', 20), later).state).toBe('online');
    expect(mergePresence(said('unknown', 20), said('online', 20), later).state).toBe('online');
  });

  it('does not hold on to an observation from the future after the clock was set back', () => {
    expect(mergePresence(said('online', 5000), said('offline', 100), 100).state).toBe('offline');
  });

  it('keeps a "last online" that the newer answer is silent about', () => {
    const known = { ...said('offline', 10), lastOnlineAt: 5 };
    expect(mergePresence(known, said('offline', 20), later)).toEqual({ ...said('offline', 20), lastOnlineAt: 5 });
  });
});

describe('the age of presence', () => {
  it('counts from the observation and is never negative', () => {
    expect(presenceAge(said('online', 100), 350)).toBe(250);
    expect(presenceAge(said('online', 400), 350)).toBe(0);
  });

  it('is no news in itself, and neither is the moving "last online" of a device that is online', () => {
    expect(samePresence(said('online', 1), said('online', 2))).toBe(true);
    expect(samePresence({ ...said('online', 1), lastOnlineAt: 1 }, { ...said('online', 2), lastOnlineAt: 2 })).toBe(
      true,
    );
    expect(samePresence({ ...said('offline', 1), lastOnlineAt: 1 }, { ...said('offline', 2), lastOnlineAt: 2 })).toBe(
      false,
    );
    expect(samePresence(said('online', 1), said('offline', 1))).toBe(false);
  });
});
