import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fail, ok, type Result } from '../../core/base/errors.ts';

/** The maximum path length of a socket that every system accepts, bytes (macOS: 104 with the final zero). */
const maxPathLength = 100;

/** The addresses by which the command line finds the core of a profile. */
export interface ControlPaths {
  /** A Unix socket, or a named pipe on Windows. */
  readonly socket: string;
  readonly lock: string;
}

const ownFolder = async (folder: string): Promise<Result<void>> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stats = await lstat(folder);
  const mine = process.getuid === undefined || stats.uid === process.getuid();
  if (!stats.isDirectory() || !mine) {
    return fail(
      'invalid-input',
      `The folder ${folder} belongs to somebody else.`,
      'Choose another profile with --profile.',
    );
  }
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) await chmod(folder, 0o700);
  return ok(undefined);
};

/**
 * The control socket of an existing profile folder, in a folder that only its owner can enter. If the profile's path is
 * too long for a socket, a name derived from it in the runtime folder. Errors: invalid-input.
 */
export const controlPaths = async (profile: string): Promise<Result<ControlPaths>> => {
  try {
    const root = await realpath(profile);
    const run = path.join(root, 'run');
    const own = await ownFolder(run);
    if (!own.ok) return own;
    const lock = path.join(run, 'owner.lock');
    const name = createHash('sha256').update(root).digest('hex').slice(0, 24);
    if (process.platform === 'win32') return ok({ socket: `\\\\.\\pipe\\quayside-${name}`, lock });
    const near = path.join(run, 'control.sock');
    if (Buffer.byteLength(near) <= maxPathLength) return ok({ socket: near, lock });
    const runtime = process.env['XDG_RUNTIME_DIR'];
    const base = runtime !== undefined && Buffer.byteLength(runtime) < 50 ? runtime : tmpdir();
    const folder = path.join(base, `quayside-${process.getuid?.() ?? 0}`);
    const ownFar = await ownFolder(folder);
    return ownFar.ok ? ok({ socket: path.join(folder, `${name}.sock`), lock }) : ownFar;
  } catch {
    return fail('invalid-input', `The profile folder ${profile} cannot be used.`, 'Choose another with --profile.');
  }
};
