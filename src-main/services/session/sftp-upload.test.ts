import { describe, expect, it } from 'vitest';
import { ok } from '../../core/base/errors.ts';
import type { RemoteFiles } from '../../core/session/remote-files.ts';
import { maxFrameBytes } from '../../../src-preload/contract/session.ts';
import { memoryFiles } from '../../../test/support/memory-files.ts';
import { Upload } from './sftp-upload.ts';

const content = Uint8Array.from({ length: 300_001 }, (_, at) => (at * 31) % 251);
const signal = new AbortController().signal;

describe('an upload', () => {
  const start = async (files: RemoteFiles, size: number, until = signal) => {
    let taken = 0;
    const left: string[] = [];
    const parts = new Set<string>();
    const started = await Upload.start(
      files,
      { path: '/folder/a', size, newName: 'x1' },
      {
        taken: (bytes) => (taken += bytes),
        begun: (part) => parts.add(part),
        gone: (part) => parts.delete(part),
        left: (part) => left.push(part),
      },
      until,
    );
    if (!started.ok) throw new Error(started.error.message);
    return { upload: started.value, taken: () => taken, left, parts };
  };
  const old = Uint8Array.of(1, 2, 3);

  it('takes the place of what was there when all of it has arrived, and not before', async () => {
    const kept = new Map([['/folder/a', old]]);
    const { upload, taken } = await start(memoryFiles(kept), content.length);
    upload.write(content.subarray(0, 100_000));
    expect(kept.get('/folder/a')).toBe(old);
    upload.write(content.subarray(100_000));
    expect(await upload.done).toEqual(ok({ unkept: [] }));
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
    expect(await upload.done).toEqual(ok({ unkept: [] }));
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
          change: async () => ok(undefined),
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
    expect(await upload.done).toEqual(ok({ unkept: [] }));
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
    expect(await upload.done).toEqual(ok({ unkept: [] }));
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
    for (const { parts } of [failing, stopped, longer]) expect([...parts]).toEqual([]);
    expect([...kept]).toEqual([['/folder/a', old]]);
  });
});
