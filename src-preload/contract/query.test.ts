import { describe, expect, it } from 'vitest';
import { haystackOf, matches, matchesHaystack, parseQuery, type Searchable } from './query.ts';

const device: Searchable = {
  id: '80:1f:02:AA:bb',
  name: 'plant3-gw-07',
  vendor: 'remoteit',
  accountId: 'acme',
  description: 'Gateway beside the Kühlturm',
  groups: ['Plant 3', 'Gateways'],
  tags: ['line-a'],
  presence: { state: 'online' },
  services: [{ kind: 'ssh' }, { kind: 'http' }],
  externalAddress: '203.0.113.7',
  internalAddress: '10.3.0.7',
  mac: 'b8:27:eb:00:11:22',
  serial: 'SN-9',
  facts: {
    platform: 'Raspberry Pi',
    os: 'Debian 12',
    firmware: 'edge-5.2',
    agentVersion: '4.15.1',
    owner: 'ann@example.com',
  },
};
const names: Readonly<Record<string, string>> = { remoteit: 'remote.it', remoteiot: 'RemoteIoT' };
const context = {
  vendorName: (id: string): string => names[id] ?? id,
  accountLabel: (id: string): string => (id === 'acme' ? 'Acme Works' : id),
};
const asks = (text: string, other: Partial<Searchable> = {}): boolean =>
  matches(parseQuery(text), { ...device, ...other }, context);

describe('query', () => {
  it.each([
    ['', true],
    ['   ', true],
    ['plant', true],
    ['PLANT gw', true],
    ['gw plant3', true],
    ['plant nothing', false],
    ['203.0.113', true],
    ['b8:27:eb', true],
    ['80:1f:02:aa', true],
    ['kuhlturm', true],
    ['KÜHLTURM', true],
    ['remote.it', true],
    ['remoteit', true],
    ['acme', true],
    ['sn-9', true],
    ['raspberry', true],
    ['"debian 12" edge-5.2 4.15', true],
    ['ann@example', true],
  ])('finds words in every fact: %j → %j', (text, expected) => {
    expect(asks(text)).toBe(expected);
  });

  it.each([
    ['vendor:remote.it', true],
    ['vendor:remoteiot', false],
    ['account:works', true],
    ['group:"Plant 3"', true],
    ['group:"Plant 4"', false],
    ['group:line-a', false],
    ['tag:line-a', true],
    ['is:online', true],
    ['is:on', true],
    ['is:offline', false],
    ['IS:Online', true],
    ['has:ssh', true],
    ['has:http', true],
    ['has:vnc', false],
    ['seen:<1h', true],
    ['seen:>1h', false],
    ['-seen:<1h', false],
    ['seen:<', true],
    ['seen:<1', true],
    ['is:online has:ssh group:gate acme', true],
  ])('narrows one fact: %j → %j', (text, expected) => {
    expect(asks(text)).toBe(expected);
  });

  it.each([
    ['-plant', false],
    ['-nothing', true],
    ['-is:offline', true],
    ['-group:"Plant 3"', false],
    ['gw -tag:line-b', true],
    ['plant3-gw', true],
  ])('negates: %j → %j', (text, expected) => {
    expect(asks(text)).toBe(expected);
  });

  it.each([['group:'], ['-'], ['-tag:'], ['"'], ['""'], ['gw group:']])(
    'ignores what is still being typed: %j',
    (text) => {
      expect(asks(text)).toBe(true);
    },
  );

  it('keeps a phrase within one fact and lets a quote run to the end', () => {
    expect(asks('"beside the"')).toBe(true);
    expect(asks('"beside  the')).toBe(true);
    expect(asks('"Plant 3 Gateways"')).toBe(false);
    expect(asks('"07 80:1f"')).toBe(false);
  });

  it('looks for unknown fields as they stand', () => {
    expect(asks('foo:bar')).toBe(false);
    expect(asks('foo:bar', { name: 'foo:bar' })).toBe(true);
  });

  it('knows favourites and the three presences', () => {
    expect(asks('is:favourite')).toBe(false);
    expect(asks('is:fav', { favourite: true })).toBe(true);
    expect(asks('is:unknown', { presence: { state: 'unknown' } })).toBe(true);
    expect(asks('is:off', { presence: { state: 'offline' } })).toBe(true);
  });

  it('never throws, whatever is typed', () => {
    const hay = haystackOf(device, context);
    for (const text of ['((', '[', '\\', '*', '-"', 'is:"', ':', '::', '\0', '"\n"', '\ud800', ':x', 'a:b:c', '-:-'])
      expect(typeof matchesHaystack(parseQuery(text), hay)).toBe('boolean');
  });

  it('finds among prepared devices what it finds among others', () => {
    const text = 'plant7 gw is:online -vnc';
    const names = Array.from({ length: 2000 }, (_, index) => `plant${index % 40}-gw-${index}`);
    const prepared = names.filter((name) =>
      matchesHaystack(parseQuery(text), haystackOf({ ...device, name }, context)),
    );
    expect(prepared).toEqual(names.filter((name) => asks(text, { name })));
    expect(prepared.length).toBeGreaterThan(0);
  });
});
