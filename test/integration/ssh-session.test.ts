import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ok } from '../../src-main/core/base/errors.ts';
import type {
  HostKeyQuestion,
  PromptsQuestion,
  SessionPrompts,
  SignInQuestion,
} from '../../src-main/core/session/session-prompts.ts';
import type { HostKeyPin } from '../../src-main/core/ssh/host-key-pins.ts';
import { createMemoryVault } from '../../src-main/node/vault/memory-vault.ts';
import { createSshClient } from '../../src-main/node/ssh/ssh-client.ts';
import type { Clock } from '../../src-main/core/base/clock.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { HostKeys } from '../../src-main/services/ssh/host-keys.ts';
import { SshSessions } from '../../src-main/services/session/ssh-sessions.ts';
import { MemoryDocument } from '../support/memory-document.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';

/** Sessions on a forward that leads straight to `port`, with a desk that answers as it is told. */
const rig = async (
  port: number,
  options: { readonly agent?: string; readonly clock?: Clock; readonly accept?: boolean } = {},
) => {
  const asked: (HostKeyQuestion | SignInQuestion | PromptsQuestion)[] = [];
  const kept: unknown[] = [];
  const hostKeys = new HostKeys({
    document: new MemoryDocument<readonly HostKeyPin[]>([]),
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    clock: systemClock,
  });
  const device = {
    key: 'home/a',
    id: 'a',
    accountId: 'home',
    vendor: 'remoteiot',
    name: 'a',
  } as never;
  const service = { id: 'ssh', kind: 'ssh', name: 'SSH', port: 22, route: 'tunnel' } as never;
  const forward = { id: 'f', address: '127.0.0.1', port } as never;
  const sessions = new SshSessions({
    client: createSshClient({
      env: options.agent === undefined ? {} : { SSH_AUTH_SOCK: options.agent },
      platform: 'linux',
      home: folder,
    }),
    clock: options.clock ?? systemClock,
    forwards: { open: async () => ok(forward), get: () => forward },
    inventory: { device: () => device, servicesOf: () => [service] },
    credentials: {
      facts: () => ({ hasPassword: false }),
      password: async () => ok(undefined),
      change: async (_device, _service, patch) => ok(void kept.push(patch)),
    },
    hostKeys,
    settings: { get: () => ({ sshUser: userInfo().username, acceptNewHostKeys: options.accept ?? false }) },
    vault: createMemoryVault(),
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    log: { write: () => undefined, child: () => expect.fail('no child is made') },
  });
  const desk: SessionPrompts = {
    step: () => undefined,
    hostKey: async (question) => {
      asked.push(question);
      return true;
    },
    signIn: async (question) => {
      asked.push(question);
      return undefined;
    },
    prompts: async (question) => {
      asked.push(question);
      return { answers: question.prompts.map(({ text }) => (text === 'Code: ' ? '4711' : 'wrong')), keep: false };
    },
    allowOutdated: async () => false,
    skipAgent: async () => false,
    password: async () => undefined,
  };
  return { sessions, desk, asked, kept, hostKeys };
};

const request = { deviceKey: 'home/a', serviceId: 'ssh' };
const { signal } = new AbortController();
let folder: string;
let sshd: Sshd | undefined;
let agent: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-ssh-session-'));
});
afterEach(async () => {
  await sshd?.dispose();
  sshd = undefined;
  if (agent !== undefined) {
    const ended = once(agent, 'exit');
    agent.kill();
    await ended;
    agent = undefined;
  }
  await rm(folder, { recursive: true, force: true });
});

test('the agent opens a real sshd without a question but that of the host key, which is asked once', async () => {
  sshd = await startSshd();
  const socket = join(folder, 'agent');
  const started = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  agent = started;
  await once(started.stdout, 'data');
  const added = spawn('ssh-add', ['-q', sshd.clientKey], {
    env: { PATH: process.env['PATH'], SSH_AUTH_SOCK: socket },
    stdio: 'ignore',
  });
  expect(await once(added, 'exit')).toEqual([0, null]);
  const { sessions, desk, asked, hostKeys } = await rig(sshd.port, { agent: socket });
  for (const round of [1, 2]) {
    const connected = await sessions.connect(request, desk, signal);
    if (!connected.ok) throw new Error(connected.error.message);
    const { connection } = connected.value;
    const shell = await connection.shell({ cols: 80, rows: 24 });
    if (!shell.ok) throw new Error(shell.error.message);
    const said = new Promise<string>((resolve) => {
      let text = '';
      shell.value.onData((bytes) => {
        text += Buffer.from(bytes).toString();
        if (text.includes(`round-${round}-42`)) resolve(text);
      });
    });
    shell.value.write(Buffer.from(`echo round-${round}-$((6 * 7))\n`));
    await said;
    connection.close();
  }
  expect(asked.map(({ type }) => type)).toEqual(['host-key']);
  const [pin] = hostKeys.list();
  expect(asked[0]).toMatchObject({ verdict: 'first-seen', fingerprint: pin?.fingerprint });
});

test('a server that asks its own questions gets the answers, and a first key is taken by itself where the user wants', async () => {
  const heard: string[][] = [];
  const server = new ssh2.Server({ hostKeys: [ssh2.utils.generateKeyPairSync('ed25519').private] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
      context.prompt([{ prompt: 'Code: ', echo: false }], 'Two factors', (answers) => {
        heard.push([...answers]);
        if (answers[0] === '4711') context.accept();
        else context.reject();
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { sessions, desk, asked } = await rig((server.address() as AddressInfo).port, { accept: true });
  const connected = await sessions.connect(request, desk, signal);
  expect(connected.ok).toBe(true);
  expect(heard).toEqual([['4711']]);
  expect(asked).toEqual([
    {
      type: 'prompts',
      title: 'Two factors',
      instructions: '',
      prompts: [{ text: 'Code: ', echo: false }],
      canKeep: false,
    },
  ]);
  if (connected.ok) connected.value.connection.close();
  await new Promise((resolve) => server.close(resolve));
});

test('a session that is given up while it connects leaves nothing behind', async () => {
  sshd = await startSshd();
  const { sessions, desk } = await rig(sshd.port);
  const controller = new AbortController();
  const asking: SessionPrompts = {
    ...desk,
    hostKey: async () => {
      controller.abort();
      return true;
    },
  };
  expect(await sessions.connect(request, asking, controller.signal)).toMatchObject({ error: { kind: 'cancelled' } });
  const nobody = await sessions.connect(request, desk, signal);
  expect(nobody).toMatchObject({ error: { kind: 'cancelled' } });
});

/** A promise to be settled from outside. */
const later = <T>(): { readonly promise: Promise<T>; readonly settle: (value: T) => void } => {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
};

// ssh2 takes a client apart that ends; what it handed in before throws when it is called after that.
test.each(['is given up', 'loses its server', 'outlasts the patience of the server'] as const)(
  'a session that %s while its host key is looked at hears no answer any more',
  async (end) => {
    sshd = await startSshd({ graceSeconds: 1 });
    const { sessions, desk } = await rig(sshd.port);
    for (const answer of [false, true]) {
      const controller = new AbortController();
      const [asked, accepted] = [later<undefined>(), later<boolean>()];
      const asking: SessionPrompts = {
        ...desk,
        hostKey: async () => {
          asked.settle(undefined);
          return accepted.promise;
        },
      };
      const connecting = sessions.connect(request, asking, controller.signal);
      await asked.promise;
      if (end === 'is given up') controller.abort();
      if (end === 'loses its server') await sshd.restart();
      expect(await connecting).toMatchObject({ error: { kind: end === 'is given up' ? 'cancelled' : 'unreachable' } });
      accepted.settle(answer);
      await accepted.promise;
    }
    const after = await sessions.connect(request, desk, signal);
    expect(after).toMatchObject({ error: { kind: 'cancelled' } });
  },
);

test('an agent that never answers is hung up on when the session is given up', async () => {
  sshd = await startSshd();
  const socket = join(folder, 'mute');
  const [asked, left] = [later<undefined>(), later<undefined>()];
  const mute = createServer((client) => {
    client.once('data', () => asked.settle(undefined));
    client.once('close', () => left.settle(undefined));
  });
  mute.listen(socket);
  await once(mute, 'listening');
  const { sessions, desk } = await rig(sshd.port, { agent: socket, accept: true });
  const controller = new AbortController();
  const connecting = sessions.connect(request, desk, controller.signal);
  await asked.promise;
  controller.abort();
  expect(await connecting).toMatchObject({ error: { kind: 'cancelled' } });
  await left.promise;
  await new Promise((resolve) => mute.close(resolve));
});

/** A clock on which no one waits for longer than a moment. */
const impatient: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms / 100, run) };

test.each([
  { name: 'is not there', listens: false },
  { name: 'never answers', listens: true },
])('an agent that $name keeps no key file from being tried', async ({ listens }) => {
  sshd = await startSshd();
  await mkdir(join(folder, '.ssh'));
  await copyFile(sshd.clientKey, join(folder, '.ssh', 'id_ed25519'));
  const socket = join(folder, 'agent');
  const mute = createServer((client) => void client.resume());
  if (listens) await once(mute.listen(socket), 'listening');
  const { sessions, desk, asked } = await rig(sshd.port, { agent: socket, clock: impatient, accept: true });
  const connected = await sessions.connect(request, desk, signal);
  if (!connected.ok) throw new Error(connected.error.message);
  connected.value.connection.close();
  expect(asked).toEqual([]);
  if (listens) await new Promise((resolve) => mute.close(resolve));
});
