import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { vendors } from '../vendors/registry.ts';
import type { Operation } from '../vendors/vendor.ts';
import { withFiles } from './input-files.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-files-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const operation = (id: string): Operation => {
  const found = vendors.flatMap((vendor) => vendor.operations).find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
};

test('a file goes with its name and its bytes, from a path of the folder of the command', async () => {
  const path = join(folder, 'a.sh');
  await writeFile(path, Buffer.from([0, 255, 10]));
  const input = { File: { path: relative(process.cwd(), path) }, Folder: '/tmp/', IsAll: true };
  expect(await withFiles(operation('FileUpload'), input)).toEqual({
    ok: true,
    value: { ...input, File: { name: 'a.sh', base64: 'AP8K' } },
  });
});

test('where text is sent, the file is its text, byte order mark included', async () => {
  const path = join(folder, 'a.conf');
  await writeFile(path, '\uFEFFgröße = 1\r\n');
  const read = await withFiles(operation('UpdateFile'), { Content: { path }, Filename: '/etc/a.conf' });
  expect(read).toEqual({ ok: true, value: { Content: '\uFEFFgröße = 1\r\n', Filename: '/etc/a.conf' } });
});

test.each([
  ['missing.sh', 'not-found', 'There is no file'],
  ['.', 'invalid-input', 'is a folder'],
  ['big.bin', 'invalid-input', 'too large: 4500001 bytes'],
  ['binary', 'invalid-input', 'not text in UTF-8'],
])('%s is refused as %s', async (name, kind, words) => {
  await mkdir(join(folder, 'sub'));
  await writeFile(join(folder, 'big.bin'), Buffer.alloc(4_500_001));
  await writeFile(join(folder, 'binary'), Buffer.from([0xff, 0xfe, 0xfd]));
  const read = await withFiles(operation('UpdateFile'), { Content: { path: join(folder, name) } });
  expect(read).toMatchObject({ ok: false, error: { kind, message: expect.stringContaining(words) } });
});

test('a file of the largest size is taken, and a device that never ends is not read', async () => {
  const path = join(folder, 'full.bin');
  await writeFile(path, Buffer.alloc(4_500_000));
  expect(await withFiles(operation('FileUpload'), { File: { path } })).toMatchObject({ ok: true });
  const endless = await withFiles(operation('FileUpload'), { File: { path: '/dev/zero' } });
  expect(endless).toMatchObject({
    ok: false,
    error: { kind: process.platform === 'win32' ? 'not-found' : 'invalid-input' },
  });
});

test('what only looks like it stays as it is: other fields, other keys', async () => {
  for (const [id, input] of [
    ['setKeyValue', { deviceId: '1', key: 'a', value: { path: join(folder, 'a') } }],
    ['proxyPost', { deviceId: '1', srcPath: 'x', body: { path: '/etc/passwd' } }],
    ['FileUpload', { File: { path: 'a', name: 'b' }, Folder: { path: 'c' } }],
  ] as const)
    expect(await withFiles(operation(id), input)).toEqual({ ok: true, value: input });
});
