import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hasDesktopFile } from './desktop-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'quayside-desktop-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a desktop file is found where the user or the system has it', () => {
  for (const place of ['home/.local/share', 'own', 'system'])
    mkdirSync(join(folder, place, 'applications'), { recursive: true });
  const put = (place: string, name: string): void => writeFileSync(join(folder, place, 'applications', name), '');
  put('home/.local/share', 'a.desktop');
  put('own', 'b.desktop');
  put('system', 'c.desktop');
  const env = { HOME: join(folder, 'home'), XDG_DATA_DIRS: `/nowhere:${join(folder, 'system')}` };
  const own = { ...env, XDG_DATA_HOME: join(folder, 'own') };
  const found = (name: string, of: Readonly<Record<string, string>>): boolean => hasDesktopFile(name, of);
  expect(['a', 'b', 'c', 'd'].map((name) => found(`${name}.desktop`, env))).toEqual([true, false, true, false]);
  expect(['a', 'b', 'c', 'd'].map((name) => found(`${name}.desktop`, own))).toEqual([false, true, true, false]);
});
