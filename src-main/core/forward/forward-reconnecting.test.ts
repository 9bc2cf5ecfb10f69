import { describe, expect, it } from 'vitest';
import { fail } from '../base/errors.ts';
import type { ErrorKind } from '../base/errors.ts';
import { canHeal, cooldownAfter, rebindDelay, reconnectingDelay, renewalTime } from './forward-reconnecting.ts';
import type { FailedAttempt } from './forward-reconnecting.ts';

const errorOf = (kind: ErrorKind) => fail(kind, 'No.', 'Wait.').error;
const delay = (kind: ErrorKind, change: Partial<Omit<FailedAttempt, 'error'>>): number =>
  reconnectingDelay({ error: errorOf(kind), attempt: 1, lastedMs: 0, tookMs: 0, random: 0.5, ...change });
const attempts = (kind: ErrorKind, count: number, lastedMs: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => delay(kind, { attempt: at + 1, lastedMs }));

describe('the wait before the next attempt', () => {
  it('grows from 150 ms to a second where the vendor gets nothing of it, however long that lasts', () => {
    for (const kind of ['unreachable', 'timeout'] as const)
      for (const lastedMs of [0, 29_999, 30_000, 120_000, 299_000])
        expect(attempts(kind, 5, lastedMs)).toEqual([150, 300, 600, 1_000, 1_000]);
    expect(delay('timeout', { attempt: 1_000 })).toBe(1_000);
  });

  it('grows with the outage to 5 and then to 15 seconds where the vendor answers', () => {
    for (const kind of ['vendor-unavailable', 'tunnel-failed', 'bad-response', 'device-offline'] as const) {
      expect(delay(kind, { attempt: 30, lastedMs: 29_999 })).toBe(1_000);
      expect(delay(kind, { attempt: 30, lastedMs: 30_000 })).toBe(5_000);
      expect(delay(kind, { attempt: 30, lastedMs: 119_999 })).toBe(5_000);
      expect(delay(kind, { attempt: 30, lastedMs: 120_000 })).toBe(15_000);
    }
    expect(attempts('tunnel-failed', 8, 120_000)).toEqual([150, 300, 600, 1_200, 2_400, 4_800, 9_600, 15_000]);
  });

  it('is spread by a quarter to both sides', () => {
    expect(delay('timeout', { attempt: 9, random: 0 })).toBe(750);
    expect(delay('timeout', { attempt: 9, random: 0.999_999 })).toBe(1_250);
  });

  it('counts what the attempt itself took, but is never less than a tenth of a second', () => {
    expect(delay('timeout', { attempt: 9, tookMs: 400 })).toBe(600);
    expect(delay('timeout', { attempt: 9, tookMs: 950 })).toBe(100);
    expect(delay('timeout', { attempt: 9, tookMs: 30_000 })).toBe(100);
  });

  it('keeps a wait that the vendor names, where that is longer', () => {
    const limited = (retryAfterMs: number): number =>
      reconnectingDelay({
        error: { ...errorOf('rate-limited'), retryAfterMs },
        attempt: 9,
        lastedMs: 0,
        tookMs: 0,
        random: 0.5,
      });
    expect(limited(42_000)).toBe(42_000);
    expect(limited(10)).toBe(1_000);
  });
});

it('after giving up the first time nobody is turned away; then for a second, doubled up to ten', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 50].map(cooldownAfter)).toEqual([0, 0, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

it('a port that is taken is tried again after a second, doubled up to thirty', () => {
  expect([1, 2, 3, 4, 5, 6, 50].map(rebindDelay)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

it('a tunnel is renewed a quarter of its life before its end, at most a minute, and at its end where that is past', () => {
  expect(renewalTime(1_000, 41_000)).toBe(31_000);
  expect(renewalTime(0, 240_000)).toBe(180_000);
  expect(renewalTime(0, 3_600_000)).toBe(3_540_000);
  expect(renewalTime(5_000, 4_000)).toBe(4_000);
});

it.each([
  ['unreachable', true, true],
  ['timeout', true, true],
  ['vendor-unavailable', true, true],
  ['rate-limited', true, true],
  ['bad-response', true, true],
  ['tunnel-failed', true, true],
  ['device-offline', false, true],
  ['wrong-url', false, true],
  ['unauthorized', false, false],
  ['forbidden', false, false],
  ['not-found', false, false],
] as const)('time heals %s: %s at first, %s where it worked', (kind, first, worked) => {
  expect([canHeal(errorOf(kind), false), canHeal(errorOf(kind), true)]).toEqual([first, worked]);
});
