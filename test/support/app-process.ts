import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The built command line, as a user's script would call it. */
export const cliPath = join(root, 'out/main/cli.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly profile: string;
  readonly vault?: 'keychain' | 'file';
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const start = (args: readonly string[], options: CliOptions): ChildProcess =>
  spawn(
    process.execPath,
    [
      cliPath,
      '--profile',
      options.profile,
      ...(options.vault === undefined ? [] : ['--vault', options.vault]),
      ...args,
    ],
    // The tests put no icons and no notices on the developer's desktop.
    { env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'disabled:', ...options.env }, stdio: ['pipe', 'pipe', 'pipe'] },
  );

/** Runs one command to its end. */
export const runCli = async (args: readonly string[], options: CliOptions): Promise<CliResult> => {
  const child = start(args, options);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin?.end(options.stdin ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
};

/** A command that keeps running (`serve`, `forward`), with everything it printed. */
export interface RunningCli {
  readonly pid: number;
  output(): string;
  /** Resolves with the first match in what it printed; rejects with the output when it ends before. */
  waitFor(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Asks it to end as Ctrl-C would, and answers its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** Starts a command that stays in the foreground. */
export const startCli = (args: readonly string[], options: CliOptions): RunningCli => {
  const child = start(args, options);
  let output = '';
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = once(child, 'close') as Promise<[number | null]>;
  child.stdin?.end(options.stdin ?? '');
  return {
    pid: child.pid ?? 0,
    output: () => output,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = output.match(pattern);
          if (match === null) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        void ended.then(([code]) =>
          reject(new Error(`ended with ${String(code)} before ${String(pattern)}:\n${output}`)),
        );
      }),
    stop: async () => {
      child.kill('SIGINT');
      return (await ended)[0];
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
