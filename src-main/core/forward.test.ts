import { expect, test } from 'vitest';
import { fail } from './errors.ts';
import { advance, newForward } from './forward.ts';
import type { Forward, ForwardEffect, ForwardEvent } from './forward.ts';

const error = fail('tunnel-failed', 'It failed.', 'Try again.').error;

/** The state and the last effects after some events, one second apart. */
const play = (
  events: readonly ForwardEvent[],
  idleTimeoutMs = 60_000,
): { forward: Forward; effects: readonly ForwardEffect[] } => {
  let forward = newForward(idleTimeoutMs);
  let effects: readonly ForwardEffect[] = [];
  for (const [index, event] of events.entries()) ({ forward, effects } = advance(forward, event, index * 1_000));
  return { forward, effects };
};

const listening: readonly ForwardEvent[] = [{ type: 'start' }, { type: 'bound', bind: 1, bindMs: 2 }];
const open: readonly ForwardEvent[] = [
  ...listening,
  { type: 'waiting' },
  { type: 'tunnel-opened', route: 1, vendorMs: 30 },
  { type: 'connected', route: 1, dialMs: 4 },
];

test('from start to open: bind, ask the vendor for the first client, route, connect', () => {
  expect(play(open.slice(0, 1)).effects).toEqual([{ type: 'bind', bind: 1 }]);
  expect(play(listening)).toMatchObject({ forward: { state: 'listening' }, effects: [] });
  expect(play(open.slice(0, 3))).toMatchObject({
    forward: { state: 'dialling' },
    effects: [{ type: 'open-tunnel', route: 1 }],
  });
  expect(play(open.slice(0, 4)).effects).toEqual([{ type: 'route', route: 1 }]);
  expect(play(open).forward).toMatchObject({
    state: 'open',
    connections: 1,
    timings: { bindMs: 2, vendorMs: 30, dialMs: 4 },
  });
});

test('clients that come while the vendor is asked share the dial', () => {
  expect(play([...listening, { type: 'waiting' }, { type: 'waiting' }])).toMatchObject({
    forward: { lastRoute: 1 },
    effects: [],
  });
});

test('a dead tunnel is replaced first and then retired, once an attempt', () => {
  const dead: readonly ForwardEvent[] = [...open, { type: 'route-dead', route: 1, error }];
  expect(play(dead)).toMatchObject({
    forward: { state: 'dialling' },
    effects: [{ type: 'open-tunnel', route: 2, instead: 1 }],
  });
  const replaced: readonly ForwardEvent[] = [...dead, { type: 'tunnel-opened', route: 2, vendorMs: 9 }];
  expect(play(replaced).effects).toEqual([
    { type: 'route', route: 2 },
    { type: 'retire', route: 1, onlyIfIdle: false },
  ]);
  expect(play([...replaced, { type: 'retired', route: 1 }]).effects).toEqual([{ type: 'close-tunnel', route: 1 }]);
  expect(play([...replaced, { type: 'route-dead', route: 2, error }])).toMatchObject({
    forward: { state: 'failed', error, bound: true },
    effects: [{ type: 'reject-waiting' }, { type: 'retire', route: 2, onlyIfIdle: false }],
  });
});

test('a client that slips in as the idle time ends keeps the tunnel', () => {
  const ending: readonly ForwardEvent[] = [
    ...open,
    { type: 'traffic', connections: 0, bytesUp: 1, bytesDown: 1 },
    { type: 'tick' },
  ];
  expect(play(ending, 500)).toMatchObject({ effects: [{ type: 'retire', route: 1, onlyIfIdle: true }] });
  expect(play([...ending, { type: 'kept', route: 1 }], 500).forward).toMatchObject({
    state: 'idle',
    closingIdle: false,
    idleUntil: 7_500,
  });
  expect(play([...ending, { type: 'retired', route: 1 }], 500)).toMatchObject({
    forward: { state: 'listening' },
    effects: [{ type: 'close-tunnel', route: 1 }],
  });
});

test('a tunnel granted after the forward was stopped is closed again', () => {
  const stopped: readonly ForwardEvent[] = [...open.slice(0, 3), { type: 'stop' }];
  expect(play(stopped).effects).toEqual([{ type: 'unbind' }, { type: 'abandon-tunnel', route: 1 }]);
  expect(play([...stopped, { type: 'tunnel-opened', route: 1, vendorMs: 1 }]).effects).toEqual([
    { type: 'close-tunnel', route: 1 },
  ]);
});

test('a changed idle time counts from now for a forward that is idle', () => {
  const idle: readonly ForwardEvent[] = [...open, { type: 'traffic', connections: 0, bytesUp: 0, bytesDown: 0 }];
  expect(play([...idle, { type: 'idle-timeout', ms: 5_000 }]).forward).toMatchObject({
    state: 'idle',
    idleUntil: 11_000,
  });
  expect(play([...idle, { type: 'idle-timeout', ms: 0 }]).forward.idleUntil).toBeUndefined();
});
