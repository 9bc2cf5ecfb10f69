import { describe, expect, it } from 'vitest';
import { fold } from '../../src-main/core/text/letters.ts';
import { haystackOf, type Searchable } from '../../src-preload/contract/query.ts';
import { best, fuzzyScore } from './fuzzy-score.ts';
import { PaletteSearch, type Searched } from './palette-search.ts';

const now = Date.UTC(2026, 10, 21);
const entry = (name: string, more: Partial<Searchable> = {}): Searched => {
  const device: Searchable = {
    id: name,
    name,
    vendor: 'remoteiot',
    accountId: 'acme',
    groups: [],
    tags: [],
    presence: { state: 'online' },
    services: [],
    ...more,
  };
  return {
    device: { key: name },
    name: fold(name),
    hay: haystackOf(device, { accountLabel: () => 'Acme', vendorName: (id) => id }),
  };
};

const all = [
  entry('plant1-gw-01', { groups: ['Plant 1'], services: [{ kind: 'ssh' }] }),
  entry('plant2-gw-02', { presence: { state: 'offline', lastOnlineAt: now - 1_800_000 } }),
  entry('plant3-gw-03', { presence: { state: 'offline', lastOnlineAt: now - 7_200_000 } }),
  entry('kitchen-pi', { description: 'gw of the kitchen' }),
];
const search = new PaletteSearch();
search.prepare(all);
const find = (text: string, recents: readonly string[] = [], limit = 8): readonly string[] =>
  search.find({ text, recents, limit, now });

describe('PaletteSearch', () => {
  it('puts devices used lately before their likes, but not before a better name', () => {
    expect(find('gw', ['plant3-gw-03'])[0]).toBe('plant3-gw-03');
    expect(find('plant1', ['plant3-gw-03'])[0]).toBe('plant1-gw-01');
  });

  it('finds by other facts where the name does not fit, last', () => {
    expect(find('gw')).toEqual(['plant1-gw-01', 'plant2-gw-02', 'plant3-gw-03', 'kitchen-pi']);
  });

  it.each([
    ['is:offline gw', ['plant2-gw-02', 'plant3-gw-03']],
    ['-is:offline gw', ['plant1-gw-01', 'kitchen-pi']],
    ['seen:<1h -is:online', ['plant2-gw-02']],
    ['group:"plant 1"', ['plant1-gw-01']],
    ['has:ssh', ['plant1-gw-01']],
    ['nothing like it', []],
  ])('understands the language of the window: %s', (text, keys) => {
    expect(find(text)).toEqual(keys);
  });

  it('finds the same however the text came about: typed on, taken back, or after the fleet has changed', () => {
    const fleet = (site: string): Searched[] =>
      Array.from({ length: 300 }, (_, index) => entry(`gw-${index}`, { groups: [`${site} ${index % 7}`] }));
    const typed = new PaletteSearch();
    for (const site of ['Hall', 'Yard']) {
      const devices = fleet(site);
      typed.prepare(devices);
      for (const text of [
        'hal',
        'hall',
        'hall 6',
        'hall 6 gw-2',
        'hall 6 gw-27',
        'hall',
        'yar',
        'yard 3 x',
        'yard 3',
      ]) {
        const fresh = new PaletteSearch();
        fresh.prepare(devices);
        const options = { text, recents: [], limit: 100, now };
        expect(typed.find(options), text).toEqual(fresh.find(options));
      }
    }
  });

  it('ranks a large fleet as looking at every name would', () => {
    const many = Array.from({ length: 3000 }, (_, index) => entry(`Plant${index % 40}-gw-${index}`));
    const large = new PaletteSearch();
    large.prepare(many);
    for (const text of ['gw-12', 'plant3', 'p3gw1', '99', 'PLANT 7', 'acme', 'zzz']) {
      const found = large.find({ text, recents: [], limit: 5, now });
      const typed = fold(text);
      const slowly = best(
        many,
        ({ name, hay }) =>
          fuzzyScore(typed, name) ?? (typed.split(' ').every((word) => hay.any.includes(word)) ? -100 : undefined),
        5,
      );
      expect([text, found]).toEqual([text, slowly.map(({ device }) => device.key)]);
    }
  });

  it('looks in the fleet it was given last', () => {
    const other = new PaletteSearch();
    expect(other.find({ text: 'plant', recents: [], limit: 8, now })).toEqual([]);
    other.prepare([entry('zzzz-1')]);
    expect(other.find({ text: 'zz', recents: ['gone'], limit: 8, now })).toEqual(['zzzz-1']);
  });
});
