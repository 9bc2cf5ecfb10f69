import { spawn } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import { childEnvironment } from '../../core/launch/launch-plan.ts';
import { obfuscateVncPassword, openSecretFile } from '../storage/secret-file.ts';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import type { Failure, Result } from '../../core/base/errors.ts';
import type { LaunchPlan, Processes } from '../../core/launch/launch-plan.ts';
import type { Clock } from '../../core/base/clock.ts';

/** Milliseconds a program must run to count as started. */
const settleMs = 1_000;
/** The size of the part of a failed program's error output that is kept, bytes. */
const lastWordsBytes = 2_000;

const missing = (plan: LaunchPlan, why: string): Failure =>
  fail(
    'launcher-missing',
    `${basename(plan.program)} could not be started: ${why}.`,
    `Install ${basename(plan.program)}, or choose another program in the settings.`,
  );

/** The error output of these programs is a log of their internals, so it is not repeated. */
const refusedAtOnce = (plan: LaunchPlan, end: number | string): Failure =>
  fail(
    'unreachable',
    `${basename(plan.program)} ended at once (status ${end}): the device ended the connection, or refused the user name or password.`,
    'Check the user name and password of this service, and that the device lets this user in.',
  );

const reason = (failure: Error): string => {
  const code = 'code' in failure ? failure.code : undefined;
  if (code === 'ENOENT') return 'it is not on this computer';
  if (code === 'EACCES') return 'this user may not run it';
  return failure.message;
};

const spawnPlan = (
  plan: LaunchPlan,
  env: Readonly<Record<string, string | undefined>>,
  stdio: StdioOptions,
): ChildProcess =>
  spawn(plan.program, plan.args, {
    shell: false,
    detached: plan.detached,
    env: childEnvironment(env, plan.env),
    stdio,
    ...(plan.verbatim === true ? { windowsVerbatimArguments: true } : {}),
  });

/**
 * A nameless file for a child's error output. Not a pipe: a terminal that outlives us would be killed by its first
 * warning after our end. Windows has no nameless files, so there is none there.
 */
const openComplaints = async (platform: NodeJS.Platform): Promise<FileHandle | undefined> => {
  if (platform === 'win32') return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'quayside-'));
  try {
    return await open(join(folder, 'stderr'), 'w+', 0o600);
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const lastWords = async (file: FileHandle | undefined): Promise<string> => {
  if (file === undefined) return '';
  const { size } = await file.stat();
  const buffer = Buffer.alloc(Math.min(size, lastWordsBytes));
  await file.read(buffer, 0, buffer.length, Math.max(0, size - lastWordsBytes));
  return buffer
    .toString('utf8')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
};

/** The file for a plan's password, if it is passed by file. */
const openPassword = async (
  plan: LaunchPlan,
  password: string | undefined,
  runtimeFolder: string | undefined,
): Promise<FileHandle | undefined> =>
  plan.password === 'vnc-file' && password !== undefined
    ? openSecretFile(obfuscateVncPassword(password), runtimeFolder)
    : undefined;

/** Writes the one line from which a program reads its password; a program that does not read it is no error. */
const handLine = (child: ChildProcess, line: string): void => {
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(`${line}\n`);
};

/** Starts programs without a shell and without Quayside's own variables in their environment. */
export const createProcesses = (facts: {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}): Processes => ({
  start: async (plan, signal, password) => {
    if (signal.aborted) return cancelled();
    if (password !== undefined && /[\r\n\0]/.test(password)) {
      return fail('invalid-input', 'The stored password has more than one line.', 'Enter the password again.');
    }
    const complaints = await openComplaints(facts.platform).catch(() => undefined);
    let secret: FileHandle | undefined;
    try {
      secret = await openPassword(plan, password, facts.env['XDG_RUNTIME_DIR']);
      const line = plan.password === 'stdin' ? password : undefined;
      const child = spawnPlan(plan, facts.env, [
        line === undefined ? 'ignore' : 'pipe',
        'ignore',
        complaints?.fd ?? 'ignore',
        ...(secret === undefined ? [] : [secret.fd]),
      ]);
      if (line !== undefined) handLine(child, line);
      const end = await new Promise<Error | number | string | undefined>((resolve) => {
        const stopWaiting = facts.clock.after(settleMs, () => resolve(undefined));
        const settle = (value: Error | number | string): void => {
          stopWaiting();
          resolve(value);
        };
        child.once('error', settle);
        child.once('exit', (code, signalName) => settle(code ?? signalName ?? 0));
      });
      child.unref();
      if (end === undefined || end === 0) return ok(undefined);
      if (end instanceof Error) return missing(plan, reason(end));
      if (plan.connects === true) return refusedAtOnce(plan, end);
      const words = await lastWords(complaints);
      const how = typeof end === 'number' ? `it ended at once with status ${end}` : `it was ended at once by ${end}`;
      return missing(plan, words === '' ? how : `${how}: ${words}`);
    } catch (failure) {
      // spawn throws if an argument cannot be passed at all, such as one with a NUL character.
      return missing(plan, failure instanceof Error ? reason(failure) : 'the system refused it');
    } finally {
      await complaints?.close();
      await secret?.close();
    }
  },
});

/**
 * Runs a plan in our own terminal until it ends; returns its exit status (128 + n if signal n ended it). While it runs,
 * the child handles Ctrl-C; aborting ends it. Errors: launcher-missing, cancelled (before it began).
 */
export const runInForeground = async (
  plan: LaunchPlan,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Result<number>> => {
  if (signal.aborted) return cancelled();
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  let child: ChildProcess | undefined;
  const stop = (): void => void child?.kill('SIGTERM');
  try {
    child = spawnPlan({ ...plan, detached: false }, env, 'inherit');
    signal.addEventListener('abort', stop, { once: true });
    const running = child;
    return await new Promise<Result<number>>((resolve) => {
      running.once('error', (failure) => resolve(missing(plan, reason(failure))));
      running.once('exit', (code, name) => resolve(ok(code ?? 128 + (name === null ? 0 : constants.signals[name]))));
    });
  } catch (failure) {
    return missing(plan, failure instanceof Error ? reason(failure) : 'the system refused it');
  } finally {
    signal.removeEventListener('abort', stop);
    process.removeListener('SIGINT', ignore);
  }
};
