import { describe, expect, it } from 'vitest';
import { best, fuzzyScore } from './fuzzy-score.ts';

const rank = (typed: string, names: readonly string[]): readonly string[] =>
  best(names, (name) => fuzzyScore(typed, name), 8);

describe('palette', () => {
  it('puts a name that begins with the text first, then one that holds it, then one that has its letters', () => {
    expect(rank('gw', ['g-east-w', 'plant3-gw-07', 'gw-main'])).toEqual(['gw-main', 'plant3-gw-07', 'g-east-w']);
  });

  it('understands letters left out and words apart', () => {
    expect(rank('p3gw', ['plant2-cam-01', 'plant3-gw-07'])).toEqual(['plant3-gw-07']);
    expect(rank('plant gw', ['plant3-gw-07', 'plant3-cam-07'])).toEqual(['plant3-gw-07']);
    expect(rank('xyz', ['plant3-gw-07'])).toEqual([]);
  });

  it('prefers the beginnings of words', () => {
    expect(rank('ng', ['hanging', 'north-gate'])[0]).toBe('hanging');
    expect(rank('nga', ['xnxgxa', 'north-gate'])[0]).toBe('north-gate');
  });

  it('keeps the order of equals and no more than asked for', () => {
    expect(best(['a', 'b', 'c', 'd'], () => 1, 3)).toEqual(['a', 'b', 'c']);
    expect(best([1, 5, 3, 9, 7], (value) => value, 2)).toEqual([9, 7]);
  });
});
