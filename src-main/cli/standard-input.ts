import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';

let opened: Readable | undefined;

/**
 * What is typed or piped into a command; the same stream at each call. On Windows Electron has put a stream that has
 * already ended in place of `process.stdin`, in a property that cannot be defined anew (electron/electron#7130).
 */
export const standardInput = (): Readable => {
  if (process.platform !== 'win32' || process.versions['electron'] === undefined) return process.stdin;
  opened ??= isatty(0) ? new ReadStream(0) : createReadStream('', { fd: 0, autoClose: false });
  return opened;
};

/** Whether a person types it. */
export const isTyped = (): boolean => isatty(0);
