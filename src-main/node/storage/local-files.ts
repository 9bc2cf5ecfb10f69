import {
  access,
  chmod,
  chown,
  constants,
  lchown,
  lstat,
  lutimes,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rmdir,
  stat,
  symlink,
  unlink,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { homedir } from 'node:os';
import { fail, ok, type Failure, type Result } from '../../core/base/errors.ts';
import {
  nameOf,
  type FileChange,
  type FileKind,
  type FileStats,
  type RemoteEntry,
  type RemoteFile,
  type RemoteFiles,
} from '../../core/session/remote-files.ts';
import { bytesOfName, hasStrayBytes, nameOfBytes, withShownBytes } from '../../core/text/byte-names.ts';
import { inSentence } from '../../core/text/letters.ts';

/**
 * Names that Windows gives to devices, with any extension, and characters and endings that it has no files with.
 * Source: "Naming Files, Paths, and Namespaces" of Microsoft's documentation.
 */
const reserved = /^(?:con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(?:\..*)?$/i;
const refusedSigns = /[<>:"|?*\\\p{Cc}]|[ .]$/u;
const driveLetters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
/** Entries of a folder that are looked at at once. */
const lookedAtOnce = 32;

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'unknown reason';

const shown = (path: string): string => inSentence(withShownBytes(nameOf(path)));

const unnameable = (path: string): Failure =>
  fail('invalid-input', `This computer can have no file named ${shown(path)}.`, 'Give it another name.');
const taken = (path: string): Failure => fail('conflict', `${shown(path)} is there already.`, 'Choose another name.');

const refusal = (thrown: unknown, path: string): Failure => {
  const name = shown(path);
  const code = codeOf(thrown);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
      return fail('not-found', `${name} is not there.`, 'Look at the folder again; it may have been moved.');
    case 'EACCES':
    case 'EPERM':
      return fail('forbidden', `This computer does not let you do this with ${name}.`, 'Look at its permissions.');
    case 'EROFS':
      return fail('forbidden', `The disk ${name} is on takes no changes.`, 'Choose another folder.');
    case 'ENOSPC':
    case 'EDQUOT':
      return fail('conflict', 'The disk of this computer is full.', 'Make room and try again.');
    case 'ENAMETOOLONG':
    case 'EINVAL':
    case 'EILSEQ':
      return unnameable(path);
    case 'EEXIST':
      return taken(path);
    case 'ENOTEMPTY':
      return fail('conflict', `${name} is not empty.`, 'Look at the folder again.');
    default:
      return fail('conflict', `This computer could not do this with ${name} (${code}).`, 'Look at its disk.');
  }
};

const attempt = async <T>(path: string, work: () => Promise<T>): Promise<Result<T>> => {
  try {
    return ok(await work());
  } catch (thrown) {
    return refusal(thrown, path);
  }
};

const kindOf = (stats: Stats): FileKind => {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'other';
};

/** Whole seconds, as a device has them. */
const statsOf = (stats: Stats, isWindows: boolean): FileStats => ({
  kind: kindOf(stats),
  size: stats.size,
  modifiedAt: Math.floor(stats.mtimeMs / 1000) * 1000,
  mode: stats.mode & 0o7777,
  ...(isWindows ? {} : { owner: { uid: stats.uid, gid: stats.gid } }),
});

/** The files of this computer, with paths as a device has them: on Windows `/C:/Users` as OpenSSH there writes it. */
export const createLocalFiles = (platform: NodeJS.Platform = process.platform): RemoteFiles => {
  const isWindows = platform === 'win32';
  const near = (path: string): Buffer | string => {
    if (!isWindows) return Buffer.from(bytesOfName(path));
    const own = path.replace(/^\/(?=[a-z]:)/i, '').replaceAll('/', '\\');
    return /^[a-z]:$/i.test(own) ? `${own}\\` : own;
  };
  const far = (path: Buffer | string): string =>
    typeof path === 'string' ? `/${path.replaceAll('\\', '/')}` : nameOfBytes(path);
  /** As `attempt`, of what gives something a name; Windows would take some names for others. */
  const make = async <T>(path: string, work: () => Promise<T>): Promise<Result<T>> => {
    const name = nameOf(path);
    const isFit = !isWindows || !(reserved.test(name) || refusedSigns.test(name) || hasStrayBytes(name));
    return isFit ? attempt(path, work) : unnameable(path);
  };
  const done = async (path: string, work: () => Promise<unknown>): Promise<Result<void>> => {
    const worked = await attempt(path, work);
    return worked.ok ? ok(undefined) : worked;
  };

  const fileOf = (path: string, file: FileHandle): RemoteFile => {
    // The thread pool has no order of its own; what changes the file waits for what was asked before.
    const under = new Set<Promise<unknown>>();
    const keep = <T>(work: Promise<T>): Promise<T> => {
      under.add(work);
      void work.finally(() => under.delete(work));
      return work;
    };
    const afterAll = (work: () => Promise<unknown>): Promise<Result<void>> => {
      const before = [...under];
      return keep(
        done(path, async () => {
          await Promise.all(before);
          await work();
        }),
      );
    };
    return {
      read: (offset, length) =>
        keep(
          attempt(path, async () => {
            const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
            return buffer.subarray(0, bytesRead);
          }),
        ),
      write: (offset, bytes) =>
        keep(
          done(path, async () => {
            for (let at = 0; at < bytes.length;)
              at += (await file.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
          }),
        ),
      change: ({ mode, owner, modifiedAt, size }) =>
        afterAll(async () => {
          if (size !== undefined) await file.truncate(size);
          if (owner !== undefined) await file.chown(owner.uid, owner.gid);
          if (mode !== undefined) await file.chmod(mode);
          if (modifiedAt !== undefined) await file.utimes(modifiedAt / 1000, modifiedAt / 1000);
        }),
      close: () => afterAll(() => file.close()),
    };
  };

  const listDrives = async (): Promise<readonly RemoteEntry[]> => {
    const found = await Promise.all(
      driveLetters.map(async (letter) => {
        const isThere = await access(`${letter}:\\`).then(
          () => true,
          () => false,
        );
        const drive: RemoteEntry = { name: `${letter}:`, kind: 'folder', size: 0, modifiedAt: 0, mode: 0o755 };
        return isThere ? [drive] : [];
      }),
    );
    return found.flat();
  };
  const list = async (path: string): Promise<readonly RemoteEntry[]> => {
    if (isWindows && path === '/') return listDrives();
    const names = isWindows
      ? await readdir(near(path))
      : (await readdir(near(path), { encoding: 'buffer' })).map((name) => nameOfBytes(name));
    const entries: RemoteEntry[] = [];
    let next = 0;
    const look = async (): Promise<void> => {
      for (let name = names[next++]; name !== undefined; name = names[next++]) {
        const stats = await lstat(near(`${path.replace(/\/+$/, '')}/${name}`)).catch(() => undefined);
        // One that is gone by now is not there.
        if (stats !== undefined) entries.push({ name, ...statsOf(stats, isWindows) });
      }
    };
    await Promise.all(Array.from({ length: lookedAtOnce }, look));
    return entries;
  };

  const { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = constants;
  const flags = { read: O_RDONLY, new: O_WRONLY | O_CREAT | O_EXCL, present: O_WRONLY } as const;
  const change = async (path: string, { mode, owner, modifiedAt }: FileChange): Promise<void> => {
    const at = near(path);
    if (owner !== undefined) await chown(at, owner.uid, owner.gid);
    if (mode !== undefined) await chmod(at, mode);
    if (modifiedAt !== undefined) await utimes(at, modifiedAt / 1000, modifiedAt / 1000);
  };

  return {
    absolute: (path) =>
      attempt(path, async () => {
        if (path === '.') return far(isWindows ? homedir() : Buffer.from(homedir()));
        if (path === '/') return '/';
        return isWindows ? far(await realpath(near(path))) : far(await realpath(near(path), { encoding: 'buffer' }));
      }),
    list: (path) => attempt(path, () => list(path)),
    look: (path) => attempt(path, async () => statsOf(await lstat(near(path)), isWindows)),
    follow: (path) => attempt(path, async () => statsOf(await stat(near(path)), isWindows)),
    readLink: (path) =>
      attempt(path, async () =>
        isWindows
          ? (await readlink(near(path))).replaceAll('\\', '/')
          : nameOfBytes(await readlink(near(path), { encoding: 'buffer' })),
      ),
    makeLink: (path, to) => make(path, () => symlink(isWindows ? to : Buffer.from(bytesOfName(to)), near(path))),
    open: async (path, opening) => {
      const mode = opening.how === 'new' ? (opening.mode ?? 0o666) : undefined;
      const start = () => open(near(path), flags[opening.how], mode);
      const opened = await (opening.how === 'new' ? make(path, start) : attempt(path, start));
      return opened.ok ? ok(fileOf(path, opened.value)) : opened;
    },
    change: (path, to) => done(path, () => change(path, to)),
    changeLink: (path, { owner, modifiedAt }) =>
      done(path, async () => {
        if (owner !== undefined) await lchown(near(path), owner.uid, owner.gid);
        if (modifiedAt !== undefined) await lutimes(near(path), modifiedAt / 1000, modifiedAt / 1000);
      }),
    rename: async (from, to) => {
      // A name that is taken is not replaced, as on a device; another way to write the same name is not taken.
      const [own, other] = await Promise.all([near(from), near(to)].map((path) => lstat(path).catch(() => undefined)));
      if (other !== undefined && other.ino !== own?.ino) return taken(to);
      return make(to, () => rename(near(from), near(to)));
    },
    replace: (from, to) => make(to, () => rename(near(from), near(to))),
    removeFile: (path) => done(path, () => unlink(near(path))),
    removeFolder: (path) => done(path, () => rmdir(near(path))),
    makeFolder: async (path, mode) => {
      const made = await make(path, () => mkdir(near(path), mode));
      return made.ok ? ok(undefined) : made;
    },
  };
};
