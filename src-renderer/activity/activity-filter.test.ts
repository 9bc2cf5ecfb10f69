import { describe, expect, it } from 'vitest';
import { byDay, dayWords, noFilter, percent, queryOf } from './activity-filter.ts';

describe('activity', () => {
  const noon = new Date(2026, 4, 5, 12).getTime();

  it('asks for what was chosen and nothing else', () => {
    expect(queryOf(noFilter, noon)).toEqual({ since: noon - 7 * 86_400_000 });
    expect(queryOf({ ...noFilter, text: ' gw ', kind: 'incidents', accountId: 'a', range: 'day' }, noon)).toEqual({
      since: noon - 86_400_000,
      text: 'gw',
      kinds: ['incident', 'resolved'],
      accountId: 'a',
    });
  });

  it('groups lines by the local day, in their order', () => {
    const line = (id: number, at: number) => ({ id, at, kind: 'online' as const, name: 'a', text: '' });
    const days = byDay([line(3, noon), line(2, noon - 3_600_000), line(1, noon - 20 * 3_600_000)]);
    expect(days.map((day) => day.entries.map(({ id }) => id))).toEqual([[3, 2], [1]]);
    expect(days.map((day) => dayWords(day.at, noon))).toEqual(['Today', 'Yesterday']);
    expect(dayWords(noon - 3 * 86_400_000, noon)).toBe('Saturday, 2 May');
  });

  it('never calls an outage a hundred per cent', () => {
    expect(percent(1)).toBe('100 %');
    expect(percent(0.99991)).toBe('99.99 %');
    expect(percent(0.5)).toBe('50 %');
  });
});
