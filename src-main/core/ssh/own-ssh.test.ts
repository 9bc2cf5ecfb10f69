import { expect, test } from 'vitest';
import {
  foreignKeyReason,
  hasTakenPart,
  ownSshArguments,
  readAuthority,
  readOwnSshEnd,
  readOwnSshQuestion,
} from './own-ssh.ts';

// As OpenSSH 9.2 asks it.
const hostKey = [
  "The authenticity of host 'al ([127.0.0.1]:40222)' can't be established.",
  'ED25519 key fingerprint is SHA256:+087vVCqsqtsdgcV0L98OlTsnSONLHYU5FoS0B0qE8U.',
  'This key is not known by any other names.',
  'Are you sure you want to continue connecting (yes/no/[fingerprint])? ',
].join('\n');

test.each([
  [
    '',
    "Enter passphrase for key '/home/me/.ssh/id_ed25519': ",
    { type: 'passphrase', path: '/home/me/.ssh/id_ed25519' },
  ],
  ['', "Enter passphrase for '/k': ", { type: 'passphrase', path: '/k' }],
  ['', "pi@gw's password: ", { type: 'server', text: "pi@gw's password: " }],
  ['', '(pi@gw) Code: ', { type: 'server', text: '(pi@gw) Code: ' }],
  ['', 'Enter PIN for ED25519-SK key /k: ', { type: 'other', text: 'Enter PIN for ED25519-SK key /k: ' }],
  ['none', 'Confirm user presence for key ED25519-SK SHA256:x', { type: 'touch' }],
  [
    '',
    hostKey,
    {
      type: 'host-key',
      keyType: 'ssh-ed25519',
      fingerprint: 'SHA256:+087vVCqsqtsdgcV0L98OlTsnSONLHYU5FoS0B0qE8U',
    },
  ],
])('the question %s%s is read', (hint, text, question) => {
  expect(readOwnSshQuestion(hint, text, true)).toEqual(question);
});

test('a server cannot ask about its host key in the place of OpenSSH', () => {
  expect(readOwnSshQuestion('', hostKey, false)).toMatchObject({ type: 'other' });
  expect(readOwnSshQuestion('', `(pi@gw) ${hostKey}`, true)).toMatchObject({ type: 'server' });
});

test('how it ended is read from what it wrote last', () => {
  expect(readOwnSshEnd('Hello\r\npi@gw: Permission denied (publickey,password).\r\n')).toEqual({
    methods: ['publickey', 'password'],
    said: 'pi@gw: Permission denied (publickey,password).',
    hostKeyRefused: false,
    hasTried: true,
  });
  expect(readOwnSshEnd('Host key verification failed.\n')).toMatchObject({ hostKeyRefused: true, hasTried: false });
  expect(readOwnSshEnd('Received disconnect from ::1 port 1:2: Too many authentication failures')).toMatchObject({
    hasTried: true,
    methods: [],
  });
  expect(readOwnSshEnd(`/home/me/.ssh/config: line 3: Bad configuration option: \u001b[2Jx`)).toMatchObject({
    hasTried: false,
    said: '/home/me/.ssh/config: line 3: Bad configuration option: [2Jx',
  });
  expect(readOwnSshEnd('')).toMatchObject({ said: '', hasTried: false });
  expect(hasTakenPart('Authenticated using "publickey" with partial success.')).toBe(true);
});

test('of known hosts only authorities and what is revoked is taken, and nothing without an authority', () => {
  const found =
    '# Host gw found: line 2 CA\n@cert-authority * ssh-ed25519 AAAA\n# Host gw found: line 4\ngw ssh-rsa AAAA\n';
  const revoked = '@revoked * ssh-rsa BBBB';
  expect(readAuthority('gw', `${found}${revoked}\n`)).toEqual({
    host: 'gw',
    lines: ['@cert-authority * ssh-ed25519 AAAA', revoked],
  });
  expect(readAuthority('gw', revoked)).toBeUndefined();
});

test('why a key is not for the library', () => {
  expect(foreignKeyReason('sk-ssh-ed25519-cert-v01@openssh.com')).toBe('security-key');
  expect(foreignKeyReason('ssh-rsa-cert-v01@openssh.com')).toBe('agent-certificate');
  expect(foreignKeyReason('ssh-mldsa-65')).toBe('key-type');
});

test('ssh is told where to go before its configuration is asked, and nothing can become an option', () => {
  const target = {
    address: '127.0.0.1',
    port: 2222,
    user: 'pi',
    alias: '',
    hostKeyAlias: 'a.b',
    knownHostsFile: '/tmp/with space/100%',
    controlPath: '/tmp/c',
    outdated: [],
    knownKeyTypes: ['ssh-rsa'],
  };
  const args = ownSshArguments(target, 'echo x');
  expect(args.slice(-4)).toEqual(['-l', 'pi', '--', '127.0.0.1']);
  expect(args).toContain('UserKnownHostsFile="/tmp/with space/100%%"');
  expect(args).toContain('HostKeyAlgorithms=^rsa-sha2-512,rsa-sha2-256');
  expect(ownSshArguments({ ...target, alias: 'gw', keyFile: '/k' }, 'x')).toEqual(
    expect.arrayContaining(['IdentityFile="/k"', 'IdentitiesOnly=yes', 'gw']),
  );
});
