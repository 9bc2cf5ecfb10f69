import { describe, expect, it } from 'vitest';
import {
  columnsOf,
  csvOf,
  nearest,
  runsOf,
  shortNumber,
  sortSamples,
  timeTicks,
  usualStep,
  valueTicks,
} from './chart-geometry.ts';

const minute = 60_000;
const series = (count: number, value: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => ({ at: index * 5 * minute, value: value(index) }));

describe('a chart', () => {
  it('has round ticks that cover the values', () => {
    expect(valueTicks(0, 100, 3)).toEqual([0, 50, 100]);
    expect(valueTicks(0.12, 0.41, 3)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(valueTicks(7, 7, 3).length).toBeGreaterThan(1);
    expect(valueTicks(-3, 12, 3)).toEqual([-5, 0, 5, 10, 15]);
  });

  it('has times at round moments of the local clock, no more than fit', () => {
    const from = Date.UTC(2026, 4, 3, 10, 7);
    const ticks = timeTicks(from, from + 60 * minute, 6);
    expect(ticks.length).toBeLessThanOrEqual(7);
    expect(ticks.map((tick) => new Date(tick).getMinutes() % 10)).toEqual(ticks.map(() => 0));
    expect(timeTicks(from, from + 30 * 86_400_000, 5).length).toBeLessThanOrEqual(6);
  });

  it('keeps every peak however many samples there are', () => {
    const samples = series(8640, (index) => (index === 4000 ? 999 : index === 7000 ? -5 : 50));
    const columns = columnsOf(samples, 0, 8640 * 5 * minute, 100);
    expect(columns.length).toBeLessThanOrEqual(100);
    expect(Math.max(...columns.map((column) => column.high))).toBe(999);
    expect(Math.min(...columns.map((column) => column.low))).toBe(-5);
    expect(columnsOf(samples.slice(0, 3), 0, 1, 100)).toHaveLength(3);
  });

  it('breaks the line where nothing was measured', () => {
    const samples = series(20, () => 1).filter((_, index) => index < 8 || index > 14);
    expect(usualStep(samples)).toBe(5 * minute);
    expect(runsOf(samples, 15 * minute).map((run) => run.length)).toEqual([8, 5]);
    expect(runsOf([], 0)).toEqual([]);
  });

  it('finds the sample nearest to the pointer', () => {
    const samples = series(5, (index) => index);
    expect(nearest(samples, 6 * minute)).toBe(1);
    expect(nearest(samples, 8 * minute)).toBe(2);
    expect(nearest(samples, -1)).toBe(0);
    expect(nearest(samples, 1e12)).toBe(4);
    expect(nearest([], 5)).toBe(-1);
  });

  it('sorts what the vendor sends and saves it as CSV', () => {
    const sorted = sortSamples([
      { at: 2000, value: 2 },
      { at: 1000, value: 1 },
      { at: 1000, value: 3 },
    ]);
    expect(sorted.map((sample) => sample.value)).toEqual([3, 2]);
    expect(csvOf('CPU, "hot"', sorted)).toBe(
      'Time (UTC),"CPU, ""hot"""\r\n1970-01-01T00:00:01.000Z,3\r\n1970-01-01T00:00:02.000Z,2\r\n',
    );
  });

  it('never writes two ticks the same', () => {
    expect([188_000, 188_500, 189_000].map((tick) => shortNumber(tick, 500))).toEqual(['188 k', '188.5 k', '189 k']);
    expect([0.1, 0.15].map((tick) => shortNumber(tick, 0.05))).toEqual(['0.1', '0.15']);
    expect(shortNumber(50_000, 50_000)).toBe('50 k');
    expect(shortNumber(1_234_567)).toBe('1.23 M');
    expect(shortNumber(87.654)).toBe('87.7');
  });
});
