import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ok } from '../../src-main/core/base/errors.ts';
import { startSecurityKeyAgent } from '../support/security-key-agent.ts';
import { connections, signInStage } from '../support/sign-in-stage.ts';

/** Sessions through the user's own OpenSSH: what ssh2 has no use for, against real sshds. */

const run = promisify(execFile);
const stage = signInStage();
const { rig, server, startAgent } = stage;

const keygen = (...args: readonly string[]): Promise<unknown> => run('ssh-keygen', ['-q', ...args]);
const makeKey = async (name: string, passphrase = '', type = 'ed25519'): Promise<string> => {
  const file = join(stage.folder, name);
  await keygen('-t', type, '-N', passphrase, '-f', file);
  return file;
};

/** A key with a certificate of an authority, and an sshd that takes only that. */
const certified = async (
  how: {
    readonly sign?: readonly string[];
    readonly config?: readonly string[];
    readonly passphrase?: string;
    readonly principals?: string;
    readonly type?: string;
  } = {},
) => {
  const authority = await makeKey('authority');
  const key = await makeKey('mine', how.passphrase, how.type);
  const names = ['-n', how.principals ?? stage.user.name];
  await keygen('-s', authority, '-I', 'me', ...names, ...(how.sign ?? ['-V', '+1h']), `${key}.pub`);
  const sshd = await server([
    ...(how.config ?? ['AuthenticationMethods publickey']),
    `TrustedUserCAKeys ${authority}.pub`,
  ]);
  return { authority, key, sshd };
};

const throughCertificate = 'open Through your own OpenSSH, because your key has a certificate.';

test.each(['ed25519', 'ecdsa', 'rsa'])(
  'a %s key with a certificate that the user’s own configuration names opens terminal and files',
  async (type) => {
    const { key, sshd } = await certified({ type });
    const { open, asked, shell } = await rig(sshd.port, { config: ['Host a', `IdentityFile ${key}`] });
    expect(await open()).toBe(throughCertificate);
    // What worked comes first: one connection, and ssh2 makes none.
    const before = connections(sshd);
    expect(await open()).toBe(throughCertificate);
    expect(connections(sshd)).toBe(before + 1);
    expect(await shell('stty size; exit\n', { cols: 91, rows: 33 })).toMatch(/\b33 91\b/);
    expect(asked).toEqual([]);
  },
);

test('a window that changes its size changes that of the device’s terminal', async () => {
  const { key, sshd } = await certified();
  const { shell } = await rig(sshd.port, { config: ['Host a', `IdentityFile ${key}`] });
  const said = await shell(
    `bash -c 'trap "stty size; exit" WINCH; echo rea""dy; while :; do sleep 0.1; done'; exit\n`,
    { cols: 80, rows: 24 },
    [['ready\r\n', { cols: 123, rows: 45 }]],
  );
  expect(said).toMatch(/\b45 123\b/);
});

test('CertificateFile elsewhere, a key with a passphrase: asked once by name, kept, and never in an argument', async () => {
  const { key, sshd } = await certified({ passphrase: 'Pp "$x" \\ 1' });
  const elsewhere = join(stage.folder, 'signed.pub');
  await copyFile(`${key}-cert.pub`, elsewhere);
  await run('rm', [`${key}-cert.pub`]);
  const config = ['Host a', `IdentityFile ${key}`, `CertificateFile ${elsewhere}`];
  const { open, asked, vault } = await rig(sshd.port, {
    config,
    replies: [{ answers: ['wrong'] }, { answers: ['Pp "$x" \\ 1'] }],
  });
  expect(await open()).toBe(throughCertificate);
  expect(asked).toMatchObject([
    { type: 'prompts', title: `Passphrase of ${key}`, canKeep: true },
    { refused: 'This is not the passphrase of the key.' },
  ]);
  expect(await vault.get(`ssh-key:${key}`)).toEqual(ok('Pp "$x" \\ 1'));
  expect(await open()).toBe(throughCertificate);
  expect(asked).toHaveLength(2);
});

test('a certificate and then the saved password, as AuthenticationMethods wants it; a wrong one is asked for', async () => {
  const { key, sshd } = await certified({ config: ['AuthenticationMethods publickey,password'] });
  const config = ['Host a', `IdentityFile ${key}`];
  const saved = await rig(sshd.port, { config, saved: stage.user.password });
  expect(await saved.open()).toBe(throughCertificate);
  expect(saved.asked).toEqual([]);
  const wrong = await rig(sshd.port, { config, saved: 'wrong', replies: [{ answers: [stage.user.password] }] });
  expect(await wrong.open()).toBe(throughCertificate);
  expect(wrong.asked).toMatchObject([{ type: 'prompts', canKeep: true }]);
  expect(await wrong.credentials.password('home/a', 'ssh')).toEqual(ok(stage.user.password));
});

test.each([
  ['ended', ['-V', '20200101:20200102'], undefined, /certificate ended on 2020-01-02/],
  [
    'not begun',
    ['-V', '20990101:20990102'],
    undefined,
    /certificate begins on 2098-12-31|certificate begins on 2099-01-01/,
  ],
  ['for another', undefined, 'somebody', /certificate is for somebody, which a device maps to/],
  ['for hosts', ['-h', '-V', '+1h'], undefined, /certificate is one for a host/],
] as const)(
  'a certificate that is %s is named as that, and the password has its turn',
  async (_name, sign, principals, words) => {
    const { key, sshd } = await certified({
      config: [],
      ...(sign === undefined ? {} : { sign }),
      ...(principals === undefined ? {} : { principals }),
    });
    const { open, asked } = await rig(sshd.port, {
      config: ['Host a', `IdentityFile ${key}`],
      replies: [{ password: stage.user.password }],
    });
    expect(await open()).toBe('open');
    expect(asked).toMatchObject([{ type: 'sign-in', refused: expect.stringMatching(words) }]);
  },
);

test('a certificate of an authority that the device does not know is told as what it refused', async () => {
  const { key } = await certified();
  const other = await server([]);
  const { open, asked } = await rig(other.port, {
    config: ['Host a', `IdentityFile ${key}`],
    replies: [{ password: stage.user.password }],
  });
  expect(await open()).toBe('open');
  expect(asked).toMatchObject([
    {
      refused: `The device accepted none of these for ${stage.user.name}: the key ${key}, what your own OpenSSH has.`,
    },
  ]);
});

test('a certificate that only the agent has is used, and with IdentitiesOnly only where it is named', async () => {
  const { key, sshd } = await certified();
  const agent = await startAgent(key);
  const { open } = await rig(sshd.port, { agent });
  expect(await open()).toBe('open Through your own OpenSSH, because the SSH agent has a certificate.');
  const only = await rig(sshd.port, { agent, config: ['Host a', 'IdentitiesOnly yes', 'IdentityFile none'] });
  expect(await only.open()).toBe('left');
  expect(sshd.log()).toContain('ID me');
});

test.each([false, true])(
  'a key on a security key, which the agent holds, opens a session (with a touch: %s)',
  async (touch) => {
    const { socket, publicKey, close, signatures } = await startSecurityKeyAgent(stage.folder);
    stage.closing.push(close);
    const sshd = await server(['AuthenticationMethods publickey', ...(touch ? [] : ['PubkeyAuthOptions none'])]);
    await writeFile(join(dirname(sshd.clientKey), 'authorized_keys'), `${publicKey}\n`);
    const { open, asked, shell } = await rig(sshd.port, { agent: socket });
    expect(await open()).toBe('open Through your own OpenSSH, because your key is on a security key.');
    expect(await shell('echo $((6*7)); exit\n', { cols: 80, rows: 24 })).toContain('42');
    expect(asked).toEqual([]);
    expect(signatures()).toBe(2);
  },
);

test('a host certificate of an authority in the user’s known_hosts needs no question, also after the key has changed', async () => {
  const authority = await makeKey('hosts');
  const known = join(stage.folder, 'known');
  await writeFile(known, `@cert-authority *.example.com ${await readFile(`${authority}.pub`, 'utf8')}`);
  const config = ['Host a', 'HostName a.example.com', `UserKnownHostsFile ${known}`];
  const sshd = await server([]);
  const hostKey = join(dirname(sshd.clientKey), 'host_key');
  const sign = (name: string): Promise<unknown> =>
    keygen('-s', authority, '-I', 'host', '-h', '-n', name, `${hostKey}.pub`);
  await sign('a.example.com');
  await writeFile(join(dirname(sshd.clientKey), 'sshd_config'), `HostCertificate ${hostKey}-cert.pub\n`, { flag: 'a' });
  await sshd.restart();
  const { open, asked, hostKeys } = await rig(sshd.port, { config, saved: stage.user.password, askKeys: true });
  const words = 'open Through your own OpenSSH, because your known_hosts names an authority for its host key.';
  expect(await open()).toBe(words);
  await sshd.restart({ newHostKey: true });
  await sign('a.example.com');
  await sshd.restart();
  expect(await open()).toBe(words);
  expect(asked).toEqual([]);
  expect(hostKeys.list()).toEqual([]);
  // One for another host is none: its key is asked about as any other.
  await sign('b.example.com');
  await sshd.restart();
  expect(await open()).toBe(words);
  expect(asked).toMatchObject([{ type: 'host-key', verdict: 'first-seen', keyType: 'ssh-ed25519' }]);
});

test('a server with algorithms that ssh2 does not have is opened by OpenSSH, with the pin of its key', async () => {
  const sshd = await server(['KexAlgorithms sntrup761x25519-sha512@openssh.com']);
  const { open, asked, hostKeys } = await rig(sshd.port, { saved: stage.user.password, askKeys: true });
  const words =
    'open Through your own OpenSSH, because this device speaks only SSH algorithms that Quayside does not have.';
  expect(await open()).toBe(words);
  expect(await open()).toBe(words);
  expect(asked).toMatchObject([{ type: 'host-key', verdict: 'first-seen' }]);
  expect(hostKeys.list()).toMatchObject([{ type: 'ssh-ed25519' }]);
  await sshd.restart({ newHostKey: true });
  expect(await open()).toBe(words);
  expect(asked.at(-1)).toMatchObject({ type: 'host-key', verdict: 'changed' });
});

test('User, IdentityFile with a key that only the agent has, and IdentitiesOnly count for this device alone', async () => {
  const sshd = await server(['AuthenticationMethods publickey']);
  const agent = await startAgent(20, sshd.clientKey);
  const named = join(stage.folder, 'named.pub');
  await copyFile(`${sshd.clientKey}.pub`, named);
  const config = [
    'Host a',
    `User ${stage.user.name}`,
    `IdentityFile ${named}`,
    'IdentitiesOnly yes',
    'Host *',
    'User nobody',
  ];
  const { open, asked } = await rig(sshd.port, { agent, user: 'of-the-settings', config });
  expect(await open()).toBe('open');
  expect(asked).toEqual([]);
  expect(connections(sshd)).toBe(1);
  const general = await rig(sshd.port, {
    agent,
    user: stage.user.name,
    config: ['Host *', 'User nobody', `IdentityFile ${named}`, 'IdentitiesOnly yes'],
  });
  expect(await general.open()).toBe('open');
});

test('the user’s own jump host, forwards, command and bind address take a session nowhere else', async () => {
  const { key, sshd } = await certified();
  const config = [
    'Host *',
    'ProxyJump jump.example.com',
    'RemoteCommand echo other',
    'LocalForward 39999 127.0.0.1:1',
    'ForkAfterAuthentication yes',
    'RequestTTY no',
    'BatchMode yes',
    'ControlMaster no',
    'ControlPath none',
    'Port 1',
    'LogLevel QUIET',
    'StrictHostKeyChecking yes',
    `IdentityFile ${key}`,
  ];
  const { open } = await rig(sshd.port, { config });
  expect(await open()).toBe(throughCertificate);
});
