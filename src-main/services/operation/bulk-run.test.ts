import { expect, test } from 'vitest';
import { settle, VirtualClock } from '../../../test/support/virtual-clock.ts';
import { sleep } from '../../core/base/clock.ts';
import { fail, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import { deviceKey } from '../../core/fleet/device.ts';
import type { PlanRow } from '../../core/operation/bulk-plan.ts';
import { BulkRun } from './bulk-run.ts';

const rowOf = (id: string): PlanRow => ({
  device: {
    key: deviceKey('home', id),
    id,
    name: id,
    vendor: 'remoteiot',
    accountId: 'home',
    groups: [],
    tags: [],
    presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
    services: [],
  },
  operation: 'rename',
  input: { UnitId: id },
  after: 'x',
});

/** A run over so many devices, two at once, whose calls take `ms` and are answered by `answer`. */
const start = (
  count: number,
  options: {
    readonly ms?: number;
    readonly width?: number;
    readonly answer?: (id: string, time: number) => Result<unknown>;
  } = {},
) => {
  const { width = 2, answer = () => ok(undefined) } = options;
  const clock = new VirtualClock();
  const pace = { ms: options.ms ?? 1_000 };
  const times = new Map<string, number>();
  const rows = Array.from({ length: count }, (_, at) => rowOf(`D${at}`));
  const run = new BulkRun('r', 'Rename', rows, {
    clock,
    width,
    repeatable: () => true,
    onException: (thrown) => {
      throw thrown;
    },
    onEnded: () => undefined,
    call: async ({ device: { id } }) => {
      const time = (times.get(id) ?? 0) + 1;
      times.set(id, time);
      await sleep(clock, pace.ms);
      return answer(id, time);
    },
  });
  /** Whether somebody who waits from now on has been told. */
  const waiter = () => {
    const heard = { told: false };
    void run.changedAfter(run.snapshot().version, 600_000, new AbortController().signal).then(() => {
      heard.told = true;
    });
    return heard;
  };
  return { clock, run, pace, waiter };
};
const refusal: AppError = fail('conflict', 'It is in use.', 'Try later.').error;

test('a run tells what waits, runs and is done, and from the third finished on how long the rest takes', async () => {
  const { clock, run } = start(10);
  const startedAt = clock.now();
  await settle();
  expect(run.snapshot()).toMatchObject({ state: 'running', total: 10, startedAt, counts: { running: 2, waiting: 8 } });
  await clock.advance(1_000);
  expect(run.snapshot()).toMatchObject({ counts: { done: 2, running: 2, waiting: 6 } });
  expect(run.snapshot()).not.toHaveProperty('remainingMs');
  await clock.advance(1_000);
  expect(run.snapshot()).toMatchObject({ counts: { done: 4, running: 2, waiting: 4 }, remainingMs: 3_000 });
  await clock.advance(500);
  expect(run.snapshot()).toMatchObject({ remainingMs: 3_750 });
  expect(run.snapshot()).not.toHaveProperty('endedAt');
  await clock.advance(60_000);
  const ended = run.snapshot();
  expect(ended).toMatchObject({ state: 'ended', counts: { done: 10 }, startedAt, endedAt: startedAt + 5_000 });
  expect(ended).not.toHaveProperty('remainingMs');
});

test('a device is told as running once it is sent, and how long its call took', async () => {
  const { clock, run, pace } = start(3);
  const before = 1;
  await settle();
  expect(run.itemsSince(before).map(({ index, state, attempts }) => [index, state, attempts])).toEqual([
    [0, 'running', 1],
    [1, 'running', 1],
  ]);
  expect(run.itemsSince(before)[0]).not.toHaveProperty('tookMs');
  const { version } = run.snapshot();
  expect(run.itemsSince(version)).toEqual([]);
  pace.ms = 250;
  await clock.advance(1_000);
  expect(run.itemsSince(version).map(({ index, state, tookMs }) => [index, state, tookMs])).toEqual([
    [0, 'done', 1_000],
    [1, 'done', 1_000],
    [2, 'running', undefined],
  ]);
  await clock.advance(250);
  expect(run.itemsSince(0)[2]).toMatchObject({ state: 'done', attempts: 1, tookMs: 250 });
});

test('what is tried again is timed by itself: neither the first round nor the pause after it counts', async () => {
  const answer = (id: string, time: number): Result<unknown> =>
    Number(id.slice(1)) >= 4 && time === 1 ? { ok: false, error: refusal } : ok(undefined);
  const { clock, run, pace } = start(10, { answer });
  await clock.advance(60_000);
  const first = run.snapshot();
  expect(first).toMatchObject({ state: 'ended', counts: { done: 4, failed: 6 }, retryable: 6 });
  expect(run.itemsSince(0)[9]).toMatchObject({ state: 'failed', error: { kind: 'conflict' } });
  pace.ms = 500;
  expect(run.retry()).toBe(true);
  expect(run.retry()).toBe(false);
  await settle();
  expect(run.snapshot()).toMatchObject({ state: 'running', counts: { done: 4, running: 2, waiting: 4 }, retryable: 0 });
  expect(run.snapshot()).not.toHaveProperty('endedAt');
  expect(run.snapshot()).not.toHaveProperty('remainingMs');
  const again = run.itemsSince(first.version);
  expect(again.map(({ index }) => index)).toEqual([4, 5, 6, 7, 8, 9]);
  for (const item of again) expect(item).not.toHaveProperty('error');
  await clock.advance(1_000);
  expect(run.snapshot()).toMatchObject({ counts: { done: 8, running: 2, waiting: 0 }, remainingMs: 500 });
  await clock.advance(500);
  expect(run.snapshot()).toMatchObject({ state: 'ended', counts: { done: 10 } });
  expect(run.retry()).toBe(false);
});

test('a pause that the vendor asked for is told while it lasts, and what goes on after it', async () => {
  const limited: AppError = { ...fail('rate-limited', 'Too fast.', 'Wait.').error, retryAfterMs: 5_000 };
  const answer = (id: string, time: number): Result<unknown> =>
    id === 'D0' && time === 1 ? { ok: false, error: limited } : ok(undefined);
  const { clock, run, waiter } = start(2, { width: 1, answer });
  expect(run.snapshot()).not.toHaveProperty('pausedMs');
  await clock.advance(1_000);
  expect(run.snapshot()).toMatchObject({ pausedMs: 5_000, counts: { waiting: 2 } });
  await clock.advance(2_000);
  expect(run.snapshot()).toMatchObject({ pausedMs: 3_000 });
  const heard = waiter();
  await clock.advance(2_999);
  expect(heard.told).toBe(false);
  // The news of the call that begins, long before its end.
  await clock.advance(101);
  expect(heard.told).toBe(true);
  expect(run.snapshot()).toMatchObject({ counts: { running: 1, waiting: 1 } });
  expect(run.snapshot()).not.toHaveProperty('pausedMs');
  await clock.advance(60_000);
  expect(run.itemsSince(0).map(({ state, attempts }) => [state, attempts])).toEqual([
    ['done', 2],
    ['done', 1],
  ]);
});

test('whoever waits hears of a cancel at once, and of its end when what was sent is answered', async () => {
  const { clock, run, waiter } = start(5, { ms: 30_000 });
  await clock.advance(1_000);
  const heard = waiter();
  await clock.advance(1_000);
  expect(heard.told).toBe(false);
  const { version } = run.snapshot();
  run.cancel();
  await clock.advance(100);
  expect(heard.told).toBe(true);
  expect(run.snapshot()).toMatchObject({ state: 'cancelling', counts: { running: 2, cancelled: 3 }, retryable: 3 });
  expect(run.itemsSince(version).map(({ index, state }) => [index, state])).toEqual([
    [2, 'cancelled'],
    [3, 'cancelled'],
    [4, 'cancelled'],
  ]);
  const end = waiter();
  await clock.advance(30_000);
  expect(end.told).toBe(true);
  expect(run.snapshot()).toMatchObject({ state: 'ended', counts: { done: 2, cancelled: 3 } });
});
