import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../core/base/errors.ts';
import type { RemoteFiles } from '../../core/ssh/ssh-client.ts';
import { maxFrameBytes } from '../../../src-preload/contract/session.ts';
import { downloadFile, Upload } from './sftp.ts';

/** Files in memory that answer late and out of order, and read short now and then. */
const memoryFiles = (
  kept: Map<string, Uint8Array>,
  options: {
    readonly failWriteAt?: number;
    readonly shrink?: boolean;
    /** Bytes of one answer at most. */
    readonly most?: number;
    /** Files that were opened and not closed. */
    readonly handles?: Set<object>;
  } = {},
): RemoteFiles => {
  const gone = fail('not-found', 'Not there.', 'Look again.');
  const later = (turns: number): Promise<void> =>
    turns < 1 ? Promise.resolve() : Promise.resolve().then(() => later(turns - 1));
  let requests = 0;
  return {
    absolute: async (path) => ok(path),
    list: async () => ok([]),
    kind: async () => ok('file'),
    size: async (path) => {
      const file = kept.get(path);
      return file === undefined ? gone : ok(file.length);
    },
    stamp: async (path) => ok({ size: kept.get(path)?.length ?? 0, modifiedAt: 0 }),
    open: async (path, how) => {
      if (how === 'write') kept.set(path, new Uint8Array(0));
      if (!kept.has(path)) return gone;
      const handle = {};
      options.handles?.add(handle);
      return ok({
        read: async (offset, length) => {
          requests += 1;
          await later((requests * 7) % 5);
          const file = kept.get(path) ?? new Uint8Array(0);
          const short = Math.min(requests % 3 === 0 ? Math.ceil(length / 2) : length, options.most ?? length);
          return ok(file.slice(offset, options.shrink === true ? Math.min(offset + short, 40_000) : offset + short));
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

const content = Uint8Array.from({ length: 300_001 }, (_, at) => (at * 31) % 251);
const signal = new AbortController().signal;

describe('a download', () => {
  it('is in order and whole, whatever order the answers come in', async () => {
    const files = memoryFiles(new Map([['/a', content]]));
    const got: number[] = [];
    expect(await downloadFile(files, '/a', async (bytes) => void got.push(...bytes), signal)).toEqual(
      ok(content.length),
    );
    expect(Buffer.from(got).equals(content)).toBe(true);
  });

  it.each([1_000, 20_000, 31_743])('is whole from a server that gives no more than %i bytes at once', async (most) => {
    const files = memoryFiles(new Map([['/a', content]]), { most });
    const got: number[] = [];
    expect(await downloadFile(files, '/a', async (bytes) => void got.push(...bytes), signal)).toEqual(
      ok(content.length),
    );
    expect(Buffer.from(got).equals(content)).toBe(true);
  });

  it('leaves no file open on the device, however it ends', async () => {
    const handles = new Set<object>();
    const kept = new Map([['/a', content]]);
    const controller = new AbortController();
    const download = (how: { readonly shrink?: boolean }, until = signal) =>
      downloadFile(memoryFiles(kept, { ...how, handles }), '/a', async () => controller.abort(), until);
    expect(await download({})).toMatchObject({ ok: true });
    expect(handles.size).toBe(0);
    expect(await download({ shrink: true })).toMatchObject({ ok: false });
    expect(handles.size).toBe(0);
    expect(await download({}, controller.signal)).toMatchObject({ ok: false });
    expect(handles.size).toBe(0);
  });

  it('says that a file became shorter, and stops when told to', async () => {
    const shrunk = memoryFiles(new Map([['/a', content]]), { shrink: true });
    expect(await downloadFile(shrunk, '/a', async () => undefined, signal)).toMatchObject({
      error: { kind: 'bad-response' },
    });
    const controller = new AbortController();
    const files = memoryFiles(new Map([['/a', content]]));
    const stopped = await downloadFile(files, '/a', async () => controller.abort(), controller.signal);
    expect(stopped).toMatchObject({ error: { kind: 'cancelled' } });
  });
});

describe('an upload', () => {
  const start = async (files: RemoteFiles, size: number, until = signal) => {
    let taken = 0;
    const left: string[] = [];
    const started = await Upload.start(
      files,
      { path: '/folder/a', size, newName: 'x1' },
      { taken: (bytes) => (taken += bytes), left: (part) => left.push(part) },
      until,
    );
    if (!started.ok) throw new Error(started.error.message);
    return { upload: started.value, taken: () => taken, left };
  };
  const old = Uint8Array.of(1, 2, 3);

  it('takes the place of what was there when all of it has arrived, and not before', async () => {
    const kept = new Map([['/folder/a', old]]);
    const { upload, taken } = await start(memoryFiles(kept), content.length);
    upload.write(content.subarray(0, 100_000));
    expect(kept.get('/folder/a')).toBe(old);
    upload.write(content.subarray(100_000));
    expect(await upload.done).toEqual(ok(undefined));
    expect([...kept.keys()]).toEqual(['/folder/a']);
    expect(kept.get('/folder/a')).toEqual(content);
    expect(taken()).toBe(content.length);
  });

  it('asks in pieces of which each fits into one SSH packet, with the words around it', async () => {
    const lengths: number[] = [];
    const files = memoryFiles(new Map());
    const counting: RemoteFiles = {
      ...files,
      open: async (path, how) => {
        const opened = await files.open(path, how);
        if (!opened.ok) return opened;
        return ok({
          ...opened.value,
          write: (offset, bytes) => {
            lengths.push(bytes.length);
            return opened.value.write(offset, bytes);
          },
        });
      },
    };
    const { upload } = await start(counting, content.length);
    for (let at = 0; at < content.length; at += maxFrameBytes) upload.write(content.subarray(at, at + maxFrameBytes));
    expect(await upload.done).toEqual(ok(undefined));
    // SFTP's handle alone may have 256 bytes.
    expect(Math.max(...lengths)).toBeLessThanOrEqual(32 * 1024 - 512);
    expect(lengths).toHaveLength(Math.ceil(content.length / Math.max(...lengths)));
  });

  it('asks for the end of the file behind its last bytes, and puts it in place once every byte is written', async () => {
    const heard: string[] = [];
    const writing = Promise.withResolvers<void>();
    const files = memoryFiles(new Map());
    const slow: RemoteFiles = {
      ...files,
      open: async () =>
        ok({
          read: async () => ok(new Uint8Array(0)),
          write: async () => {
            heard.push('write');
            await writing.promise;
            return ok(undefined);
          },
          close: async () => {
            heard.push('close');
            return ok(undefined);
          },
        }),
      replace: async () => {
        heard.push('replace');
        return ok(undefined);
      },
    };
    const { upload } = await start(slow, 40_000);
    upload.write(content.subarray(0, 30_000));
    upload.write(content.subarray(30_000, 40_000));
    expect(heard).toEqual(['write', 'write', 'close']);
    writing.resolve();
    expect(await upload.done).toEqual(ok(undefined));
    expect(heard).toEqual(['write', 'write', 'close', 'replace']);
  });

  it('leaves no file open on the device, however it ends', async () => {
    for (const how of [{}, { failWriteAt: 0 }]) {
      const handles = new Set<object>();
      const { upload } = await start(memoryFiles(new Map(), { ...how, handles }), content.length);
      expect(handles.size).toBe(1);
      upload.write(content);
      expect((await upload.done).ok).toBe(how.failWriteAt === undefined);
      expect(handles.size).toBe(0);
    }
    const handles = new Set<object>();
    const controller = new AbortController();
    const { upload } = await start(memoryFiles(new Map(), { handles }), content.length, controller.signal);
    upload.write(content.subarray(0, 100_000));
    controller.abort();
    expect(await upload.done).toMatchObject({ error: { kind: 'cancelled' } });
    expect(handles.size).toBe(0);
  });

  it('of nothing makes an empty file', async () => {
    const kept = new Map<string, Uint8Array>();
    const { upload } = await start(memoryFiles(kept), 0);
    expect(await upload.done).toEqual(ok(undefined));
    expect(kept.get('/folder/a')).toEqual(new Uint8Array(0));
  });

  it('leaves what was there, and nothing else, when it fails or is cancelled', async () => {
    const kept = new Map([['/folder/a', old]]);
    const failing = await start(memoryFiles(kept, { failWriteAt: 2 * 31 * 1024 }), content.length);
    failing.upload.write(content);
    expect(await failing.upload.done).toMatchObject({ error: { kind: 'conflict' } });
    const controller = new AbortController();
    const stopped = await start(memoryFiles(kept), content.length, controller.signal);
    stopped.upload.write(content.subarray(0, 1000));
    controller.abort();
    expect(await stopped.upload.done).toMatchObject({ error: { kind: 'cancelled' } });
    const longer = await start(memoryFiles(kept), 10);
    longer.upload.write(content.subarray(0, 11));
    expect(await longer.upload.done).toMatchObject({ error: { kind: 'invalid-input' } });
    expect([...kept]).toEqual([['/folder/a', old]]);
  });
});
