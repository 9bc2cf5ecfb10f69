import { describe, expect, it } from 'vitest';
import { byFrecency, used, usesFormat, type Uses } from './frecency.ts';

const day = 24 * 60 * 60_000;
const start = Date.UTC(2026, 10, 1);
const times = (uses: Uses, key: string, at: number, count: number): Uses =>
  Array.from({ length: count }).reduce<Uses>((all) => used(all, key, at), uses);

describe('frecency', () => {
  it('weighs often against lately', () => {
    let uses = times([], 'often', start, 8);
    uses = used(uses, 'lately', start + 2 * day);
    expect(byFrecency(uses, start + 2 * day)).toEqual(['often', 'lately']);
    uses = used(uses, 'lately', start + 12 * day);
    expect(byFrecency(uses, start + 12 * day)).toEqual(['lately', 'often']);
  });

  it('puts the later of equals first and forgets the least of too many', () => {
    let uses: Uses = [];
    for (let at = 0; at < 300; at += 1) uses = used(uses, `d${at}`, start + at);
    expect(uses).toHaveLength(200);
    expect(byFrecency(uses, start + 1000).slice(0, 2)).toEqual(['d299', 'd298']);
  });

  it('survives a clock that goes back', () => {
    const uses = used(used([], 'a', start), 'b', start - 400 * day);
    expect(byFrecency(uses, start - 400 * day)).toEqual(['a', 'b']);
  });

  it('reads what it wrote, and drops what is no use', () => {
    const uses = used([], 'a', start);
    expect(usesFormat.parse(structuredClone(uses))).toEqual(uses);
    expect(usesFormat.parse([...uses, null, { key: 'x', score: -1, at: 1 }, { key: '', score: 1, at: 1 }])).toEqual(
      uses,
    );
    expect(usesFormat.parse({})).toBeUndefined();
  });
});
