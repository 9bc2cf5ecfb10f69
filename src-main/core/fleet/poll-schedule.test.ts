import { describe, expect, it } from 'vitest';
import { nextPollDelay } from './poll-schedule.ts';
import type { PollPlan } from './poll-schedule.ts';

const minute = 60_000;
const plan: PollPlan = { intervalMs: minute, minimumMs: 10_000, factor: 1, failures: 0 };
const low = (): number => 0;
const middle = (): number => 0.5;
const high = (): number => 0.999_999;

describe('nextPollDelay', () => {
  it('is the interval, spread by a tenth either way', () => {
    expect(nextPollDelay(plan, middle)).toBe(minute);
    expect(nextPollDelay(plan, low)).toBe(54_000);
    expect(nextPollDelay(plan, high)).toBe(66_000);
  });

  it('is never below the minimum of the vendor', () => {
    expect(nextPollDelay({ ...plan, intervalMs: 1000 }, low)).toBe(10_000);
    expect(nextPollDelay({ ...plan, failures: 1, retryAfterMs: 1 }, low)).toBe(10_000);
    expect(nextPollDelay({ ...plan, intervalMs: 1000, factor: 0.001 }, low)).toBe(10_000);
  });

  it('grows with the factor of the user', () => {
    expect(nextPollDelay({ ...plan, factor: 5 }, middle)).toBe(5 * minute);
  });

  it('doubles with each failure up to a quarter of an hour', () => {
    const delays = [1, 2, 3, 4, 5, 6, 1000].map((failures) => nextPollDelay({ ...plan, failures }, low) / minute);
    expect(delays).toEqual([1, 2, 4, 8, 15, 15, 15]);
    expect(nextPollDelay({ ...plan, factor: 30, failures: 9 }, low)).toBe(30 * minute);
  });

  it('waits out Retry-After in full, shorter than the interval or longer, up to an hour', () => {
    expect(nextPollDelay({ ...plan, failures: 1, retryAfterMs: 40_000 }, low)).toBe(40_000);
    expect(nextPollDelay({ ...plan, failures: 1, retryAfterMs: 10 * minute }, high)).toBeGreaterThanOrEqual(
      10 * minute,
    );
    expect(nextPollDelay({ ...plan, failures: 1, retryAfterMs: 1e12 }, low)).toBe(60 * minute);
  });

  it('backs off from a vendor that keeps saying "soon"', () => {
    expect(nextPollDelay({ ...plan, failures: 4, retryAfterMs: 1000 }, low)).toBe(80_000);
  });

  it('survives numbers that are none', () => {
    expect(nextPollDelay({ ...plan, failures: 1, retryAfterMs: Number.NaN }, low)).toBe(minute);
    expect(nextPollDelay({ ...plan, factor: Number.NaN, failures: Number.NaN }, () => Number.NaN)).toBe(minute);
  });
});
