import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fail, ok, type ErrorKind, type Result } from '../../core/base/errors.ts';
import { createLineJournal } from '../../node/storage/line-journal.ts';
import { remoteIot } from '../../vendors/remoteiot/connector.ts';
import type { Connector, Operation } from '../../vendors/vendor.ts';
import { silentLog } from '../../../test/support/fake-vendor.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { DeviceLogs } from './device-logs.ts';

type Call = (input: unknown) => Promise<Result<unknown>>;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-device-logs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = () => join(folder, 'acme', 'unit-1', 'System%20error.log');
const onDisk = () => readFile(file(), 'utf8').catch(() => '');

const account = {
  id: 'acme',
  vendor: 'remoteiot',
  label: 'Acme',
  baseUrl: 'https://acme.example',
  fields: {},
} as const;

/** The service over a vendor whose answers a test writes. */
const serviceOver = (call: Call, clock = new VirtualClock()): DeviceLogs => {
  const connector: Connector = {
    check: async () => ok(undefined),
    listDevices: async function* () {
      // No fleet is needed.
    },
    call: (_operation: Operation, input: unknown) => call(input),
  };
  return new DeviceLogs({
    journal: createLineJournal({ folder }),
    accounts: { get: () => account, vendor: () => remoteIot, connector: async () => ok(connector) },
    clock,
    log: silentLog,
  });
};

const rows = (...lines: readonly string[]): Result<unknown> => ok(lines.map((Log) => ({ Log })));
const take = (logs: DeviceLogs) => logs.take('acme', 'unit-1', 'System error');
const read = async (logs: DeviceLogs) => {
  const kept = await logs.read('acme', 'unit-1', 'System error');
  if (!kept.ok) throw new Error(kept.error.message);
  return kept.value.entries.map((entry) => (entry.kind === 'line' ? entry.text : 'gap'));
};
const failing = (kind: ErrorKind): Result<never> => fail(kind, 'It failed.', 'Try again.');

describe('logs that a vendor hands out once', () => {
  test('are on disk before they are answered', async () => {
    const logs = serviceOver(async () => rows('one', 'two'));
    const taken = await take(logs);
    expect(taken).toMatchObject({ ok: true, value: { entries: [{ text: 'one' }, { text: 'two' }] } });
    expect(await onDisk()).toContain('"lines":["one","two"]');
    // Another process finds them.
    expect(await read(serviceOver(async () => rows()))).toEqual(['one', 'two']);
    expect(await logs.files('acme', 'unit-1')).toEqual(ok(['System error']));
  });

  test('are fetched by one caller at a time for each device', async () => {
    const running: string[] = [];
    let most = 0;
    const release: (() => void)[] = [];
    const logs = serviceOver(async (input) => {
      running.push(JSON.stringify(input));
      most = Math.max(most, running.length);
      await new Promise<void>((resolve) => release.push(resolve));
      running.pop();
      return rows('line');
    });
    const both = Promise.all([take(logs), logs.take('acme', 'unit-1', 'Other')]);
    await expect.poll(() => release.length).toBe(1);
    release[0]?.();
    await expect.poll(() => release.length).toBe(2);
    release[1]?.();
    await both;
    expect(most).toBe(1);
  });

  test('keep nobody waiting without end; what comes later is on disk all the same', async () => {
    const clock = new VirtualClock();
    let answer = (_rows: Result<unknown>): void => undefined;
    const logs = serviceOver(() => new Promise((resolve) => (answer = resolve)), clock);
    const taking = take(logs);
    await expect.poll(onDisk).not.toBe('');
    await clock.advance(31_000);
    expect(await taking).toMatchObject({ ok: false, error: { kind: 'timeout' } });
    answer(rows('late'));
    await expect.poll(() => read(logs)).toEqual(['late']);
  });

  test('are not fetched where they could not be written down', async () => {
    await writeFile(join(folder, 'acme'), 'a file where the folder should be');
    let called = 0;
    const logs = serviceOver(async () => {
      called += 1;
      return rows('lost');
    });
    expect(await take(logs)).toMatchObject({ ok: false, error: { kind: 'internal' } });
    expect(called).toBe(0);
  });

  test('leave a gap where an answer never came, but not while it is waited for', async () => {
    let answer: ((result: Result<unknown>) => void) | undefined;
    const logs = serviceOver(() => new Promise((resolve) => (answer = resolve)));
    const waiting = take(logs);
    await expect.poll(() => answer).toBeDefined();
    expect(await read(logs)).toEqual([]);
    // What a restart finds after a crash at this moment.
    expect(await read(serviceOver(async () => rows()))).toEqual(['gap']);
    answer?.(rows('late'));
    await waiting;
    expect(await read(logs)).toEqual(['late']);
  });

  test('leave a gap where the vendor may have counted lines as delivered, and none where it cannot have', async () => {
    for (const [kind, expected] of [
      ['timeout', ['gap']],
      ['bad-response', ['gap']],
      ['vendor-unavailable', ['gap']],
      ['rate-limited', []],
      ['unauthorized', []],
      ['not-found', []],
    ] as const) {
      await rm(folder, { recursive: true, force: true });
      const logs = serviceOver(async () => failing(kind));
      expect(await take(logs)).toMatchObject({ ok: false, error: { kind } });
      expect(await read(logs), kind).toEqual(expected);
    }
  });

  test('are kept, too, when somebody calls the operation itself', async () => {
    const operation = remoteIot.operations.find((candidate) => candidate.keep !== undefined);
    if (operation === undefined) throw new Error('the catalogue names no such operation');
    const logs = serviceOver(async () => rows('by the command line'));
    const answer = await logs.call('acme', operation, { UnitId: ' unit-1 ', File: 'System error' });
    expect(answer).toEqual(rows('by the command line'));
    expect(await read(logs)).toEqual(['by the command line']);
    expect(await logs.call('acme', operation, { UnitId: 'unit-1' })).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input' },
    });
  });

  test('are written down before Quayside ends', async () => {
    let answer: ((result: Result<unknown>) => void) | undefined;
    const logs = serviceOver(() => new Promise((resolve) => (answer = resolve)));
    const taken = take(logs);
    await expect.poll(() => answer).toBeDefined();
    const ended = logs.dispose();
    answer?.(rows('last words'));
    await ended;
    expect(await onDisk()).toContain('last words');
    await taken;
    await logs.dispose();
  });

  test('can be deleted', async () => {
    const logs = serviceOver(async () => rows('one'));
    await take(logs);
    expect(await logs.forget('acme', 'unit-1', 'System error')).toEqual(ok(undefined));
    expect(await read(logs)).toEqual([]);
  });
});
