import { expect, it } from 'vitest';
import { effectivePresence, stalenessMs } from './effective-presence.ts';

const online = { state: 'online', observedAt: 1000, source: 'vendor-list' } as const;

it('believes a fact as long as its account can be heard, and for a while after', () => {
  const late = 1000 + 10 * stalenessMs;
  expect(effectivePresence(online, undefined, late)).toBe('online');
  expect(effectivePresence({ ...online, state: 'offline' }, late - 1, late)).toBe('offline');
  expect(effectivePresence({ ...online, state: 'offline' }, late - stalenessMs, late)).toBe('unknown');
  // Heard of meanwhile all the same, as where one page of a fleet fails.
  expect(effectivePresence({ ...online, observedAt: late }, 1000, late)).toBe('online');
});
