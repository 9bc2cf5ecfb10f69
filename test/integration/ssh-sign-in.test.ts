import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { ok } from '../../src-main/core/base/errors.ts';
import { sshPlan } from '../../src-main/core/ssh/ssh-command.ts';
import { renderSshHosts } from '../../src-main/core/ssh/ssh-config.ts';
import { startDropbear } from '../support/sshd.ts';

const run = promisify(execFile);
import { connections, impatient, signInStage } from '../support/sign-in-stage.ts';

const stage = signInStage();
const { closing, rig, server, startAgent } = stage;

test.each(['publickey,password', 'password,publickey'])(
  'sshd that wants %s gets both on one connection, from the agent and the vault',
  async (methods) => {
    const sshd = await server([`AuthenticationMethods ${methods}`]);
    const agent = await startAgent(2, sshd.clientKey);
    const { open, asked } = await rig(sshd.port, { agent, saved: stage.user.password });
    expect(await open()).toBe('open');
    expect(asked).toEqual([]);
    expect(connections(sshd)).toBe(1);
  },
);

test('a key file that was taken in part, RSA too, is said when the person is asked for the rest', async () => {
  const sshd = await server(['AuthenticationMethods publickey,password'], { keyType: 'rsa' });
  const { open, asked } = await rig(sshd.port, {
    keyFile: sshd.clientKey,
    replies: [{ password: 'wrong' }, { password: stage.user.password }],
  });
  expect(await open()).toBe('open');
  expect(asked).toMatchObject([
    { type: 'sign-in', methods: ['password'], refused: 'The device took the key and now wants a password.' },
    {
      refused: `The device did not accept this password for ${stage.user.name}. The device took the key and now wants a password.`,
    },
  ]);
  expect(sshd.log().match(/Partial publickey/g)).toHaveLength(1);
});

test('fifty keys in the agent cost the saved password one more connection, and none from the next session on', async () => {
  const sshd = await server(['MaxAuthTries 6']);
  const agent = await startAgent(50);
  const { open, asked } = await rig(sshd.port, { agent, saved: stage.user.password });
  expect(await open()).toBe('open');
  expect(connections(sshd)).toBe(2);
  expect(await open()).toBe('open');
  expect(asked).toEqual([]);
  expect(connections(sshd)).toBe(3);
});

test('whoever the server hung up on is told how many attempts it was, and the answer is tried first', async () => {
  const sshd = await server(['MaxAuthTries 3']);
  const { open, asked } = await rig(sshd.port, {
    agent: await startAgent(7),
    replies: [{ password: stage.user.password }],
  });
  expect(await open()).toBe('open');
  expect(asked).toMatchObject([
    {
      refused: `The device did not accept 6 keys of the SSH agent for ${stage.user.name}. It hung up after 6 attempts.`,
    },
  ]);
});

test('an agent that is not there, or refuses to sign, leaves the password its turn and is named as what it is', async () => {
  const sshd = await server([]);
  const gone = await rig(sshd.port, {
    agent: join(stage.folder, 'nobody'),
    replies: [{ password: stage.user.password }],
  });
  expect(await gone.open()).toBe('open');
  expect(gone.asked).toMatchObject([{ refused: 'The SSH agent cannot be reached.' }]);

  const [key] = [ssh2.utils.parseKey(await run('cat', [`${sshd.clientKey}.pub`]).then(({ stdout }) => stdout))].flat();
  if (key === undefined || key instanceof Error) throw new Error('no key');
  const socket = join(stage.folder, 'refusing');
  const refusing = createServer((client) => {
    const protocol = new ssh2.AgentProtocol(false);
    protocol.on('identities', (request) => protocol.getIdentitiesReply(request, [key]));
    protocol.on('sign', (request) => protocol.failureReply(request));
    client.pipe(protocol).pipe(client);
  });
  await once(refusing.listen(socket), 'listening');
  closing.push(() => new Promise((resolve) => refusing.close(resolve)));
  const unsigned = await rig(sshd.port, { agent: socket, saved: stage.user.password });
  expect(await unsigned.open()).toBe('open');
  const asking = await rig(sshd.port, { agent: socket, replies: [{ password: stage.user.password }] });
  expect(await asking.open()).toBe('open');
  expect(asking.asked).toMatchObject([{ refused: 'The SSH agent gave no signature for a key that the device takes.' }]);
});

test('an agent that says nothing is waited for with a way to skip it, and not in the next breath', async () => {
  const sshd = await server([]);
  const socket = join(stage.folder, 'mute');
  const mute = createServer((client) => void client.resume());
  await once(mute.listen(socket), 'listening');
  closing.push(() => new Promise((resolve) => mute.close(resolve)));
  const { open, asked } = await rig(sshd.port, {
    agent: socket,
    saved: stage.user.password,
    clock: impatient,
    replies: ['skip'],
  });
  expect(await open()).toBe('open');
  expect(asked).toEqual([{ type: 'agent' }]);
  // What worked last time does not wait for it.
  expect(await open()).toBe('open');
  expect(asked).toHaveLength(1);
});

test('PAM’s question for the password is answered from the vault, once; what was typed is kept', async () => {
  const sshd = await server(['UsePAM yes', 'KbdInteractiveAuthentication yes', 'PasswordAuthentication no']);
  const kept = await rig(sshd.port, { saved: stage.user.password });
  expect(await kept.open()).toBe('open');
  expect(kept.asked).toEqual([]);

  const wrong = await rig(sshd.port, { saved: 'wrong', replies: [{ answers: [stage.user.password] }] });
  expect(await wrong.open()).toBe('open');
  expect(wrong.asked).toMatchObject([{ type: 'prompts', canKeep: true }]);
  expect(await wrong.credentials.password('home/a', 'ssh')).toEqual(ok(stage.user.password));
});

test('a password that has run out is changed by the person, question by question, and the vault answers none of them', async () => {
  const sshd = await server(['UsePAM yes', 'KbdInteractiveAuthentication yes', 'PasswordAuthentication no']);
  await run('chage', ['-d', '0', stage.user.name]);
  const next = 'Pw-of-another-spring-7';
  const { open, asked } = await rig(sshd.port, {
    saved: stage.user.password,
    replies: [stage.user.password, next, next].map((answer) => ({ answers: [answer] })),
  });
  expect(await open()).toBe('open');
  expect(asked.map((question) => (question.type === 'prompts' ? question.prompts[0]?.text : question.type))).toEqual([
    expect.stringMatching(/current/i),
    expect.stringMatching(/new/i),
    expect.stringMatching(/again|retype/i),
  ]);
});

test('the banner is shown with the question and before the shell, without what moves a cursor', async () => {
  const sshd = await server([`Banner ${join(stage.folder, 'banner')}`]);
  await run('sh', ['-c', `printf 'Authorised\\033[2J use only\\n' > ${join(stage.folder, 'banner')}`]);
  const { open, asked } = await rig(sshd.port, { replies: [{ password: stage.user.password }] });
  expect(await open()).toBe('open: Authorised[2J use only');
  expect(asked).toMatchObject([{ banner: 'Authorised[2J use only' }]);
});

test('a connection that ends while the person thinks is dialled again with the answer', async () => {
  const sshd = await server([]);
  const between = new Set<Socket>();
  const relay = createServer((socket) => {
    const far = connect({ host: '127.0.0.1', port: sshd.port });
    between.add(socket);
    for (const end of [socket, far]) end.on('error', () => undefined);
    socket.pipe(far).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  closing.push(() => new Promise((resolve) => void relay.close(resolve)));
  const { open, asked } = await rig((relay.address() as AddressInfo).port, {
    replies: [{ password: stage.user.password }],
    thinks: async () => {
      // The client answers our end with its own, so it has seen ours once the socket is closed.
      for (const socket of between) {
        const closed = once(socket, 'close');
        socket.end();
        await closed;
      }
    },
  });
  expect(await open()).toBe('open');
  expect(asked).toHaveLength(1);
});

test('dropbear takes a key or the saved password, and its hang-up after many keys is not the end', async () => {
  const dropbear = await startDropbear();
  closing.push(() => dropbear.dispose());
  const agent = await startAgent(20);
  const { open, asked } = await rig(dropbear.port, { agent, saved: stage.user.password });
  expect(await open()).toBe('open');
  expect(asked).toEqual([]);
});

test('a connection that is lost during the server’s questions is told as that', async () => {
  const bad = new ssh2.Server({ hostKeys: [ssh2.utils.generateKeyPairSync('ed25519').private] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
      context.prompt([{ prompt: 'Code: ', echo: false }], 'Two factors', () => undefined);
      client.end();
    });
  });
  await once(bad.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => new Promise((resolve) => void bad.close(resolve)));
  const { open, asked } = await rig((bad.address() as AddressInfo).port, { replies: ['nothing'] });
  expect(await open()).toBe('left');
  expect(asked.at(-1)).toMatchObject({ type: 'sign-in', refused: 'The connection ended before the answer was there.' });
});

test('a server that wants another password first gets it, by the method of RFC 4252', async () => {
  const heard: string[] = [];
  const old = new ssh2.Server({ hostKeys: [ssh2.utils.generateKeyPairSync('ed25519').private] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method !== 'password') return context.reject(['password']);
      heard.push(context.password);
      context.requestChange('Too old', (password) => {
        heard.push(password);
        context.accept();
      });
    });
    client.on('session', (accept) => accept().on('sftp', (take) => void take()));
  });
  await once(old.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => new Promise((resolve) => void old.close(resolve)));
  const { open, asked, credentials } = await rig((old.address() as AddressInfo).port, {
    saved: 'first',
    replies: [{ answers: ['second', 'other'] }, { answers: ['second', 'second'] }],
  });
  expect(await open()).toBe('open');
  expect(heard).toEqual(['first', 'second']);
  expect(asked).toMatchObject([{ instructions: 'Too old' }, { refused: 'The two are not the same.' }]);
  expect(await credentials.password('home/a', 'ssh')).toEqual(ok('second'));
});

test('a device that speaks only outdated SSH is named, allowed once, and opened by OpenSSH with the same permission', async () => {
  const sshd = await server(
    [
      'KexAlgorithms diffie-hellman-group14-sha1',
      'HostKeyAlgorithms ssh-rsa',
      'Ciphers aes128-cbc',
      'MACs hmac-sha1-96',
    ],
    { hostKeyType: 'rsa' },
  );
  const algorithms = ['diffie-hellman-group14-sha1', 'ssh-rsa', 'aes128-cbc', 'hmac-sha1-96'];
  const refused = await rig(sshd.port, { saved: stage.user.password, replies: ['nothing'] });
  expect(await refused.open()).toBe('left');
  expect(refused.hostKeys.list()).toEqual([]);

  const { open, asked, hostKeys } = await rig(sshd.port, { saved: stage.user.password, replies: ['allow'] });
  expect(await open()).toBe('open');
  expect(await open()).toBe('open');
  expect(asked).toEqual([{ type: 'outdated', algorithms }]);
  const [pin] = hostKeys.list();
  expect(pin).toMatchObject({ type: 'ssh-rsa', outdated: algorithms });
  // Another key may be another device: it has not been allowed anything.
  await hostKeys.accept({ alias: pin?.alias ?? '', type: 'ssh-rsa', fingerprint: `SHA256:${'A'.repeat(43)}` });
  expect(hostKeys.outdated(pin?.alias ?? '')).toEqual([]);

  const target = {
    address: '127.0.0.1',
    port: sshd.port,
    alias: 'old',
    user: stage.user.name,
    knownHostsFile: join(stage.folder, 'known_hosts'),
    platform: 'linux',
    outdated: algorithms,
  } as const;
  const plan = sshPlan(target, { program: 'ssh', args: ['-i', sshd.clientKey, '-F', 'none'], detached: false });
  if (!plan.ok) throw new Error(plan.error.message);
  const env = { PATH: process.env['PATH'], HOME: stage.folder };
  const { stdout } = await run(plan.value.program, [...plan.value.args, 'echo', 'in'], { env });
  expect(stdout).toBe('in\n');
  const block = renderSshHosts(
    [{ alias: 'old', deviceKey: 'home/a', deviceName: 'a', serviceId: 'ssh', hostKeyAlias: 'old' }],
    {
      quayside: ['quayside'],
      knownHostsFile: target.knownHostsFile,
      outdated: () => algorithms,
      user: stage.user.name,
      platform: 'linux',
      configFile: join(stage.folder, 'config'),
      madeConfig: true,
      sshVersion: undefined,
    },
  );
  if (!block.ok) throw new Error(block.error.message);
  await writeFile(join(stage.folder, 'config'), block.value);
  const { stdout: known } = await run('ssh', ['-G', '-F', join(stage.folder, 'config'), 'old'], { env });
  for (const name of algorithms) expect(known).toContain(name);
});

test('a certificate that only OpenSSH can use is said, with where to use it', async () => {
  const sshd = await server([]);
  await mkdir(join(stage.folder, '.ssh'));
  const key = join(stage.folder, '.ssh', 'id_ed25519');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  await run('ssh-keygen', ['-q', '-s', sshd.clientKey, '-I', 'me', '-n', stage.user.name, `${key}.pub`]);
  // Windows’ OpenSSH cannot share a connection.
  const { open, asked } = await rig(sshd.port, {
    platform: 'win32',
    agent: await startAgent(),
    replies: [{ password: stage.user.password }],
  });
  expect(await open()).toBe('open');
  expect(asked).toMatchObject([
    {
      refused: `The device did not accept this key for ${stage.user.name}. The certificate ~/.ssh/id_ed25519-cert.pub cannot be used here: open the device with ssh in your own terminal.`,
    },
  ]);
});
