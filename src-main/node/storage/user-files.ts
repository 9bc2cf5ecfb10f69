import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, readFile, realpath, stat, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fail, ok } from '../../core/base/errors.ts';
import { replaceFile } from './atomic-write.ts';
import type { Result } from '../../core/base/errors.ts';

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'unknown reason';

const cannot = (path: string, thrown: unknown): Result<never> =>
  fail('invalid-input', `${path} cannot be used (${codeOf(thrown)}).`, 'Look at who may read and write this file.');

/**
 * Whether the path is a link without a target: a file in its place would break the link for the program that makes the
 * target.
 */
const leadsNowhere = async (path: string): Promise<boolean> => {
  const link = await lstat(path).catch(() => undefined);
  return link?.isSymbolicLink() === true;
};

/** The file that a path leads to; the path itself if nothing is there yet. */
const targetOf = async (path: string): Promise<string> => {
  try {
    return await realpath(path);
  } catch (failure) {
    if (codeOf(failure) !== 'ENOENT') throw failure;
    const folder = await realpath(dirname(path)).catch(() => dirname(path));
    return `${folder}/${path.slice(dirname(path).length).replace(/^[\\/]+/, '')}`;
  }
};

const readBytes = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'latin1');
  } catch (failure) {
    if (codeOf(failure) === 'ENOENT') return undefined;
    throw failure;
  }
};

const swap = async (target: string, after: string): Promise<void> => {
  const before = await stat(target).catch(() => undefined);
  const temporary = `${target}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    try {
      if (before !== undefined) {
        await handle.chmod(before.mode & 0o7777);
        // Only root can give a file to another user; everybody else owns it anyway.
        if (process.getuid?.() === 0) await handle.chown(before.uid, before.gid);
      }
      await handle.writeFile(after, 'latin1');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await replaceFile(temporary, target);
  } catch (failure) {
    await unlink(temporary).catch(() => undefined);
    throw failure;
  }
};

/** The paths in a folder that one part of a pattern means: `*` and `?` never a leading dot. Source: glob(7). */
const matchingIn = async (folder: string, part: string): Promise<readonly string[]> => {
  if (!/[*?[]/.test(part)) return [folder + part];
  const letters = part
    .replaceAll(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const pattern = new RegExp(`^${letters.replaceAll('[!', '[^')}$`, 's');
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => pattern.test(name) && (part.startsWith('.') || !name.startsWith('.')))
    .toSorted()
    .map((name) => folder + name);
};

/**
 * Files that belong to the user and not to Quayside: their bytes (as Latin-1), links and permissions are preserved.
 * Errors: invalid-input (cannot be read or written), conflict (changed meanwhile).
 */
export const userFiles = {
  read: async (path: string): Promise<Result<string | undefined>> => {
    try {
      const bytes = await readBytes(path);
      if (bytes !== undefined || !(await leadsNowhere(path))) return ok(bytes);
      return fail(
        'invalid-input',
        `${path} is a link to a file that is not there.`,
        'Make that file, or take the link away; nothing was changed.',
      );
    } catch (failure) {
      return cannot(path, failure);
    }
  },

  replace: async (path: string, before: string | undefined, after: string): Promise<Result<void>> => {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const target = await targetOf(path);
      if ((await readBytes(target)) !== before) {
        return fail('conflict', `${path} was changed by somebody else just now.`, 'Try again.');
      }
      await swap(target, after);
      return ok(undefined);
    } catch (failure) {
      return cannot(path, failure);
    }
  },

  remove: async (path: string): Promise<Result<void>> => {
    try {
      await unlink(path);
      return ok(undefined);
    } catch (failure) {
      return codeOf(failure) === 'ENOENT' ? ok(undefined) : cannot(path, failure);
    }
  },

  matching: async (pattern: string, folder: string): Promise<readonly string[]> => {
    const home = pattern.replace(/^~(?=$|[\\/])/, homedir());
    const whole = isAbsolute(home) ? home : join(folder, home);
    const [root = '', ...parts] = whole.split(/[\\/]/);
    let found: readonly string[] = [root];
    for (const part of parts) {
      const below = await Promise.all(found.map((path) => matchingIn(`${path}/`, part)));
      found = below.flat();
    }
    return found;
  },
};
