import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settle, VirtualClock } from '../../../test/support/virtual-clock.ts';
import { RequestBudget, Slots } from './request-budget.ts';

test('in no minute are more admitted than the budget allows, and the budget is nearly used up', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 90 }), async (perMinute) => {
      const clock = new VirtualClock();
      const budget = new RequestBudget(clock, perMinute);
      const times: number[] = [];
      for (let index = 0; index < perMinute * 3; index += 1)
        void budget.admit().then(() => times.push(clock.monotonic()));
      await clock.advance(120_000);
      for (const [index, time] of times.entries()) {
        const inMinute = times.slice(index).filter((other) => other < time + 60_000).length;
        expect(inMinute).toBeLessThanOrEqual(perMinute);
      }
      expect(times.length).toBeGreaterThanOrEqual(perMinute * 1.7);
    }),
    { seed: 7, numRuns: 12 },
  );
});

test('first come, first served; who leaves the queue holds nobody up', async () => {
  const clock = new VirtualClock();
  const budget = new RequestBudget(clock, 1);
  const order: string[] = [];
  const controller = new AbortController();
  const join = (name: string, signal?: AbortSignal): void =>
    void budget.admit(signal).then(({ kind }) => order.push(`${name} ${kind}`));
  join('a');
  join('b', controller.signal);
  join('c');
  await settle();
  controller.abort();
  await clock.advance(60_000);
  expect(order).toEqual(['a admitted', 'b cancelled', 'c admitted']);
  expect(clock.pending).toBe(0);
});

test('a short pause is waited out, a long one handed back to all who wait', async () => {
  const clock = new VirtualClock();
  const budget = new RequestBudget(clock, 600);
  budget.pause(5000);
  const short = budget.admit();
  await clock.advance(4999);
  await expect(Promise.race([short, settle().then(() => 'waiting')])).resolves.toBe('waiting');
  await clock.advance(2);
  expect(await short).toEqual({ kind: 'admitted' });
  budget.pause(5000);
  const caught = budget.admit();
  budget.pause(60_000);
  expect(await caught).toEqual({ kind: 'paused', retryAfterMs: 60_000 });
  await clock.advance(50_000);
  const late = budget.admit();
  await clock.advance(10_001);
  expect(await late).toEqual({ kind: 'admitted' });
});

test('lanes that differ about a budget get the smaller one', async () => {
  const clock = new VirtualClock();
  const budget = new RequestBudget(clock, 6000);
  budget.narrow(60);
  let admitted = 0;
  for (let index = 0; index < 500; index += 1) void budget.admit().then(() => (admitted += 1));
  await clock.advance(59_999);
  expect(admitted).toBeLessThanOrEqual(60);
});

test('slots: a cancelled waiter takes no place', async () => {
  const slots = new Slots(1);
  expect(await slots.take()).toBe(true);
  const controller = new AbortController();
  const cancelled = slots.take(controller.signal);
  const next = slots.take();
  controller.abort();
  expect(await cancelled).toBe(false);
  slots.release();
  expect(await next).toBe(true);
  slots.release();
  expect(await slots.take(AbortSignal.abort())).toBe(false);
  expect(await slots.take()).toBe(true);
});
