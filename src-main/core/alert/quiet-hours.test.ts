import { describe, expect, it } from 'vitest';
import { isQuiet, localMinute, nextQuietChange, type QuietHours } from './quiet-hours.ts';

const everyDay = [0, 1, 2, 3, 4, 5, 6];
const nights: QuietHours = { on: true, from: 22 * 60, until: 7 * 60, days: everyDay };
const berlin = 'Europe/Berlin';
const hour = 3_600_000;

describe('quiet hours', () => {
  it.each([
    ['before', Date.UTC(2026, 0, 10, 21, 59), false],
    ['at the beginning', Date.UTC(2026, 0, 10, 22, 0), true],
    ['past midnight', Date.UTC(2026, 0, 11, 3, 0), true],
    ['at the end', Date.UTC(2026, 0, 11, 7, 0), false],
  ])('%s', (_, at, quiet) => {
    expect(isQuiet(nights, at, 'UTC')).toBe(quiet);
    expect(isQuiet({ ...nights, on: false }, at, 'UTC')).toBe(false);
  });

  it('belong to the day on which they begin', () => {
    // Friday 9 January 2026 alone: quiet into Saturday morning, not into Friday's.
    const friday = { ...nights, days: [5] };
    expect(isQuiet(friday, Date.UTC(2026, 0, 9, 3), 'UTC')).toBe(false);
    expect(isQuiet(friday, Date.UTC(2026, 0, 9, 23), 'UTC')).toBe(true);
    expect(isQuiet(friday, Date.UTC(2026, 0, 10, 3), 'UTC')).toBe(true);
    expect(isQuiet(friday, Date.UTC(2026, 0, 10, 23), 'UTC')).toBe(false);
  });

  it('from and until the same minute are a whole day', () => {
    const sunday = { on: true, from: 0, until: 0, days: [0] };
    expect(isQuiet(sunday, Date.UTC(2026, 0, 11, 12), 'UTC')).toBe(true);
    expect(isQuiet(sunday, Date.UTC(2026, 0, 12, 12), 'UTC')).toBe(false);
  });

  it('go by the clock on the wall when it is set forward or back', () => {
    // 29 March 2026: 22:00 to 07:00 is 8 hours; 25 October: 10 hours.
    const begin = (day: number): number => Date.UTC(2026, 2, day, 21);
    expect(nextQuietChange(nights, begin(28), berlin)).toBe(begin(28) + 8 * hour);
    const october = Date.UTC(2026, 9, 24, 20);
    expect(isQuiet(nights, october, berlin)).toBe(true);
    expect(isQuiet(nights, october - 60_000, berlin)).toBe(false);
    expect(nextQuietChange(nights, october, berlin)).toBe(october + 10 * hour);
  });

  it('that the clock leaves out are not there, and those it shows twice are there twice', () => {
    const early = { on: true, from: 2 * 60 + 15, until: 2 * 60 + 45, days: everyDay };
    const spring = Date.UTC(2026, 2, 28, 12);
    // Not on the 29th but on the 30th, 02:15 in summer time.
    expect(nextQuietChange(early, spring, berlin)).toBe(Date.UTC(2026, 2, 30, 0, 15));
    const autumn = Date.UTC(2026, 9, 25, 0, 0);
    const changes: number[] = [];
    for (let at = nextQuietChange(early, autumn, berlin); at !== undefined && changes.length < 4;) {
      changes.push((at - autumn) / 60_000);
      at = nextQuietChange(early, at, berlin);
    }
    expect(changes).toEqual([15, 45, 75, 105]);
  });

  it('change at the minute, however short they are', () => {
    const blink = { on: true, from: 12 * 60, until: 12 * 60 + 1, days: everyDay };
    const at = Date.UTC(2026, 5, 1, 11, 59, 30);
    const begins = nextQuietChange(blink, at, 'UTC');
    expect(begins).toBe(Date.UTC(2026, 5, 1, 12));
    expect(nextQuietChange(blink, begins ?? 0, 'UTC')).toBe(Date.UTC(2026, 5, 1, 12, 1));
    const pause = { on: true, from: 12 * 60 + 1, until: 12 * 60, days: everyDay };
    expect(nextQuietChange(pause, at, 'UTC')).toBe(Date.UTC(2026, 5, 1, 12));
  });

  it('that never come or never end have no change', () => {
    expect(nextQuietChange({ ...nights, days: [] }, 0, 'UTC')).toBeUndefined();
    expect(nextQuietChange({ on: true, from: 60, until: 60, days: everyDay }, 0, 'UTC')).toBeUndefined();
    expect(nextQuietChange({ ...nights, on: false }, 0, 'UTC')).toBeUndefined();
  });

  it('know zones that are not whole hours away', () => {
    expect(localMinute(Date.UTC(2026, 0, 1, 0, 0), 'Asia/Kathmandu')).toEqual({ day: 4, minute: 5 * 60 + 45 });
  });
});
