import { expect, test } from 'vitest';
import { fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { TunnelGate } from './tunnel-gate.ts';

const never = new AbortController().signal;
const away = fail('unreachable', 'The vendor cannot be reached.', 'Wait.');

const gateOf = (opensPerMinute = 100, reachable?: () => Promise<boolean>) => {
  const clock = new VirtualClock();
  let recoveries = 0;
  const gate = new TunnelGate({
    clock,
    reachable,
    opensPerMinute,
    recovered: () => {
      recoveries += 1;
    },
  });
  return { clock, gate, recoveries: () => recoveries };
};

test('no more tunnels than allowed are opened in a minute, and the refusal says when the next may be', async () => {
  const { clock, gate } = gateOf(2);
  const call = async (): Promise<Result<number>> => ok(1);
  expect(await gate.run(call, never)).toEqual(ok(1));
  await clock.advance(10_000);
  expect(await gate.run(call, never)).toEqual(ok(1));
  expect(await gate.run(call, never)).toMatchObject({
    ok: false,
    error: { kind: 'rate-limited', retryAfterMs: 50_000 },
  });
  await clock.advance(50_000);
  expect(await gate.run(call, never)).toEqual(ok(1));
});

test('while the vendor is in trouble one call is made for all, and all hear when it is over', async () => {
  const { clock, gate, recoveries } = gateOf();
  let calls = 0;
  let answer: Result<number> = away;
  const call = async (): Promise<Result<number>> => {
    calls += 1;
    await new Promise<void>((resolve) => clock.after(100, resolve));
    return answer;
  };
  const all = async (count: number): Promise<readonly Result<number>[]> => {
    const running = Promise.all(Array.from({ length: count }, () => gate.run(call, never)));
    await clock.advance(1_000);
    return running;
  };
  await all(1);
  calls = 0;
  expect(await all(5)).toEqual(Array.from({ length: 5 }, () => away));
  expect(calls).toBe(1);
  answer = ok(7);
  expect(await all(5)).toEqual(Array.from({ length: 5 }, () => ok(7)));
  expect(recoveries()).toBe(1);
});

test('a call that hangs is begun again when the vendor answers after it did not; one that is slow is left alone', async () => {
  let answers = true;
  const { clock, gate } = gateOf(100, async () => answers);
  expect(await gate.run(async () => ok(0), never)).toEqual(ok(0));
  await clock.advance(0);
  let calls = 0;
  const hanging = (signal: AbortSignal): Promise<Result<number>> => {
    calls += 1;
    if (calls > 1) return Promise.resolve(ok(calls));
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(fail('cancelled', 'Cancelled.', 'Again.')));
    });
  };
  const running = gate.run(hanging, never);
  await clock.advance(20_000);
  expect(calls).toBe(1);
  answers = false;
  await clock.advance(2_000);
  answers = true;
  await clock.advance(1_000);
  expect(await running).toEqual(ok(2));
});

test('aborting ends the wait for another’s call', async () => {
  const { clock, gate } = gateOf();
  await gate.run(async () => away, never);
  await clock.advance(1_000);
  void gate.run(() => new Promise<Result<number>>(() => undefined), never);
  await clock.advance(0);
  const mine = new AbortController();
  const waiting = gate.run(async () => ok(1), mine.signal);
  mine.abort();
  expect(await waiting).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
});
