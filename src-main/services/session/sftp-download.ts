import { cancelled, fail, ok, type Result } from '../../core/base/errors.ts';
import {
  nameOf,
  pieceBytes,
  piecesAtOnce,
  type FileStats,
  type RemoteFile,
  type RemoteFiles,
} from '../../core/session/remote-files.ts';
import { followed, said } from './sftp-links.ts';

/** A file that was read. */
export interface Downloaded {
  /** Bytes up to its end. */
  readonly size: number;
  /** The file's size and times before it was read. */
  readonly stats: FileStats;
  /** It is another one than it was then: it grew, shrank or was written to on the way. */
  readonly isChanged: boolean;
}

/** What has a stream of bytes that ends. A pipe would hold the device's server until somebody writes to it. */
const readable = (path: string, { kind }: FileStats): Result<void> => {
  if (kind === 'file') return ok(undefined);
  const what = kind === 'folder' ? 'a folder' : 'a device, a pipe or a socket, which has no end';
  return fail('unsupported', `${said(nameOf(path))} is ${what}.`, 'Download files; open folders.');
};

/**
 * Reads a file to its end, in order, whatever size was announced; a link as what it leads to. `take` is waited for
 * before more is asked of the device. Errors: those of the files; unsupported for what is no file; cancelled.
 */
export const downloadFile = async (
  files: Pick<RemoteFiles, 'absolute' | 'look' | 'follow' | 'readLink' | 'open'>,
  path: string,
  take: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<Result<Downloaded>> => {
  const stats = await followed(files, path);
  if (!stats.ok) return stats;
  const fit = readable(path, stats.value);
  if (!fit.ok) return fit;
  const opened = await files.open(path, { how: 'read' });
  if (!opened.ok) return opened;
  const size = await readAll(opened.value, stats.value.size, take, signal);
  await opened.value.close();
  if (!size.ok) return size;
  // What came in one answer is of one time. A file of the kernel keeps the size and the time that it announced.
  if (size.value === stats.value.size && size.value <= pieceBytes)
    return ok({ size: size.value, stats: stats.value, isChanged: false });
  const after = await files.follow(path);
  const { modifiedAt, size: before } = stats.value;
  const isChanged = after.ok && (after.value.size !== before || after.value.modifiedAt !== modifiedAt);
  return ok({ size: size.value, stats: stats.value, isChanged });
};

/** A piece as far as there is one: a server may answer with less than was asked for. */
const readPiece = async (file: RemoteFile, from: number, length: number): Promise<Result<readonly Uint8Array[]>> => {
  const parts: Uint8Array[] = [];
  let read = 0;
  while (read < length) {
    const more = await file.read(from + read, length - read);
    if (!more.ok) return more;
    if (more.value.length === 0) break;
    parts.push(more.value);
    read += more.value.length;
  }
  return ok(parts);
};

const readAll = async (
  file: RemoteFile,
  announced: number,
  take: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<Result<number>> => {
  const asked: { readonly length: number; readonly parts: Promise<Result<readonly Uint8Array[]>> }[] = [];
  let next = 0;
  let read = 0;
  let isShort = false;
  let failure: Result<number> | undefined;
  for (;;) {
    while (next < announced && asked.length < piecesAtOnce && failure === undefined && !isShort) {
      const length = Math.min(pieceBytes, announced - next);
      asked.push({ length, parts: readPiece(file, next, length) });
      next += length;
    }
    const piece = asked.shift();
    // What was asked for is waited for even after a failure: the file cannot be closed before.
    if (piece === undefined) break;
    const parts = await piece.parts;
    // What lies behind a gap is read again in order.
    if (failure !== undefined || isShort) continue;
    if (signal.aborted) failure = cancelled();
    else if (!parts.ok) failure = parts;
    else {
      const before = read;
      for (const part of parts.value) {
        read += part.length;
        await take(part);
      }
      isShort = read - before < piece.length;
    }
  }
  // Beyond its announced size, or where it was shorter: one piece after the other, until there is no more.
  while (failure === undefined) {
    if (signal.aborted) return cancelled();
    const more = await file.read(read, pieceBytes);
    if (!more.ok) return more;
    if (more.value.length === 0) return ok(read);
    read += more.value.length;
    await take(more.value);
  }
  return failure;
};
