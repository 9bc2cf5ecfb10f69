import { defined } from '../../core/base/defined.ts';
import { fail, ok, type Failure, type Result } from '../../core/base/errors.ts';
import type { ByteChannel } from '../../core/session/byte-channel.ts';
import {
  folderOf,
  nameOf,
  type FileChange,
  type FileOpening,
  type FileStats,
  type RemoteEntry,
  type RemoteFile,
  type RemoteFiles,
} from '../../core/session/remote-files.ts';
import { withShownBytes } from '../../core/text/byte-names.ts';
import { inSentence } from '../../core/text/letters.ts';
import { SftpClient } from './sftp-client.ts';
import { openFlags, readSpace, requests, status, type SftpAnswer, type SftpAttrs } from './sftp-packets.ts';

const typeBits = 0o170000;
/** Requests for more of a folder under way at once: each brings a hundred names or so, and a far device is slow to answer. */
const listedAtOnce = 8;
/** A file system with less than this left, in bytes, is taken to be full. */
const full = 64 * 1024;

const kindOf = (mode: number): FileStats['kind'] => {
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

const statsOf = ({ mode = 0, size = 0, owner, times }: SftpAttrs): FileStats => ({
  kind: kindOf(mode),
  size,
  modifiedAt: (times?.modified ?? 0) * 1000,
  mode: mode & 0o7777,
  ...defined({ owner }),
});

const attrsOf = ({ mode, owner, modifiedAt, size }: FileChange): SftpAttrs => {
  const seconds = modifiedAt === undefined ? undefined : Math.max(0, Math.floor(modifiedAt / 1000));
  return defined({
    mode,
    owner,
    size,
    times: seconds === undefined ? undefined : { accessed: seconds, modified: seconds },
  });
};

const lost = (): Failure =>
  fail('unreachable', 'The connection to the device’s files was lost.', 'Reconnect and look again.');

const misunderstood = (): Failure =>
  fail('bad-response', 'The device answered something else than was asked of its files.', 'Reconnect and look again.');

const refusal = (code: number, path: string): Failure => {
  const name = inSentence(withShownBytes(nameOf(path)));
  switch (code) {
    case status.noSuchFile:
      return fail('not-found', `${name} is not there.`, 'Look at the folder again; it may have been moved.');
    case status.permissionDenied:
      return fail('forbidden', `The device does not let you do this with ${name}.`, 'Sign in as a user who may.');
    // OpenSSH says so of names that are too long and of what no file system takes (errno_to_portable in sftp-server.c).
    case status.badMessage:
      return fail(
        'invalid-input',
        `The device cannot do this with a name like ${name}.`,
        'Try a shorter, simpler name.',
      );
    case status.unsupported:
      return fail('unsupported', `The device does not know how to do this with ${name}.`, 'Use its terminal instead.');
    case status.noConnection:
    case status.connectionLost:
      return lost();
    default:
      return fail(
        'conflict',
        `The device could not do this with ${name}.`,
        'It may exist already, not be empty, or the disk may be full.',
      );
  }
};

/** The kinds of answers, each with what callers want of it. */
const wanted = {
  nothing: (answer: SftpAnswer) => (answer.type === 'status' && answer.code === status.ok ? null : undefined),
  handle: (answer: SftpAnswer) => (answer.type === 'handle' ? answer.handle : undefined),
  stats: (answer: SftpAnswer) => (answer.type === 'attrs' ? statsOf(answer.attrs) : undefined),
  name: (answer: SftpAnswer) => (answer.type === 'name' ? answer.names[0]?.name : undefined),
} as const;

const emptyBytes = new Uint8Array(0);

/** The files behind an SFTP client. */
const filesOf = (sftp: SftpClient): RemoteFiles => {
  /** Why a change failed where the server gave no reason: the file system is full, or takes no changes. */
  const explain = async (failure: Failure, path: string): Promise<Failure> => {
    if (failure.error.kind !== 'conflict' || !sftp.has('statvfs@openssh.com')) return failure;
    const answer = await sftp.ask(requests.extended, (body) => body.text('statvfs@openssh.com').text(folderOf(path)));
    const space = answer?.type === 'extended' ? readSpace(answer.body) : undefined;
    if (space?.isReadOnly === true) {
      const message = `Nothing can be changed in ${inSentence(withShownBytes(folderOf(path)))}: it is mounted read-only.`;
      return fail('forbidden', message, 'Choose another folder, or mount it for writing at the device.');
    }
    if (space !== undefined && space.free < full)
      return fail('conflict', 'The disk of the device is full.', 'Make room there and try again.');
    return failure;
  };
  const ask = async <T>(
    path: string,
    read: (answer: SftpAnswer) => T | undefined,
    type: number,
    write: Parameters<SftpClient['ask']>[1],
  ): Promise<Result<T>> => {
    const answer = await sftp.ask(type, write);
    if (answer === undefined) return lost();
    const value = read(answer);
    if (value !== undefined) return ok(value);
    return answer.type === 'status' && answer.code !== status.ok ? refusal(answer.code, path) : misunderstood();
  };
  /** Something that changes the device. */
  const act = async (path: string, type: number, write: Parameters<SftpClient['ask']>[1]): Promise<Result<void>> => {
    const done = await ask(path, wanted.nothing, type, write);
    return done.ok ? ok(undefined) : explain(done, path);
  };
  const rename = (from: string, to: string): Promise<Result<void>> =>
    act(from, requests.rename, (body) => body.text(from).text(to));
  const removeFile = (path: string): Promise<Result<void>> => act(path, requests.remove, (body) => body.text(path));

  const fileOf = (path: string, handle: Uint8Array): RemoteFile => ({
    read: async (offset, length) => {
      const answer = await sftp.ask(requests.read, (body) => body.bytes(handle).long(offset).word(length));
      if (answer === undefined) return lost();
      if (answer.type === 'data') return answer.bytes.length > length ? misunderstood() : ok(answer.bytes);
      if (answer.type !== 'status' || answer.code === status.ok) return misunderstood();
      return answer.code === status.eof ? ok(emptyBytes) : refusal(answer.code, path);
    },
    write: (offset, bytes) => act(path, requests.write, (body) => body.bytes(handle).long(offset).bytes(bytes)),
    change: (change) => act(path, requests.fsetstat, (body) => body.bytes(handle).attrs(attrsOf(change))),
    close: () => act(path, requests.close, (body) => body.bytes(handle)),
  });

  const open = async (path: string, opening: FileOpening): Promise<Result<RemoteFile>> => {
    const { create, exclusive, read, write } = openFlags;
    const flags = opening.how === 'read' ? read : opening.how === 'new' ? write | create | exclusive : write;
    const attrs = opening.how === 'new' ? defined({ mode: opening.mode }) : {};
    const handle = await ask(path, wanted.handle, requests.open, (body) => body.text(path).word(flags).attrs(attrs));
    if (handle.ok) return ok(fileOf(path, handle.value));
    return opening.how === 'read' ? handle : explain(handle, path);
  };

  const list = async (path: string): Promise<Result<readonly RemoteEntry[]>> => {
    const opened = await ask(path, wanted.handle, requests.opendir, (body) => body.text(path));
    if (!opened.ok) return opened;
    const entries: RemoteEntry[] = [];
    let end: Result<undefined> | undefined;
    const readOn = async (): Promise<void> => {
      while (end === undefined) {
        const some = await sftp.ask(requests.readdir, (body) => body.bytes(opened.value));
        if (some?.type === 'name') {
          for (const { name, attrs } of some.names)
            if (name !== '.' && name !== '..') entries.push({ name, ...statsOf(attrs) });
        } else if (some === undefined) end ??= lost();
        else if (some.type !== 'status' || some.code === status.ok) end ??= misunderstood();
        else end ??= some.code === status.eof ? ok(undefined) : refusal(some.code, path);
      }
    };
    await Promise.all(Array.from({ length: listedAtOnce }, readOn));
    await act(path, requests.close, (body) => body.bytes(opened.value));
    return end?.ok === false ? end : ok(entries);
  };

  return {
    absolute: (path) => ask(path, wanted.name, requests.realpath, (body) => body.text(path)),
    list,
    look: (path) => ask(path, wanted.stats, requests.lstat, (body) => body.text(path)),
    follow: (path) => ask(path, wanted.stats, requests.stat, (body) => body.text(path)),
    readLink: (path) => ask(path, wanted.name, requests.readlink, (body) => body.text(path)),
    // The names the other way round than in the draft, as OpenSSH and all who follow it have them (PROTOCOL, section 4.1).
    makeLink: (path, to) => act(path, requests.symlink, (body) => body.text(to).text(path)),
    open,
    change: (path, change) => act(path, requests.setstat, (body) => body.text(path).attrs(attrsOf(change))),
    changeLink: (path, change) =>
      sftp.has('lsetstat@openssh.com')
        ? act(path, requests.extended, (body) => body.text('lsetstat@openssh.com').text(path).attrs(attrsOf(change)))
        : Promise.resolve(refusal(status.unsupported, path)),
    rename,
    replace: async (from, to) => {
      // Version 3's own rename refuses a name that is taken; OpenSSH has one that does not.
      if (sftp.has('posix-rename@openssh.com'))
        return act(from, requests.extended, (body) => body.text('posix-rename@openssh.com').text(from).text(to));
      const removed = await removeFile(to);
      if (!removed.ok && removed.error.kind !== 'not-found') return removed;
      return rename(from, to);
    },
    removeFile,
    removeFolder: (path) => act(path, requests.rmdir, (body) => body.text(path)),
    makeFolder: (path, mode) => act(path, requests.mkdir, (body) => body.text(path).attrs(defined({ mode }))),
  };
};

/** Files over a channel that leads to an SFTP server. Errors: unreachable, where nothing there speaks it. */
export const remoteFiles = async (channel: ByteChannel): Promise<Result<RemoteFiles>> => {
  const sftp = await SftpClient.open(channel);
  return sftp === undefined ? lost() : ok(filesOf(sftp));
};
