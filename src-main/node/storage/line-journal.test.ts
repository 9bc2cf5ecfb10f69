import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLineJournal } from './line-journal.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-journal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const lines = async (path: readonly string[], bytes = 1000) => {
  const tail = await createLineJournal({ folder }).tail(path, bytes);
  if (!tail.ok) throw new Error(tail.error.message);
  return tail.value;
};

describe('a journal of lines', () => {
  test('keeps lines in their order, readable by their owner alone, and another process sees them', async () => {
    const journal = createLineJournal({ folder });
    await Promise.all(['one', 'two', 'three'].map((line) => journal.append(['acme', 'a/b', 'System error'], line)));
    expect(await lines(['acme', 'a/b', 'System error'])).toEqual({ lines: ['one', 'two', 'three'], whole: true });
    const file = join(folder, 'acme', 'a%2Fb', 'System%20error.log');
    expect(await readFile(file, 'utf8')).toBe('one\ntwo\nthree\n');
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('a line that a crash cut off does not take the next one with it', async () => {
    const journal = createLineJournal({ folder });
    await journal.append(['log'], 'whole');
    await appendFile(join(folder, 'log.log'), '{"kind":"got","lin');
    await journal.append(['log'], 'after');
    expect((await lines(['log'])).lines).toEqual(['whole', '{"kind":"got","lin', 'after']);
  });

  test('a tail begins with a whole line and says that there is more', async () => {
    const journal = createLineJournal({ folder });
    for (let index = 0; index < 100; index += 1) await journal.append(['log'], `line ${index}`);
    expect(await lines(['log'], 22)).toEqual({ lines: ['line 98', 'line 99'], whole: false });
    expect(await lines(['nothing here'])).toEqual({ lines: [], whole: true });
  });

  test('no name leads out of the folder, and any name can be read back', async () => {
    const journal = createLineJournal({ folder });
    const names = ['../../etc/passwd', '..', '.', 'nul', 'Lärm & Ärger', 'a*b?c', 'CON'];
    for (const name of names) await journal.append(['acme', name], 'x');
    expect((await readdir(folder)).toSorted()).toEqual(['acme']);
    const kept = await journal.names(['acme']);
    expect(kept).toEqual({ ok: true, value: names.toSorted() });
    const long = 'ü'.repeat(200);
    await journal.append(['long', long], 'x');
    await journal.append(['long', `${long}!`], 'y');
    expect((await lines(['long', long])).lines).toEqual(['x']);
  });

  test('says what is wrong where it cannot write, and removing what is not there is fine', async () => {
    await writeFile(join(folder, 'acme'), 'a file where a folder should be');
    const journal = createLineJournal({ folder });
    expect(await journal.append(['acme', 'log'], 'x')).toMatchObject({ ok: false, error: { kind: 'internal' } });
    expect(await journal.remove(['never', 'was'])).toEqual({ ok: true, value: undefined });
  });
});
