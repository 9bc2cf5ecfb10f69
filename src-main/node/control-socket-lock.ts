import { fail, ok, type Result } from '../core/errors.ts';

/** Somebody else has the profile. */
export const profileBusy = fail(
  'conflict',
  'Another Quayside already works on this profile.',
  'Use the one that is running, close it, or choose another folder with --profile.',
);

const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;

/**
 * Holds a lock of the operating system on a file until released or until the process dies, however it dies.
 * Node has no lock of its own; SQLite, which comes with it, takes one on its database file on every system.
 * Errors: conflict (another process or another core of this one has it), file-corrupt.
 */
export const takeFileLock = async (file: string): Promise<Result<() => void>> => {
  const { DatabaseSync } = await import('node:sqlite');
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    // 5: SQLITE_BUSY, 6: SQLITE_LOCKED.
    const code = codeOf(error);
    return code !== undefined && [5, 6].includes(code & 0xff)
      ? profileBusy
      : fail('file-corrupt', `The lock file ${file} cannot be used.`, 'Remove it while no Quayside is running.');
  }
  const held = database;
  let released = false;
  return ok(() => {
    if (released) return;
    released = true;
    held.close();
  });
};
