import type { Result } from './errors.ts';

/**
 * Texts on disk that only grow: what was appended is there after a crash. A path is a folder's names and the file's,
 * any text each; the journal makes them safe.
 */
export interface Journal {
  /**
   * Adds one line (without line breaks in it). On disk for good when it resolves; a line that a crash cut off stays
   * the only damaged one. Error: internal, with the reason.
   */
  append(path: readonly string[], line: string): Promise<Result<void>>;
  /** The last lines, at most `bytes` of them; none where there is no file. `whole` is false if older ones are left out. */
  tail(
    path: readonly string[],
    bytes: number,
  ): Promise<Result<{ readonly lines: readonly string[]; readonly whole: boolean }>>;
  /** Names of the files in a folder, sorted. */
  names(path: readonly string[]): Promise<Result<readonly string[]>>;
  /** Removing what is not there is success. */
  remove(path: readonly string[]): Promise<Result<void>>;
}
