import { fail, ok, type Failure, type Result } from '../../core/base/errors.ts';

/** The error if another process has the profile. */
export const profileBusy = fail(
  'conflict',
  'Another Quayside already works on this profile.',
  'Use the one that is running, close it, or choose another folder with --profile.',
);

const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;

/** The error for SQLite's primary result code (https://sqlite.org/rescode.html). */
const lockFailure = (file: string, code: number | undefined): Failure => {
  switch ((code ?? 0) & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return profileBusy;
    case 10: // SQLITE_IOERR
    case 13: // SQLITE_FULL
      return fail(
        'internal',
        `There is no room for the lock file ${file}.`,
        'Free some space on that disk, and start again.',
      );
    case 3: // SQLITE_PERM
    case 8: // SQLITE_READONLY
    case 14: // SQLITE_CANTOPEN
      return fail(
        'internal',
        `The lock file ${file} cannot be written.`,
        'Make its folder writable for you, or choose another one with --profile.',
      );
    default:
      return fail('file-corrupt', `The lock file ${file} cannot be used.`, 'Remove it while no Quayside is running.');
  }
};

/**
 * Holds an operating system lock on a file until it is released or the process dies. Node has no file locks; SQLite,
 * which is part of Node, locks its database file on every system. Errors: conflict (another process or another core of
 * this one has it), internal, file-corrupt.
 */
export const takeFileLock = async (file: string): Promise<Result<() => void>> => {
  const { DatabaseSync } = await import('node:sqlite');
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    database = new DatabaseSync(file);
    // Nothing is ever written: a journal on disk could only fail when the disk is full.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    return lockFailure(file, codeOf(error));
  }
  const held = database;
  let released = false;
  return ok(() => {
    if (released) return;
    released = true;
    held.close();
  });
};
