import { expect, it } from 'vitest';
import { silentLog } from '../../../test/support/fake-vendor.ts';
import { settle, VirtualClock } from '../../../test/support/virtual-clock.ts';
import { deviceKey } from '../../core/fleet/device.ts';
import type { Device, Service } from '../../core/fleet/device.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import { sleep } from '../../core/base/clock.ts';
import type { Connector, TunnelRoute } from '../../vendors/vendor.ts';
import { ForwardTunnels } from './forward-tunnels.ts';
import type { TunnelLease } from './forward-tunnels.ts';

const ssh: Service = { id: 'ssh', kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 };
const deviceOf = (accountId: string): Device => ({
  id: 'one',
  key: deviceKey(accountId, 'one'),
  accountId,
  vendor: 'remoteiot',
  name: 'gw',
  groups: [],
  tags: [],
  presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
  services: [ssh],
});

const rig = (routes: Readonly<Record<string, TunnelRoute>>) => {
  const clock = new VirtualClock();
  const connectorOf = (tunnels: TunnelRoute | undefined): Connector => ({
    check: async () => ok(undefined),
    listDevices: async function* () {},
    call: async () => fail('unsupported', 'no', 'no'),
    tunnels,
  });
  const tunnels = new ForwardTunnels({
    accounts: { connector: async (id) => ok(connectorOf(routes[id])) },
    inventory: { device: (key) => deviceOf(key.split('/')[0] ?? ''), servicesOf: () => [ssh] },
    clock,
    log: silentLog,
  });
  const open = (accountId: string) => {
    const wish: { ended?: Result<TunnelLease> } = {};
    void tunnels.open(deviceKey(accountId, 'one'), 'ssh', undefined, new AbortController().signal).then((result) => {
      wish.ended = result;
    });
    return wish;
  };
  return { clock, open };
};

/** A vendor that takes the request for a tunnel and answers nothing until the call is aborted. */
const silent = (clock: () => VirtualClock, more: Partial<TunnelRoute> = {}): TunnelRoute => ({
  open: async (_device, _service, signal) => {
    await sleep(clock(), 600_000, signal);
    return cancelled('the answer of api.example.com');
  },
  close: async () => ok(undefined),
  ...more,
});
const good: TunnelRoute = {
  open: async () => ok({ host: 'proxy.example.com', port: 33_000, reused: false, handle: 1 }),
  close: async () => ok(undefined),
};

it('a wish for a tunnel ends in its time, whatever comes between, and says what was waited for', async () => {
  const made: { clock?: VirtualClock } = {};
  const clockOf = (): VirtualClock => made.clock ?? new VirtualClock();
  const { clock, open } = rig({
    slow: silent(clockOf),
    slower: silent(clockOf, { openWithinMs: 45_000 }),
    good,
  });
  made.clock = clock;
  const [slow, second, slower, other] = [open('slow'), open('slow'), open('slower'), open('good')];
  await settle();
  expect(other.ended).toMatchObject({ ok: true });
  await clock.advance(29_000);
  expect([slow.ended, slower.ended]).toEqual([undefined, undefined]);
  await clock.advance(1_000);
  for (const { ended } of [slow, second])
    expect(ended).toMatchObject({
      error: { kind: 'timeout', message: expect.stringContaining('the answer of api.example.com') },
    });
  expect(slower.ended).toBeUndefined();
  await clock.advance(15_000);
  expect(slower.ended).toMatchObject({ error: { kind: 'timeout' } });
  // In trouble one asks for all: whoever waits for it does so no longer either.
  const [leader, follower] = [open('slow'), open('slow')];
  await clock.advance(30_500);
  expect([leader.ended?.ok, follower.ended?.ok]).toEqual([false, false]);
});
