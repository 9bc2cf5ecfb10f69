import { chmodSync, closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../core/base/clock.ts';
import type { Log, LogLevel } from '../../core/base/log.ts';
import type { Redactor } from './redact.ts';

const severity: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** The maximum length of a line, so that one huge answer cannot rotate the log away. */
const maxLineLength = 16 * 1024;

export interface FileLogOptions {
  /** Made with owner-only access where missing. */
  readonly directory: string;
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** Lines below it are dropped. Default `info`. */
  readonly level?: LogLevel;
  /** Bytes after which `quayside.log` becomes `quayside.1.log`. Default 2 MiB. */
  readonly maxBytes?: number;
  /** Lines kept in memory for diagnostics. Default 1,000. */
  readonly keepLines?: number;
}

export interface FileLog extends Log {
  /** The newest lines, oldest first, already redacted. */
  recent(): readonly string[];
  /** Closes the file; later lines are kept in memory only. */
  dispose(): void;
}

/**
 * The only sink of the log: JSON lines, redacted, in at most two files readable by their owner. It never throws: if the
 * disk refuses, lines are only kept in memory. Writes are synchronous, so that the lines before a crash are on disk.
 */
export const createFileLog = (options: FileLogOptions): FileLog => {
  const { directory, clock, redactor } = options;
  const least = severity[options.level ?? 'info'];
  const maxBytes = options.maxBytes ?? 2 * 1024 * 1024;
  const keepLines = options.keepLines ?? 1000;
  const current = path.join(directory, 'quayside.log');
  const previous = path.join(directory, 'quayside.1.log');
  let ring: string[] = [];
  let file: number | undefined;
  let size = 0;
  let disposed = false;

  const close = (): void => {
    const open = file;
    file = undefined;
    if (open !== undefined) closeSync(open);
  };

  const open = (): number => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const descriptor = openSync(current, 'a', 0o600);
    // A file of an older version, or restored from a backup, may be readable by others.
    chmodSync(current, 0o600);
    size = fstatSync(descriptor).size;
    return descriptor;
  };

  const append = (line: string): void => {
    const bytes = Buffer.from(`${line}\n`, 'utf8');
    file ??= open();
    if (size > 0 && size + bytes.length > maxBytes) {
      close();
      renameSync(current, previous);
      file = open();
    }
    size += writeSync(file, bytes);
  };

  const render = (level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>): string => {
    const head = { time: new Date(clock.now()).toISOString(), level, event: redactor.text(event) };
    try {
      const line = JSON.stringify({ ...head, ...(redactor.value(fields) as object), ...head });
      if (line.length <= maxLineLength) return line;
      return JSON.stringify({ ...head, cut: true, text: line.slice(0, maxLineLength / 2) });
    } catch {
      return JSON.stringify({ ...head, unreadable: true });
    }
  };

  const write = (level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>): void => {
    if (severity[level] < least) return;
    const line = render(level, event, fields);
    ring.push(line);
    // Trimmed in steps, because shifting an array of a thousand for every line would be wasteful.
    if (ring.length >= keepLines * 2) ring = ring.slice(-keepLines);
    if (disposed) return;
    try {
      append(line);
    } catch {
      try {
        close();
      } catch {
        // Nothing is left to close.
      }
    }
  };

  const logWith = (base: Readonly<Record<string, unknown>>): Log => ({
    write: (level, event, fields = {}) => write(level, event, { ...base, ...fields }),
    child: (fields) => logWith({ ...base, ...fields }),
  });

  return {
    ...logWith({}),
    recent: () => ring.slice(-keepLines),
    dispose: () => {
      disposed = true;
      try {
        close();
      } catch {
        // The descriptor is gone either way.
      }
    },
  };
};
