import { describe, expect, it } from 'vitest';
import { nearMiss } from './near-miss.ts';

const names = ['plant1-pi', 'plant1-gw', 'plant2-gw', 'Kühlturm-Nord', 'Łódź-pump', 'depot-kasse', 'gw-10', 'ab'];

describe('a near miss', () => {
  it.each([
    ['plnat1', 'plant1'],
    ['plan1', 'plant1'],
    ['plaant1', 'plant1'],
    ['plsnt2', 'plant2'],
    ['khlturm', 'kuhlturm'],
    ['KUHLTRUM', 'kuhlturm'],
    ['kühltrum-nrod', 'kuhlturm-nord'],
    ['lodz-pmup', 'lodz-pump'],
    ['depto', 'depot'],
    ['plnat1-pi', 'plant1-pi'],
  ])('of %j is %j', (typed, meant) => {
    expect(nearMiss(typed, names)).toBe(meant);
  });

  it.each([['plant3'], ['gw-11'], ['ba'], ['gww'], ['harbour'], [''], ['plant1']])('of %j is none', (typed) => {
    expect(nearMiss(typed, names)).toBeUndefined();
  });

  it('is the one that most devices have, of equals', () => {
    expect(nearMiss('gate', ['gatt', 'date', 'date-2'])).toBe('date');
    expect(nearMiss('gate', ['gatt', 'gatt-2', 'date'])).toBe('gatt');
  });
});
