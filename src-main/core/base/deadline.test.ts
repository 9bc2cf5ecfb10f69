import { describe, expect, it } from 'vitest';
import { settle, VirtualClock } from '../../../test/support/virtual-clock.ts';
import { withDeadline } from './deadline.ts';
import { cancelled, fail, ok } from './errors.ts';
import type { Result } from './errors.ts';
import { sleep } from './clock.ts';

const late = (waitingFor: string | undefined) =>
  fail('timeout', `It waited for ${waitingFor ?? 'something'}.`, 'Wait.');

const rig = () => {
  const clock = new VirtualClock();
  const caller = new AbortController();
  let ended: Result<string> | undefined;
  const run = (call: (limit: AbortSignal) => Promise<Result<string>>): void => {
    void withDeadline({ clock, ms: 30_000, signal: caller.signal, late }, call).then((result) => {
      ended = result;
    });
  };
  return { clock, caller, run, ended: () => ended };
};

describe('a call with a deadline', () => {
  it('counts attempts and pauses together, and says what it waited for at last', async () => {
    const { clock, run, ended } = rig();
    let attempts = 0;
    run(async (limit) => {
      for (;;) {
        attempts += 1;
        await sleep(clock, 14_000, limit);
        if (limit.aborted) return cancelled(`attempt ${attempts}`);
      }
    });
    await clock.advance(29_999);
    expect(ended()).toBeUndefined();
    await clock.advance(1);
    expect(ended()).toEqual(late('attempt 3'));
    expect(clock.pending).toBe(0);
  });

  it('ends although the call does not hear that it is to stop', async () => {
    const { clock, run, ended } = rig();
    run(() => new Promise(() => undefined));
    await clock.advance(30_500);
    expect(ended()).toEqual(late(undefined));
    expect(clock.pending).toBe(0);
  });

  it('leaves what came in time, and a failure that says more than the time, as it is', async () => {
    const quick = rig();
    quick.run(async () => ok('done'));
    await settle();
    expect(quick.ended()).toEqual(ok('done'));
    expect(quick.clock.pending).toBe(0);
    const refused = rig();
    refused.run(async (limit) => {
      await sleep(refused.clock, 60_000, limit);
      return fail('rate-limited', 'Too many requests.', 'Wait.');
    });
    await refused.clock.advance(30_000);
    expect(refused.ended()).toMatchObject({ error: { kind: 'rate-limited' } });
  });

  it('is cancelled, not late, when its caller gives it up', async () => {
    const { clock, caller, run, ended } = rig();
    run(async (limit) => {
      await sleep(clock, 60_000, limit);
      return cancelled();
    });
    await clock.advance(1_000);
    caller.abort();
    await settle();
    expect(ended()).toEqual(cancelled());
    expect(clock.pending).toBe(0);
    const never = rig();
    never.caller.abort();
    never.run(() => Promise.reject(new Error('called all the same')));
    await settle();
    expect(never.ended()).toEqual(cancelled());
  });
});
