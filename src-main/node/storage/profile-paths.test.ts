import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProfile } from './profile-paths.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'quayside-paths-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const mode = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;

test('a new profile folder is for its owner alone', async () => {
  const profile = path.join(folder, 'deep', 'profile');
  const opened = await openProfile(profile);
  expect(opened).toMatchObject({ ok: true, value: { profile, accounts: path.join(profile, 'accounts.json') } });
  for (const name of ['.', 'cache', 'logs']) expect(await mode(path.join(profile, name))).toBe(0o700);
});

test('a folder the user had keeps its mode', async () => {
  const profile = path.join(folder, 'mine');
  await mkdir(profile, { mode: 0o755 });
  expect((await openProfile(profile)).ok).toBe(true);
  expect(await mode(profile)).toBe(0o755);
});

test('a folder that cannot be made is named', async () => {
  const file = path.join(folder, 'file');
  await writeFile(file, '');
  expect(await openProfile(path.join(file, 'profile'))).toMatchObject({
    ok: false,
    error: { kind: 'invalid-input', message: expect.stringContaining(file) },
  });
});
