import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openInBrowser } from './browser-open.ts';

let folder: string;
let environment: Record<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-opener-'));
  environment = { PATH: `${folder}:/usr/bin:/bin`, DISPLAY: ':0', QUAYSIDE_VAULT_PASSPHRASE: 'secret' };
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const written = async (): Promise<string> => {
  const text = await readFile(join(folder, 'told'), 'utf8').catch(() => '');
  return text.endsWith('.\n') ? text : '';
};

test('a browser finds the address in a page of its owner, and nowhere else', async () => {
  const script = `#!/bin/sh\n{ printf '%s\\n' "$@"; env; echo .; } > ${folder}/told\n`;
  await writeFile(join(folder, 'xdg-open'), script, { mode: 0o755 });
  const close = await openInBrowser(new URL('http://127.0.0.1:9/?token=t0ken&x="'), 'linux', environment);
  await expect.poll(written, { timeout: 20_000 }).not.toBe('');
  const told = await written();
  expect(told).not.toContain('t0ken');
  expect(told).not.toContain('QUAYSIDE_');
  const page = fileURLToPath(told.split('\n')[0]!);
  expect((await stat(page)).mode & 0o777).toBe(0o600);
  expect((await stat(join(page, '..'))).mode & 0o777).toBe(0o700);
  expect(await readFile(page, 'utf8')).toContain('content="0;url=http://127.0.0.1:9/?token=t0ken&amp;x=%22"');
  await close?.();
  expect(existsSync(page)).toBe(false);
});

test('without a screen or a program nothing is opened and nothing is left', async () => {
  const url = new URL('http://127.0.0.1:9/?token=t0ken');
  expect(await openInBrowser(url, 'linux', {})).toBeUndefined();
  expect(await openInBrowser(url, 'linux', { PATH: folder, DISPLAY: ':0' })).toBeUndefined();
});
