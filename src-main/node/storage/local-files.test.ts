import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalFiles } from './local-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-local-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('files of this computer', () => {
  const files = createLocalFiles('linux');

  it('are renamed beside others, never over them', async () => {
    await writeFile(join(folder, 'a'), 'a');
    await writeFile(join(folder, 'b'), 'b');
    expect(await files.rename(join(folder, 'a'), join(folder, 'b'))).toMatchObject({ error: { kind: 'conflict' } });
    expect(await files.rename(join(folder, 'a'), join(folder, 'c'))).toMatchObject({ ok: true });
    expect(await files.makeFolder(join(folder, 'sub'))).toMatchObject({ ok: true });
    expect(await files.rename(join(folder, 'sub'), join(folder, 'c'))).toMatchObject({ error: { kind: 'conflict' } });
    expect((await readdir(folder)).toSorted()).toEqual(['b', 'c', 'sub']);
  });

  it('are closed behind what was asked of them before, and changed in that order', async () => {
    const opened = await files.open(join(folder, 'a'), { how: 'new', mode: 0o600 });
    if (!opened.ok) expect.fail(opened.error.message);
    const file = opened.value;
    const done = await Promise.all([
      file.write(50_000, new Uint8Array(50_000)),
      file.write(0, new Uint8Array(50_000)),
      file.change({ mode: 0o640, modifiedAt: 1_000_000_000_000 }),
      file.close(),
    ]);
    expect(done.every(({ ok }) => ok)).toBe(true);
    expect(await files.look(join(folder, 'a'))).toMatchObject({
      value: { kind: 'file', size: 100_000, mode: 0o640, modifiedAt: 1_000_000_000_000 },
    });
  });

  it.each([
    ['nothing there', 'missing', 'not-found'],
    ['a name that is too long', 'x'.repeat(256), 'invalid-input'],
  ])('say what is wrong: %s', async (_what, name, kind) => {
    expect(await files.open(join(folder, name), { how: 'read' })).toMatchObject({ error: { kind } });
  });
});

describe('on Windows', () => {
  const files = createLocalFiles('win32');

  it.each([
    'CON',
    'nul.txt',
    'com1',
    'LPT9.log',
    'a:b',
    'what?',
    'a"b',
    'dot.',
    'space ',
    'back\\slash',
    'tab\t',
    '\udce9',
  ])('%j is no name of a file: it would be a device, another file, or nothing', async (name) => {
    expect(await files.open(`/C:/temp/${name}`, { how: 'new' })).toMatchObject({ error: { kind: 'invalid-input' } });
    expect(await files.makeFolder(`/C:/temp/${name}`)).toMatchObject({ error: { kind: 'invalid-input' } });
  });

  it.each(['console', 'com10', 'nulls', '.hidden', 'a.b c'])('%j is one', async (name) => {
    // There is nothing that could get the name, but it would do.
    expect(await files.rename('/C:/missing', `/C:/temp/${name}`)).toMatchObject({ error: { kind: 'not-found' } });
  });
});
