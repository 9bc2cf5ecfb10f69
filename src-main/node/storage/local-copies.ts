import { randomBytes } from 'node:crypto';
import { watch, type FSWatcher } from 'node:fs';
import { chmod, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { Clock } from '../../core/base/clock.ts';
import { copyName, maxEditBytes, type LocalCopies, type LocalCopy } from '../../core/session/local-copies.ts';

/** Milliseconds without an event after which a program has saved: some write in several pieces, or write and rename. */
const quietMs = 250;

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'unknown reason';

const cannot = (what: string, thrown: unknown): Result<never> =>
  fail('invalid-input', `The copy on this computer cannot be ${what} (${codeOf(thrown)}).`, 'Look at its disk.');

const removeFolder = (folder: string): Promise<void> =>
  // Windows keeps what a program has open; the next start of Quayside takes it away.
  rm(folder, { recursive: true, force: true, maxRetries: 2 }).catch(() => undefined);

const readCopy = async (path: string): Promise<Result<Uint8Array>> => {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > maxEditBytes)
        return fail('unsupported', 'The file has become too large to be sent back from here.', 'Use Upload.');
      return ok(await file.readFile());
    } finally {
      await file.close();
    }
  } catch (failure) {
    if (codeOf(failure) === 'ENOENT')
      return fail('not-found', 'The copy on this computer is gone.', 'Save it again in your editor.');
    return cannot('read', failure);
  }
};

/** Tells of events of a folder once they are over. The folder is watched, because programs replace the file in it. */
const whenQuiet = (folder: string, clock: Clock, tell: () => void): (() => void) => {
  let stopWaiting = (): void => undefined;
  let watcher: FSWatcher | undefined;
  const end = (): void => {
    stopWaiting();
    watcher?.close();
  };
  watcher = watch(folder, () => {
    stopWaiting();
    stopWaiting = clock.after(quietMs, tell);
  });
  // The folder was taken away by somebody else.
  watcher.on('error', end);
  return end;
};

/**
 * Copies below a folder of the profile, which nobody else can enter. What a run that was killed has left there is
 * removed at once; `clear` removes all.
 */
export const createLocalCopies = (options: {
  readonly folder: string;
  readonly clock: Clock;
}): LocalCopies & { clear(): Promise<void> } => {
  const { folder: root, clock } = options;
  const copies = new Set<LocalCopy>();
  const cleared = removeFolder(root);

  return {
    clear: async () => {
      await Promise.all([...copies].map((copy) => copy.dispose()));
      await cleared;
      await removeFolder(root);
    },

    make: async (name, content, changed) => {
      await cleared;
      const folder = join(root, randomBytes(9).toString('base64url'));
      const path = join(folder, copyName(name));
      try {
        await mkdir(root, { recursive: true, mode: 0o700 });
        await mkdir(folder, { mode: 0o700 });
        // Where the folder was there before, the mode of `mkdir` changes nothing.
        await chmod(root, 0o700);
        await writeFile(path, content, { mode: 0o600, flag: 'wx' });
        const stopWatching = whenQuiet(folder, clock, changed);
        const copy: LocalCopy = {
          path,
          read: () => readCopy(path),
          dispose: async () => {
            copies.delete(copy);
            stopWatching();
            await removeFolder(folder);
          },
        };
        copies.add(copy);
        return ok(copy);
      } catch (failure) {
        await removeFolder(folder);
        return cannot('made', failure);
      }
    },
  };
};
