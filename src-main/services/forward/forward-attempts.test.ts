import { expect, test } from 'vitest';
import { bindError, dialError, dialHop } from '../../core/forward/forward-errors.ts';
import { newForward, type Forward, type ForwardEvent } from '../../core/forward/forward.ts';
import { advance } from '../../core/forward/forward-machine.ts';
import { ForwardAttempts } from './forward-attempts.ts';

/** The attempts after some events, one second apart. */
const play = (events: readonly ForwardEvent[]) => {
  const attempts = new ForwardAttempts([]);
  let forward: Forward = newForward(60_000);
  for (const [index, event] of events.entries()) {
    const next = advance(forward, event, index * 1_000);
    attempts.note(event, next.forward, next.effects, index * 1_000);
    forward = next.forward;
  }
  return attempts.list(true);
};

test.each([
  ['ENOTFOUND', 'name'],
  ['EAI_AGAIN', 'name'],
  ['ECONNREFUSED', 'tunnel'],
  ['DIAL_TIMEOUT', 'tunnel'],
])('a dial that ends with %s failed at the %s, whatever its sentence says', (code, hop) => {
  const error = { ...dialError(code, 'relay.example', 1, 5_000), message: 'Some other sentence.' };
  const attempts = play([
    { type: 'start' },
    { type: 'bound', bind: 1, bindMs: 2 },
    { type: 'waiting' },
    { type: 'tunnel-opened', tunnelId: 1, vendorMs: 30 },
    { type: 'tunnel-dead', tunnelId: 1, error, gone: true, hop: dialHop(code) },
  ]);
  expect(attempts).toMatchObject([{ outcome: 'failed', hop, error }]);
});

test('a port that another program keeps is one entry, however often it is tried and whoever has it then', () => {
  const taken = (bind: number, holder: string): ForwardEvent => ({
    type: 'bind-failed',
    bind,
    error: bindError('EADDRINUSE', '127.0.0.1', 33_000, holder),
  });
  expect(play([{ type: 'start' }, taken(1, 'nginx (process 8)'), taken(2, 'nginx (process 9)')])).toHaveLength(1);
});
