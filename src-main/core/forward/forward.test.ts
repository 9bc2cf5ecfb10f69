import { expect, test } from 'vitest';
import { fail } from '../base/errors.ts';
import type { ErrorKind } from '../base/errors.ts';
import { newForward } from './forward.ts';
import type { Forward, ForwardEffect, ForwardEvent } from './forward.ts';
import { advance } from './forward-machine.ts';

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
  { type: 'tunnel-opened', tunnelId: 1, vendorMs: 30 },
  { type: 'connected', tunnelId: 1, dialMs: 4 },
];

test('from start to open: bind, ask the vendor for the first client, tunnelId, connect', () => {
  expect(play(open.slice(0, 1)).effects).toEqual([{ type: 'bind', bind: 1 }]);
  expect(play(listening)).toMatchObject({ forward: { state: 'listening' }, effects: [] });
  expect(play(open.slice(0, 3))).toMatchObject({
    forward: { state: 'dialling' },
    effects: [{ type: 'open-tunnel', tunnelId: 1 }],
  });
  expect(play(open.slice(0, 4)).effects).toEqual([{ type: 'use-tunnel', tunnelId: 1 }]);
  expect(play(open).forward).toMatchObject({
    state: 'open',
    connections: 1,
    timings: { bindMs: 2, vendorMs: 30, dialMs: 4 },
  });
});

test('clients that come while the vendor is asked share the dial', () => {
  expect(play([...listening, { type: 'waiting' }, { type: 'waiting' }])).toMatchObject({
    forward: { lastTunnelId: 1 },
    effects: [],
  });
});

test('a dead tunnel is replaced first and then retired; the second one that is dead starts the reconnecting', () => {
  const dead: readonly ForwardEvent[] = [
    ...open,
    { type: 'tunnel-dead', tunnelId: 1, error, gone: true, hop: 'tunnel' },
  ];
  expect(play(dead)).toMatchObject({
    forward: { state: 'dialling' },
    effects: [{ type: 'open-tunnel', tunnelId: 2, instead: 1, because: 'gone' }],
  });
  const replaced: readonly ForwardEvent[] = [...dead, { type: 'tunnel-opened', tunnelId: 2, vendorMs: 9 }];
  expect(play(replaced).effects).toEqual([
    { type: 'use-tunnel', tunnelId: 2 },
    { type: 'retire', tunnelId: 1, onlyIfIdle: false },
  ]);
  expect(play([...replaced, { type: 'retired', tunnelId: 1 }]).effects).toEqual([
    { type: 'close-tunnel', tunnelId: 1 },
  ]);
  expect(play([...replaced, { type: 'tunnel-dead', tunnelId: 2, error, gone: true, hop: 'tunnel' }])).toMatchObject({
    forward: { state: 'reconnecting', error, bound: true, attempt: 1, nextAttemptAt: 7_150 },
    effects: [{ type: 'retire', tunnelId: 2, onlyIfIdle: false }],
  });
});

const refused = (tunnelId: number, kind: ErrorKind): ForwardEvent => ({
  type: 'tunnel-refused',
  tunnelId,
  vendorMs: 1,
  error: fail(kind, 'No.', 'Wait.').error,
});

test('a vendor that cannot be reached is asked again while a client waits, and no longer', () => {
  const reconnecting: readonly ForwardEvent[] = [...listening, { type: 'waiting' }, refused(1, 'unreachable')];
  expect(play(reconnecting)).toMatchObject({
    forward: { state: 'reconnecting', attempt: 1, reconnectingSince: 3_000, nextAttemptAt: 3_149 },
    effects: [],
  });
  expect(play([...reconnecting, { type: 'tick' }])).toMatchObject({
    forward: { state: 'reconnecting', attempt: 1 },
    effects: [{ type: 'open-tunnel', tunnelId: 2 }],
  });
  expect(play([...reconnecting, { type: 'none-waiting' }])).toMatchObject({
    forward: { state: 'failed', error: { kind: 'unreachable' } },
    effects: [{ type: 'reject-waiting' }],
  });
  const back: readonly ForwardEvent[] = [
    ...reconnecting,
    { type: 'tick' },
    { type: 'tunnel-opened', tunnelId: 2, vendorMs: 1 },
    { type: 'connected', tunnelId: 2, dialMs: 1 },
  ];
  expect(play(back).forward).toMatchObject({ state: 'open', attempt: 0 });
  expect(play(back).forward.error).toBeUndefined();
});

test.each(['unauthorized', 'not-found', 'unsupported', 'device-offline'] as const)(
  'what time does not heal ends the first attempt: %s',
  (kind) => {
    expect(play([...listening, { type: 'waiting' }, refused(1, kind)])).toMatchObject({
      forward: { state: 'failed', error: { kind } },
      effects: [{ type: 'reject-waiting' }],
    });
  },
);

test('a device that worked and went offline is waited for, and given up after five minutes', () => {
  const gone: readonly ForwardEvent[] = [
    ...open,
    { type: 'tunnel-dead', tunnelId: 1, error, gone: true, hop: 'tunnel' },
    refused(2, 'device-offline'),
  ];
  expect(play(gone).forward).toMatchObject({ state: 'reconnecting', worked: true });
  let { forward } = play(gone);
  let now = 10_000;
  for (; forward.state === 'reconnecting'; now += 20_000) {
    ({ forward } = advance(forward, { type: 'tick' }, now));
    ({ forward } = advance(forward, refused(forward.lastTunnelId, 'device-offline'), now));
  }
  expect(forward).toMatchObject({ state: 'failed', error: { kind: 'device-offline' }, attempt: 0, worked: false });
  expect(now).toBeGreaterThan(300_000);
  expect(now).toBeLessThan(350_000);
});

test('a client that connects again and again is let through less and less often while it never works', () => {
  let { forward } = play(listening);
  let now = 10_000;
  const waits: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const from = now;
    for (;;) {
      const { forward: next, effects } = advance(forward, { type: 'waiting' }, now);
      forward = next;
      if (effects[0]?.type === 'open-tunnel') break;
      // Refused without a word to the vendor.
      expect(effects).toEqual([{ type: 'reject-waiting' }]);
      now += 100;
    }
    waits.push(now - from);
    ({ forward } = advance(forward, refused(forward.lastTunnelId, 'unauthorized'), now));
    expect(forward.state).toBe('failed');
  }
  expect(waits).toEqual([0, 0, 1_000, 2_000, 4_000, 8_000, 10_000]);

  // A changed network, or a connection that works, ends it.
  const tried = advance(forward, { type: 'try-now' }, now).forward;
  expect(advance(tried, { type: 'waiting' }, now).effects).toMatchObject([{ type: 'open-tunnel' }]);
  const asking = advance(tried, { type: 'waiting' }, now).forward;
  const { lastTunnelId: tunnelId } = asking;
  let worked = advance(asking, { type: 'tunnel-opened', tunnelId, vendorMs: 1 }, now).forward;
  worked = advance(worked, { type: 'connected', tunnelId, dialMs: 1 }, now).forward;
  worked = advance(worked, { type: 'lost', tunnelId }, now).forward;
  worked = advance(worked, { type: 'waiting' }, now).forward;
  worked = advance(worked, refused(worked.lastTunnelId, 'unauthorized'), now).forward;
  expect(worked.state).toBe('failed');
  expect(advance(worked, { type: 'waiting' }, now).effects).toMatchObject([{ type: 'open-tunnel' }]);
});

test('a changed network is tried at once', () => {
  const reconnecting: readonly ForwardEvent[] = [...listening, { type: 'waiting' }, refused(1, 'unreachable')];
  expect(play([...reconnecting, { type: 'try-now' }]).effects).toEqual([{ type: 'open-tunnel', tunnelId: 2 }]);
  expect(play([...open, { type: 'try-now' }]).effects).toEqual([]);
});

const expiring: readonly ForwardEvent[] = [
  ...listening,
  { type: 'waiting' },
  { type: 'tunnel-opened', tunnelId: 1, vendorMs: 1, expiresAt: 7_000 },
  { type: 'connected', tunnelId: 1, dialMs: 4 },
];

test('a tunnel in use is renewed before it expires: replaced first, then retired', () => {
  const due: readonly ForwardEvent[] = [...expiring, { type: 'tick' }, { type: 'tick' }];
  expect(play(due.slice(0, -1)).effects).toEqual([]);
  expect(play(due)).toMatchObject({
    forward: { state: 'open', tunnelId: 1, renewal: 2 },
    effects: [{ type: 'open-tunnel', tunnelId: 2, instead: 1, because: 'expiring' }],
  });
  const renewed: readonly ForwardEvent[] = [
    ...due,
    { type: 'tunnel-opened', tunnelId: 2, vendorMs: 1, expiresAt: 99_000 },
  ];
  expect(play(renewed)).toMatchObject({
    forward: { state: 'open', tunnelId: 2, retiring: [1] },
    effects: [
      { type: 'use-tunnel', tunnelId: 2 },
      { type: 'retire', tunnelId: 1, onlyIfIdle: false },
    ],
  });
  expect(play([...renewed, { type: 'lost', tunnelId: 1 }]).effects).toEqual([{ type: 'break', tunnelId: 1 }]);
  expect(play([...due, refused(2, 'unreachable')]).forward).toMatchObject({
    state: 'open',
    tunnelId: 1,
    renewAt: 22_000,
  });
});

test('a tunnel that expires unused is given back, not renewed', () => {
  const idle: ForwardEvent = { type: 'traffic', connections: 0, bytesUp: 0, bytesDown: 0 };
  expect(play([...expiring, idle, { type: 'tick' }]).effects).toEqual([
    { type: 'retire', tunnelId: 1, onlyIfIdle: true },
  ]);
});

test('a tunnel the vendor has ended loses its connections at once, and the next client asks for another', () => {
  const lost: readonly ForwardEvent[] = [...open, { type: 'lost', tunnelId: 1 }];
  expect(play(lost)).toMatchObject({
    forward: { state: 'listening', connections: 0 },
    effects: [
      { type: 'break', tunnelId: 1 },
      { type: 'retire', tunnelId: 1, onlyIfIdle: false },
    ],
  });
  expect(play([...lost, { type: 'waiting' }]).effects).toEqual([{ type: 'open-tunnel', tunnelId: 2 }]);
});

test('a client that slips in as the idle time ends keeps the tunnel', () => {
  const ending: readonly ForwardEvent[] = [
    ...open,
    { type: 'traffic', connections: 0, bytesUp: 1, bytesDown: 1 },
    { type: 'tick' },
  ];
  expect(play(ending, 500)).toMatchObject({ effects: [{ type: 'retire', tunnelId: 1, onlyIfIdle: true }] });
  expect(play([...ending, { type: 'kept', tunnelId: 1 }], 500).forward).toMatchObject({
    state: 'idle',
    closingIdle: false,
    idleUntil: 7_500,
  });
  expect(play([...ending, { type: 'retired', tunnelId: 1 }], 500)).toMatchObject({
    forward: { state: 'listening' },
    effects: [{ type: 'close-tunnel', tunnelId: 1 }],
  });
});

test('a tunnel granted after the forward was stopped is closed again', () => {
  const stopped: readonly ForwardEvent[] = [...open.slice(0, 3), { type: 'stop' }];
  expect(play(stopped).effects).toEqual([{ type: 'unbind' }, { type: 'abandon-tunnel', tunnelId: 1 }]);
  expect(play([...stopped, { type: 'tunnel-opened', tunnelId: 1, vendorMs: 1 }]).effects).toEqual([
    { type: 'close-tunnel', tunnelId: 1 },
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
