import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './ports.ts';
import { descendants, endProcess } from './process-tree.ts';
import type { ChildProcess } from 'node:child_process';

const run = promisify(execFile);

/** A real sshd from Debian on loopback, with keys of its own. */
export interface Sshd {
  readonly port: number;
  /** The user it accepts: the one who runs the test. */
  readonly user: string;
  /** Private key file that may log in. */
  readonly clientKey: string;
  readonly pid: number;
  /** `ssh-ed25519 AAAA…` of the host key in use. */
  hostPublicKey(): Promise<string>;
  /** What sshd has said so far. */
  log(): string;
  /** Stops it and starts it again on the same port, with a new host key if asked. */
  restart(how?: { readonly newHostKey?: boolean }): Promise<void>;
  dispose(): Promise<void>;
}

const makeKey = async (file: string, type = 'ed25519'): Promise<void> => {
  await rm(file, { force: true });
  await rm(`${file}.pub`, { force: true });
  await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'quayside-test', '-f', file]);
};

const readBanner = async (port: number): Promise<void> => {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    const [first] = (await once(socket, 'data')) as [Buffer];
    if (!first.toString('latin1').startsWith('SSH-2.0-')) throw new Error('something else than sshd answered');
  } finally {
    socket.destroy();
  }
};

/**
 * Starts sshd; ready once its banner was read. `forcedCommand` is run by a shell for every login instead of what
 * the client asks for (that is in SSH_ORIGINAL_COMMAND). With `passwords` it takes those of the system's users.
 */
export const startSshd = async (
  options: {
    readonly port?: number;
    readonly forcedCommand?: string;
    readonly passwords?: boolean;
    /** Seconds until it hangs up on who has not signed in; its own two minutes where absent. */
    readonly graceSeconds?: number;
    /** Of the client's key. */
    readonly keyType?: 'ed25519' | 'rsa';
    readonly hostKeyType?: 'ed25519' | 'rsa';
    /** Lines of sshd_config that count before the usual ones. */
    readonly config?: readonly string[];
  } = {},
): Promise<Sshd> => {
  const folder = await mkdtemp(join(tmpdir(), 'quayside-sshd-'));
  const file = (name: string): string => join(folder, name);
  const { username } = userInfo();
  const port = options.port ?? (await freePort());
  // Debian's sshd refuses to run as root without this folder.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  await mkdir(file('home'));
  await makeKey(file('host_key'), options.hostKeyType);
  await makeKey(file('client_key'), options.keyType);
  const publicKey = (await readFile(file('client_key.pub'), 'utf8')).trim();
  const forced =
    options.forcedCommand === undefined ? '' : `command="${options.forcedCommand.replaceAll('"', '\\"')}" `;
  await writeFile(file('authorized_keys'), `${forced}${publicKey}\n`, { mode: 0o600 });
  await writeFile(
    file('sshd_config'),
    [
      ...(options.config ?? []),
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host_key')}`,
      `PidFile ${file('sshd.pid')}`,
      `AuthorizedKeysFile ${file('authorized_keys')}`,
      'UsePAM no',
      // The folder lies below /tmp, which others may write to.
      'StrictModes no',
      `PasswordAuthentication ${options.passwords === true ? 'yes' : 'no'}`,
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'MaxStartups 100',
      ...(options.graceSeconds === undefined ? [] : [`LoginGraceTime ${options.graceSeconds}`]),
      'LogLevel VERBOSE',
      'Subsystem sftp internal-sftp',
      // A shell that sshd starts reads the start files of whoever runs the tests. They may take long, and wait for each
      // other: those of pyenv hold a lock, which a session that a test kills leaves behind for a minute of every later one.
      `SetEnv HOME=${file('home')}`,
      '',
    ].join('\n'),
  );

  let text = '';
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const started = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file('sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    let since = '';
    await new Promise<void>((resolve, reject) => {
      started.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        since += chunk;
        if (since.includes('Server listening on')) resolve();
      });
      started.once('error', reject);
      started.once('exit', (code) => reject(new Error(`sshd ended with status ${String(code)}: ${since}`)));
    });
    await readBanner(port);
  };
  const stop = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
    // Sessions outlive the listener, so they go first.
    for (const pid of descendants(running.pid)) endProcess(pid);
    const ended = once(running, 'exit');
    running.kill('SIGTERM');
    await ended;
  };
  const dispose = async (): Promise<void> => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };

  try {
    await start();
  } catch (failure) {
    await dispose();
    throw failure;
  }
  return {
    port,
    user: username,
    clientKey: file('client_key'),
    get pid() {
      return child?.pid ?? -1;
    },
    hostPublicKey: async () => (await readFile(file('host_key.pub'), 'utf8')).split(' ').slice(0, 2).join(' '),
    log: () => text,
    restart: async (how = {}) => {
      await stop();
      if (how.newHostKey === true) await makeKey(file('host_key'));
      await start();
    },
    dispose,
  };
};

/** A real dropbear from Debian on loopback, which takes passwords of the system's users. */
export const startDropbear = async (): Promise<Pick<Sshd, 'port' | 'log' | 'dispose'>> => {
  const folder = await mkdtemp(join(tmpdir(), 'quayside-dropbear-'));
  const port = await freePort();
  await run('dropbearkey', ['-t', 'ed25519', '-f', join(folder, 'host_key')]);
  const child = spawn(
    '/usr/sbin/dropbear',
    ['-F', '-E', '-r', join(folder, 'host_key'), '-p', `127.0.0.1:${port}`, '-P', join(folder, 'pid')],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('Not backgrounding')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`dropbear ended with status ${String(code)}: ${text}`)));
  });
  await readBanner(port);
  return {
    port,
    log: () => text,
    dispose: async () => {
      for (const pid of descendants(child.pid ?? -1)) endProcess(pid);
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
};
