import { expect, test } from 'vitest';
import { silentLog } from '../../../test/support/fake-vendor.ts';
import { rigDevice, sshService } from '../../../test/support/forward-rig.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { Emitter } from '../../core/base/emitter.ts';
import { fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import type { ForwardEngine, Listening } from '../../core/forward/forward-engine.ts';
import type { Tunnel } from '../../vendors/vendor.ts';
import { ForwardEntry } from './forward-entry.ts';
import { ForwardTunnels } from './forward-tunnels.ts';

const refused = fail('unreachable', 'Nothing answers.', 'Look at the network.');
const taken = fail('port-in-use', 'Another program has the port.', 'Take another one.');

/** One forward behind ports that are none, and a vendor that a test answers for. */
const rig = () => {
  const clock = new VirtualClock();
  const outside: { grant: Result<Tunnel>; port: Result<Listening>; asked: number; listened: number } = {
    grant: refused,
    port: ok({ bindMs: 1, extraEndpoints: [], bindFailures: [] }),
    asked: 0,
    listened: 0,
  };
  const nothing = (): void => undefined;
  const engine: ForwardEngine = {
    listen: async () => {
      outside.listened += 1;
      return outside.port;
    },
    configure: async () => outside.port,
    unlisten: async () => undefined,
    leave: async () => undefined,
    useTunnel: nothing,
    retire: nothing,
    breakTunnel: nothing,
    rejectWaiting: nothing,
    check: nothing,
    peers: async () => [],
    freePort: async () => undefined,
    events: new Emitter(),
    dispose: async () => undefined,
  };
  const tunnels = new ForwardTunnels({
    accounts: {
      connector: async () =>
        ok({
          check: async () => ok(undefined),
          listDevices: async function* () {},
          call: async () => fail('unsupported', 'No.', 'No.'),
          tunnels: {
            open: async () => {
              outside.asked += 1;
              return outside.grant;
            },
            close: async () => ok(undefined),
          },
        }),
    },
    inventory: { device: () => rigDevice, servicesOf: () => [sshService] },
    clock,
    log: silentLog,
  });
  const entry = new ForwardEntry(
    {
      id: 'f',
      deviceKey: rigDevice.key,
      serviceId: sshService.id,
      serviceKind: 'ssh',
      port: 33_000,
      listening: true,
    },
    0,
    [],
    {
      engine,
      tunnels,
      clock,
      random: () => 0.5,
      log: silentLog,
      suggest: async (error) => error,
      deviceEndpoint: () => undefined,
      observe: () => false,
      changed: nothing,
      attempted: nothing,
    },
  );
  const tunnel = (lifeMs: number): Result<Tunnel> =>
    ok({ host: 'proxy.example.com', port: 33_000, reused: false, handle: 1, expiresAt: clock.now() + lifeMs });
  return { clock, outside, entry, tunnel };
};

test('while the computer sleeps a client that waits makes nobody ask the vendor; at wake-up it is asked at once', async () => {
  const { clock, outside, entry } = rig();
  expect(await entry.start()).toMatchObject({ ok: true });
  entry.dispatch({ type: 'waiting' });
  await clock.advance(0);
  expect(outside.asked).toBe(1);
  await clock.advance(2_000);
  expect(outside.asked).toBeGreaterThan(1);
  expect(entry.snapshot().state).toBe('reconnecting');

  entry.suspend();
  const before = outside.asked;
  await clock.advance(8 * 3_600_000);
  expect(outside.asked).toBe(before);

  entry.wake();
  await clock.advance(0);
  expect(outside.asked).toBe(before + 1);
});

test('while the computer sleeps a port that is taken is not tried; at wake-up it is', async () => {
  const { clock, outside, entry } = rig();
  const free = outside.port;
  outside.port = taken;
  expect(await entry.start()).toMatchObject({ ok: false, error: { kind: 'port-in-use' } });
  await clock.advance(1_000);
  expect(outside.listened).toBe(2);

  entry.suspend();
  await clock.advance(8 * 3_600_000);
  expect(outside.listened).toBe(2);

  outside.port = free;
  entry.wake();
  await clock.advance(0);
  expect(outside.listened).toBe(3);
  expect(entry.snapshot().state).toBe('listening');
});

test('while the computer sleeps no tunnel is renewed; at wake-up one that is due is', async () => {
  const { clock, outside, entry, tunnel } = rig();
  outside.grant = tunnel(3_600_000);
  await entry.start();
  entry.dispatch({ type: 'waiting' });
  await clock.advance(0);
  entry.dispatch({ type: 'connected', tunnelId: 1, dialMs: 1 });
  expect(entry.snapshot().state).toBe('open');

  entry.suspend();
  await clock.advance(3_600_000 - 10_000);
  expect(outside.asked).toBe(1);

  outside.grant = tunnel(3_600_000);
  entry.wake();
  await clock.advance(0);
  expect(outside.asked).toBe(2);
  expect(entry.snapshot()).toMatchObject({ state: 'open', expiresAt: clock.now() + 3_600_000 });
});

test('a network that may be there again is tried now, not when it was planned', async () => {
  const { clock, outside, entry } = rig();
  outside.grant = fail('vendor-unavailable', 'It is down.', 'Wait.');
  await entry.start();
  entry.dispatch({ type: 'waiting' });
  await clock.advance(150_000);
  const planned = (): number => (entry.snapshot().nextAttemptAt ?? 0) - clock.now();
  while (planned() < 10_000) await clock.advance(1_000);
  const before = outside.asked;
  await clock.advance(5_000);
  expect(outside.asked).toBe(before);
  entry.wake();
  await clock.advance(0);
  expect(outside.asked).toBe(before + 1);
});
