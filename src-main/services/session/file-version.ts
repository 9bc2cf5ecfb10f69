import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { FileStamp, FoundFile } from '../../core/session/remote-edit.ts';
import type { RemoteFiles } from '../../core/session/remote-files.ts';
import { downloadFile } from './sftp-download.ts';

/** Bytes up to which a file is read to compare it: a device tells whole seconds, and another may write twice in one. */
const comparedBytes = 64 * 1024;

/** A file’s content, and what tells it from another version. */
export interface FileVersion {
  readonly stamp: FileStamp;
  readonly content: Uint8Array;
  /** Of the content, in hexadecimal. */
  readonly hash: string;
}

interface Reading {
  /** Bytes. */
  readonly most: number;
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly report?: (bytes: number) => void;
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export const hashOf = (sha256: Reading['sha256'], content: Uint8Array): string => hex(sha256(content));

/** What tells the version of a file that is there now from another. Errors: those of the files. */
export const stampOf = async (files: RemoteFiles, path: string): Promise<Result<FileStamp>> => {
  const stats = await files.follow(path);
  return stats.ok ? ok({ size: stats.value.size, modifiedAt: stats.value.modifiedAt }) : stats;
};

/** Reads a file whole. Errors: unsupported (larger than `most`), cancelled, and those of the files. */
export const readVersion = async (
  files: RemoteFiles,
  path: string,
  { most, sha256, report }: Reading,
  signal: AbortSignal,
): Promise<Result<FileVersion>> => {
  const stamp = await stampOf(files, path);
  if (!stamp.ok) return stamp;
  const parts: Uint8Array[] = [];
  let size = 0;
  const tooLarge = fail('unsupported', 'This file is too large to be edited here.', 'Download it instead.');
  if (stamp.value.size > most) return tooLarge;
  const grown = new AbortController();
  const read = await downloadFile(
    files,
    path,
    async (bytes) => {
      size += bytes.length;
      if (size > most) return grown.abort();
      parts.push(bytes.slice());
      report?.(bytes.length);
    },
    AbortSignal.any([signal, grown.signal]),
  );
  if (grown.signal.aborted) return tooLarge;
  if (!read.ok) return read;
  const content = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    content.set(part, at);
    at += part.length;
  }
  return ok({ stamp: stamp.value, content, hash: hashOf(sha256, content) });
};

/** What the device has at a path now; its content is read where it may be another one than `known`. */
export const lookAt = async (
  files: RemoteFiles,
  path: string,
  known: FileStamp | undefined,
  reading: Reading,
  signal: AbortSignal,
): Promise<Result<FoundFile>> => {
  const stamp = await stampOf(files, path);
  if (!stamp.ok) return stamp.error.kind === 'not-found' ? ok(undefined) : stamp;
  const isSame = stamp.value.size === known?.size && stamp.value.modifiedAt === known.modifiedAt;
  if ((isSame && stamp.value.size > comparedBytes) || stamp.value.size > reading.most)
    return ok({ stamp: stamp.value });
  const version = await readVersion(files, path, reading, signal);
  return version.ok ? ok({ stamp: version.value.stamp, hash: version.value.hash }) : version;
};
