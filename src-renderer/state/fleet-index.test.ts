import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../src-preload/contract/query.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { scriptedAccounts, scriptedDevices } from '../../test/support/scripted-fleet.ts';
import { seededRandom } from '../../src-main/simulators/fleet.ts';
import { orderText } from '../../src-main/core/text/letters.ts';
import { FleetIndex, sortColumns, type Sort } from './fleet-index.ts';

const now = 1_800_000_000_000;
const accounts = scriptedAccounts(now);
const ports = new Map<string, number>();
const context = {
  vendorName: (id: string): string => id,
  accountLabel: (id: string): string => accounts.find((account) => account.id === id)?.label ?? id,
  forwardPort: (key: string): number | undefined => ports.get(key),
};

const device = (name: string, over: Partial<DeviceView> = {}): DeviceView => ({
  key: `acme/${name}`,
  id: name,
  name,
  vendor: 'remoteiot',
  accountId: 'acme',
  groups: [],
  tags: [],
  presence: { state: 'online', observedAt: now, source: 'vendor-list' },
  services: [],
  favourite: false,
  ...over,
});

const indexOf = (devices: readonly DeviceView[]): FleetIndex => {
  const index = new FleetIndex(context);
  index.replace(devices);
  return index;
};
const all = { kind: 'all' } as const;
const everything = parseQuery('');
const names = (index: FleetIndex): (string | undefined)[] =>
  index.select(all, everything).map((key) => index.get(key)?.name);

describe('fleet index', () => {
  it('orders names the way people count', () => {
    expect(names(indexOf([device('gw-10'), device('GW-9'), device('gw-09a'), device('alpha')]))).toEqual([
      'alpha',
      'GW-9',
      'gw-09a',
      'gw-10',
    ]);
    expect(orderText('Gw-007') === orderText('gw-7')).toBe(true);
  });

  it('orders names of any script as people do', () => {
    expect(names(indexOf(['zz-last', 'Łódź-pump', 'Насос', 'мотор', 'Ålesund'].map((name) => device(name))))).toEqual([
      'Ålesund',
      'Łódź-pump',
      'zz-last',
      'мотор',
      'Насос',
    ]);
  });

  it('knows what was meant by a search that finds nothing', () => {
    const index = indexOf([device('plant1-pi', { groups: ['Kühlhaus'] }), device('plant2-gw')]);
    expect(index.meantBy('plnat2', all)).toBe('plant2');
    expect(index.meantBy('is:online plnat2', all)).toBe('is:online plant2');
    expect(index.meantBy('pi kuhlhuas', all)).toBe('pi kuhlhaus');
    for (const text of ['is:offline plnat2', 'gw kuhlhuas', '-plnat2', '"plnat2"', 'group:plnat2', 'harbour', ''])
      expect([text, index.meantBy(text, all)]).toEqual([text, undefined]);
    expect(index.meantBy('plnat2', { kind: 'group', group: 'Kühlhaus' })).toBeUndefined();
  });

  it('orders every number in a name by its value', () => {
    expect(names(indexOf([device('gw-2-10'), device('gw-10-1'), device('gw-2-9')]))).toEqual([
      'gw-2-9',
      'gw-2-10',
      'gw-10-1',
    ]);
  });

  it('orders addresses by their numbers, the inner one before the outer, those without at the end', () => {
    const index = indexOf([
      device('a'),
      device('b', { internalAddress: '10.0.0.10', externalAddress: '10.0.0.1' }),
      device('c', { externalAddress: '10.0.0.9' }),
      device('d', { internalAddress: '10.0.0.2' }),
    ]);
    index.sortBy({ column: 'address', descending: false });
    expect(names(index)).toEqual(['d', 'c', 'b', 'a']);
    index.sortBy({ column: 'address', descending: true });
    expect(names(index)).toEqual(['b', 'c', 'd', 'a']);
  });

  it('orders what is online before what was seen lately before what was seen long ago', () => {
    const away = (name: string, observedAt: number, lastOnlineAt?: number): DeviceView =>
      device(name, {
        presence: {
          state: 'offline',
          observedAt,
          source: 'vendor-list',
          ...(lastOnlineAt === undefined ? {} : { lastOnlineAt }),
        },
      });
    const index = indexOf([
      device('unknown', { presence: { state: 'unknown', observedAt: now, source: 'none' } }),
      away('long ago', now, now - 9_000_000),
      away('lately', now, now - 100),
      away('not known since when', now - 5000),
      device('online b', { presence: { state: 'online', observedAt: now - 60_000, source: 'vendor-list' } }),
      device('online c'),
    ]);
    index.sortBy({ column: 'seen', descending: false });
    // Those that are online are equally now, so their names decide.
    expect(names(index)).toEqual(['online b', 'online c', 'lately', 'not known since when', 'long ago', 'unknown']);
  });

  it('orders forwards by port, devices without one at the end', () => {
    const own = new FleetIndex({
      ...context,
      forwardPort: (key) =>
        new Map([
          ['acme/a', 33_000],
          ['acme/b', 8022],
        ]).get(key),
    });
    own.replace([device('none'), device('a'), device('b')]);
    own.sortBy({ column: 'forward', descending: false });
    expect(names(own)).toEqual(['b', 'a', 'none']);
    own.sortBy({ column: 'forward', descending: true });
    expect(names(own)).toEqual(['a', 'b', 'none']);
  });

  it('keeps what has no value at the end in both directions', () => {
    const index = indexOf([device('a'), device('b', { groups: ['Zulu'] }), device('c', { groups: ['Alpha'] })]);
    index.sortBy({ column: 'group', descending: false });
    expect(names(index)).toEqual(['c', 'b', 'a']);
    index.sortBy({ column: 'group', descending: true });
    expect(names(index)).toEqual(['b', 'c', 'a']);
  });

  it('shows the devices of a scope that match', () => {
    const index = indexOf([
      device('one', { favourite: true, groups: ['Plant 1'] }),
      device('two', { presence: { state: 'offline', observedAt: now, source: 'vendor-list' } }),
      device('three', { accountId: 'lab', groups: ['Plant 1', 'Plant 2'] }),
    ]);
    const select = (scope: Parameters<FleetIndex['select']>[0], text = ''): number =>
      index.select(scope, parseQuery(text)).length;
    expect(select(all)).toBe(3);
    expect(select({ kind: 'favourites' })).toBe(1);
    expect(select({ kind: 'offline' })).toBe(1);
    expect(select({ kind: 'account', accountId: 'lab' })).toBe(1);
    expect(select({ kind: 'group', group: 'Plant 1' })).toBe(2);
    expect(select({ kind: 'group', group: 'Plant 1' }, 'thr')).toBe(1);
    expect(index.counts()).toEqual({
      total: 3,
      offline: 1,
      favourites: 1,
      groups: [
        { name: 'Plant 1', count: 2 },
        { name: 'Plant 2', count: 1 },
      ],
    });
  });

  it('is after any deltas what it would be made new', () => {
    const random = seededRandom(42);
    const devices = scriptedDevices(400, accounts, now);
    for (const column of sortColumns) {
      const sort: Sort = { column, descending: random() < 0.5 };
      const index = indexOf(devices.slice(0, 300));
      index.sortBy(sort);
      const held = new Map(devices.slice(0, 300).map((each) => [each.key, each]));
      for (let round = 0; round < 12; round++) {
        const remove = [...held.keys()].filter(() => random() < 0.05);
        const upsert = devices
          .filter((each) => random() < 0.1 && !remove.includes(each.key))
          .map((each) => ({ ...each, name: random() < 0.5 ? each.name : `x-${each.name}`, favourite: random() < 0.5 }));
        for (const key of remove) held.delete(key);
        for (const each of upsert) held.set(each.key, each);
        index.apply(upsert, remove);
      }
      const fresh = indexOf([...held.values()]);
      fresh.sortBy(sort);
      expect(index.select(all, everything)).toEqual(fresh.select(all, everything));
      expect(index.counts()).toEqual(fresh.counts());
    }
  });

  it('forgets a device whose key is removed and ignores unknown keys', () => {
    const index = indexOf([device('a'), device('b')]);
    index.apply([], ['acme/a', 'acme/none']);
    expect(names(index)).toEqual(['b']);
    expect(index.get('acme/a')).toBeUndefined();
    // A tab that shows it still says its name, and never a key.
    expect([index.nameOf('acme/a'), index.nameOf('acme/none')]).toEqual(['a', 'A device that was removed']);
    index.replace([device('c')]);
    expect([index.nameOf('acme/a'), index.nameOf('acme/b'), index.nameOf('acme/c')]).toEqual(['a', 'b', 'c']);
  });

  it('searches by an account’s new name after a refresh', () => {
    let label = 'Acme';
    const index = new FleetIndex({ ...context, accountLabel: () => label });
    index.replace([device('a')]);
    label = 'Harbour';
    expect(index.select(all, parseQuery('harbour'))).toHaveLength(0);
    index.refresh();
    expect(index.select(all, parseQuery('harbour'))).toHaveLength(1);
  });
});
