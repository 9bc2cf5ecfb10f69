import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach } from 'vitest';
import type { Clock } from '../../src-main/core/base/clock.ts';
import { ok } from '../../src-main/core/base/errors.ts';
import type {
  HostKeyQuestion,
  PromptsAnswer,
  PromptsQuestion,
  SessionPrompts,
  SignIn,
  SignInQuestion,
} from '../../src-main/core/session/session-prompts.ts';
import type { HostKeyPin } from '../../src-main/core/ssh/host-key-pins.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { createSshClient } from '../../src-main/node/ssh/ssh-client.ts';
import { createMemoryVault } from '../../src-main/node/vault/memory-vault.ts';
import { ServiceCredentials, type StoredCredentials } from '../../src-main/services/launch/service-credentials.ts';
import { SshSessions } from '../../src-main/services/session/ssh-sessions.ts';
import { HostKeys } from '../../src-main/services/ssh/host-keys.ts';
import { silentLog } from './forward-rig.ts';
import { MemoryDocument } from './memory-document.ts';
import { startSshd, type Sshd } from './sshd.ts';
import { makeSystemUser, type SystemUser } from './system-user.ts';

const run = promisify(execFile);
/** A clock on which five seconds are over at once, and ten never. */
export const impatient: Clock = {
  ...systemClock,
  after: (ms, then) => (ms > 5000 ? () => undefined : systemClock.after(0, then)),
};

/** What a person answers to each question, one after the other; then they leave. */
export type Reply = Partial<SignIn> | { readonly answers: readonly string[] } | 'skip' | 'nothing' | 'allow';

export interface Given {
  readonly agent?: string;
  readonly saved?: string;
  readonly replies?: readonly Reply[];
  readonly clock?: Clock;
  readonly keyFile?: string;
  /** The user's own ssh configuration; none where absent. */
  readonly config?: readonly string[];
  readonly user?: string;
  readonly platform?: NodeJS.Platform;
  /** New host keys are asked about, and taken. */
  readonly askKeys?: boolean;
  /** What the person waits for before an answer. */
  readonly thinks?: () => Promise<void>;
}

/** Connections so far; the first one saw whether sshd was there. */
export const connections = (sshd: Sshd): number => (sshd.log().match(/Connection from/g)?.length ?? 0) - 1;

/**
 * What the tests of signing in stand on: a folder and a user of this system for each, real servers and agents, and
 * sessions with a person who answers as told.
 */
export const signInStage = () => {
  const closing: (() => unknown)[] = [];
  let folder = '';
  let user: SystemUser;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quayside-sign-in-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    user = await makeSystemUser();
    closing.push(() => user.dispose());
  });
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  /** Sessions with one device at `port`, and what was asked of the person. */
  const rig = async (port: number, given: Given = {}) => {
    const {
      agent,
      saved,
      replies = [],
      clock = systemClock,
      keyFile,
      thinks,
      config,
      askKeys,
      platform = 'linux',
      user: login = user.name,
    } = given;
    const configFile = join(folder, 'ssh_config');
    if (config !== undefined) await writeFile(configFile, `${config.join('\n')}\n`, { mode: 0o600 });
    const asked: (
      | HostKeyQuestion
      | SignInQuestion
      | PromptsQuestion
      | { readonly type: 'agent' }
      | { readonly type: 'outdated'; readonly algorithms: readonly string[] }
    )[] = [];
    const left = [...replies];
    const vault = createMemoryVault();
    const credentials = new ServiceCredentials({ document: new MemoryDocument<StoredCredentials>({}), vault });
    if (saved !== undefined) await credentials.change('home/a', 'ssh', { password: saved });
    const service = { id: 'ssh', kind: 'ssh', name: 'SSH', port: 22, route: 'tunnel' } as never;
    const forward = { id: 'f', address: '127.0.0.1', port } as never;
    const hostKeys = new HostKeys({
      document: new MemoryDocument<readonly HostKeyPin[]>([]),
      sha256: (bytes) => createHash('sha256').update(bytes).digest(),
      clock: systemClock,
    });
    const sessions = new SshSessions({
      client: createSshClient({
        env: { PATH: process.env['PATH'], SSH_AUTH_SOCK: agent },
        platform,
        home: folder,
        configFile: config === undefined ? 'none' : configFile,
      }),
      forwards: { open: async () => ok(forward), get: () => forward },
      inventory: {
        device: () => ({ key: 'home/a', id: 'a', accountId: 'home', vendor: 'remoteiot', name: 'a' }) as never,
        servicesOf: () => [service],
      },
      credentials,
      hostKeys,
      settings: { get: () => ({ sshUser: login, acceptNewHostKeys: askKeys !== true }) },
      vault,
      clock,
      sha256: (bytes) => createHash('sha256').update(bytes).digest(),
      log: silentLog,
    });
    const desk: SessionPrompts = {
      step: () => undefined,
      hostKey: async (question) => {
        if (askKeys === true) asked.push(question);
        return true;
      },
      signIn: async (question) => {
        asked.push(question);
        await thinks?.();
        const reply = left.shift();
        if (reply === undefined || typeof reply === 'string' || 'answers' in reply) return undefined;
        return { way: 'password', user: question.user, keep: false, ...reply };
      },
      prompts: async (question): Promise<PromptsAnswer | undefined> => {
        asked.push(question);
        const reply = left.shift();
        if (reply === 'nothing') return new Promise(() => undefined);
        return typeof reply === 'object' && 'answers' in reply ? { ...reply, keep: question.canKeep } : undefined;
      },
      allowOutdated: async (algorithms) => {
        asked.push({ type: 'outdated', algorithms });
        return left.shift() === 'allow';
      },
      skipAgent: async () => {
        asked.push({ type: 'agent' });
        return left[0] === 'skip' ? left.shift() === 'skip' : false;
      },
      password: async () => undefined,
    };
    const connect = () =>
      sessions.connect({ deviceKey: 'home/a', serviceId: 'ssh', keyFile }, desk, new AbortController().signal);
    /** Opens a session and closes it; how it ended. */
    const open = async (): Promise<string> => {
      const connected = await connect();
      if (!connected.ok) return connected.error.kind === 'cancelled' ? 'left' : connected.error.message;
      const { banner, connection, through } = connected.value;
      const files = await connection.files();
      const ended = new Promise<void>((resolve) => connection.onEnd(resolve));
      connection.close();
      await ended;
      if (!files.ok) return files.error.message;
      return `open${through === '' ? '' : ` ${through}`}${banner === '' ? '' : `: ${banner}`}`;
    };
    /** What a shell says to `typed` until it ends; its window gets another size after each of these texts. */
    const shell = async (
      typed: string,
      size: { readonly cols: number; readonly rows: number },
      resizes: readonly (readonly [string, typeof size])[] = [],
    ): Promise<string> => {
      const connected = await connect();
      if (!connected.ok) throw new Error(connected.error.message);
      const opened = await connected.value.connection.shell(size);
      if (!opened.ok) throw new Error(opened.error.message);
      const waiting = [...resizes];
      let said = '';
      opened.value.onData((bytes) => {
        said += Buffer.from(bytes).toString();
        const [next] = waiting;
        if (next === undefined || !said.includes(next[0])) return;
        waiting.shift();
        opened.value.resize(next[1]);
      });
      const error = await new Promise((resolve) => {
        opened.value.onEnd(resolve);
        opened.value.write(Buffer.from(typed));
      });
      connected.value.connection.close();
      return error === undefined ? said : `${said} ended by ${JSON.stringify(error)}`;
    };
    return { connect, open, shell, asked, credentials, hostKeys, vault };
  };

  const server = async (config: readonly string[], options: Parameters<typeof startSshd>[0] = {}): Promise<Sshd> => {
    const sshd = await startSshd({ passwords: true, ...options, config });
    closing.push(() => sshd.dispose());
    // sshd reads the keys as the user who comes.
    await chmod(dirname(sshd.clientKey), 0o755);
    await chmod(join(dirname(sshd.clientKey), 'authorized_keys'), 0o644);
    return sshd;
  };

  /** An agent with these keys; a number makes as many new ones. */
  const startAgent = async (...keys: readonly (string | number)[]): Promise<string> => {
    const socket = join(folder, 'agent');
    const agent: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    closing.push(async () => {
      const ended = once(agent, 'exit');
      agent.kill();
      await ended;
    });
    if (agent.stdout !== null) await once(agent.stdout, 'data');
    for (const key of keys) {
      const files = typeof key === 'string' ? [key] : Array.from({ length: key }, (_, at) => join(folder, `key${at}`));
      if (typeof key === 'number')
        for (const file of files) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
      await run('ssh-add', ['-q', ...files], { env: { PATH: process.env['PATH'], SSH_AUTH_SOCK: socket } });
    }
    return socket;
  };

  return {
    closing,
    rig,
    server,
    startAgent,
    get folder() {
      return folder;
    },
    get user() {
      return user;
    },
  };
};
