import type { Result } from './errors.ts';

/**
 * Append-only texts on disk: an appended line survives a crash. A path is the names of the folder and the file; they
 * may be any text, the journal makes them safe.
 */
export interface Journal {
  /**
   * Adds one line (without line breaks). It is on disk when the promise resolves; at most the last line can be damaged
   * by a crash. Error: internal, with the reason.
   */
  append(path: readonly string[], line: string): Promise<Result<void>>;
  /**
   * The last lines, at most `bytes` of them; none if there is no file. `whole` is false if older lines are left out.
   */
  tail(
    path: readonly string[],
    bytes: number,
  ): Promise<Result<{ readonly lines: readonly string[]; readonly whole: boolean }>>;
  /** Names of the files in a folder, sorted. */
  names(path: readonly string[]): Promise<Result<readonly string[]>>;
  /** Removing a missing file succeeds. */
  remove(path: readonly string[]): Promise<Result<void>>;
}
