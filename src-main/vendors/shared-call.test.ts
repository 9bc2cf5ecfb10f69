import { expect, test } from 'vitest';
import { cancelled, ok, type Result } from '../core/base/errors.ts';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { SharedCall } from './shared-call.ts';

/** Calls that are answered by hand, or end when they are cancelled. */
const calls = () => {
  const started: { readonly signal: AbortSignal; readonly answer: (text: string) => void }[] = [];
  const clock = new VirtualClock();
  const shared = new SharedCall<string>(
    (signal) =>
      new Promise<Result<string>>((resolve) => {
        signal.addEventListener('abort', () => resolve(cancelled()), { once: true });
        started.push({ signal, answer: (text) => resolve(ok(text)) });
      }),
    clock,
  );
  return { started, shared, clock };
};
const never = new AbortController().signal;

test('who asks while a call is under way gets its answer; who asks later a new one', async () => {
  const { started, shared } = calls();
  const answers = Promise.all([shared.run(never), shared.run(never), shared.run(never)]);
  expect(started).toHaveLength(1);
  started[0]?.answer('one');
  expect(await answers).toEqual([ok('one'), ok('one'), ok('one')]);
  const later = shared.run(never);
  started[1]?.answer('two');
  expect(await later).toEqual(ok('two'));
});

test('after a change nobody gets an answer that may be older than it', async () => {
  const { started, shared } = calls();
  const before = shared.run(never);
  shared.forget();
  const after = shared.run(never);
  started[1]?.answer('new');
  expect(await after).toEqual(ok('new'));
  started[0]?.answer('old');
  expect(await before).toEqual(ok('old'));
  expect(started).toHaveLength(2);
});

test('one who gives up leaves the others their answer, and a fresh call to who asks then', async () => {
  const { started, shared } = calls();
  const impatient = new AbortController();
  const [gone, patient] = [shared.run(impatient.signal), shared.run(never)];
  impatient.abort();
  expect(await gone).toEqual(cancelled());
  const again = shared.run(never);
  expect(started).toHaveLength(2);
  started[0]?.answer('late');
  started[1]?.answer('fresh');
  expect([await patient, await again]).toEqual([ok('late'), ok('fresh')]);
  expect(started[0]?.signal.aborted).toBe(false);
});

test('a call that nobody waits for any more is cancelled', async () => {
  const { started, shared } = calls();
  const [one, two] = [new AbortController(), new AbortController()];
  const both = [shared.run(one.signal), shared.run(two.signal)];
  one.abort();
  expect(started[0]?.signal.aborted).toBe(false);
  two.abort();
  expect(started[0]?.signal.aborted).toBe(true);
  expect(await Promise.all(both)).toEqual([cancelled(), cancelled()]);
  expect(await shared.run(one.signal)).toEqual(cancelled());
});

test('a call that has not been answered for a while holds nobody up who asks then', async () => {
  const { started, shared, clock } = calls();
  const first = shared.run(never);
  await clock.advance(1_000);
  const second = shared.run(never);
  started[1]?.answer('two');
  expect(await second).toEqual(ok('two'));
  started[0]?.answer('one');
  expect(await first).toEqual(ok('one'));
});
