import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFileLog } from './file-log.ts';
import type { FileLog, FileLogOptions } from './file-log.ts';
import { createRedactor } from './redact.ts';

let folder: string;
let open: FileLog[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'quayside-log-'));
});

afterEach(() => {
  for (const log of open) log.dispose();
  open = [];
  rmSync(folder, { recursive: true, force: true });
});

const clock = { now: () => 0, monotonic: () => 0, after: () => () => undefined };

const start = (options: Partial<FileLogOptions> = {}): FileLog => {
  const log = createFileLog({ directory: path.join(folder, 'logs'), clock, redactor: createRedactor(), ...options });
  open.push(log);
  return log;
};

const file = (name = 'quayside.log'): string => path.join(folder, 'logs', name);
const lines = (name?: string): unknown[] =>
  readFileSync(file(name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

test('writes JSON lines for their owner alone, with the fields of the child, without secrets', () => {
  const redactor = createRedactor();
  redactor.register('the-secret');
  const log = start({ redactor });
  log
    .child({ account: 'a', level: 'forged' })
    .child({ part: 'poll' })
    .write('warn', 'failed', { why: 'got the-secret', token: 't' });
  log.write('debug', 'not kept');
  expect(lines()).toEqual([
    {
      time: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      event: 'failed',
      account: 'a',
      part: 'poll',
      why: 'got [redacted]',
      token: '[redacted]',
    },
  ]);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(log.recent()).toHaveLength(1);
});

test('turns over into one older file and never keeps more than two', () => {
  const log = start({ maxBytes: 1000 });
  for (let index = 0; index < 60; index += 1) log.write('info', `event ${index}`, { text: 'x'.repeat(50) });
  expect(statSync(file()).size).toBeLessThanOrEqual(1000);
  expect(statSync(file('quayside.1.log')).size).toBeLessThanOrEqual(1000);
  expect(lines().at(-1)).toMatchObject({ event: 'event 59' });
});

test('continues a file that is there, and takes it away from other readers', () => {
  start().write('info', 'first');
  open[0]?.dispose();
  start().write('info', 'second');
  expect(lines()).toMatchObject([{ event: 'first' }, { event: 'second' }]);
});

test('keeps the newest thousand lines in memory; a huge line is cut', () => {
  const log = start();
  for (let index = 0; index < 2500; index += 1) log.write('info', String(index));
  expect(log.recent()).toHaveLength(1000);
  expect(JSON.parse(log.recent().at(-1) ?? '')).toMatchObject({ event: '2499' });
  log.write('info', 'huge', { text: 'x'.repeat(1_000_000) });
  expect(log.recent().at(-1)?.length).toBeLessThan(20_000);
});

test('never throws: neither for fields that cannot be written nor where the disk refuses', () => {
  writeFileSync(path.join(folder, 'logs'), 'a file where the folder should be');
  const log = start();
  const hostile = {
    get boom(): string {
      throw new Error('no');
    },
  };
  log.write('error', 'hostile', { hostile, big: 10n, symbol: Symbol('s') });
  expect(log.recent()).toHaveLength(1);
  rmSync(path.join(folder, 'logs'));
  log.write('info', 'healed');
  expect(lines()).toMatchObject([{ event: 'healed' }]);
  log.dispose();
  log.dispose();
  log.write('info', 'after the end');
  expect(lines()).toHaveLength(1);
  expect(existsSync(file('quayside.1.log'))).toBe(false);
});
