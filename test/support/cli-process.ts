import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const entry = join(import.meta.dirname, '../../src-main/cli.ts');

/** The command line run from source, with standard output and error apart. */
export interface CliProcess {
  stdout(): string;
  stderr(): string;
  readonly pid: number;
  /** The first line of standard output; rejects where it ends without one. */
  firstLine(): Promise<string>;
  /** Waits for its end and answers the exit code. */
  ended(): Promise<number | null>;
  signal(name: NodeJS.Signals): void;
}

/** Starts a command, as another user where `ids` are given. Standard input is no terminal and holds `stdin`. */
export const startCliFromSource = (
  args: readonly string[],
  options: {
    readonly stdin?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly ids?: { readonly uid: number; readonly gid: number };
  } = {},
): CliProcess => {
  const { ELECTRON_OVERRIDE_DIST_PATH: _path, ...inherited } = process.env;
  // The tests put no icons and no notices on the developer's desktop.
  const env = { ...inherited, DBUS_SESSION_BUS_ADDRESS: 'disabled:', ...options.env };
  const child = spawn(process.execPath, [entry, ...args], { env, stdio: 'pipe', ...options.ids });
  let stdout = '';
  let stderr = '';
  let wake: (() => void) | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    wake?.();
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close') as Promise<[number | null]>;
  void closed.then(() => wake?.());
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    firstLine: () =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const end = stdout.indexOf('\n');
          if (end !== -1) resolve(stdout.slice(0, end));
          else if (child.exitCode !== null) reject(new Error(`ended without a line: ${stderr}`));
        };
        wake = look;
        look();
      }),
    ended: async () => (await closed)[0],
    signal: (name) => void child.kill(name),
  };
};
