import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonDocument, jsonFolder } from '../../src-main/node/storage/json-document.ts';

interface Note {
  readonly text: string;
}

const parse = (value: unknown): Note | undefined =>
  typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string'
    ? { text: value.text }
    : undefined;

const format = { version: 1, migrations: [], parse, fallback: { text: 'default' } } as const;
const now = (): number => Date.UTC(2026, 10, 20, 12, 30, 45, 678);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-document-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const pathOf = (name = 'note.json'): string => join(folder, name);
const open = (path = pathOf()) => jsonDocument<Note>({ path, ...format, now });

describe('jsonDocument', () => {
  it('answers the default without a file, and keeps what was written, readable by its owner alone', async () => {
    const path = join(folder, 'profile', 'deep', 'note.json');
    expect(await open(path).read()).toEqual({ ok: true, value: { text: 'default' } });
    expect(await open(path).write({ text: 'hello' })).toEqual({ ok: true, value: undefined });
    expect(await open(path).read()).toEqual({ ok: true, value: { text: 'hello' } });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ version: 1, value: { text: 'hello' } });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'profile'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'profile', 'deep'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(folder, 'profile', 'deep'))).toEqual(['note.json']);
  });

  it('keeps the last of many writes that were asked for at once', async () => {
    const document = open();
    const writes = Array.from({ length: 50 }, (_, index) => document.write({ text: `${index}` }));
    const read = document.read();
    expect((await Promise.all(writes)).every((written) => written.ok)).toBe(true);
    expect(await read).toEqual({ ok: true, value: { text: '49' } });
    expect(await readdir(folder)).toEqual(['note.json']);
  });

  it.each([
    ['text that is no JSON', '{"version":1,"value":{"text":"cut o'],
    ['an empty file', ''],
    ['JSON of another program', '["not", "ours"]'],
    ['a value of another shape', '{"version":1,"value":{"words":"x"}}'],
    ['a version that is no number', '{"version":"1","value":{"text":"x"}}'],
    ['bytes that are no text', '\u0000\u0001\uFFFD'],
  ])('sets %s aside, says so once, and goes on with the default', async (_what, content) => {
    await writeFile(pathOf(), content);
    const document = open();
    const first = await document.read();
    expect(first).toMatchObject({ ok: false, error: { kind: 'file-corrupt' } });
    expect(first.ok ? '' : first.error.message).toContain('note.broken-20261120T123045678Z.json');
    expect(await document.read()).toEqual({ ok: true, value: { text: 'default' } });
    expect(await document.write({ text: 'new' })).toMatchObject({ ok: true });
    expect(await readFile(pathOf('note.broken-20261120T123045678Z.json'), 'utf8')).toBe(content);
    expect((await readdir(folder)).sort()).toEqual(['note.broken-20261120T123045678Z.json', 'note.json']);
  });

  it('never overwrites a file set aside before', async () => {
    for (const content of ['first', 'second', 'third']) {
      await writeFile(pathOf(), content);
      await open().read();
    }
    const kept = await Promise.all((await readdir(folder)).map((name) => readFile(pathOf(name), 'utf8')));
    expect(kept.sort()).toEqual(['first', 'second', 'third']);
  });

  it('does not overwrite a broken file that it never read', async () => {
    await writeFile(pathOf(), 'precious');
    const document = open();
    expect(await document.write({ text: 'new' })).toMatchObject({ ok: false, error: { kind: 'file-corrupt' } });
    expect(await document.write({ text: 'new' })).toMatchObject({ ok: true });
    expect(await readFile(pathOf('note.broken-20261120T123045678Z.json'), 'utf8')).toBe('precious');
  });

  it('leaves a file of a newer version alone, for reading and for writing', async () => {
    const content = '{"version":2,"value":{"words":["new"]}}';
    await writeFile(pathOf(), content);
    const document = open();
    for (const answer of [
      await document.write({ text: 'old' }),
      await document.read(),
      await document.write({ text: 'old' }),
    ]) {
      expect(answer).toMatchObject({ ok: false, error: { kind: 'file-corrupt' } });
    }
    expect(await readFile(pathOf(), 'utf8')).toBe(content);
    expect(await readdir(folder)).toEqual(['note.json']);
  });

  it('brings an older version up step by step, and writes the present one', async () => {
    const migrations = [
      (value: unknown) => ({ words: String(value) }),
      (value: unknown) => ({ text: `${(value as { words: string }).words}!` }),
    ];
    const document = jsonDocument<Note>({ path: pathOf(), ...format, version: 3, migrations, now });
    await writeFile(pathOf(), '{"version":1,"value":"hello"}');
    expect(await document.read()).toEqual({ ok: true, value: { text: 'hello!' } });
    await writeFile(pathOf(), '{"version":2,"value":{"words":"two"}}');
    expect(await document.read()).toEqual({ ok: true, value: { text: 'two!' } });
    await document.write({ text: 'three' });
    expect(JSON.parse(await readFile(pathOf(), 'utf8'))).toEqual({ version: 3, value: { text: 'three' } });
  });

  it('sets a file aside that makes a migration fail', async () => {
    const migrations = [
      (): unknown => {
        throw new Error('not of this version');
      },
    ];
    await writeFile(pathOf(), '{"version":1,"value":"hello"}');
    const document = jsonDocument<Note>({ path: pathOf(), ...format, version: 2, migrations, now });
    expect(await document.read()).toMatchObject({ ok: false, error: { kind: 'file-corrupt' } });
    expect(await readdir(folder)).toEqual(['note.broken-20261120T123045678Z.json']);
  });

  it('says why a file cannot be read or written, and leaves it', async () => {
    await mkdir(pathOf());
    expect(await open().read()).toMatchObject({ ok: false, error: { kind: 'file-corrupt' } });
    expect(await open().write({ text: 'x' })).toMatchObject({ ok: false });
    await writeFile(pathOf('file'), '');
    const below = open(join(folder, 'file', 'note.json'));
    const written = await below.write({ text: 'x' });
    expect(written.ok ? '' : written.error.message).toContain('a part of its path is not a folder');
  });

  it('keeps the old value where the disk refuses the new one', async () => {
    const document = open();
    await document.write({ text: 'old' });
    const failing = jsonDocument<Note>({
      path: pathOf(),
      ...format,
      *chunks() {
        yield '{"text":"ne';
        throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      },
    });
    const written = await failing.write({ text: 'new' });
    expect(written.ok ? '' : written.error.message).toContain('the disk is full');
    expect(await document.read()).toEqual({ ok: true, value: { text: 'old' } });
    expect(await readdir(folder)).toEqual(['note.json']);
  });

  it('does not loosen or tighten a folder that was there', async () => {
    await chmod(folder, 0o750);
    await open().write({ text: 'x' });
    expect((await stat(folder)).mode & 0o777).toBe(0o750);
  });

  it('has the old value or the new one after kill -9 at any moment, and clears what was left behind', async () => {
    const path = pathOf('count.json');
    const read = async (): Promise<number> => {
      const stored = JSON.parse(await readFile(path, 'utf8')) as { value: { count: number; filler: string } };
      expect(stored.value.filler).toHaveLength(200_000);
      return stored.value.count;
    };
    for (let round = 0; round < 8; round += 1) {
      const child = spawn(
        process.execPath,
        [new URL('../support/document-writer.ts', import.meta.url).pathname, path],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const exited = once(child, 'exit');
      let acknowledged = 0;
      // Killed by the answer itself, so at another point of the write each time.
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged = Number(line);
        if (acknowledged >= 5 + round * 3) child.kill('SIGKILL');
      }
      expect(await exited).toEqual([null, 'SIGKILL']);
      const count = await read();
      expect(count).toBeGreaterThanOrEqual(acknowledged);
      expect(count).toBeLessThanOrEqual(acknowledged + 1);
    }
    await writeFile(pathOf('count.json.999999999.0123456789ab.tmp'), 'half');
    await writeFile(pathOf(`count.json.${process.pid}.0123456789ab.tmp`), 'of somebody alive');
    await jsonDocument({ path, ...format, parse: () => ({ text: '' }) }).read();
    expect((await readdir(folder)).sort()).toEqual(['count.json', `count.json.${process.pid}.0123456789ab.tmp`]);
  });
});

describe('jsonFolder', () => {
  it('keeps documents apart by name and removes them, also while they are written', async () => {
    const documents = jsonFolder<Note>({ folder: join(folder, 'cache'), ...format, now });
    await documents.document('one').write({ text: '1' });
    await documents.document('two').write({ text: '2' });
    expect(documents.document('one')).toBe(documents.document('one'));
    const writing = documents.document('one').write({ text: '1b' });
    expect(await documents.remove('one')).toMatchObject({ ok: true });
    await writing;
    expect(await readdir(join(folder, 'cache'))).toEqual(['two.json']);
    expect(await documents.remove('one')).toMatchObject({ ok: true });
    expect(await documents.document('one').read()).toEqual({ ok: true, value: { text: 'default' } });
  });

  it('takes no name that leads out of the folder', () => {
    const documents = jsonFolder<Note>({ folder, ...format });
    expect(() => documents.document('../secrets')).toThrow('letters, digits and dashes');
  });
});
