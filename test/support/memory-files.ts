import { fail, ok } from '../../src-main/core/base/errors.ts';
import type { FileStats, RemoteFiles } from '../../src-main/core/session/remote-files.ts';

/** Turns of the microtask queue. */
const later = (turns: number): Promise<void> =>
  turns < 1 ? Promise.resolve() : Promise.resolve().then(() => later(turns - 1));

/** Files in memory that answer late and out of order, and read short now and then. */
export const memoryFiles = (
  kept: Map<string, Uint8Array>,
  options: {
    readonly failWriteAt?: number;
    /** The bytes that a file has when it is read, where it announces others. */
    readonly real?: Uint8Array;
    /** Bytes of one answer at most. */
    readonly most?: number;
    /** Files that were opened and not closed. */
    readonly handles?: Set<object>;
  } = {},
): RemoteFiles => {
  const gone = fail('not-found', 'Not there.', 'Look again.');
  let requests = 0;
  const statsOf = (path: string) => {
    const file = kept.get(path);
    const stats: FileStats = { kind: 'file', size: file?.length ?? 0, modifiedAt: 0, mode: 0o644 };
    return file === undefined ? gone : ok(stats);
  };
  return {
    absolute: async (path) => ok(path),
    list: async () => ok([]),
    look: async (path) => statsOf(path),
    follow: async (path) => statsOf(path),
    readLink: async () => gone,
    makeLink: async () => ok(undefined),
    change: async () => ok(undefined),
    changeLink: async () => ok(undefined),
    open: async (path, { how }) => {
      if (how === 'new') kept.set(path, new Uint8Array(0));
      if (!kept.has(path)) return gone;
      const handle = {};
      options.handles?.add(handle);
      return ok({
        read: async (offset, length) => {
          requests += 1;
          await later((requests * 7) % 5);
          const file = options.real ?? kept.get(path) ?? new Uint8Array(0);
          const short = Math.min(requests % 3 === 0 ? Math.ceil(length / 2) : length, options.most ?? length);
          return ok(file.slice(offset, offset + short));
        },
        write: async (offset, bytes) => {
          await later(((offset / 32_768) * 3) % 4);
          if (options.failWriteAt === offset) return fail('conflict', 'The disk is full.', 'Make room.');
          const before = kept.get(path) ?? new Uint8Array(0);
          const after = new Uint8Array(Math.max(before.length, offset + bytes.length));
          after.set(before);
          after.set(bytes, offset);
          kept.set(path, after);
          return ok(undefined);
        },
        change: async () => ok(undefined),
        close: async () => {
          options.handles?.delete(handle);
          return ok(undefined);
        },
      });
    },
    rename: async () => ok(undefined),
    replace: async (from, to) => {
      kept.set(to, kept.get(from) ?? new Uint8Array(0));
      kept.delete(from);
      return ok(undefined);
    },
    removeFile: async (path) => {
      kept.delete(path);
      return ok(undefined);
    },
    removeFolder: async () => ok(undefined),
    makeFolder: async () => ok(undefined),
  };
};
