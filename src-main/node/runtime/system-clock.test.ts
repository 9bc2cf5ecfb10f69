import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock, systemRandom } from './system-clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const day = 86_400_000;

test('a wait longer than a timer can hold is not over at once', () => {
  let runs = 0;
  systemClock.after(60 * day, () => (runs += 1));
  vi.advanceTimersByTime(59 * day);
  expect(runs).toBe(0);
  vi.advanceTimersByTime(day);
  expect(runs).toBe(1);
});

test('a cancelled wait never ends, also in its later legs', () => {
  const cancel = systemClock.after(60 * day, () => expect.unreachable());
  vi.advanceTimersByTime(40 * day);
  cancel();
  vi.advanceTimersByTime(40 * day);
  expect(vi.getTimerCount()).toBe(0);
});

test('random numbers are at least 0 and below 1', () => {
  for (let index = 0; index < 1000; index += 1) {
    const value = systemRandom();
    expect(value >= 0 && value < 1).toBe(true);
  }
});
