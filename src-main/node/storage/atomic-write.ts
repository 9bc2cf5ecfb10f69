import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';

/**
 * Windows refuses to replace a file that another program holds open for a moment: a virus scanner, an indexer, an
 * editor, a cloud client.
 */
const replaceDelaysMs = process.platform === 'win32' ? [20, 60, 180, 540, 1_500, 3_000] : [];

/**
 * Renames a file, also onto an existing file that another program has open for a moment. Throws the errors of the file
 * system.
 */
export const replaceFile = async (from: string, to: string): Promise<void> => {
  for (const waitMs of replaceDelaysMs) {
    try {
      return await rename(from, to);
    } catch (failure) {
      if (!['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(failure))) throw failure;
      await delay(waitMs);
    }
  }
  await rename(from, to);
};

/** Puts a folder's list of names on the disk: without it a power cut can undo a rename or take a new file. Not on Windows, which has no such call. */
export const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/**
 * Replaces a file by `pieces`: another process, or this one after a crash, finds the old content or the new one, never
 * a mixture. Only the owner can read the file and a folder created for it. Throws the errors of the file system.
 */
export const atomicWrite = async (path: string, pieces: Iterable<string>): Promise<void> => {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    try {
      for (const piece of pieces) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await replaceFile(temporary, path);
  } catch (failure) {
    await unlink(temporary).catch(() => undefined);
    throw failure;
  }
  await syncFolder(folder);
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (failure) {
    return codeOf(failure) !== 'ESRCH';
  }
};

/** Removes temporary files of processes that died while replacing `path`. */
export const removeLeftovers = async (path: string): Promise<void> => {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const pid = name.startsWith(prefix) ? /^(\d+)\.[0-9a-f]{12}\.tmp$/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid !== undefined && !isAlive(Number(pid))) await unlink(join(folder, name)).catch(() => undefined);
  }
};
