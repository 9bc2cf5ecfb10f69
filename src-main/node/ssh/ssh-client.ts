import { connect } from 'node:net';
import { homedir, userInfo } from 'node:os';
import type { Client, ClientChannel } from 'ssh2';
import { cancelled, fail, ok, type Failure, type Result } from '../../core/base/errors.ts';
import { sshKeyType } from '../../core/ssh/certificate.ts';
import type {
  SshClient,
  SshConnection,
  SshDial,
  SshDialed,
  SshKeyFile,
  SshServerKey,
} from '../../core/ssh/ssh-client.ts';
import { LibraryCalls } from '../runtime/library-calls.ts';
import { isPrivatePem, readOpenSshPrivate } from '../../core/ssh/private-key.ts';
import { isSince } from '../../core/ssh/ssh-version.ts';
import { streamChannel } from '../net/stream-channel.ts';
import { dialOwnSsh } from './own-ssh.ts';
import { expandHome, readKeyText, readOwnSetup } from './ssh-own-config.ts';
import { sshEnvironment } from './ssh-environment.ts';
import { algorithmsFor, watchOffer } from './ssh-client-algorithms.ts';
import { openSshAgent } from './ssh-client-agent.ts';
import { SshAttempts } from './ssh-client-attempts.ts';
import { lost, notGiven, shellOf } from './ssh-client-channels.ts';
import { remoteFiles } from './ssh-client-files.ts';
import { connectByTurns } from '../net/connect-by-turns.ts';

/** Milliseconds until the server has shown its key; what comes after waits for a person. */
const handshakeMs = 30_000;
/** Milliseconds between signs of life asked of the server, and how many may stay unanswered. */
const keepAlive = { interval: 15_000, most: 4 } as const;
const none = new Uint8Array(0);

const keyOf = (blob: Buffer): SshServerKey => {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0);
  return { type: blob.subarray(4, 4 + length).toString('latin1'), blob: new Uint8Array(blob) };
};

/** One of our own callbacks threw; the handler of unexpected errors reports that. */
const broken = (): Failure =>
  fail('internal', 'Quayside made a mistake in this session.', 'Reconnect. The others go on; the log says more.');

const failureOf = (error: Error & { readonly level?: string }): Failure => {
  if (error.level === 'client-socket') return lost();
  // What ssh2 says of a handshake names algorithms and no secrets.
  return fail('bad-response', `The SSH server was not understood: ${error.message.slice(0, 200)}.`, 'Try again.');
};

const connectionOf = (client: Client): SshConnection => {
  let isOver = false;
  const calls = new LibraryCalls(() => client.destroy());
  const ends = new Set<() => void>();
  client.on('close', () => {
    isOver = true;
    // The channels hear of it first: they know more of how they ended.
    setImmediate(() => {
      for (const listener of ends) calls.ours(listener)();
      ends.clear();
    });
  });
  const whileOpen = <T>(start: (done: (result: Result<T>) => void) => void): Promise<Result<T>> =>
    new Promise((resolve) => {
      if (isOver) return resolve(lost());
      const end = (): void => resolve(lost());
      ends.add(end);
      const done = (result: Result<T>): void => {
        ends.delete(end);
        resolve(result);
      };
      try {
        start(done);
      } catch {
        // ssh2 throws where the connection went between two events.
        done(lost());
      }
    });
  return {
    shell: ({ cols, rows, term = 'xterm-256color' }) =>
      whileOpen((done) => {
        const give = (error: Error | undefined, channel: ClientChannel): void =>
          done(error === undefined ? ok(shellOf(channel)) : notGiven('shell'));
        client.shell({ term, cols, rows, width: 0, height: 0 }, calls.ours(give));
      }),
    files: () =>
      whileOpen((done) => {
        client.subsys(
          'sftp',
          calls.ours((error: Error | undefined, channel: ClientChannel) => {
            if (error !== undefined) return done(notGiven('files'));
            void remoteFiles(streamChannel(channel, 'The connection to the device broke.')).then(done);
          }),
        );
      }),
    onEnd: (listener) => {
      if (isOver) listener();
      else ends.add(listener);
    },
    close: () => {
      client.end();
      client.destroy();
    },
  };
};

/** Loaded when the first session wants it: 13 MB and 40 ms that most starts have no use for. */
const loadSsh = async (): Promise<typeof import('ssh2')> => (await import('ssh2')).default;

const dial = async (request: SshDial, signal: AbortSignal): Promise<Result<SshDialed>> => {
  const ssh2 = await loadSsh();
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(cancelled());
    const client = new ssh2.Client();
    const calls = new LibraryCalls(() => {
      settle(broken());
      client.destroy();
    });
    let keyRefused = false;
    let offered: ReturnType<typeof watchOffer> = () => undefined;
    let settled = false;
    const settle = (result: Result<SshDialed>): void => {
      if (settled) return;
      settled = true;
      clearTimeout(patience);
      signal.removeEventListener('abort', abort);
      attempts.end();
      if (!result.ok || result.value.outcome !== 'open') {
        calls.end();
        client.destroy();
      }
      resolve(result);
    };
    const late = (): void =>
      settle(fail('timeout', 'The SSH server did not answer in time.', 'Try again in a moment.'));
    const abort = (): void => settle(cancelled());
    const patience = setTimeout(late, handshakeMs);
    signal.addEventListener('abort', abort, { once: true });
    const attempts = new SshAttempts({
      client,
      request,
      calls,
      utils: ssh2.utils,
      left: () => settle(ok({ outcome: 'left' })),
      late,
    });
    /** A server that has had enough of our attempts hangs up, in one of several ways. */
    const over = (why: Failure): void =>
      settle(keyRefused ? ok({ outcome: 'key-refused' }) : attempts.hasBegun ? ok({ outcome: 'ended' }) : why);
    client.once(
      'ready',
      calls.ours(() => settle(ok({ outcome: 'open', connection: connectionOf(client) }))),
    );
    client.on('error', (error: Error & { readonly level?: string }) => {
      if (attempts.isExpected(error)) return;
      const apart = error.level === 'handshake' ? offered() : undefined;
      if (apart !== undefined) settle(ok(apart));
      over(failureOf(error));
      calls.end();
      // Also after what was thrown while ssh2 worked, which it catches and which may have cost anybody an event.
      client.destroy();
    });
    client.once('close', () => over(lost()));
    // With these ssh2 takes itself apart. Until then it asks us about keys again, whenever they are exchanged again.
    client.once('end', () => calls.end());
    client.once('close', () => calls.end());
    client.on('banner', calls.ours(request.banner));
    const socket = connectByTurns({ host: request.host, port: request.port });
    client.connect({
      sock: socket,
      username: request.user,
      readyTimeout: 0,
      keepaliveInterval: keepAlive.interval,
      keepaliveCountMax: keepAlive.most,
      algorithms: algorithmsFor(request.knownKeyTypes, request.outdated),
      hostVerifier: calls.ours((blob: Buffer, verify: (good: boolean) => void) => {
        clearTimeout(patience);
        // The person may take longer than the connection lives: then there is nothing to verify any more.
        calls.after(request.checkKey(keyOf(blob)), (good) => {
          keyRefused = !good;
          verify(good);
        });
      }),
      authHandler: calls.ours((left, partial, next) => attempts.next(left, partial, next)),
    });
    // ssh2 has paused it until there is a connection, so that this reads along from the first byte.
    offered = watchOffer(socket, request.outdated);
  });
};

/** The agent that comes with Windows, while its service runs. Source: AGENT_PIPE_ID in agent.c of PowerShell/openssh-portable. */
const windowsAgent = '\\\\.\\pipe\\openssh-ssh-agent';

/** Whether somebody listens on a pipe. */
const listens = (pipe: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(pipe);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });

/**
 * An SSH client on ssh2, with the agent and the key files of the user who runs this process. The only importer of ssh2
 * in the app.
 */
export const createSshClient = (deps: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home?: string;
  /** The user's own ssh configuration, where it is not in its usual place. */
  readonly configFile?: string;
}): SshClient => {
  const surroundings = sshEnvironment();
  const home = deps.home ?? homedir();
  const agent = async (): Promise<string | undefined> => {
    const socket = deps.env['SSH_AUTH_SOCK'];
    if (socket !== undefined && socket !== '') return socket;
    if (deps.platform !== 'win32') return undefined;
    return (await listens(windowsAgent)) ? windowsAgent : 'pageant';
  };
  return {
    dial,
    localUser: () => userInfo().username,
    openAgent: async (own) => {
      const socket = own === undefined ? await agent() : own === 'none' ? undefined : own;
      return socket === undefined ? undefined : openSshAgent(await loadSsh(), socket);
    },
    ownSetup: (alias) => readOwnSetup(alias, deps.env, home, deps.configFile),
    // Windows' OpenSSH has no control sockets. Before 7.4 there was no proxy, before 8.0 no way to prefer a host key's type.
    hasOwnSsh: async () => {
      if (deps.platform === 'win32') return false;
      const version = await surroundings.version();
      return version !== undefined && isSince(version, 8, 0);
    },
    dialOwnSsh: (request, signal) =>
      dialOwnSsh(
        { ...request, ...(request.keyFile === undefined ? {} : { keyFile: expandHome(request.keyFile, home) }) },
        { env: deps.env, configFile: deps.configFile },
        signal,
      ),
    readKey: async (path, passphrase): Promise<Result<SshKeyFile>> => {
      const pem = await readKeyText(expandHome(path, home));
      if (pem === undefined)
        return fail('not-found', `The key file ${path} cannot be read.`, 'Check the path and who may read the file.');
      // Some forms hold several keys, which the types do not say.
      const { utils } = await loadSsh();
      const [key] = [utils.parseKey(pem, passphrase)].flat();
      if (key instanceof Error) {
        const isForeign = /unsupported/i.test(key.message);
        if (!isForeign && /encrypted|passphrase|integrity|decrypt/i.test(key.message)) return ok({ state: 'locked' });
        if (isPrivatePem(pem)) return ok({ state: 'foreign', type: sshKeyType(readOpenSshPrivate(pem) ?? none) ?? '' });
        return fail(
          'invalid-input',
          `${path} is no private key that Quayside can read.`,
          'Choose a private key in OpenSSH, PEM or PuTTY form.',
        );
      }
      if (key === undefined || !key.isPrivateKey()) {
        return fail('invalid-input', `${path} is a public key.`, 'Choose the private key beside it.');
      }
      return ok({ state: 'usable', pem });
    },
  };
};
