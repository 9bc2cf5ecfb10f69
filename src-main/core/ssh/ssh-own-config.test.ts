import { expect, test } from 'vitest';
import { readSshOwnConfig } from './ssh-own-config.ts';

// As OpenSSH 9.2 prints it, shortened.
test('what ssh -G says of keys, certificates and the agent is read, and nothing else of it', () => {
  const text = [
    'host gateway',
    'user me',
    'identitiesonly no',
    'identityagent SSH_AUTH_SOCK',
    'identityfile ~/.ssh/work key',
    'identityfile ~/.ssh/id_ed25519',
    'certificatefile ~/.ssh/work-cert.pub',
  ].join('\n');
  expect(readSshOwnConfig(text)).toEqual({
    identityFiles: ['~/.ssh/work key', '~/.ssh/id_ed25519'],
    certificateFiles: ['~/.ssh/work-cert.pub'],
  });
  expect(readSshOwnConfig('identityagent /run/agent\r\nidentityfile none')).toEqual({
    identityFiles: [],
    certificateFiles: [],
    agent: '/run/agent',
  });
});
