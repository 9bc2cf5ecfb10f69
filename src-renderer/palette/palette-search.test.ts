import { describe, expect, it } from 'vitest';
import { fold, haystackOf, type Searchable } from '../../src-preload/contract/query.ts';
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
  return { device: { key: name }, name: fold(name), hay: haystackOf(device, { accountLabel: () => 'Acme' }) };
};

const all = [
  entry('plant1-gw-01', { groups: ['Plant 1'], services: [{ kind: 'ssh' }] }),
  entry('plant2-gw-02', { presence: { state: 'offline', lastOnlineAt: now - 1_800_000 } }),
  entry('plant3-gw-03', { presence: { state: 'offline', lastOnlineAt: now - 7_200_000 } }),
  entry('kitchen-pi', { description: 'gw of the kitchen' }),
];
const search = new PaletteSearch();
const find = (text: string, recents: readonly string[] = [], limit = 8): readonly string[] =>
  search.find({ all, version: 1, text, recents, limit, now });

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

  it('finds letter by letter what it finds at once', () => {
    for (const text of ['plant3', 'p3gw', 'kitchen', 'gw of', 'is:offline', 'plant -is:offline']) {
      for (let length = 1; length <= text.length; length += 1) {
        const part = text.slice(0, length);
        const fresh = new PaletteSearch().find({ all, version: 1, text: part, recents: [], limit: 8, now });
        expect([part, find(part)]).toEqual([part, fresh]);
      }
    }
  });

  it('starts over when the fleet is another one', () => {
    find('zzz');
    const other = [...all, entry('zzzz-1')];
    expect(search.find({ all: other, version: 2, text: 'zzzz', recents: [], limit: 8, now })).toEqual(['zzzz-1']);
  });
});
