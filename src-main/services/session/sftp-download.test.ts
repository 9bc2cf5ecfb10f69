import { describe, expect, it } from 'vitest';
import { ok } from '../../core/base/errors.ts';
import type { RemoteFiles } from '../../core/session/remote-files.ts';
import { memoryFiles } from '../../../test/support/memory-files.ts';
import { downloadFile } from './sftp-download.ts';

const content = Uint8Array.from({ length: 300_001 }, (_, at) => (at * 31) % 251);
const signal = new AbortController().signal;

describe('a download', () => {
  it('is in order and whole, whatever order the answers come in', async () => {
    const files = memoryFiles(new Map([['/a', content]]));
    const got: number[] = [];
    expect(await downloadFile(files, '/a', async (bytes) => void got.push(...bytes), signal)).toMatchObject({
      value: { size: content.length, isChanged: false },
    });
    expect(Buffer.from(got).equals(content)).toBe(true);
  });

  it.each([1_000, 20_000, 31_743])('is whole from a server that gives no more than %i bytes at once', async (most) => {
    const files = memoryFiles(new Map([['/a', content]]), { most });
    const got: number[] = [];
    expect(await downloadFile(files, '/a', async (bytes) => void got.push(...bytes), signal)).toMatchObject({
      value: { size: content.length, isChanged: false },
    });
    expect(Buffer.from(got).equals(content)).toBe(true);
  });

  it.each([
    ['nothing, as those of /proc do', new Uint8Array(0), content],
    ['a page, as those of /sys do', new Uint8Array(4096), Uint8Array.of(0x31, 0x35, 0x30, 0x30, 0x0a)],
    ['more than there is left of it', content, content.slice(0, 40_000)],
    ['less than it has by now', content.slice(0, 99_999), content],
    ['many bytes, and has none', content, new Uint8Array(0)],
  ])('is read to its end of a file that announces %s', async (_what, announced, real) => {
    const handles = new Set<object>();
    const files = memoryFiles(new Map([['/a', announced]]), { real, handles });
    const got: number[] = [];
    expect(await downloadFile(files, '/a', async (bytes) => void got.push(...bytes), signal)).toMatchObject({
      value: { size: real.length },
    });
    expect(Buffer.from(got).equals(real)).toBe(true);
    expect(handles.size).toBe(0);
  });

  it('says that a file changed while it was read', async () => {
    const kept = new Map([['/a', content]]);
    const grown = new Uint8Array(content.length + 1);
    const grow = async (): Promise<void> => void kept.set('/a', grown);
    expect(await downloadFile(memoryFiles(kept), '/a', grow, signal)).toMatchObject({
      value: { size: content.length + 1, isChanged: true },
    });
  });

  it('asks no pipe, device or folder for its bytes', async () => {
    for (const kind of ['other', 'folder'] as const) {
      const files = memoryFiles(new Map([['/a', content]]));
      const special: RemoteFiles = {
        ...files,
        follow: async () => ok({ kind, size: 0, modifiedAt: 0, mode: 0o644 }),
        open: () => expect.fail('it was opened'),
      };
      expect(await downloadFile(special, '/a', async () => undefined, signal)).toMatchObject({
        error: { kind: 'unsupported' },
      });
    }
  });

  it('stops when told to, and leaves no file open on the device', async () => {
    for (const real of [content, content.slice(0, 40_000)]) {
      const handles = new Set<object>();
      const controller = new AbortController();
      const files = memoryFiles(new Map([['/a', content]]), { real, handles });
      const stopped = await downloadFile(files, '/a', async () => controller.abort(), controller.signal);
      expect(stopped).toMatchObject({ error: { kind: 'cancelled' } });
      expect(handles.size).toBe(0);
    }
  });
});
