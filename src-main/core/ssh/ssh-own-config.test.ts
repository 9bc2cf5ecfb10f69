import { expect, test } from 'vitest';
import { expandTokens, readSshOwnConfig } from './ssh-own-config.ts';

// As OpenSSH 9.2 prints it, shortened.
test('what ssh -G says of keys, certificates and the agent is read, and nothing else of it', () => {
  const text = [
    'host gateway',
    'user me',
    'hostname gateway.example.com',
    'userknownhostsfile ~/.ssh/known_hosts ~/.ssh/known_hosts2',
    'globalknownhostsfile /etc/ssh/ssh_known_hosts',
    'identitiesonly no',
    'identityagent SSH_AUTH_SOCK',
    'identityfile ~/.ssh/work key',
    'identityfile ~/.ssh/id_ed25519',
    'certificatefile ~/.ssh/work-cert.pub',
  ].join('\n');
  expect(readSshOwnConfig(text)).toEqual({
    identityFiles: ['~/.ssh/work key', '~/.ssh/id_ed25519'],
    certificateFiles: ['~/.ssh/work-cert.pub'],
    identitiesOnly: false,
    user: 'me',
    host: 'gateway.example.com',
    knownHostsFiles: ['~/.ssh/known_hosts', '~/.ssh/known_hosts2', '/etc/ssh/ssh_known_hosts'],
  });
  expect(
    readSshOwnConfig(
      'identityagent /run/agent\r\nidentityfile none\r\nidentitiesonly yes\r\nhostname a\r\nhostkeyalias b',
    ),
  ).toEqual({
    identityFiles: [],
    certificateFiles: [],
    agent: '/run/agent',
    identitiesOnly: true,
    host: 'b',
    knownHostsFiles: [],
  });
});

test('tokens of paths stand for what ssh puts there, and others stay', () => {
  const values = { d: '/home/me', h: 'gw.example.com', u: undefined };
  expect(expandTokens('%d/.ssh/%h-%u-100%%', values)).toBe('/home/me/.ssh/gw.example.com-%u-100%');
});
