import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyWithProgram } from './copy-text.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-copy-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const install = (name: string, script: string): Promise<void> =>
  writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

const copy = (text: string, environment: Readonly<Record<string, string>>, ...installed: readonly string[]) =>
  copyWithProgram(
    text,
    { find: async (name) => (installed.includes(name) ? join(folder, name) : undefined) },
    { PATH: '/usr/bin:/bin', ...environment },
  );

test('text goes to the program of the display by standard input, and to the next one where the first fails', async () => {
  for (const name of ['wl-copy', 'xclip', 'xsel']) await install(name, `cat > ${folder}/$(basename $0).got`);
  const got = (name: string): Promise<string> => readFile(join(folder, `${name}.got`), 'utf8');
  expect(await copy('localhost:1', { WAYLAND_DISPLAY: 'wayland-0' }, 'wl-copy', 'xclip')).toMatchObject({ ok: true });
  expect(await got('wl-copy')).toBe('localhost:1');
  expect(await copy('localhost:2', { DISPLAY: ':0' }, 'wl-copy', 'xclip', 'xsel')).toMatchObject({ ok: true });
  expect(await got('xclip')).toBe('localhost:2');
  await install('xclip', 'exit 1');
  expect(await copy('localhost:3', { DISPLAY: ':0' }, 'xclip', 'xsel')).toMatchObject({ ok: true });
  expect(await got('xsel')).toBe('localhost:3');
});

test('without such a program the person is told the text', async () => {
  expect(await copy('localhost:4', {})).toMatchObject({
    ok: false,
    error: { kind: 'unsupported', message: expect.stringContaining('localhost:4') as string },
  });
});
