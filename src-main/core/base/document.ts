import type { Result } from './errors.ts';

/** A versioned JSON document on disk. */
export interface Document<T> {
  /**
   * The stored value; the default if there is no file. A file that does not parse is set aside (renamed, never
   * overwritten) and reported once as `file-corrupt`; later reads answer the default.
   */
  read(): Promise<Result<T>>;
  /** Atomic: another process sees the old value or the new one. */
  write(value: T): Promise<Result<void>>;
}

/** The format of a versioned document, and the migrations of its older versions. */
export interface DocumentFormat<T> {
  /** The version written now, from 1. */
  readonly version: number;
  /** `migrations[n]` turns a value of version n + 1 into one of version n + 2. Pure; one a version but the last. */
  readonly migrations: readonly ((value: unknown) => unknown)[];
  /** The value, or undefined if nothing can be read. Bad parts are dropped and do not reject the whole. */
  readonly parse: (value: unknown) => T | undefined;
  /** What `read` answers where there is no file. */
  readonly fallback: T;
  /** The JSON text of a value in pieces, so that a large one does not block the event loop. */
  readonly chunks?: (value: T) => Iterable<string>;
}

/** Documents of one kind in one folder, by name (letters, digits and dashes). */
export interface DocumentFolder<T> {
  /** The same object for the same name. */
  document(name: string): Document<T>;
  /** Removing a missing document succeeds. */
  remove(name: string): Promise<Result<void>>;
}
