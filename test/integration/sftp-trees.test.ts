import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RemoteFiles } from '../../src-main/core/session/remote-files.ts';
import { createLocalFiles } from '../../src-main/node/storage/local-files.ts';
import { copyTree, type CopyRequest } from '../../src-main/services/session/copy-tree.ts';
import { farServers, openFarFiles, type FarFiles } from '../support/far-files.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import { makeSystemUser, type SystemUser } from '../support/system-user.ts';

const local = createLocalFiles();
const { signal } = new AbortController();
const partNews = {
  begun: () => undefined,
  gone: () => undefined,
  left: (part: string) => expect.fail(`${part} is left`),
};
let lastName = 0;

const copy = (
  source: RemoteFiles,
  target: RemoteFiles,
  request: Omit<CopyRequest, 'existing'> & Partial<CopyRequest>,
) => {
  const news = { ...partNews, taken: () => undefined };
  const newName = (): string => `new${++lastName}`;
  return copyTree({ source, target }, { existing: 'refuse', ...request }, { newName, news }, signal);
};

/** Everything that `find` and `stat` know of what is below a folder; a folder's own size is its file system's affair. */
const facts = (folder: string): readonly string[] =>
  execFileSync(
    'find',
    [
      folder,
      '-mindepth',
      '0',
      '-type',
      'd',
      '-printf',
      '%P|%y %m %U %G %T@\\0',
      '-o',
      '-printf',
      '%P|%y %m %U %G %T@ %s %l\\0',
    ],
    {
      encoding: 'latin1',
    },
  )
    .split('\0')
    .toSorted();

const isSame = (one: string, other: string): void => {
  expect(execFileSync('diff', ['-r', '--no-dereference', one, other], { encoding: 'utf8' })).toBe('');
  expect(facts(other)).toEqual(facts(one));
};

const names = [
  Buffer.from('caf\xe9.txt', 'latin1'),
  Buffer.from([0x01, 0xff, 0xfe, 0x80]),
  Buffer.from('two\nlines'),
  Buffer.from(' spaced  '),
  Buffer.from('-rf'),
  Buffer.from(`${'ä'.repeat(127)}x`),
  Buffer.from('é'),
  Buffer.from('e\u0301'),
  Buffer.from('a*?"<>|:\\$(`b'),
  Buffer.from('CON'),
  Buffer.from('תמונה'),
  Buffer.from('.hidden'),
  Buffer.from('#backup~'),
  Buffer.from('100%'),
];

const sizes = [0, 1, 31 * 1024 - 1, 31 * 1024, 31 * 1024 + 1, 65_536, 3_000_001];
const modes = [0o644, 0o600, 0o444, 0o400, 0o755, 0o777, 0o4755, 0o2755, 0o1644];
const folderModes = [0o755, 0o700, 0o555, 0o1777, 0o2775];

/** A tree with every mode, link, name and size; its owners are those given. */
const makeTree = (root: string, owners: readonly { readonly uid: number; readonly gid: number }[]): void => {
  mkdirSync(root);
  const put = (name: string, content: Uint8Array | string = name): string => {
    writeFileSync(join(root, name), content);
    return join(root, name);
  };
  for (const size of sizes) put(`size-${size}`, randomBytes(size));
  for (const mode of modes) put(`mode-${mode.toString(8)}`);
  for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${root}/`), name]), name);
  truncateSync(put('sparse', 'begin'), 2_000_003);
  linkSync(put('one-name'), join(root, 'other-name'));
  mkdirSync(join(root, 'deep/er/and/deeper'), { recursive: true });
  writeFileSync(join(root, 'deep/er/and/deeper/leaf'), 'leaf');
  for (const mode of folderModes) {
    mkdirSync(join(root, `folder-${mode.toString(8)}`));
    writeFileSync(join(root, `folder-${mode.toString(8)}`, 'inside'), 'inside');
  }
  mkdirSync(join(root, 'empty'));
  const links = {
    near: 'size-1',
    far: '/etc/hostname',
    nowhere: 'gone/for ever',
    self: 'self',
    up: '../..',
    tree: 'deep',
  };
  for (const [name, to] of Object.entries(links)) symlinkSync(to, join(root, `link-${name}`));
  // Owners first, for they take setuid away; times last, for all else changes them.
  const all = (): readonly string[] =>
    execFileSync('find', [root, '-depth', '-print0'], { encoding: 'latin1' }).split('\0').filter(Boolean);
  const bytes = (path: string): Buffer => Buffer.from(path, 'latin1');
  for (const [at, path] of all().entries()) {
    const { uid, gid } = owners[at % owners.length] ?? { uid: 0, gid: 0 };
    lchownSync(bytes(path), uid, gid);
  }
  for (const mode of modes) chmodSync(join(root, `mode-${mode.toString(8)}`), mode);
  for (const mode of folderModes) chmodSync(join(root, `folder-${mode.toString(8)}`), mode);
  for (const [at, path] of all().entries())
    lutimesSync(bytes(path), 1, [1, 1_000_000_000, 1_700_000_000 + at, 4_000_000_000][at % 4] ?? 1);
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quayside-tree-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A folder of the user there. */
const folderOf = async (user: SystemUser, name: string): Promise<string> => {
  const { uid, gid } = await user.ids();
  const path = join(folder, name);
  mkdirSync(path);
  chownSync(path, uid, gid);
  return path;
};

describe.each(Object.entries(farServers))('a tree over %s', (_name, start) => {
  let user: SystemUser;
  let server: Awaited<ReturnType<typeof start>>;
  let far: FarFiles;
  beforeAll(async () => {
    user = await makeSystemUser();
    server = await start();
    far = await openFarFiles(server.port, user);
  });
  afterAll(async () => {
    far.close();
    await server.dispose();
    await user.dispose();
  });

  test('goes there and back with every mode, link, name, size and time', async () => {
    makeTree(join(folder, 'tree'), [await user.ids()]);
    const there = await folderOf(user, 'there');
    const sent = await copy(local, far.files, { from: join(folder, 'tree'), to: join(there, 'tree') });
    expect(sent).toMatchObject({ ok: true, value: { failed: 0, skipped: 0, changed: 0 } });
    expect(sent).toMatchObject({ value: { unkept: { permissions: 0, owner: 0, time: 0 } } });
    isSame(join(folder, 'tree'), join(there, 'tree'));
    const back = await copy(far.files, local, { from: join(there, 'tree'), to: join(folder, 'back') });
    expect(back).toEqual(sent);
    isSame(join(folder, 'tree'), join(folder, 'back'));
  });

  test('goes from one device to another without a stop', async () => {
    makeTree(join(folder, 'tree'), [await user.ids()]);
    const there = await folderOf(user, 'there');
    const other = await openFarFiles(server.port, user);
    let moved = 0;
    const news = { ...partNews, taken: (bytes: number) => void (moved += bytes) };
    const done = await copyTree(
      { source: far.files, target: other.files },
      { from: join(folder, 'tree'), to: join(there, 'tree'), existing: 'refuse' },
      { newName: () => `new${++lastName}`, news },
      signal,
    );
    expect(done).toMatchObject({ ok: true, value: { failed: 0, bytes: moved } });
    isSame(join(folder, 'tree'), join(there, 'tree'));
    other.close();
  });

  test('what cannot be copied is told, and all else is: no failure stops the next', async () => {
    const from = join(folder, 'tree');
    mkdirSync(from);
    for (let at = 0; at < 30; at += 1) writeFileSync(join(from, `file-${at}`), 'x');
    for (const at of [3, 17]) chmodSync(join(from, `file-${at}`), 0);
    mkdirSync(join(from, 'dark'), { mode: 0o700 });
    mkdirSync(join(from, 'later'));
    writeFileSync(join(from, 'later/last'), 'x');
    execFileSync('mkfifo', [join(from, 'pipe')]);
    const there = await folderOf(user, 'there');
    const done = await copy(far.files, far.files, { from, to: join(there, 'copy') });
    if (!done.ok) expect.fail(done.error.message);
    expect(done.value).toMatchObject({ files: 29, folders: 2, failed: 4 });
    expect(done.value.failures.map(({ path }) => path.slice(from.length + 1)).toSorted()).toEqual([
      'dark',
      'file-17',
      'file-3',
      'pipe',
    ]);
    // The owner of the originals is root, whose the copies cannot be.
    expect(done.value.unkept).toEqual({ permissions: 0, owner: 31, time: 0 });
    expect(readdirSync(join(there, 'copy'))).toHaveLength(29);
    expect(readdirSync(join(there, 'copy/later'))).toEqual(['last']);
  });

  test('what is there already is left, replaced or refused, and what is replaced stays what it was', async () => {
    const from = await folderOf(user, 'from');
    const to = await folderOf(user, 'to');
    const { uid, gid } = await user.ids();
    for (const [place, content] of [
      [from, 'new'],
      [to, 'old'],
    ] as const) {
      writeFileSync(join(place, 'both'), content);
      chownSync(join(place, 'both'), uid, gid);
    }
    writeFileSync(join(from, 'fresh'), 'new');
    chmodSync(join(to, 'both'), 0o600);
    const read = (): string => readFileSync(join(to, 'both'), 'utf8');
    expect(await copy(far.files, far.files, { from, to })).toMatchObject({ value: { files: 1, failed: 1 } });
    expect(read()).toBe('old');
    expect(await copy(far.files, far.files, { from, to, existing: 'skip' })).toMatchObject({
      value: { files: 0, skipped: 2, failed: 0 },
    });
    expect(read()).toBe('old');
    expect(await copy(far.files, far.files, { from, to, existing: 'replace' })).toMatchObject({
      value: { files: 2, skipped: 0, failed: 0 },
    });
    expect(read()).toBe('new');
    expect(statSync(join(to, 'both')).mode & 0o777).toBe(0o600);
    expect(await copy(far.files, far.files, { from: join(from, 'both'), to: join(to, 'both') })).toMatchObject({
      error: { kind: 'conflict', message: 'both is there already.' },
    });
  });

  test('a folder copied into itself ends', async () => {
    const from = await folderOf(user, 'from');
    const { uid, gid } = await user.ids();
    writeFileSync(join(from, 'file'), 'x');
    chownSync(join(from, 'file'), uid, gid);
    expect(await copy(far.files, far.files, { from, to: join(from, 'copy') })).toMatchObject({ value: { files: 1 } });
    expect(readdirSync(join(from, 'copy'))).toEqual(['file']);
  });

  test('a copy that is cancelled, or whose way is lost, leaves nothing half at the other end', async () => {
    const from = join(folder, 'big');
    mkdirSync(from);
    for (let at = 0; at < 4; at += 1) writeFileSync(join(from, `big-${at}`), randomBytes(2_000_000));
    const parts = (place: string): string[] => readdirSync(place).filter((name) => name.endsWith('.part'));
    const there = await folderOf(user, 'there');
    const controller = new AbortController();
    const news = { ...partNews, taken: () => controller.abort() };
    const stopped = await copyTree(
      { source: local, target: far.files },
      { from, to: join(there, 'one'), existing: 'refuse' },
      { newName: () => `new${++lastName}`, news },
      controller.signal,
    );
    expect(stopped).toMatchObject({ error: { kind: 'cancelled' } });
    expect(parts(join(there, 'one'))).toEqual([]);
    const source = await openFarFiles(server.port, user);
    const lost = await copyTree(
      { source: source.files, target: far.files },
      { from, to: join(there, 'two'), existing: 'refuse' },
      { newName: () => `new${++lastName}`, news: { ...news, taken: () => source.close() } },
      signal,
    );
    expect(lost).toMatchObject({ error: { kind: 'unreachable' } });
    expect(parts(join(there, 'two'))).toEqual([]);
  });
});

describe('a tree over OpenSSH as root', () => {
  let sshd: Sshd;
  let far: FarFiles;
  beforeAll(async () => {
    sshd = await startSshd();
    far = await openFarFiles(sshd.port, { name: sshd.user, keyFile: sshd.clientKey });
  });
  afterAll(async () => {
    far.close();
    await sshd.dispose();
  });

  test('goes there and back with every owner too', async () => {
    makeTree(join(folder, 'tree'), [
      { uid: 0, gid: 0 },
      { uid: 1, gid: 1 },
      { uid: 4_000_000_000, gid: 12 },
    ]);
    const sent = await copy(local, far.files, { from: join(folder, 'tree'), to: join(folder, 'there') });
    expect(sent).toMatchObject({ value: { failed: 0, unkept: { permissions: 0, owner: 0, time: 0 } } });
    isSame(join(folder, 'tree'), join(folder, 'there'));
    expect(await copy(far.files, local, { from: join(folder, 'there'), to: join(folder, 'back') })).toEqual(sent);
    isSame(join(folder, 'tree'), join(folder, 'back'));
  });

  test('a full disk and a read-only one are called so', async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    try {
      const from = join(folder, 'large');
      writeFileSync(from, randomBytes(3_000_000));
      expect(await copy(local, far.files, { from, to: join(disk, 'large') })).toMatchObject({
        error: { kind: 'conflict', message: 'The disk of the device is full.' },
      });
      expect(readdirSync(disk)).toEqual([]);
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      expect(await copy(local, far.files, { from, to: join(disk, 'large') })).toMatchObject({
        error: { kind: 'forbidden', message: expect.stringContaining('is mounted read-only') },
      });
    } finally {
      execFileSync('umount', [disk]);
    }
    expect(existsSync(disk)).toBe(true);
  });

  test('names that differ in capitals or composed letters alone do not overwrite each other where they are one', async () => {
    const from = join(folder, 'from');
    mkdirSync(from);
    for (const name of ['README', 'readme', '\u00e9', 'e\u0301', 'other']) writeFileSync(join(from, name), name);
    const to = join(folder, 'to');
    // As a disk of Windows or of macOS takes them: it keeps the first way that a name was written.
    const folded = (name: string): string => name.normalize('NFC').toLowerCase();
    const one = (path: string): string => {
      const name = existsSync(to) && readdirSync(to).find((other) => folded(join(to, other)) === folded(path));
      return name === false || name === undefined ? path : join(to, name);
    };
    const target: RemoteFiles = {
      ...local,
      look: (path) => local.look(one(path)),
      open: (path, how) => local.open(one(path), how),
      replace: (old, path) => local.replace(one(old), one(path)),
    };
    const done = await copy(far.files, target, { from, to, existing: 'replace' });
    expect(done).toMatchObject({ value: { files: 3, failed: 2 } });
    for (const name of readdirSync(to)) expect(readFileSync(join(to, name), 'utf8')).toBe(name);
    // Where they are two names, each is itself.
    await copy(far.files, local, { from, to: join(folder, 'linux') });
    expect(await copy(far.files, local, { from, to: join(folder, 'linux'), existing: 'replace' })).toMatchObject({
      value: { files: 5, failed: 0 },
    });
  });

  test('a time of a fraction of a second is cut, never rounded up', async () => {
    const from = join(folder, 'dated');
    writeFileSync(from, 'x');
    utimesSync(from, 1_000_000_000.9, 1_000_000_000.9);
    await copy(local, far.files, { from, to: join(folder, 'copy') });
    expect(statSync(join(folder, 'copy')).mtimeMs).toBe(1_000_000_000_000);
  });
});
