import { expect, it } from 'vitest';
import { CrashLimit } from './crash-limit.ts';

it('allows three in a minute, and more once time has passed', () => {
  let now = 0;
  const limit = new CrashLimit({ max: 3, withinMs: 60_000, monotonic: () => now });
  expect([limit.allows(), limit.allows(), limit.allows(), limit.allows()]).toEqual([true, true, true, false]);
  now = 61_000;
  expect(limit.allows()).toBe(true);
});
