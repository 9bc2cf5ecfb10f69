import { expect, test } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import type { ByteChannel } from '../../core/session/byte-channel.ts';
import { fail, ok } from '../../core/base/errors.ts';
import { sniffProbes } from '../../core/forward/sniff-service.ts';
import { recogniseService } from './recognise-service.ts';

const never = new AbortController().signal;

/** A service that answers to what it hears as `answer` says, and what it heard, a text for each connection. */
const service = (answer: (heard: Uint8Array) => string | undefined) => {
  const heard: Uint8Array[][] = [];
  let open = 0;
  const dial = async () => {
    const mine: Uint8Array[] = [];
    heard.push(mine);
    open += 1;
    let say = (_bytes: Uint8Array): void => undefined;
    const channel: ByteChannel = {
      write: (bytes) => {
        mine.push(bytes);
        const text = answer(bytes);
        if (text !== undefined) say(Buffer.from(text, 'latin1'));
        return true;
      },
      onDrain: () => undefined,
      onData: (listener) => {
        say = listener;
      },
      onEnd: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      close: () => {
        open -= 1;
      },
    };
    return ok(channel);
  };
  return { dial, heard, open: () => open };
};

test('a silent service is asked in each way on a connection of its own, and none is left open', async () => {
  const clock = new VirtualClock();
  const silent = service(() => undefined);
  const asking = recogniseService({ dial: silent.dial, clock }, 4_000, never);
  await clock.advance(60_000);
  expect(await asking).toBeUndefined();
  expect(silent.heard).toEqual([[], ...sniffProbes.map(({ bytes }) => [bytes])]);
  expect(silent.open()).toBe(0);
});

test('who answers a probe is asked no more', async () => {
  const clock = new VirtualClock();
  const web = service(() => 'HTTP/1.1 400 Bad Request');
  const asking = recogniseService({ dial: web.dial, clock }, undefined, never);
  await clock.advance(2_000);
  expect(await asking).toBe('http');
  expect(web.heard).toHaveLength(2);
  expect(web.open()).toBe(0);
});

test('a printer or a controller is listened to, and sent nothing', async () => {
  for (const port of [9_100, 502]) {
    const clock = new VirtualClock();
    const machine = service(() => undefined);
    const asking = recogniseService({ dial: machine.dial, clock }, port, never);
    await clock.advance(60_000);
    expect(await asking).toBeUndefined();
    expect(machine.heard).toEqual([[]]);
  }
});

test('a service that cannot be reached, or is not waited for any more, is not recognised', async () => {
  const clock = new VirtualClock();
  const refused = async () => fail('unreachable', 'Nothing answers.', 'Try again.');
  expect(await recogniseService({ dial: refused, clock }, 4_000, never)).toBeUndefined();
  const silent = service(() => undefined);
  const patience = new AbortController();
  const asking = recogniseService({ dial: silent.dial, clock }, 4_000, patience.signal);
  await clock.advance(10);
  patience.abort();
  expect(await asking).toBeUndefined();
  expect(silent.heard).toEqual([[]]);
  expect(silent.open()).toBe(0);
});
