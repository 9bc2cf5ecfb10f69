import { beforeEach, expect, test } from 'vitest';
import { MemoryDocument } from '../../../test/support/memory-document.ts';
import { recordingLog, silentLog } from '../../../test/support/fake-vendor.ts';
import { rigDevice, sshService, webService } from '../../../test/support/forward-rig.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import { tunnelRecordsFormat } from '../../core/forward/tunnel-record.ts';
import type { TunnelRecords } from '../../core/forward/tunnel-record.ts';
import type { Connector, Tunnel } from '../../vendors/vendor.ts';
import { ForwardTunnels } from './forward-tunnels.ts';
import type { TunnelLease } from './forward-tunnels.ts';
import { OwnTunnels } from './own-tunnels.ts';

const key = rigDevice.key;
const signal = new AbortController().signal;

let document: MemoryDocument<TunnelRecords>;
/** Remote ports of the tunnels the vendor was told to close, in order. */
let closed: number[];
/** What the vendor grants next, and what it answers to the wish to close. */
let granted: Partial<Tunnel>;
let closing: Result<void>;
let account: Result<Connector>;

const tunnel = (parts: Partial<Tunnel> = {}): Tunnel => ({
  host: 'proxy7.remoteiot.com',
  port: 10_000,
  reused: false,
  handle: { Port: 10_000 },
  ...parts,
});

/** One run of a process on the profile. */
const start = async (): Promise<ForwardTunnels> => {
  const tunnels = new ForwardTunnels({
    accounts: { connector: async () => account },
    inventory: { device: () => rigDevice, servicesOf: () => [sshService, webService] },
    tunnelDocument: document,
    clock: new VirtualClock(),
    log: silentLog,
  });
  expect(await tunnels.load()).toEqual(ok(undefined));
  return tunnels;
};

const open = async (tunnels: ForwardTunnels, dead?: TunnelLease): Promise<Result<TunnelLease>> =>
  tunnels.open(key, sshService.id, dead, signal);
const opened = async (tunnels: ForwardTunnels): Promise<TunnelLease> => {
  const grant = await open(tunnels);
  if (!grant.ok) throw new Error(grant.error.message);
  return grant.value;
};

beforeEach(() => {
  document = new MemoryDocument(tunnelRecordsFormat.fallback);
  closed = [];
  granted = {};
  closing = ok(undefined);
  account = ok({
    check: async () => ok(undefined),
    listDevices: async function* () {},
    call: async () => ok(undefined),
    tunnels: {
      open: async () => ok(tunnel(granted)),
      close: async (_device, { port }) => {
        closed.push(port);
        return closing;
      },
    },
  });
});

test('a tunnel that existed before is left, however often it is used', async () => {
  const tunnels = await start();
  granted = { reused: true };
  await tunnels.close(key, await opened(tunnels));
  await tunnels.close(key, await opened(tunnels));
  expect(closed).toEqual([]);
  expect(document.value).toBeUndefined();
});

test('one that was opened here is closed with its last user, also where the vendor says to the next that it exists', async () => {
  const tunnels = await start();
  const first = await opened(tunnels);
  granted = { reused: true };
  const second = await opened(tunnels);
  await tunnels.close(key, first);
  expect(closed).toEqual([]);
  await tunnels.close(key, second);
  expect(closed).toEqual([10_000]);
  expect(document.value).toEqual({ tunnels: [] });
});

test('one of a run that crashed is closed once, if nobody uses it', async () => {
  await opened(await start());
  expect(document.value?.tunnels).toEqual([
    { deviceKey: key, host: 'proxy7.remoteiot.com', port: 10_000, handle: { Port: 10_000 } },
  ]);
  const next = await start();
  await Promise.all([next.closeLeftovers(), next.closeLeftovers(rigDevice.accountId)]);
  expect(closed).toEqual([10_000]);
  expect(document.value).toEqual({ tunnels: [] });
});

test('one of a run that crashed is taken over by who needs it, and closed with that', async () => {
  await opened(await start());
  const next = await start();
  granted = { reused: true };
  const grant = await opened(next);
  await next.closeLeftovers();
  expect(closed).toEqual([]);
  await next.close(key, grant);
  expect(closed).toEqual([10_000]);
});

test('opening another closes the one that the crash left', async () => {
  await opened(await start());
  granted = { port: 10_001 };
  await opened(await start());
  await expect.poll(() => closed).toEqual([10_000]);
  await expect.poll(() => document.value?.tunnels.map(({ port }) => port)).toEqual([10_001]);
});

test('what the vendor did not close stays known until it does, over restarts', async () => {
  const tunnels = await start();
  closing = fail('unreachable', 'down', 'wait');
  await tunnels.close(key, await opened(tunnels));
  expect(document.value?.tunnels).toHaveLength(1);
  const next = await start();
  await next.closeLeftovers();
  expect(document.value?.tunnels).toHaveLength(1);
  closing = ok(undefined);
  await next.closeLeftovers();
  expect(closed).toEqual([10_000, 10_000, 10_000]);
  expect(document.value?.tunnels).toEqual([]);
});

test('a locked vault keeps them, an account that is gone does not', async () => {
  await opened(await start());
  const next = await start();
  account = fail('vault-locked', 'locked', 'unlock');
  await next.closeLeftovers();
  expect(document.value?.tunnels).toHaveLength(1);
  account = fail('not-found', 'no account', 'add it');
  await next.closeLeftovers();
  expect(document.value?.tunnels).toEqual([]);
});

test('a dead tunnel of somebody else is not closed to get another, and that is said', async () => {
  const tunnels = await start();
  granted = { reused: true };
  const dead = await opened(tunnels);
  const answer = await open(tunnels, dead);
  expect(answer).toMatchObject({
    ok: false,
    error: { kind: 'conflict', hint: expect.stringContaining('proxy7.remoteiot.com:10000') },
  });
  expect(closed).toEqual([]);
});

test('what another process of the profile uses is left out of the file, and closed when it is given back', async () => {
  const before = await start();
  const grant = await opened(before);
  await before.handOver();
  expect(document.value?.tunnels).toEqual([]);

  const next = await start();
  const giveBack = next.adopt({ deviceKey: key, tunnel: grant.tunnel });
  const theirs = next.adopt({ deviceKey: key, tunnel: tunnel({ port: 22_222, reused: true }) });
  await next.closeLeftovers();
  expect(closed).toEqual([]);
  await Promise.all([giveBack(), theirs()]);
  expect(closed).toEqual([10_000]);
});

test('a file that cannot be written is logged, and the tunnel is used all the same', async () => {
  const lines: string[] = [];
  document.writeError = fail('internal', 'The disk is full.', 'Make room.');
  const own = new OwnTunnels(document, recordingLog(lines));
  await own.add(key, tunnel());
  expect(lines).toEqual(['warn forward.tunnels {"reason":"The disk is full."}']);
});
