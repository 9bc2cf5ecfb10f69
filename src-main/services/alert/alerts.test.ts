import { describe, expect, it } from 'vitest';
import { trackedAlertRigs } from '../../../test/support/alert-rig.ts';
import { fail } from '../../core/base/errors.ts';
import { incidentRecordsFormat } from '../../core/alert/incident-record.ts';

const rigOf = trackedAlertRigs();

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('a loss', () => {
  it('is told after the grace, once, and says when the device is back and for how long', async () => {
    const { start, turnOff, turnOn, poll, clock, screen } = rigOf({ devices: 40 });
    await start();
    turnOff(3);
    await poll();
    await clock.advance(55 * second);
    expect(screen.log).toEqual([]);
    await clock.advance(30 * second);
    expect(screen.titles).toEqual(['device 00003 went offline']);
    expect(screen.shown[0]).toMatchObject({ body: 'acme, Plant 0.', silent: false, actions: ['snooze', 'mute'] });
    await clock.advance(10 * minute);
    turnOn(3);
    await clock.advance(2 * minute);
    expect(screen.log.map(({ kind, notice }) => `${kind}: ${notice.title}`)).toEqual([
      'show: device 00003 went offline',
      'update: device 00003 is back',
    ]);
    expect(screen.log[1]?.notice).toMatchObject({ actions: ['connect'], silent: true });
    expect(screen.log[1]?.notice.body).toMatch(/^acme, Plant 0\. It was offline for 1[123] min\.$/);
  });

  it('shorter than the grace is nothing', async () => {
    const { start, turnOff, turnOn, poll, clock, screen, entries } = rigOf({ devices: 40 });
    await start();
    turnOff(3);
    await poll();
    await clock.advance(40 * second);
    turnOn(3);
    await poll();
    await clock.advance(hour);
    expect(screen.log).toEqual([]);
    expect(entries).toEqual([]);
  });

  it('waits longer where the vendor is slow to tell, unless it says it again', async () => {
    const slow = rigOf({ devices: 40, latencyMs: 3 * minute });
    await slow.start();
    slow.turnOff(3);
    await slow.poll();
    // Nothing more is heard.
    slow.inventory.suspend();
    await slow.clock.advance(4 * minute - second);
    expect(slow.entries).toEqual([]);
    await slow.clock.advance(20 * second);
    expect(slow.screen.titles).toHaveLength(1);
    const repeated = rigOf({ devices: 40, latencyMs: 3 * minute });
    await repeated.start();
    repeated.turnOff(3);
    await repeated.poll();
    await repeated.clock.advance(minute);
    await repeated.poll();
    await repeated.clock.advance(15 * second);
    expect(repeated.screen.titles).toHaveLength(1);
  });

  it('counts after so many observations where the user wants that', async () => {
    const { start, turnOff, poll, clock, screen } = rigOf({
      devices: 40,
      settings: { graceMs: hour, confirmations: 3 },
    });
    await start();
    turnOff(3);
    await poll();
    await poll();
    await clock.advance(20 * second);
    expect(screen.log).toEqual([]);
    await poll();
    await clock.advance(20 * second);
    expect(screen.titles).toEqual(['device 00003 went offline']);
  });

  it('is nothing where the device leaves the fleet', async () => {
    const { start, turnOff, clock, screen, alerts, connector } = rigOf({ devices: 40 });
    await start();
    turnOff(3, 4);
    await clock.advance(5 * minute);
    expect(alerts.incidents()).toMatchObject([{ offline: 2 }]);
    connector('acme').listing = async function* () {
      yield { ok: true, value: { devices: [] } };
    };
    await clock.advance(2 * minute);
    expect(alerts.incidents()).toMatchObject([{ offline: 0, resolvedAt: expect.any(Number) as number }]);
    expect(screen.visible.size).toBe(0);
  });
});

describe('many losses', () => {
  it('of 10,000 devices, 3,000 within a minute, are one notice, updated and resolved', async () => {
    const { start, turnOff, turnOn, clock, screen, alerts, entries } = rigOf({ devices: 10_000 });
    await start();
    // Every third, all over the plants.
    const lost = range(0, 3000).map((index) => index * 3);
    for (let step = 0; step < 60; step += 1) {
      turnOff(...lost.slice(step * 50, step * 50 + 50));
      await clock.advance(second);
    }
    await clock.advance(10 * minute);
    expect(screen.shown).toHaveLength(1);
    expect([...screen.visible.values()].map(({ title }) => title)).toEqual([
      '3,000 of 10,000 devices in acme went offline',
    ]);
    expect(screen.log.length).toBeGreaterThan(1);
    turnOn(...lost.slice(0, 1000));
    await clock.advance(3 * minute);
    expect([...screen.visible.values()].map(({ body }) => body)).toEqual([
      '1,000 back. Still offline: device 03000, device 03003, device 03006 and 1,997 more.',
    ]);
    turnOn(...lost);
    await clock.advance(5 * minute);
    expect(screen.shown).toHaveLength(1);
    expect([...screen.visible.values()]).toMatchObject([
      {
        title: 'All 3,000 devices in acme are back',
        body: expect.stringMatching(/^They were offline for \d+ min to \d+ min\.$/) as string,
      },
    ]);
    expect(alerts.incidents().filter(({ resolvedAt }) => resolvedAt === undefined)).toEqual([]);
    expect(entries.filter(({ kind }) => kind === 'offline')).toHaveLength(3000);
    expect(entries.filter(({ kind }) => kind === 'resolved')).toHaveLength(1);
    // Bounded: updates come at most every 30 s.
    expect(screen.log.length).toBeLessThan(30);
  }, 60_000);

  it('of one plant and one device elsewhere are two notices', async () => {
    const { start, turnOff, clock, screen } = rigOf({ devices: 3200 });
    await start();
    turnOff(24, 25, 26, 27, 28, 29, 30, 3100);
    await clock.advance(4 * minute);
    expect([...screen.titles].sort()).toEqual(['7 of 8 devices in Plant 3 went offline', 'device 03100 went offline']);
  });

  it('that come later to the same plant join its notice', async () => {
    const { start, turnOff, turnOn, clock, screen, alerts } = rigOf({ devices: 3200 });
    await start();
    turnOff(24, 25, 26);
    await clock.advance(4 * minute);
    turnOff(27, 28, 29, 30, 31);
    await clock.advance(4 * minute);
    expect(screen.shown).toHaveLength(1);
    expect([...screen.visible.values()].map(({ title }) => title)).toEqual(['All 8 devices in Plant 3 went offline']);
    turnOn(...range(24, 32));
    await clock.advance(4 * minute);
    expect([...screen.visible.values()].map(({ title }) => title)).toEqual(['All 8 devices in Plant 3 are back']);
    expect(alerts.incidents()).toHaveLength(1);
  });

  it('behind one public address are named by it', async () => {
    const { start, turnOff, clock, screen } = rigOf({ devices: 3200 });
    await start();
    turnOff(...range(32, 64));
    await clock.advance(4 * minute);
    expect(screen.titles).toEqual(['All 32 devices behind 203.0.113.1 went offline']);
  });
});

describe('an incident', () => {
  it('of an earlier run ends in this one', async () => {
    const first = rigOf({ devices: 40 });
    await first.start();
    first.turnOff(8, 9, 10, 11, 12);
    await first.clock.advance(10 * minute);
    const records = first.stored.value ?? [];
    expect(records).toMatchObject([{ scope: { kind: 'group', group: 'Plant 1' }, total: 8 }]);
    expect(incidentRecordsFormat.parse(JSON.parse(JSON.stringify(records)))).toEqual(records);
    const later = rigOf({ devices: 40, incidents: records, startAt: first.clock.now() + hour });
    later.turnOff(8, 9, 10, 11);
    // The cache of the earlier run, then this one's first listing.
    later.inventory.start();
    await later.clock.advance(second);
    await later.start();
    expect(later.alerts.incidents()).toMatchObject([{ id: records[0]?.id, offline: 4 }]);
    await later.clock.advance(10 * minute);
    expect(later.screen.shown).toEqual([]);
    later.turnOn(8, 9, 10, 11);
    await later.clock.advance(5 * minute);
    expect(later.screen.log.at(-1)).toMatchObject({
      kind: 'update',
      notice: { title: 'All 5 devices in Plant 1 are back' },
    });
    await later.clock.advance(minute);
    expect(later.stored.value).toEqual([]);
  });
});

describe('an incident put aside', () => {
  it('stays so in the next run, and is told when the time is over', async () => {
    const first = rigOf({ devices: 40 });
    await first.start();
    first.turnOff(8, 9, 10, 11, 12);
    await first.clock.advance(10 * minute);
    const id = first.alerts.incidents()[0]?.id ?? '';
    await first.alerts.snooze({ incidentId: id, forMs: 2 * hour });
    expect(first.alerts.snoozedUntil(id)).toBe(first.clock.now() + 2 * hour);
    expect([...first.screen.visible.keys()]).toEqual([]);
    await first.clock.advance(minute);
    const records = incidentRecordsFormat.parse(JSON.parse(JSON.stringify(first.stored.value))) ?? [];

    const later = rigOf({ devices: 40, incidents: records, startAt: first.clock.now() + hour });
    later.turnOff(8, 9, 10, 11, 12);
    later.inventory.start();
    await later.clock.advance(second);
    await later.start();
    await later.clock.advance(30 * minute);
    expect(later.screen.shown).toEqual([]);
    await later.clock.advance(30 * minute);
    expect(later.screen.log.map(({ kind, notice }) => [kind, notice.title])).toEqual([
      ['show', '5 of 8 devices in Plant 1 went offline'],
    ]);
  });

  it('and muted is told again once that is taken back', async () => {
    const { start, turnOff, clock, screen, alerts } = rigOf({ devices: 40 });
    await start();
    turnOff(8, 9, 10, 11, 12);
    await clock.advance(10 * minute);
    const id = alerts.incidents()[0]?.id ?? '';
    await alerts.mute({ incidentId: id });
    expect(alerts.get().mutes).toMatchObject([{ target: { kind: 'group', group: 'Plant 1' } }]);
    expect([...screen.visible.keys()]).toEqual([]);
    await alerts.snooze({ incidentId: id, forMs: 0 });
    expect(alerts.get().mutes).toEqual([]);
    expect(alerts.snoozedUntil(id)).toBeUndefined();
    expect([...screen.visible.keys()]).toEqual([id]);
  });
});

describe('flapping', () => {
  it('every 20 s for an hour is one notice, and the device is told of again once it was calm', async () => {
    const { start, turnOff, turnOn, poll, clock, screen, alerts, key, entries } = rigOf({ devices: 40 });
    await start();
    for (let turn = 0; turn < 180; turn += 1) {
      if (turn % 2 === 0) turnOff(7);
      else turnOn(7);
      await poll();
      await clock.advance(20 * second - 50);
    }
    expect(screen.log.map(({ notice }) => notice.title)).toEqual(['device 00007 keeps going offline and back']);
    expect(alerts.isFlapping(key(7))).toBe(true);
    await clock.advance(15 * minute);
    expect(alerts.isFlapping(key(7))).toBe(false);
    expect(entries.map(({ kind }) => kind)).toContain('calm');
    turnOff(7);
    await clock.advance(5 * minute);
    expect(screen.titles).toEqual(['device 00007 keeps going offline and back', 'device 00007 went offline']);
  });

  it('of many devices is one notice too', async () => {
    const { start, turnOff, turnOn, poll, clock, screen } = rigOf({ devices: 400 });
    await start();
    for (let turn = 0; turn < 40; turn += 1) {
      if (turn % 2 === 0) turnOff(...range(0, 50));
      else turnOn(...range(0, 50));
      await poll();
      await clock.advance(20 * second - 50);
    }
    expect(screen.shown).toHaveLength(1);
    expect([...screen.visible.values()].map(({ title }) => title)).toEqual(['50 devices keep going offline and back']);
  });
});

describe('our own trouble', () => {
  it('with the network raises nothing, and nothing for devices found as they were', async () => {
    const { start, turnOff, poll, inventory, clock, screen, alerts } = rigOf({ devices: 400 });
    await start();
    alerts.setOnline(false);
    inventory.suspend();
    await clock.advance(2 * hour);
    alerts.setOnline(true);
    inventory.resume();
    await clock.advance(10 * minute);
    expect(screen.log).toEqual([]);
    // A grace that had begun goes on where it was.
    turnOff(3);
    await poll();
    await clock.advance(50 * second);
    alerts.setOnline(false);
    inventory.suspend();
    await clock.advance(hour);
    alerts.setOnline(true);
    await clock.advance(5 * second);
    expect(screen.log).toEqual([]);
    await clock.advance(30 * second);
    expect(screen.titles).toEqual(['device 00003 went offline']);
  });

  it('with a vendor that fails raises nothing while it does', async () => {
    const { start, turnOff, turnOn, poll, clock, screen, opening, alerts, inventory, entries } = rigOf({
      devices: 400,
    });
    const gaps: number[] = [];
    const hearing: string[] = [];
    alerts.reachabilityChanged.on((accountId) => hearing.push(accountId));
    alerts.gap.on(({ since, until }) => gaps.push(until - since));
    await start();
    turnOff(...range(0, 300));
    await poll();
    // The last it said before it broke.
    opening.set('acme', fail('vendor-unavailable', 'It is down.', 'Wait.'));
    await poll();
    await clock.advance(3 * hour);
    expect(alerts.isUnreachable('acme')).toBe(true);
    expect(screen.log).toEqual([]);
    // What it said then is no longer a fact.
    const states = (): string[] => [
      ...new Set([...inventory.devices.values()].map((device) => alerts.effective(device).presence.state)),
    ];
    expect(states()).toEqual(['unknown']);
    expect(hearing).toEqual(['acme']);
    opening.delete('acme');
    turnOn(...range(0, 300));
    await poll();
    await clock.advance(hour);
    expect(screen.log).toEqual([]);
    expect(entries).toEqual([]);
    expect(gaps).toHaveLength(1);
    expect(alerts.isUnreachable('acme')).toBe(false);
    expect(states()).toEqual(['online']);
    expect(hearing).toEqual(['acme', 'acme']);
  });

  it('with one page of a fleet does not silence the others', async () => {
    const { start, turnOff, poll, clock, screen, connector } = rigOf({ devices: 40 });
    await start();
    const whole = connector('acme').listing;
    connector('acme').listing = async function* (signal) {
      yield* whole(signal);
      yield fail('bad-response', 'One page could not be read.', 'Wait.');
    };
    await clock.advance(20 * minute);
    turnOff(3);
    await poll();
    await clock.advance(40 * minute);
    expect(screen.titles).toEqual(['device 00003 went offline']);
  });

  it('with the screen puts the notice into the window, with the reason', async () => {
    const { start, turnOff, turnOn, clock, screen, inApp } = rigOf({ devices: 40 });
    await start();
    screen.refuse('This application is not signed.');
    turnOff(3);
    await clock.advance(4 * minute);
    expect([...inApp.values()]).toEqual([
      'device 00003 went offline | acme, Plant 0. It is shown here because: This application is not signed. Nothing to do.',
    ]);
    turnOn(3);
    await clock.advance(4 * minute);
    expect([...inApp.values()]).toEqual([expect.stringMatching(/^device 00003 is back \| /)]);
  });
});
