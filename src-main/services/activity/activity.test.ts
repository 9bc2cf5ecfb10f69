import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordingLog, record } from '../../../test/support/fake-vendor.ts';
import { account } from '../../../test/support/inventory-rig.ts';
import { settle, VirtualClock } from '../../../test/support/virtual-clock.ts';
import type { HistoryStore } from '../../core/activity/activity-entry.ts';
import type { Device } from '../../core/fleet/device.ts';
import { Emitter } from '../../core/base/emitter.ts';
import { fail } from '../../core/base/errors.ts';
import type { ForwardSnapshot } from '../../core/forward/forward-record.ts';
import { historyStore } from '../../node/storage/history-store.ts';
import { Activity } from './activity.ts';

const forever = new AbortController().signal;
const minute = 60_000;
const hour = 60 * minute;

let folder = '';
const disposers: (() => Promise<void>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-activity-'));
});
afterEach(async () => {
  for (const dispose of disposers.splice(0)) await dispose();
  await rm(folder, { recursive: true, force: true });
});

const device = (id: string): Device => ({
  ...record(id, 0),
  key: `acme/${id}`,
  accountId: 'acme',
  vendor: 'remoteiot',
});

/** The history on a real file and a virtual clock; devices, forwards and what is known of them are the test's. */
const stage = (wrap: (store: HistoryStore) => HistoryStore = (store) => store) => {
  // On the hour, so that an hour of samples is one hour.
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  const devices = new Map(['d1', 'd2', 'd3'].map((id) => [`acme/${id}`, device(id)]));
  const inventoryChanged = new Emitter<{ readonly upsert: readonly Device[] }>();
  const forwardsChanged = new Emitter<{
    readonly upsert: readonly ForwardSnapshot[];
    readonly remove: readonly string[];
  }>();
  let blind = false;
  const log: string[] = [];
  const activity = new Activity({
    store: wrap(historyStore({ path: join(folder, 'history.db'), onProblem: () => undefined, now: () => clock.now() })),
    accounts: { list: () => [account('acme')], get: (id) => (id === 'acme' ? account('acme') : undefined) },
    inventory: {
      devices,
      device: (key) => devices.get(key),
      nameOf: (key) => devices.get(key)?.name ?? 'gone',
      changed: inventoryChanged,
    },
    forwards: { get: () => undefined, changed: forwardsChanged },
    presence: {
      countsOf: () => ({ online: 2, offline: 1, unknown: 0 }),
      isUnreachable: () => blind,
      stateOf: (key) => (key === 'acme/d3' ? 'offline' : 'online'),
    },
    days: () => 90,
    redact: (text) => text.replaceAll('s3cret', '[redacted]'),
    clock,
    log: recordingLog(log),
  });
  disposers.push(() => activity.dispose());
  const all = async (): Promise<readonly string[]> => {
    const page = await activity.query({ limit: 1000 }, forever);
    return page.ok ? page.value.entries.map(({ kind, text }) => `${kind}: ${text}`).reverse() : [page.error.message];
  };
  const forward = (part: Partial<ForwardSnapshot>): void => {
    const snapshot = { id: 'f1', deviceKey: 'acme/d1', serviceId: 'ssh:22', serviceKind: 'ssh', port: 33_007, ...part };
    forwardsChanged.emit({ upsert: [snapshot as ForwardSnapshot], remove: [] });
  };
  return {
    clock,
    activity,
    log,
    all,
    forward,
    remove: (id: string) => forwardsChanged.emit({ upsert: [], remove: [id] }),
    see: (id: string) => {
      devices.set(`acme/${id}`, device(id));
      inventoryChanged.emit({ upsert: [device(id)] });
    },
    setUnreachable: (on: boolean) => (blind = on),
  };
};

/** Lets time pass, and the writes that began in it end. */
const pass = async (clock: VirtualClock, activity: Activity, ms: number): Promise<void> => {
  await clock.advance(ms);
  await activity.flush();
  await settle();
};

describe('the history of what happens', () => {
  it('notes connections once, however often a forward changes, and why one failed', async () => {
    const { all, forward, remove } = stage();
    forward({ state: 'listening' });
    forward({ state: 'dialling' });
    forward({ state: 'open', connections: 1 });
    forward({ state: 'open', connections: 2, bytesUp: 77 });
    forward({ state: 'idle' });
    forward({ state: 'dialling' });
    const error = fail('device-offline', 'It cannot be reached with s3cret.', 'Wait.').error;
    forward({ state: 'failed', error });
    forward({ state: 'failed', error });
    forward({ state: 'open' });
    remove('f1');
    expect(await all()).toEqual([
      'connected: SSH to device d1 was connected through port 33007',
      'disconnected: SSH to device d1 was closed',
      'connect-failed: SSH to device d1 failed: It cannot be reached with [redacted].',
      'connected: SSH to device d1 was connected through port 33007',
      'disconnected: SSH to device d1 was closed',
    ]);
  });

  it('notes calls by name and outcome', async () => {
    const { activity, all } = stage();
    activity.recordOperation('acme', 'rename', undefined);
    activity.recordOperation('acme', 'DeleteDevice', fail('forbidden', 'This key may not.', 'Use another.').error);
    expect(await all()).toEqual(['operation: rename was called', 'operation: DeleteDevice failed: This key may not.']);
  });

  it('writes off the path of what happens, and keeps what could not be written', async () => {
    let isFull = true;
    let writes = 0;
    const { activity, clock, all, log } = stage((store) => ({
      ...store,
      write: (batch) => {
        writes += 1;
        return isFull ? Promise.resolve(fail('internal', 'The disk is full.', 'Make room.')) : store.write(batch);
      },
      query: (query, signal) => store.query(query, signal),
      close: () => store.close(),
    }));
    for (let index = 0; index < 500; index += 1)
      activity.record([{ at: index, kind: 'offline', name: `d${index}`, text: 'went offline' }]);
    expect(writes).toBe(0);
    await clock.advance(1000);
    expect(writes).toBe(1);
    expect(log.join()).toContain('history.not-written');
    isFull = false;
    expect(await all()).toHaveLength(500);
  });

  it('answers uptime without the time in which nobody watched', async () => {
    const { activity, clock, see } = stage();
    activity.start();
    await pass(clock, activity, hour);
    const start = clock.now();
    activity.record([
      { at: start + hour, kind: 'offline', deviceKey: 'acme/d1', accountId: 'acme', name: 'd1', text: '' },
    ]);
    activity.record([
      { at: start + 2 * hour, kind: 'online', deviceKey: 'acme/d1', accountId: 'acme', name: 'd1', text: '' },
    ]);
    activity.recordGap('acme', { since: start + 2 * hour, until: start + 3 * hour });
    await pass(clock, activity, 4 * hour);
    const uptime = await activity.uptime('acme/d1', start, start + 100 * hour);
    expect(uptime).toMatchObject({
      ok: true,
      value: { offlineMs: hour, unknownMs: hour, outages: [{ since: start + hour, until: start + 2 * hour }] },
    });
    expect(uptime.ok && Math.round(uptime.value.onlineMs / minute)).toBe(120);
    // One that joined just now is not known before.
    see('late');
    await pass(clock, activity, 10 * minute);
    const late = await activity.uptime('acme/late', clock.now() - hour, clock.now());
    expect(late).toMatchObject({ ok: true, value: { onlineMs: 10 * minute, unknownMs: 50 * minute, ratio: 1 } });
    expect(await activity.uptime('acme/none', 0, 1)).toMatchObject({ ok: false, error: { kind: 'not-found' } });
  });

  it('draws a fleet by the hour and the day, and nothing where it slept', async () => {
    const { activity, clock, setUnreachable } = stage();
    const start = clock.now();
    activity.start();
    await pass(clock, activity, hour);
    setUnreachable(true);
    await pass(clock, activity, hour);
    setUnreachable(false);
    const hours = await activity.timeline(undefined, start, start + 3 * hour, 'hour');
    expect(hours).toMatchObject({
      ok: true,
      value: [
        { at: start, online: 2, offline: 1, unknown: 0 },
        { at: start + hour, online: expect.closeTo(0, 1) as number, unknown: expect.closeTo(3, 1) as number },
        { at: start + 2 * hour, watched: expect.closeTo(0, 1) as number },
      ],
    });
    const days = await activity.timeline('acme', start, start + 24 * hour, 'day');
    expect(days.ok && days.value).toHaveLength(1);
    expect(days.ok && days.value[0]?.watched).toBeCloseTo(2 / 24, 2);
    expect(await activity.timeline('other', start, start + hour, 'hour')).toMatchObject({
      ok: true,
      value: [{ online: 0, watched: 0 }],
    });
  });

  it('drops what is older than the user wants, and leaves no timer behind', async () => {
    const { activity, clock, all } = stage();
    activity.record([{ at: clock.now() - 91 * 24 * hour, kind: 'offline', name: 'old', text: 'old' }]);
    activity.record([{ at: clock.now() - 89 * 24 * hour, kind: 'offline', name: 'new', text: 'new' }]);
    await activity.flush();
    activity.start();
    expect(await all()).toEqual(['offline: new']);
    await activity.dispose();
    await activity.dispose();
    expect(clock.pending).toBe(0);
  });
});
