import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createExecutables } from './executables.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-find-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('finds programs in the order of PATH and takes only what can be run', async () => {
  for (const name of ['one', 'two', 'three']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'one', 'quay-tool'), '');
  await mkdir(join(folder, 'two', 'quay-tool'));
  await writeFile(join(folder, 'three', 'real'), '');
  await chmod(join(folder, 'three', 'real'), 0o755);
  await symlink('real', join(folder, 'three', 'quay-tool'));
  const path = ['relative', '', join(folder, 'one'), join(folder, 'two'), join(folder, 'three')].join(':');
  const executables = createExecutables({ platform: 'linux', env: { PATH: path } });
  expect(await executables.find('quay-tool')).toBe(join(folder, 'three', 'quay-tool'));
  expect(await executables.find('quay-none')).toBeUndefined();
});

it('looks through the usual folders where PATH says nothing', async () => {
  const executables = createExecutables({ platform: 'linux', env: {} });
  expect(await executables.find('env')).toBe('/usr/bin/env');
});
