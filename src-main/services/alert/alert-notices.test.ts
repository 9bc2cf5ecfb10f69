import { describe, expect, it } from 'vitest';
import { trackedAlertRigs, type AlertRig } from '../../../test/support/alert-rig.ts';
import { settle } from '../../../test/support/virtual-clock.ts';
import { fail, ok } from '../../core/base/errors.ts';

const rigOf = trackedAlertRigs();

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
const written = ({ screen }: AlertRig): readonly string[] =>
  screen.log.map(({ kind, notice }) => `${kind}: ${notice.title}`);

describe('losses that come one after another', () => {
  it('are gathered until none came for a while, and told as one', async () => {
    const rig = rigOf({ devices: 400 });
    const { start, turnOff, poll, clock, inventory } = rig;
    await start();
    turnOff(24);
    await poll();
    await clock.advance(5 * second);
    turnOff(25, 26);
    await poll();
    // Nothing more is heard: what follows happens by the time alone.
    inventory.suspend();
    // The first of them counts now, the others in five seconds.
    await clock.advance(57 * second);
    expect(written(rig)).toEqual([]);
    await clock.advance(8 * second);
    expect(written(rig)).toEqual([]);
    await clock.advance(10 * second);
    expect(written(rig)).toEqual(['show: 3 of 8 devices in Plant 3 went offline']);
  });

  it('are not gathered for longer than 45 s, however many there are', async () => {
    const { start, turnOff, poll, clock, screen, entries } = rigOf({ devices: 400 });
    await start();
    for (let index = 0; index < 30; index += 1) {
      turnOff(index);
      await poll();
      await clock.advance(5 * second);
    }
    const first = entries.find(({ kind }) => kind === 'offline')?.at ?? 0;
    const shown = screen.log[0]?.at ?? 0;
    // The first counts after a minute.
    expect(shown - first).toBeGreaterThan(60 * second + 30 * second);
    expect(shown - first).toBeLessThanOrEqual(60 * second + 45 * second);
  });
});

describe('the notices of incidents', () => {
  it('that turn out to be one go, and the one stays', async () => {
    const { start, turnOff, clock, screen, alerts } = rigOf({ devices: 400 });
    await start();
    turnOff(3);
    await clock.advance(2 * minute + 30 * second);
    turnOff(100);
    await clock.advance(2 * minute + 30 * second);
    expect([...screen.visible.values()].map(({ title }) => title)).toEqual([
      'device 00003 went offline',
      'device 00100 went offline',
    ]);
    turnOff(...range(0, 400));
    await clock.advance(4 * minute);
    expect([...screen.visible.values()].map(({ title }) => title)).toEqual(['All 400 devices in acme went offline']);
    expect(alerts.incidents()).toHaveLength(1);
  });

  it('behind an address are muted as all its devices, for the next time too', async () => {
    const { start, turnOff, turnOn, clock, screen, document, key } = rigOf({ devices: 400 });
    await start();
    turnOff(...range(32, 64));
    await clock.advance(4 * minute);
    screen.click(screen.shown[0]?.id ?? '', 'mute');
    await settle();
    expect(screen.visible.size).toBe(0);
    expect(document.value?.mutes).toEqual(
      range(32, 64).map((index) => ({ target: { kind: 'device', deviceKey: key(index) } })),
    );
    turnOn(...range(32, 64));
    await clock.advance(10 * minute);
    turnOff(...range(32, 64));
    await clock.advance(10 * minute);
    expect(screen.titles).toEqual(['All 32 devices behind 203.0.113.1 went offline']);
  });

  it('that are muted go at once, before the choice is on the disk', async () => {
    const { start, turnOff, clock, screen, document } = rigOf({ devices: 40 });
    await start();
    turnOff(3);
    await clock.advance(4 * minute);
    const disk = Promise.withResolvers<void>();
    document.write = async (value) => {
      await disk.promise;
      document.value = value;
      return ok(undefined);
    };
    screen.click(screen.shown[0]?.id ?? '', 'mute');
    await settle();
    expect(screen.visible.size).toBe(0);
    disk.resolve();
    await settle();
    expect(document.value?.mutes).toHaveLength(1);
  });

  it('of one device connect to it', async () => {
    const { start, turnOff, turnOn, clock, screen, requests, key } = rigOf({ devices: 40 });
    await start();
    turnOff(3);
    await clock.advance(4 * minute);
    turnOn(3);
    await clock.advance(4 * minute);
    const [notice] = screen.visible.values();
    expect(notice).toMatchObject({ title: 'device 00003 is back', actions: ['connect'] });
    screen.click(notice?.id ?? '', 'connect');
    expect(requests).toEqual([{ kind: 'connect', deviceKey: key(3) }]);
  });
});

describe('what lasts when a mute ends', () => {
  it('is told then, although nothing is heard meanwhile', async () => {
    const rig = rigOf({ devices: 40 });
    const { start, turnOff, poll, clock, alerts, inventory, key } = rig;
    await start();
    await alerts.snooze({ forMs: 20 * minute, target: { kind: 'device', deviceKey: key(3) } });
    turnOff(3);
    await poll();
    inventory.suspend();
    await clock.advance(19 * minute);
    expect(written(rig)).toEqual([]);
    await clock.advance(minute + 15 * second);
    expect(written(rig)).toEqual(['show: device 00003 went offline']);
  });
});

describe('while the computer sleeps', () => {
  it('no time passes: what was about to be told waits for what is heard afterwards', async () => {
    const rig = rigOf({ devices: 40 });
    const { start, turnOff, turnOn, poll, clock, alerts, inventory, entries } = rig;
    await start();
    turnOff(3, 4);
    await poll();
    await clock.advance(30 * second);
    alerts.suspend();
    inventory.suspend();
    await clock.advance(8 * hour);
    expect(written(rig)).toEqual([]);
    turnOn(3);
    alerts.resume();
    inventory.resume();
    await clock.advance(5 * second);
    expect(written(rig)).toEqual([]);
    await clock.advance(2 * minute);
    expect(written(rig)).toEqual(['show: device 00004 went offline']);
    expect(entries.map(({ kind, deviceKey }) => `${kind} ${deviceKey ?? ''}`.trim())).toEqual([
      'offline acme/d4',
      'incident acme/d4',
    ]);
  });
});

describe('choices that cannot be saved', () => {
  it('are not in force, and are told as not saved', async () => {
    const { start, alerts, document } = rigOf({ devices: 40 });
    await start();
    const before = alerts.get();
    const told: unknown[] = [];
    alerts.settingsChanged.on((settings) => told.push(settings));
    const full = fail('internal', 'The disk is full.', 'Free some space.');
    document.writeError = full;
    expect(await alerts.change({ notify: 'none' })).toEqual(full);
    expect(alerts.get()).toEqual(before);
    expect(told).toEqual([]);
    document.writeError = undefined;
    expect(await alerts.change({ notify: 'none' })).toMatchObject({ ok: true, value: { notify: 'none' } });
    expect(told).toMatchObject([{ notify: 'none' }]);
  });
});

describe('the counts of an account', () => {
  it('are those of its devices as they come, go and change', async () => {
    const { start, turnOff, turnOn, poll, alerts, connector } = rigOf({ devices: 10 });
    await start();
    expect(alerts.countsOf('acme')).toEqual({ online: 10, offline: 0, unknown: 0 });
    turnOff(3, 4, 5);
    await poll();
    expect(alerts.countsOf('acme')).toEqual({ online: 7, offline: 3, unknown: 0 });
    turnOn(4);
    await poll();
    expect(alerts.countsOf('acme')).toEqual({ online: 8, offline: 2, unknown: 0 });
    connector('acme').listing = async function* () {
      yield ok({ devices: [] });
    };
    await poll();
    expect(alerts.countsOf('acme')).toEqual({ online: 0, offline: 0, unknown: 0 });
  });
});
