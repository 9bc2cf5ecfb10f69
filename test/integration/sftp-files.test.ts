import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RemoteFiles } from '../../src-main/core/session/remote-files.ts';
import { bytesOfName, nameOfBytes } from '../../src-main/core/text/byte-names.ts';
import { downloadFile } from '../../src-main/services/session/sftp-download.ts';
import { deleteTree } from '../../src-main/services/session/sftp-tree.ts';
import { Upload, type UploadRequest } from '../../src-main/services/session/sftp-upload.ts';
import { farServers, openFarFiles, type FarFiles } from '../support/far-files.ts';
import { makeSystemUser, type SystemUser } from '../support/system-user.ts';

const { signal } = new AbortController();
const partNews = {
  begun: () => undefined,
  gone: () => undefined,
  left: (part: string) => expect.fail(`${part} is left`),
};
const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

const read = async (files: RemoteFiles, path: string) => {
  const parts: Uint8Array[] = [];
  const done = await downloadFile(files, path, async (bytes) => void parts.push(bytes.slice()), signal);
  return { done, content: Buffer.concat(parts).toString('latin1') };
};

let last = 0;
const begin = (files: RemoteFiles, request: Omit<UploadRequest, 'newName'>) => {
  last += 1;
  const news = { ...partNews, taken: () => undefined };
  return Upload.start(files, { ...request, newName: `new${last}` }, news, signal);
};
const send = async (files: RemoteFiles, path: string, content: string, more: Partial<UploadRequest> = {}) => {
  const bytes = Buffer.from(content);
  const started = await begin(files, { path, size: bytes.length, ...more });
  if (!started.ok) return started;
  started.value.write(bytes);
  return started.value.done;
};

describe.each(Object.entries(farServers))('files of %s', (_name, start) => {
  let user: SystemUser;
  let ids: { readonly uid: number; readonly gid: number };
  let server: Awaited<ReturnType<typeof start>>;
  let far: FarFiles;
  let files: RemoteFiles;
  /** A folder of the user. */
  let folder: string;
  /** Makes a file of the user there. */
  const make = (name: string, content: string, bits: number): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    chownSync(path, ids.uid, ids.gid);
    chmodSync(path, bits);
    return path;
  };

  beforeAll(async () => {
    user = await makeSystemUser();
    ids = await user.ids();
    server = await start();
    far = await openFarFiles(server.port, user);
    files = far.files;
  });
  afterAll(async () => {
    far.close();
    await server.dispose();
    await user.dispose();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'quayside-far-'));
    chmodSync(folder, 0o755);
    chownSync(folder, ids.uid, ids.gid);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each([0o755, 0o600, 0o444, 0o640, 0o4755, 0o2750, 0o000])(
    'a file of mode %o keeps it when it is replaced',
    async (bits) => {
      const path = make('run.sh', 'old', bits);
      expect(await send(files, path, 'new content')).toEqual({ ok: true, value: { unkept: [] } });
      expect(readFileSync(path, 'utf8')).toBe('new content');
      expect(mode(path)).toBe(bits.toString(8));
      expect(readdirSync(folder)).toEqual(['run.sh']);
    },
  );

  test('a secret is readable for nobody else at any moment while it is replaced', async () => {
    const path = make('key', 'old secret', 0o600);
    const started = await begin(files, { path, size: 100_000 });
    if (!started.ok) expect.fail(started.error.message);
    const others = (): string[] =>
      readdirSync(folder).filter((name) => (lstatSync(join(folder, name)).mode & 0o077) > 0);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(others()).toEqual([]);
    started.value.write(randomBytes(60_000));
    expect(others()).toEqual([]);
    started.value.write(randomBytes(40_000));
    expect(await started.value.done).toMatchObject({ ok: true });
    expect(mode(path)).toBe('600');
  });

  test('a link stays a link, and what it leads to gets the content and keeps its mode', async () => {
    mkdirSync(join(folder, 'releases'));
    chownSync(join(folder, 'releases'), ids.uid, ids.gid);
    const real = make('releases/7.conf', 'old', 0o640);
    symlinkSync('releases/7.conf', join(folder, 'middle'));
    symlinkSync(join(folder, 'middle'), join(folder, 'current'));
    expect(await send(files, join(folder, 'current'), 'new')).toMatchObject({ ok: true });
    expect(readlinkSync(join(folder, 'current'))).toBe(join(folder, 'middle'));
    expect(readlinkSync(join(folder, 'middle'))).toBe('releases/7.conf');
    expect(readFileSync(real, 'utf8')).toBe('new');
    expect(mode(real)).toBe('640');
    expect(readdirSync(join(folder, 'releases'))).toEqual(['7.conf']);
  });

  test('a link to nothing gets what it leads to; one round and round, a folder and a pipe are named', async () => {
    symlinkSync('later.conf', join(folder, 'early'));
    expect(await send(files, join(folder, 'early'), 'new')).toMatchObject({ ok: true });
    expect(readFileSync(join(folder, 'later.conf'), 'utf8')).toBe('new');
    expect(lstatSync(join(folder, 'early')).isSymbolicLink()).toBe(true);
    symlinkSync('two', join(folder, 'one'));
    symlinkSync('one', join(folder, 'two'));
    expect(await send(files, join(folder, 'one'), 'new')).toMatchObject({
      error: { kind: 'conflict', message: 'one is a link that leads back to itself.' },
    });
    mkdirSync(join(folder, 'sub'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await send(files, join(folder, 'sub'), 'new')).toMatchObject({
      error: { message: 'sub is a folder there.' },
    });
    expect(await send(files, join(folder, 'pipe'), 'new')).toMatchObject({
      error: { message: 'pipe is a device, a pipe or a socket there.' },
    });
  });

  test('what belongs to another is written in place after a question, and keeps its owner; what may not be written is left', async () => {
    const page = join(folder, 'web.html');
    writeFileSync(page, 'a longer page than the new one');
    chmodSync(page, 0o666);
    expect(await send(files, page, 'new page')).toMatchObject({
      error: { kind: 'confirmation-required', message: expect.stringContaining('web.html belongs to another user') },
    });
    expect(readdirSync(folder)).toEqual(['web.html']);
    expect(await send(files, page, 'new page', { inPlace: true })).toMatchObject({ ok: true });
    expect(readFileSync(page, 'utf8')).toBe('new page');
    expect(statSync(page)).toMatchObject({ uid: 0, gid: 0 });
    expect(mode(page)).toBe('666');
    chmodSync(page, 0o644);
    expect(await send(files, page, 'new page')).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await send(files, page, 'new page', { inPlace: true })).toMatchObject({ error: { kind: 'forbidden' } });
    expect(readdirSync(folder)).toEqual(['web.html']);
  });

  test('a file in a folder where no other can be made is written in place after a question', async () => {
    const path = make('settings', 'old and long', 0o640);
    chownSync(folder, 0, 0);
    expect(await send(files, path, 'new')).toMatchObject({
      error: { kind: 'confirmation-required', message: expect.stringContaining('You may make no file in') },
    });
    expect(await send(files, path, 'new', { inPlace: true })).toMatchObject({ ok: true });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(await send(files, join(folder, 'another'), 'new')).toMatchObject({ error: { kind: 'forbidden' } });
  });

  test('a time that is asked for is kept, and a group that the user is in', async () => {
    const path = join(folder, 'dated');
    expect(await send(files, path, 'x', { modifiedAt: 1_000_000_000_000 })).toMatchObject({ value: { unkept: [] } });
    expect(statSync(path).mtimeMs).toBe(1_000_000_000_000);
    // Another user's group cannot be given, and the file arrives all the same.
    expect(await send(files, join(folder, 'mine'), 'x', { mode: 0o600, owner: { uid: 0, gid: 0 } })).toMatchObject({
      value: { unkept: ['owner'] },
    });
    expect(mode(join(folder, 'mine'))).toBe('600');
  });

  test.each(['/proc/cpuinfo', '/proc/version', '/proc/mounts', '/sys/class/net/lo/mtu', '/etc/mtab'])(
    '%s is read to its end',
    async (path) => {
      const { done, content } = await read(files, path);
      expect(done).toMatchObject({ ok: true, value: { isChanged: false } });
      // The speed of a processor differs from moment to moment.
      const steady = (text: string): string => text.replaceAll(/^cpu MHz.*$/gm, '');
      expect(steady(content)).toBe(steady(readFileSync(path, 'latin1')));
      expect(content).not.toBe('');
    },
  );

  test('a file that grows while it is read is read on, and said to have changed; one with holes is whole', async () => {
    const path = make('growing.log', 'x'.repeat(100_000), 0o644);
    let got = 0;
    const take = async (bytes: Uint8Array): Promise<void> => {
      if (got === 0) appendFileSync(path, 'y'.repeat(50_000));
      got += bytes.length;
    };
    expect(await downloadFile(files, path, take, signal)).toMatchObject({ value: { size: 150_000, isChanged: true } });
    expect(got).toBe(150_000);
    const holes = make('sparse.img', 'begin', 0o644);
    truncateSync(holes, 3_000_001);
    expect((await read(files, holes)).content).toBe(readFileSync(holes, 'latin1'));
  });

  test('a link is read as what it leads to; to nothing, round and round or to a pipe it is said so', async () => {
    make('2026.log', 'lines', 0o644);
    symlinkSync('2026.log', join(folder, 'current.log'));
    symlinkSync('2027.log', join(folder, 'next.log'));
    symlinkSync('self', join(folder, 'self'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync('pipe', join(folder, 'tube'));
    expect((await read(files, join(folder, 'current.log'))).content).toBe('lines');
    expect((await read(files, join(folder, 'next.log'))).done).toMatchObject({
      error: { kind: 'not-found', message: `next.log is a link to ${folder}/2027.log, which is not there.` },
    });
    expect((await read(files, join(folder, 'self'))).done).toMatchObject({
      error: { message: 'self is a link that leads back to itself.' },
    });
    expect((await read(files, join(folder, 'tube'))).done).toMatchObject({ error: { kind: 'unsupported' } });
  });

  test.each([
    ['Latin-1', Buffer.from('caf\xe9.txt', 'latin1')],
    ['two that differ in a stray byte', Buffer.from('caf\xe8.txt', 'latin1')],
    ['no notation', Buffer.from([0x01, 0xff, 0xfe, 0x80])],
    ['a line break', Buffer.from('two\nlines')],
    ['spaces at both ends', Buffer.from(' spaced  ')],
    ['a dash first', Buffer.from('-rf')],
    ['255 bytes', Buffer.from('ä'.repeat(127) + 'x')],
    ['a letter with its accent', Buffer.from('é.txt')],
    ['a letter and its accent', Buffer.from('e\u0301.txt')],
    ['signs of shells and of Windows', Buffer.from('a*?"<>|:\\$(`b')],
    ['a reserved name of Windows', Buffer.from('CON')],
    ['right to left', Buffer.from('תמונה.txt')],
  ])('a name of %s is listed, written, read, renamed and deleted', async (_what, bytes) => {
    const at = Buffer.concat([Buffer.from(`${folder}/`), bytes]);
    writeFileSync(at, 'old');
    chownSync(at, ids.uid, ids.gid);
    const listed = await files.list(folder);
    if (!listed.ok) expect.fail(listed.error.message);
    expect(listed.value.map(({ name }) => Buffer.from(bytesOfName(name)))).toEqual([bytes]);
    const path = `${folder}/${nameOfBytes(bytes)}`;
    expect(await send(files, path, 'new')).toMatchObject({ ok: true });
    expect(readFileSync(at, 'utf8')).toBe('new');
    expect((await read(files, path)).content).toBe('new');
    expect(await files.rename(path, `${folder}/plain`)).toMatchObject({ ok: true });
    expect(await files.rename(`${folder}/plain`, path)).toMatchObject({ ok: true });
    expect(existsSync(at)).toBe(true);
    expect(await files.makeFolder(`${folder}/sub`)).toMatchObject({ ok: true });
    expect(await files.rename(path, `${folder}/sub/${nameOfBytes(bytes)}`)).toMatchObject({ ok: true });
    const gone: number[] = [];
    expect(await deleteTree(files, `${folder}/sub`, (items) => void gone.push(items), signal)).toMatchObject({
      ok: true,
    });
    expect(gone).toEqual([1]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a name that is too long and one that is taken are said so', async () => {
    expect(await send(files, `${folder}/${'x'.repeat(256)}`, 'new')).toMatchObject({
      error: { kind: 'invalid-input' },
    });
    mkdirSync(join(folder, 'sub'));
    expect(await files.makeFolder(join(folder, 'sub'))).toMatchObject({ error: { kind: 'conflict' } });
    expect(readdirSync(folder)).toEqual(['sub']);
  });
});
