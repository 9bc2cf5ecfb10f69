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
  services: [
    { kind: 'ssh', name: 'SSH', port: 22 },
    { kind: 'http', name: 'PLC web page', port: 8080 },
  ],
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
    ['b827eb001122', true],
    ['B8-27-EB-00-11-22', true],
    ['b827.eb00.1122', true],
    ['eb-00-11', true],
    ['b8:27:eb:0', true],
    ['eb0011', true],
    ['b8-27-ec', false],
    ['801f02aabb', true],
    ['sn9-0412', true],
    ['SN90412', true],
    ['sn 9', true],
    ['sn8-0412', false],
    ['10.3.0', true],
    ['3.0.7', true],
    ['10.30.7', false],
    ['2001:db8:0:0:0:0:0:42', true],
    ['2001:0DB8::0042', true],
    ['2001:db8::42', true],
    ['2001:db8:', true],
    ['2001:db', true],
    ['db8:0:0', true],
    ['0:0:42', true],
    ['0:0:4', true],
    ['0:0:43', false],
    ['2001:db8::43', false],
    ['2001:db9', false],
    ['decade', false],
    ['plant4', false],
  ])('finds codes in any notation: %j → %j', (text, expected) => {
    expect(asks(text, { externalAddress: '2001:DB8::42', serial: 'SN/9-04 12' })).toBe(expected);
  });

  it('finds what is typed of a code after every letter', () => {
    for (const code of ['b8-27-eb-00-11-22', 'b827.eb00.1122', 'b827eb001122', '2001:db8:0:0:0:0:0:42', '2001:db8::42'])
      for (let length = 6; length <= code.length; length += 1) {
        const typed = code.slice(0, length);
        for (const externalAddress of ['2001:db8::42', '2001:0db8:0000:0000:0000:0000:0000:0042'])
          expect([typed, externalAddress, asks(typed, { externalAddress })]).toEqual([typed, externalAddress, true]);
      }
  });

  it.each([
    ['"plc web"', true],
    ['plc', true],
    ['has:plc', true],
    ['has:"web page"', true],
    ['has:8080', true],
    ['has:22', true],
    ['has:80', false],
    ['has:2', false],
    ['-has:8080', false],
  ])('finds services by name, kind and port: %j → %j', (text, expected) => {
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
