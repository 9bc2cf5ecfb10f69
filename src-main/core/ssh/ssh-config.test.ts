import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  includeLine,
  isIncluded,
  namedHosts,
  readSshConfigOrigin,
  renderSshHosts,
  sshHosts,
  withInclude,
  withoutInclude,
} from './ssh-config.ts';
import type { ServiceKind } from '../fleet/device.ts';

const device = (id: string, name: string, ports: readonly number[] = [22]) => ({
  key: `home/${id}`,
  accountId: 'home',
  vendor: 'remoteiot' as const,
  id,
  name,
  services: ports.map((port) => ({
    id: `ssh:${port}`,
    kind: 'ssh' as ServiceKind,
    route: 'tunnel' as const,
    port,
  })),
});
const aliases = (devices: readonly ReturnType<typeof device>[], ...taken: readonly string[]) =>
  sshHosts(devices, new Map(taken.map((name) => [name, 'configured']))).map(({ alias }) => alias);
const options = {
  quayside: ['/usr/bin/node', '/opt/my app/cli.js', '--profile', '/p/100%d'],
  knownHostsFile: '/p/100%d/known_hosts',
  user: 'pi',
  platform: 'linux' as const,
  configFile: '/home/jane/.ssh/config',
  madeConfig: false,
  sshVersion: undefined,
};

describe('aliases', () => {
  it.each([
    ['Plant 3 / GW-07', 'plant-3-gw-07'],
    ['Pumpe Süd', 'pumpe-sud'],
    ['github.com', 'github-com'],
    ['10.0.0.1', '10-0-0-1'],
    ['--proxy', 'proxy'],
    ['*', 'device-00a1b2'],
    ['localhost', 'localhost-00a1b2'],
    ['日本', '日本'],
    ['Łódź-pump', 'lodz-pump'],
    ['Straße 9', 'strasse-9'],
    ['Насос-1', 'насос-1'],
    ['غرفة ١٢', 'غرفة-12'],
    ['ﾎﾟﾝﾌﾟ', 'ポンプ'],
    ['gw\u200b\u202e7', 'gw7'],
    ['1', '1-00a1b2'],
    ['0x7F000001', '0x7f000001-00a1b2'],
    ['١٢٧', '127-00a1b2'],
    ['①', '1-00a1b2'],
    ['🏭', 'device-00a1b2'],
    ['a\nHost *', 'a-host'],
  ])('of %j', (name, alias) => {
    expect(aliases([device('ff00a1b2', name)])).toEqual([alias]);
  });

  it('tell devices of one name apart, all of them, and leave names of the user’s own alone', () => {
    expect(aliases([device('x-000001', 'GW'), device('x-000002', 'gw'), device('x-3', 'other')])).toEqual([
      'gw-000001',
      'gw-000002',
      'other',
    ]);
    expect(aliases([device('a-000001', 'nas')], 'nas')).toEqual(['nas-000001']);
    expect(aliases([device('1-aaaaaa', 'gw'), device('2-aaaaaa', 'gw')])).toEqual(['gw-1-aaaaaa', 'gw-2-aaaaaa']);
  });

  it('name further SSH services by their port', () => {
    expect(aliases([device('a1', 'gw', [22, 2222])])).toEqual(['gw', 'gw-2222']);
  });

  it('are given to SSH services behind a tunnel alone', () => {
    const service = device('a1', 'gw').services[0]!;
    const others = [
      { ...service, id: 'vnc:5900', kind: 'vnc' as const, port: 5900 },
      { ...service, id: 'rdp:3389', kind: 'rdp' as const, port: 3389 },
      { ...service, id: 'web', kind: 'https' as const, port: 443 },
      { ...service, id: 'page', route: 'http' as const },
    ];
    const hosts = sshHosts([{ ...device('a1', 'gw'), services: [...others, service] }], new Map());
    expect(hosts).toMatchObject([{ alias: 'gw', serviceId: 'ssh:22' }]);
    expect(sshHosts([{ ...device('a2', 'screen'), services: others }], new Map())).toEqual([]);
  });

  it('are counted where even the ids read alike, beside those of the user', () => {
    expect(aliases([device('x.1', 'gw'), device('x-1', 'gw')])).toEqual(['gw-x-1-2', 'gw-x-1-3']);
    expect(aliases([device('x.1', 'gw'), device('x-1', 'gw')], 'gw-x-1-2')).toEqual(['gw-x-1-3', 'gw-x-1-4']);
    expect(aliases([device('x.1', '🏭'), device('x-1', '')])).toEqual(['device-x-1-2', 'device-x-1-3']);
  });

  it('are unique words without dots or patterns, whatever the names are', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('gw', 'GW', 'gw-2', '', 'gw-1-2', '*'));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ minLength: 1 }), name), { maxLength: 12 }), (rows) => {
        const hosts = sshHosts(
          rows.map(([id, given], at) => device(`${at}${id}`, given)),
          new Map([['gw', 'configured']]),
        );
        expect(hosts).toHaveLength(rows.length);
        expect(new Set(hosts.map(({ alias }) => alias)).size).toBe(rows.length);
        for (const { alias } of hosts) {
          expect(alias).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_-]*$/u);
          expect(alias).not.toMatch(/^(?:\d+|0x[0-9a-f]*)$|[A-Z]/);
        }
        const text = renderSshHosts(hosts, options);
        const lines = text.ok ? text.value.split('\n') : [];
        for (const line of lines) {
          expect(line).toMatch(
            /^(?:#.*|Host [\p{L}\p{N}\p{M}_-]+| {2}(?:HostKeyAlias|UserKnownHostsFile|StrictHostKeyChecking|CheckHostIP|User|ProxyCommand|ProxyUseFdpass|CanonicalizeHostname|RemoteCommand) .+|)$/u,
          );
        }
      }),
      { seed: 20261121, numRuns: 500 },
    );
  });
});

describe('the text', () => {
  it('dials by command, pins by device and never speaks of all hosts', () => {
    const text = renderSshHosts(sshHosts([device('a1', 'GW 1')], new Map()), options);
    expect(text.ok ? text.value : '').toContain(`
Host gw-1
  HostKeyAlias remoteiot.home.a1
  UserKnownHostsFile /p/100%%d/known_hosts
  StrictHostKeyChecking accept-new
  CheckHostIP no
  User pi
  ProxyCommand /usr/bin/node '/opt/my app/cli.js' --profile /p/100%%d proxy home/a1 --service ssh:22
  ProxyUseFdpass no
  CanonicalizeHostname no
  RemoteCommand none
`);
    expect(text.ok && /Host .*\*/.test(text.value)).toBe(false);
  });

  it.each([
    ['a line end', 'a\nProxyCommand touch x'],
    ['a carriage return', 'a\rb'],
    ['a NUL', 'a\0b'],
    ['a next line', 'a\u0085b'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['half a character', 'a\ud800b'],
  ])('leaves a device out whose id or service id holds %s', (_what, id) => {
    const good = device('a1', 'good');
    const service = good.services[0]!;
    const byService = { ...device('a2', 'by service'), services: [{ ...service, id }] };
    const text = renderSshHosts(sshHosts([good, device(id, 'by id'), byService], new Map()), options);
    const hosts = text.ok ? text.value.split('\n').filter((line) => /^(?:Host|\s*ProxyCommand)\b/.test(line)) : [];
    expect(hosts).toEqual([
      'Host good',
      expect.stringMatching(/^ {2}ProxyCommand .* proxy home\/a1 --service ssh:22$/),
    ]);
  });

  it('leaves a device out whose key ssh’s command would read as an option', () => {
    const text = renderSshHosts(sshHosts([{ ...device('a1', 'gw'), key: '--profile' }], new Map()), options);
    expect(text.ok && text.value.includes('Host')).toBe(false);
  });

  it('is refused with a path or user that ssh cannot take', () => {
    expect(renderSshHosts([], { ...options, user: '-oProxyCommand=x' }).ok).toBe(false);
    expect(renderSshHosts([], { ...options, knownHostsFile: '/p/${x}' }).ok).toBe(false);
    expect(includeLine('/p/[a]*', 'linux').ok).toBe(false);
    expect(includeLine('C:\\Users\\Jane Doe\\ssh_config', 'win32')).toEqual({
      ok: true,
      value: 'Include "C:/Users/Jane Doe/ssh_config"\n',
    });
  });
});

describe('the origin', () => {
  it('is read back from the text, and from nothing else', () => {
    const text = renderSshHosts([], { ...options, quayside: ['a b', '"\n'], madeConfig: true });
    expect(text.ok && readSshConfigOrigin(text.value)).toEqual({
      quayside: ['a b', '"\n'],
      configFile: options.configFile,
      madeConfig: true,
    });
    for (const other of ['', 'Host a\n', '# origin: {', '# origin: null', '# origin: {"quayside":[1]}']) {
      expect(readSshConfigOrigin(other)).toBeUndefined();
    }
  });
});

describe('the line in the user’s configuration', () => {
  const line = 'Include "/p/ssh_config"\n';

  it('comes first and goes again, leaving every byte', () => {
    const piece = fc.constantFrom('Host a\n', '  User x\r\n', '\xff\xfe', '\n', line, `# ${line}`, 'Match all', ' ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const config = withoutInclude(pieces.join(''), line);
        const included = withInclude(config, line);
        // However it is written, what is in force already stays as it is.
        if (isIncluded(config, line)) {
          expect(included).toBe(config);
          return;
        }
        expect(included).toBe(line + config);
        expect(withInclude(included, line)).toBe(included);
        expect(withoutInclude(included, line)).toBe(config);
        expect(withoutInclude(`${included}Host later\n`, line)).toBe(`${config}Host later\n`);
      }),
      { seed: 20261121 },
    );
  });

  it.each([
    ['# mine\nInclude /p/ssh_config\nHost a\n', true],
    ['  include = "/p/ssh_config" other\r\n', true],
    ['Include other "/p/ssh_config"\n', true],
    ['Host a\nInclude "/p/ssh_config"\n', false],
    ['Match all\nInclude "/p/ssh_config"\n', false],
    ['# Include "/p/ssh_config"\n', false],
    ['Include "/p/ssh_config2"\n', false],
  ])('is in force in %j: %j', (config, expected) => {
    expect(isIncluded(config, line)).toBe(expected);
  });

  it('moves to the front where somebody had moved it', () => {
    expect(withInclude(`Host a\n${line}  User b\n`, line)).toBe(`${line}Host a\n  User b\n`);
  });

  it('leaves the names the user has given', () => {
    expect([...namedHosts('Host a "B c"\n host=d\nHostName x\n#Host z\nHost *.e !f g\n')]).toEqual([
      'a',
      'b',
      'c',
      'd',
      'g',
    ]);
  });
});
