import { describe, expect, it } from 'vitest';
import { checkSshUser, hostKeyAlias, splitSshArguments, sshCopyable, sshPathValue, sshPlan } from './ssh-command.ts';
import type { SshTarget } from './ssh-command.ts';

const target: SshTarget = {
  address: '127.0.0.1',
  port: 33007,
  alias: 'remoteiot.home.a1',
  user: 'pi',
  knownHostsFile: '/home/me/.local/share/quayside/known_hosts',
  platform: 'linux',
};

describe('sshPlan', () => {
  it('is an argument array whose host cannot be an option', () => {
    expect(sshPlan(target, { program: '/usr/bin/ssh', detached: false })).toEqual({
      ok: true,
      value: {
        program: '/usr/bin/ssh',
        args: [
          ...['-p', '33007', '-o', 'HostKeyAlias=remoteiot.home.a1'],
          ...['-o', 'UserKnownHostsFile=/home/me/.local/share/quayside/known_hosts'],
          ...['-o', 'StrictHostKeyChecking=accept-new', '-o', 'ControlPath=none'],
          ...['-o', 'ProxyCommand=none', '-o', 'RemoteCommand=none', '-o', 'HostName=127.0.0.1'],
          ...['-o', 'CanonicalizeHostname=no', '-o', 'AddressFamily=any'],
          ...['-l', 'pi', '--', '127.0.0.1'],
        ],
        detached: false,
      },
    });
  });

  it('puts the person’s options before ours, because ssh keeps the first, and their command last', () => {
    const plan = sshPlan(target, {
      program: 'ssh',
      args: ['-L', '80:x:80', '-l', 'root', 'ls', '-l'],
      detached: false,
    });
    expect(plan.ok && plan.value.args.slice(0, 6)).toEqual(['-p', '33007', '-L', '80:x:80', '-l', 'root']);
    expect(plan.ok && plan.value.args.slice(-4)).toEqual(['--', '127.0.0.1', 'ls', '-l']);
  });

  it.each([
    ['a host for an address', { address: '-oProxyCommand=x' }],
    ['an option that ends like an address', { address: '-oProxyCommand=a' }],
    ['a user in front of the address', { address: 'root@127.0.0.1' }],
    ['words behind the address', { address: '127.0.0.1 x' }],
    ['a port out of range', { port: 0 }],
    ['a hostile user', { user: '-oProxyCommand=x' }],
    ['a path ssh would expand', { knownHostsFile: '/tmp/${HOME}/k' }],
  ])('refuses %s', (_what, change) => {
    expect(sshPlan({ ...target, ...change }, { program: 'ssh', detached: false })).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input' },
    });
  });
});

it.each([
  [[], [], []],
  [['hostname'], [], ['hostname']],
  [
    ['-v', '-i', 'key', 'uname', '-a'],
    ['-v', '-i', 'key'],
    ['uname', '-a'],
  ],
  [['-ikey', '-vvp', '7', 'x'], ['-ikey', '-vvp', '7'], ['x']],
  [['-oBatchMode=yes', '-N'], ['-oBatchMode=yes', '-N'], []],
  [['-t', '--', '-strange'], ['-t'], ['-strange']],
  [['-L'], ['-L'], []],
])('splitSshArguments(%j)', (args, options, command) => {
  expect(splitSshArguments(args)).toEqual({ options, command });
});

describe('checkSshUser', () => {
  it.each(['pi', 'root', 'ubuntu-1', 'first.last', 'DOMAIN\\me', 'jürgen', 'svc_x', 'host:port'])(
    'takes %s',
    (user) => {
      expect(checkSshUser(user)).toEqual({ ok: true, value: user });
    },
  );
  it.each([
    '',
    '-l',
    'a b',
    'a\nb',
    'a\u0000',
    'a@b',
    'a\u202Eb',
    'a\u200Bb',
    'a\u2066',
    '$(id)',
    '`id`',
    "a'b",
    'a"b',
    'a;b',
    'a|b',
    '%h',
    'x\\',
    'é'.repeat(65),
  ])('refuses %j', (user) => {
    expect(checkSshUser(user)).toMatchObject({ ok: false, error: { kind: 'invalid-input' } });
  });
});

it.each([
  ['/home/me/k', 'linux', '/home/me/k'],
  ['/Users/me/Library/Application Support/Quayside/k', 'darwin', '"/Users/me/Library/Application Support/Quayside/k"'],
  ['/a%d/"b"\\c', 'linux', '"/a%%d/\\"b\\"\\\\c"'],
  ['C:\\Users\\R&D x\\k', 'win32', '"C:/Users/R&D x/k"'],
] as const)('sshPathValue(%s, %s)', (path, platform, value) => {
  expect(sshPathValue(path, platform)).toEqual({ ok: true, value });
});

describe('hostKeyAlias', () => {
  const device = { vendor: 'remoteiot', accountId: 'home-1', id: '80:00:AB' } as const;
  it('names the device, and what else is behind it', () => {
    expect(hostKeyAlias(device, { port: 22 })).toBe('remoteiot.home-1.80_3a00_3a_41_42');
    expect(hostKeyAlias(device, {})).toBe('remoteiot.home-1.80_3a00_3a_41_42');
    expect(hostKeyAlias(device, { port: 2222 })).toBe('remoteiot.home-1.80_3a00_3a_41_42.2222');
    expect(hostKeyAlias(device, { port: 22, host: '10.0.0.7' })).toBe(
      'remoteiot.home-1.80_3a00_3a_41_42.22.10_2e0_2e0_2e7',
    );
  });
});

it.each([
  [target, 'ssh -p 33007 -o HostKeyAlias=remoteiot.home.a1 -o ProxyCommand=none pi@localhost'],
  [
    { ...target, address: '127.0.0.9' },
    'ssh -p 33007 -o HostKeyAlias=remoteiot.home.a1 -o ProxyCommand=none pi@127.0.0.9',
  ],
  [
    { ...target, user: 'D\\me~' },
    `ssh -p 33007 -o HostKeyAlias=remoteiot.home.a1 -o ProxyCommand=none 'D'\\\\'me~@localhost'`,
  ],
  [
    { ...target, platform: 'win32', user: 'D\\me~' },
    'ssh -p 33007 -o HostKeyAlias=remoteiot.home.a1 -o ProxyCommand=none "D\\me~@localhost"',
  ],
] satisfies readonly (readonly [SshTarget, string])[])('sshCopyable %#', (asked, command) => {
  expect(sshCopyable(asked)).toEqual({ ok: true, value: command });
});
