import { posix } from 'node:path';
import type { SFTPWrapper } from 'ssh2';
import { fail, ok, type Failure, type Result } from '../../core/base/errors.ts';
import type { RemoteEntry, RemoteFile, RemoteFiles } from '../../core/ssh/ssh-client.ts';

/** Status codes of SFTP version 3. */
const status = { eof: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, badMessage: 5, unsupported: 8 } as const;
const typeBits = 0o170000;
/** Requests for more of a folder under way at once: each brings a hundred names or so, and a far device is slow to answer. */
const listedAtOnce = 8;

type Listed = readonly {
  readonly filename: string;
  readonly attrs: { readonly mode: number; readonly size: number; readonly mtime: number };
}[];
/** What stands for the end of a folder. */
const noMore: Listed = [];

const kindOf = (mode: number): RemoteEntry['kind'] => {
  switch (mode & typeBits) {
    case 0o100000:
      return 'file';
    case 0o040000:
      return 'folder';
    case 0o120000:
      return 'link';
    default:
      return 'other';
  }
};

const codeOf = (error: Error): unknown => ('code' in error ? error.code : undefined);

const refusal = (error: Error, path: string): Failure => {
  const name = posix.basename(path);
  switch (codeOf(error)) {
    case status.noSuchFile:
      return fail('not-found', `${name} is not there.`, 'Look at the folder again; it may have been moved.');
    case status.permissionDenied:
      return fail('forbidden', `The device does not let you do this with ${name}.`, 'Sign in as a user who may.');
    case status.failure:
    case status.badMessage:
    case status.unsupported:
      return fail(
        'conflict',
        `The device could not do this with ${name}.`,
        'It may exist already, not be empty, or the disk may be full.',
      );
    default:
      return fail('unreachable', 'The connection to the device’s files was lost.', 'Reconnect and look again.');
  }
};

/** The same bytes as ssh2 wants them; it takes its own copy at once. */
const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);

/** Files over an SFTP channel of ssh2. */
export const remoteFiles = (sftp: SFTPWrapper): RemoteFiles => {
  const waiting = new Set<(error: Error) => void>();
  const closed = new Error('closed');
  let isClosed = false;
  const close = (): void => {
    isClosed = true;
    for (const give of waiting) give(closed);
    waiting.clear();
  };
  sftp.once('close', close);
  // An answer that breaks the protocol: ssh2 closes the channel.
  sftp.on('error', close);
  // ssh2 forgets callbacks of a channel that closes, and takes calls of one that is closed; nobody may wait for them.
  // `end` is the value where there is no more to be read.
  const call = <T>(
    path: string,
    run: (done: (error: Error | null | undefined, value?: T) => void) => void,
    end?: T,
  ): Promise<Result<T>> =>
    new Promise((resolve) => {
      if (isClosed) return resolve(refusal(closed, path));
      const lost = (error: Error): void => resolve(refusal(error, path));
      waiting.add(lost);
      const done = (error: Error | null | undefined, value?: T): void => {
        waiting.delete(lost);
        if (error === null || error === undefined) resolve(ok(value as T));
        else resolve(end !== undefined && codeOf(error) === status.eof ? ok(end) : refusal(error, path));
      };
      try {
        run(done);
      } catch (thrown) {
        waiting.delete(lost);
        resolve(refusal(thrown instanceof Error ? thrown : new Error('unknown'), path));
      }
    });
  const rename = (from: string, to: string): Promise<Result<void>> =>
    call<void>(from, (done) => sftp.rename(from, to, done));

  const fileOf = (path: string, handle: Buffer): RemoteFile => ({
    read: async (offset, length) => {
      const bytes = Buffer.allocUnsafe(length);
      const read = await call<number>(path, (done) => sftp.read(handle, bytes, 0, length, offset, done), 0);
      return read.ok ? ok(bytes.subarray(0, read.value)) : read;
    },
    write: (offset, bytes) =>
      call<void>(path, (done) => sftp.write(handle, viewOf(bytes), 0, bytes.length, offset, done)),
    close: () => call<void>(path, (done) => sftp.close(handle, done)),
  });

  return {
    absolute: (path) => call<string>(path, (done) => sftp.realpath(path, done)),
    list: async (path) => {
      const opened = await call<Buffer>(path, (done) => sftp.opendir(path, done));
      if (!opened.ok) return opened;
      const entries: RemoteEntry[] = [];
      let end: Result<Listed> | undefined;
      const readOn = async (): Promise<void> => {
        while (end === undefined) {
          const some = await call<Listed>(path, (done) => sftp.readdir(opened.value, done), noMore);
          if (!some.ok || some.value === noMore) end ??= some;
          else
            for (const { filename, attrs } of some.value)
              entries.push({
                name: filename,
                kind: kindOf(attrs.mode),
                size: attrs.size,
                modifiedAt: attrs.mtime * 1000,
                mode: attrs.mode & 0o7777,
              });
        }
      };
      await Promise.all(Array.from({ length: listedAtOnce }, readOn));
      await call<void>(path, (done) => sftp.close(opened.value, done));
      return end?.ok === false ? end : ok(entries);
    },
    kind: async (path) => {
      const stats = await call<{ readonly mode: number }>(path, (done) => sftp.lstat(path, done));
      return stats.ok ? ok(kindOf(stats.value.mode)) : stats;
    },
    size: async (path) => {
      const stats = await call<{ readonly size: number }>(path, (done) => sftp.stat(path, done));
      return stats.ok ? ok(stats.value.size) : stats;
    },
    stamp: async (path) => {
      const stats = await call<{ readonly size: number; readonly mtime: number }>(path, (done) =>
        sftp.stat(path, done),
      );
      return stats.ok ? ok({ size: stats.value.size, modifiedAt: stats.value.mtime * 1000 }) : stats;
    },
    open: async (path, how) => {
      const handle = await call<Buffer>(path, (done) => sftp.open(path, how === 'read' ? 'r' : 'w', done));
      return handle.ok ? ok(fileOf(path, handle.value)) : handle;
    },
    rename,
    replace: async (from, to) => {
      // Version 3's own rename refuses a name that is taken; OpenSSH has one that does not.
      const replaced = await call<void>(from, (done) => sftp.ext_openssh_rename(from, to, done));
      if (replaced.ok) return replaced;
      const removed = await call<void>(to, (done) => sftp.unlink(to, done));
      if (!removed.ok && removed.error.kind !== 'not-found') return removed;
      return rename(from, to);
    },
    removeFile: (path) => call<void>(path, (done) => sftp.unlink(path, done)),
    removeFolder: (path) => call<void>(path, (done) => sftp.rmdir(path, done)),
    makeFolder: (path) => call<void>(path, (done) => sftp.mkdir(path, done)),
  };
};
