import { describe, expect, it, test } from 'vitest';
import { outdatedOptions } from './outdated-algorithms.ts';
import { sshCopyable, sshPlan, type SshTarget } from './ssh-command.ts';
import { readSshVersion, takes } from './ssh-version.ts';

describe('ssh says its version', () => {
  it.each([
    ['OpenSSH_5.3p1, OpenSSL 1.0.1e-fips 11 Feb 2013', { major: 5, minor: 3 }],
    ['OpenSSH_6.6.1p1 Ubuntu-2ubuntu2.13, OpenSSL 1.0.1f 6 Jan 2014', { major: 6, minor: 6 }],
    ['OpenSSH_7.2p2 Ubuntu-4ubuntu2.10, OpenSSL 1.0.2g  1 Mar 2016', { major: 7, minor: 2 }],
    ['OpenSSH_7.4p1, OpenSSL 1.0.2k-fips  26 Jan 2017', { major: 7, minor: 4 }],
    ['OpenSSH_for_Windows_7.7p1, LibreSSL 2.6.5', { major: 7, minor: 7 }],
    ['OpenSSH_8.9p1 Ubuntu-3ubuntu0.10, OpenSSL 3.0.2 15 Mar 2022', { major: 8, minor: 9 }],
    ['OpenSSH_10.0p2, LibreSSL 3.3.6', { major: 10, minor: 0 }],
    ['warning: a line of a wrapper\nOpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3.0.14', { major: 9, minor: 2 }],
    ['Sun_SSH_1.1.5, SSH protocols 1.5/2.0, OpenSSL 0x0090704f', undefined],
    ['Dropbear SSH client v2022.83', undefined],
  ])('%s', (words, version) => {
    expect(readSshVersion(words)).toEqual(version);
  });
});

const target: SshTarget = {
  address: '127.0.0.1',
  port: 33007,
  alias: 'remoteiot.home.a1',
  knownHostsFile: '/p/known_hosts',
  outdated: ['ssh-rsa', 'aes128-cbc'],
  platform: 'linux',
};

/** The names and values of options that a plan for this version holds, of those that not every ssh takes. */
const optionsFor = (major: number, minor: number): readonly string[] => {
  const plan = sshPlan({ ...target, sshVersion: { major, minor } }, { program: 'ssh', detached: false });
  return plan.ok
    ? plan.value.args.filter((word) => /^(?:StrictHost|RemoteCommand|Canonical|HostKeyAlgorithms|Ciphers)/.test(word))
    : [];
};

// An ssh ends at an option it does not know, so each is left out before the release whose notes first name it.
test.each([
  ['CentOS 6', 5, 3, ['StrictHostKeyChecking=ask']],
  ['Ubuntu 14.04', 6, 6, ['StrictHostKeyChecking=ask', 'CanonicalizeHostname=no']],
  [
    'Ubuntu 16.04',
    7,
    2,
    ['StrictHostKeyChecking=ask', 'HostKeyAlgorithms=+ssh-rsa', 'Ciphers=+aes128-cbc', 'CanonicalizeHostname=no'],
  ],
  [
    'the first with all of them',
    7,
    6,
    [
      'StrictHostKeyChecking=accept-new',
      'HostKeyAlgorithms=+ssh-rsa',
      'Ciphers=+aes128-cbc',
      'RemoteCommand=none',
      'CanonicalizeHostname=no',
    ],
  ],
])('a launched ssh of %s gets only options that it takes', (_system, major, minor, options) => {
  expect(optionsFor(major, minor)).toEqual(options);
});

test('a command to copy holds no list that an old ssh cannot read', () => {
  expect(sshCopyable({ ...target, sshVersion: { major: 6, minor: 6 } })).toEqual({
    ok: true,
    value: 'ssh -p 33007 -o HostKeyAlias=remoteiot.home.a1 -o ProxyCommand=none localhost',
  });
  expect(outdatedOptions(['ssh-rsa'], { major: 6, minor: 9 })).toEqual([]);
  expect(outdatedOptions(['ssh-rsa'], { major: 7, minor: 0 })).toHaveLength(2);
});

test('a version that nobody could read is taken for a present one', () => {
  expect(takes(undefined, 'accept-new')).toBe(true);
});
