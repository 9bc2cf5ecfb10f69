import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removedDevice, type Device, type Service } from '../../core/fleet/device.ts';
import { Emitter } from '../../core/base/emitter.ts';
import { fail, ok, type AppError, type Result } from '../../core/base/errors.ts';
import { usesFormat } from '../../core/launch/frecency.ts';
import type { NavigationIntent } from '../../core/app/navigation-intent.ts';
import { MemoryDocument } from '../../../test/support/memory-document.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { Recents } from '../launch/recents.ts';
import { TrayController } from './tray-controller.ts';

const service = (kind: Service['kind']): Service => ({ id: kind, kind, name: kind, route: 'tunnel' });
const device = (id: string, services: readonly Service[], state: 'online' | 'offline' = 'online'): Device => ({
  key: `a/${id}`,
  id,
  accountId: 'a',
  vendor: 'remoteiot',
  name: id,
  groups: [],
  tags: [],
  presence: { state, observedAt: 0, source: 'vendor-list' },
  services,
});

describe('TrayController', () => {
  const devices = new Map(
    [
      device('gw-10', [service('vnc'), service('ssh')]),
      device('gw-9', [service('tcp')], 'offline'),
      device('bare', []),
    ].map((entry) => [entry.key, entry] as const),
  );
  const clock = new VirtualClock();
  let said: string[];
  let intents: (NavigationIntent | undefined)[];
  let errors: AppError[];
  let paused: number | undefined;
  let chosen: string | undefined;
  type Launch = Result<{ launcher: string; command: string }>;
  let launch: Launch | Promise<Launch>;
  let recents: Recents;
  let remembered: MemoryDocument<typeof usesFormat.fallback>;
  let desk: TrayController;
  const inventoryChanged = new Emitter<{
    upsert: readonly Device[];
    remove: readonly string[];
    health: readonly string[];
  }>();

  beforeEach(() => {
    [said, intents, errors, paused, chosen] = [[], [], [], undefined, undefined];
    launch = ok({ launcher: 'xterm', command: 'ssh' });
    remembered = new MemoryDocument(usesFormat.fallback);
    recents = new Recents({ document: remembered, clock });
    const forward = { address: '127.0.0.1', port: 33_001 } as never;
    desk = new TrayController({
      accounts: { list: () => [], changed: new Emitter() },
      inventory: {
        devices,
        device: (key) => devices.get(key),
        nameOf: (key) => devices.get(key)?.name ?? removedDevice,
        servicesOf: (key) => devices.get(key)?.services ?? [],
        health: () => ({ refreshing: false, deviceCount: 0 }),
        changed: inventoryChanged,
      },
      preferences: {
        isFavourite: (key) => key !== 'a/bare',
        defaultServiceId: () => chosen,
        changed: new Emitter(),
      },
      forwards: {
        list: () => [],
        open: async ({ deviceKey, serviceId }) => (said.push(`open ${deviceKey} ${serviceId}`), ok(forward)),
        stop: async (id) => (said.push(`stop ${id}`), ok(undefined)),
        changed: new Emitter(),
      },
      launches: {
        open: async ({ deviceKey, serviceId }) => (said.push(`launch ${deviceKey} ${serviceId}`), await launch),
      },
      recents,
      pause: {
        until: () => paused,
        set: async (until) => ((paused = until), ok(undefined)),
        changed: new Emitter(),
      },
      clock,
      shell: {
        quickConnect: () => said.push('palette'),
        openWindow: (intent) => intents.push(intent),
        copyText: async (text) => (said.push(`copy ${text}`), ok(undefined)),
        failed: (error) => errors.push(error),
        quit: () => said.push('quit'),
      },
    });
  });
  afterEach(() => desk.dispose());

  it('connects by the default launcher, and remembers the device', async () => {
    await desk.act({ type: 'connect', deviceKey: 'a/gw-10' });
    expect(said).toEqual(['launch a/gw-10 ssh']);
    expect(recents.keys()).toEqual(['a/gw-10']);
    chosen = 'vnc';
    await desk.act({ type: 'connect', deviceKey: 'a/gw-10' });
    expect(said.at(-1)).toBe('launch a/gw-10 vnc');
  });

  it('opens a plain port and shows where, and shows a device that has nothing', async () => {
    await desk.act({ type: 'connect', deviceKey: 'a/gw-9' });
    await desk.act({ type: 'connect', deviceKey: 'a/bare' });
    expect(said).toEqual(['open a/gw-9 tcp']);
    expect(intents).toEqual([
      { show: 'device', deviceKey: 'a/gw-9' },
      { show: 'device', deviceKey: 'a/bare' },
    ]);
  });

  it('says nothing of a connection that is there and cannot be remembered', async () => {
    remembered.writeError = fail('internal', 'The disk is full.', 'Make room.');
    await desk.act({ type: 'connect', deviceKey: 'a/gw-10' });
    expect(said).toEqual(['launch a/gw-10 ssh']);
    expect(errors).toEqual([]);
  });

  it('says what could not be done, but not what was cancelled', async () => {
    launch = fail('launcher-missing', 'No terminal.', 'Install one.');
    await desk.act({ type: 'connect', deviceKey: 'a/gw-10' });
    launch = fail('cancelled', 'x', 'y');
    await desk.act({ type: 'connect', deviceKey: 'a/gw-10' });
    expect(errors.map(({ kind }) => kind)).toEqual(['launcher-missing']);
    expect(recents.keys()).toEqual([]);
  });

  it('says of what does not come to an end that it took too long', async () => {
    launch = new Promise(() => undefined);
    const acting = desk.act({ type: 'connect', deviceKey: 'a/gw-10' });
    await clock.advance(31_000);
    await acting;
    expect(errors.map(({ kind, message }) => [kind, message])).toEqual([
      ['timeout', expect.stringContaining('within 30 s')],
    ]);
  });

  it('copies the local address a service has', async () => {
    await desk.act({ type: 'copy-address', deviceKey: 'a/gw-10', serviceId: 'ssh' });
    expect(said).toEqual(['open a/gw-10 ssh', 'copy localhost:33001']);
  });

  it('lists favourites as people count, and counts what is offline', () => {
    const state = desk.state();
    expect(state.favourites.map(({ name, services }) => [name, services[0]?.kind])).toEqual([
      ['gw-9', 'tcp'],
      ['gw-10', 'ssh'],
    ]);
    expect(state).toMatchObject({ offline: 1, devices: 3, recents: [], notices: 'on' });
  });

  it('pauses notices until the morning, for a time and for good', async () => {
    await desk.act({ type: 'pause-notices', length: 3_600_000 });
    expect(paused).toBe(clock.now() + 3_600_000);
    expect(desk.state().notices).toMatchObject({ paused: expect.stringMatching(/^until (tomorrow )?\d\d:\d\d$/) });
    await desk.act({ type: 'pause-notices', length: 'tomorrow' });
    expect(new Date(paused ?? 0).getHours()).toBe(8);
    await desk.act({ type: 'pause-notices', length: 'ever' });
    expect(desk.state().notices).toEqual({ paused: '' });
    await desk.act({ type: 'resume-notices' });
    expect(desk.state().notices).toBe('on');
  });

  it('tells of a burst of changes once', async () => {
    let told = 0;
    desk.changed.on(() => (told += 1));
    for (let at = 0; at < 50; at += 1) inventoryChanged.emit({ upsert: [], remove: [], health: [] });
    await clock.advance(1000);
    expect(told).toBe(1);
  });
});
