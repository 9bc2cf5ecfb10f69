import { mkdtemp, mkdir, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { maxEditBytes } from '../../core/session/local-copies.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { createLocalCopies } from './local-copies.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-copies-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const makeOne = async (changed: () => void = () => undefined) => {
  const copies = createLocalCopies({ folder: join(folder, 'edits'), clock: systemClock });
  const made = await copies.make('hosts.conf', text('one'), changed);
  if (!made.ok) expect.fail(made.error.message);
  return { copies, copy: made.value };
};

it.skipIf(process.platform === 'win32')('nobody but its owner can read a copy or enter its folder', async () => {
  await mkdir(join(folder, 'edits'), { mode: 0o755 });
  const { copy } = await makeOne();
  const modes = await Promise.all(
    [copy.path, dirname(copy.path), join(folder, 'edits')].map(async (path) => (await stat(path)).mode & 0o777),
  );
  expect(modes).toEqual([0o600, 0o700, 0o700]);
});

it('hears of a save in place, and of one that is written elsewhere and given the name', async () => {
  let heard = 0;
  const { copy } = await makeOne(() => (heard += 1));
  await writeFile(copy.path, 'two');
  await expect.poll(() => heard).toBe(1);
  expect(await copy.read()).toEqual({ ok: true, value: Buffer.from('two') });
  // As vim does: the old file goes aside, the new one takes its place.
  await rename(copy.path, `${copy.path}~`);
  await writeFile(copy.path, 'three');
  await rm(`${copy.path}~`);
  await expect.poll(() => heard).toBe(2);
  // As VS Code's atomic save does.
  await writeFile(`${copy.path}.tmp`, 'four');
  await rename(`${copy.path}.tmp`, copy.path);
  await expect.poll(() => heard).toBe(3);
  expect(await copy.read()).toEqual({ ok: true, value: Buffer.from('four') });
});

it('says that a copy is gone, or too large to be sent', async () => {
  const { copy } = await makeOne();
  await truncate(copy.path, maxEditBytes + 1);
  expect(await copy.read()).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
  await rm(copy.path);
  expect(await copy.read()).toMatchObject({ ok: false, error: { kind: 'not-found' } });
});

it('removes a copy with its folder, all of them at the end, and what a killed run has left at the start', async () => {
  const { copies, copy } = await makeOne();
  const other = await copies.make('other', text('x'), () => undefined);
  await copy.dispose();
  expect(await readdir(join(folder, 'edits'))).toHaveLength(1);
  expect(other.ok).toBe(true);
  await copies.clear();
  expect(await readdir(folder)).toEqual([]);

  await mkdir(join(folder, 'edits', 'left'), { recursive: true });
  await writeFile(join(folder, 'edits', 'left', 'secret.conf'), 'secret');
  createLocalCopies({ folder: join(folder, 'edits'), clock: systemClock });
  await expect.poll(() => readdir(folder)).toEqual([]);
});
