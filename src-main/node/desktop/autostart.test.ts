import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { autostartFile, autostartText, setAutostart } from './autostart.ts';

describe('start at login', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quayside-autostart-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is a file in the autostart folder of the user, and gone when it is turned off', async () => {
    const file = autostartFile({ XDG_CONFIG_HOME: folder });
    expect(file).toBe(join(folder, 'autostart', 'io.github.quayside.desktop'));
    expect(await setAutostart(true, ['/opt/Quay side/quayside', '--hidden'], file)).toEqual({ ok: true });
    expect(await readFile(file, 'utf8')).toContain('\nExec="/opt/Quay side/quayside" "--hidden"\n');
    for (let times = 0; times < 2; times += 1) expect(await setAutostart(false, [], file)).toEqual({ ok: true });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  it('quotes what would mean something else in a desktop file', () => {
    expect(autostartText([String.raw`/a"b$c\d%e`])).toContain(String.raw`Exec="/a\\"b\\$c\\\\d%%e"`);
  });

  it('refuses what would become a line of its own', async () => {
    const file = autostartFile({ XDG_CONFIG_HOME: folder });
    const set = await setAutostart(true, ['/opt/quayside', '--profile', '/home/me/x\nExec=evil'], file);
    expect(set).toMatchObject({ ok: false, error: { kind: 'invalid-input' } });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  it('says where it could not be written', async () => {
    await writeFile(join(folder, 'autostart'), '');
    const set = await setAutostart(true, ['x'], autostartFile({ XDG_CONFIG_HOME: folder }));
    expect(set).toMatchObject({ ok: false, error: { kind: 'internal' } });
  });
});
