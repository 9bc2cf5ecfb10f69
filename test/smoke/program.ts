import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { socketChannel } from '../../src-main/cli/channel-pair.ts';
import { controlPaths } from '../../src-main/node/control/control-socket-path.ts';
import { connectControlSocket } from '../../src-main/node/control/control-socket.ts';
import { FrameClient } from '../../src-preload/contract/client.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A batch file is run by cmd.exe, which takes its line as it is; nothing that a smoke test passes has a quote in it. */
const commandOf = (program: string, args: readonly string[]): readonly [string, readonly string[], boolean] =>
  program.endsWith('.cmd')
    ? ['cmd.exe', ['/d', '/s', '/c', `"${[program, ...args].map((word) => `"${word}"`).join(' ')}"`], true]
    : [program, args, false];

/** Starts a program; what it prints is kept. */
export const start = (
  program: string,
  args: readonly string[],
  {
    stdin = '',
    env = {},
  }: { readonly stdin?: string | Uint8Array; readonly env?: Readonly<Record<string, string>> } = {},
): { readonly child: ChildProcess; readonly ended: Promise<Ended>; readonly output: () => string } => {
  const [file, words, windowsVerbatimArguments] = commandOf(program, args);
  const child = spawn(file, [...words], { stdio: 'pipe', windowsVerbatimArguments, env: { ...process.env, ...env } });
  const out: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const ended = (once(child, 'close') as Promise<[number | null]>).then(([code]) => ({
    code,
    stdout: Buffer.concat(out),
    stderr,
  }));
  return { child, ended, output: () => `${Buffer.concat(out).toString()}${stderr}` };
};

/** What happens within some seconds, or an error that says what was waited for. */
export const within = async <T>(seconds: number, what: string, happens: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${seconds} s.`)), seconds * 1000);
  });
  try {
    return await Promise.race([happens, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** Looks until something is there. @param seconds how long in all */
export const until = async <T>(
  seconds: number,
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> => {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`Waited ${seconds} s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

/** A client of whatever runs on a profile, once it is there. */
export const clientOf = async (profile: string, seconds: number, isThere: () => boolean): Promise<FrameClient> => {
  await mkdir(profile, { recursive: true, mode: 0o700 });
  const paths = await controlPaths(profile);
  if (!paths.ok) throw new Error(paths.error.message);
  const connection = await until(seconds, 'the control socket', () => {
    if (!isThere()) throw new Error('It ended before it could be spoken to.');
    return connectControlSocket(paths.value.socket);
  });
  return new FrameClient(socketChannel(connection.socket));
};
