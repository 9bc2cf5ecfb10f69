import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Result } from '../../src-main/core/base/errors.ts';
import type { Vault } from '../../src-main/core/base/vault.ts';
import { busConfiguration } from './bus-configuration.ts';

const run = promisify(execFile);

export interface SecretServiceOptions {
  /** Whether a gnome-keyring runs on the bus. Default true. */
  readonly keyring?: boolean;
  /** A prompt that never shows: the bus waits for it. */
  readonly hangingPrompt?: boolean;
  /** The bus lets nobody talk to the keyring. */
  readonly refuse?: boolean;
}

/** A session bus of its own with a real gnome-keyring, in a home of its own. */
export interface SecretService {
  /** Environment of processes that shall use it. */
  readonly environment: Readonly<Record<string, string>>;
  lock(): Promise<void>;
  /** Unlocks by starting the keyring again; processes that used it before must start again, too. */
  unlock(): Promise<void>;
  /** A vault on this keyring, in a process of its own. */
  vault(timeoutMs?: number): Vault & AsyncDisposable;
  [Symbol.asyncDispose](): Promise<void>;
}

const stop = async (child: ChildProcess | undefined): Promise<void> => {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};

/** What makes the bus pass nothing on to a Secret Service. */
const refuseSecrets = '<deny send_destination="org.freedesktop.secrets"/>';
const driver = new URL('keychain-driver.ts', import.meta.url).pathname;

/** The vault of a driver process with this environment. */
export const startKeychainVault = (
  environment: Readonly<Record<string, string>>,
  timeoutMs = 10_000,
): Vault & AsyncDisposable => {
  const child = spawn(process.execPath, [driver, String(timeoutMs)], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Map<number, (result: unknown) => void>();
  let last = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, result } = JSON.parse(line) as { id: number; result: object };
    // JSON drops an undefined value.
    waiting.get(id)?.('ok' in result && result.ok === true ? { value: undefined, ...result } : result);
  });
  const call = <T>(method: string, key = '', secret = ''): Promise<Result<T>> =>
    new Promise((resolve, reject) => {
      const id = (last += 1);
      waiting.set(id, resolve as (result: unknown) => void);
      child.once('exit', (code) => reject(new Error(`the driver ended with ${code}`)));
      child.stdin.write(`${JSON.stringify({ id, method, key, secret })}\n`);
    });
  child.setMaxListeners(0);
  return {
    kind: 'keychain',
    get: (key) => call('get', key),
    set: (key, secret) => call('set', key, secret),
    delete: (key) => call('delete', key),
    status: () => call('status'),
    [Symbol.asyncDispose]: () => stop(child),
  };
};

/** Starts a bus and, by default, an unlocked keyring on it. */
export const startSecretService = async (options: SecretServiceOptions = {}): Promise<SecretService> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'quayside-bus-'));
  const environment: Record<string, string> = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: path.join(folder, 'home'),
    XDG_RUNTIME_DIR: path.join(folder, 'run'),
    LC_ALL: 'C.UTF-8',
  };
  for (const name of ['home', 'run', 'services']) await mkdir(path.join(folder, name), { mode: 0o700 });
  await writeFile(
    path.join(folder, 'bus.conf'),
    busConfiguration(folder, options.refuse === true ? refuseSecrets : ''),
  );
  if (options.hangingPrompt === true) {
    // It notes its process id: the bus does not end what it started.
    await writeFile(path.join(folder, 'prompter.sh'), `echo $$ >> ${folder}/prompters; exec sleep 60`);
    const service = `[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec=/bin/sh ${folder}/prompter.sh\n`;
    await writeFile(path.join(folder, 'services', 'prompter.service'), service);
  }
  const bus = spawn(
    'dbus-daemon',
    [`--config-file=${folder}/bus.conf`, '--nofork', '--nopidfile', '--print-address=1'],
    {
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [address] = (await once(createInterface({ input: bus.stdout }), 'line')) as [string];
  environment['DBUS_SESSION_BUS_ADDRESS'] = address;

  const busCall = async (destination: string, object: string, method: string, ...input: string[]): Promise<string> => {
    const words = ['--session', '--print-reply', `--dest=${destination}`, object, method, ...input];
    return (await run('dbus-send', words, { env: environment })).stdout;
  };
  const secrets = '/org/freedesktop/secrets';

  let keyring: ChildProcess | undefined;
  const startKeyring = async (): Promise<void> => {
    await stop(keyring);
    const started = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
      env: environment,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    keyring = started;
    started.stdin.end('the keyring password of this test');
    for (;;) {
      const names = await busCall(
        'org.freedesktop.DBus',
        '/',
        'org.freedesktop.DBus.NameHasOwner',
        'string:org.freedesktop.secrets',
      );
      if (names.includes('true')) return;
      if (started.exitCode !== null) throw new Error('gnome-keyring-daemon did not start');
    }
  };
  const stopPrompters = async (): Promise<void> => {
    const noted = await readFile(path.join(folder, 'prompters'), 'utf8').catch(() => '');
    for (const id of noted.split('\n').filter(Boolean)) {
      try {
        process.kill(Number(id), 'SIGKILL');
      } catch {
        // It had already ended.
      }
    }
  };
  const dispose = async (): Promise<void> => {
    for (const vault of vaults) await vault[Symbol.asyncDispose]();
    await stop(keyring);
    await stop(bus);
    await stopPrompters();
    await rm(folder, { recursive: true, force: true });
  };
  const vaults: AsyncDisposable[] = [];
  try {
    if (options.keyring !== false) await startKeyring();
  } catch (error) {
    await dispose();
    throw error;
  }

  return {
    environment,
    lock: async () => {
      await busCall(
        'org.freedesktop.secrets',
        secrets,
        'org.freedesktop.Secret.Service.Lock',
        `array:objpath:${secrets}/collection/login`,
      );
    },
    unlock: startKeyring,
    vault: (timeoutMs) => {
      const vault = startKeychainVault(environment, timeoutMs);
      vaults.push(vault);
      return vault;
    },
    [Symbol.asyncDispose]: dispose,
  };
};
