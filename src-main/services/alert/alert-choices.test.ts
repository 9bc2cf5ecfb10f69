import { describe, expect, it } from 'vitest';
import { trackedAlertRigs } from '../../../test/support/alert-rig.ts';
import { settle } from '../../../test/support/virtual-clock.ts';

const rigOf = trackedAlertRigs();

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('choices', () => {
  it('of devices, tags, groups and favourites decide what is told', async () => {
    const { start, turnOff, clock, screen, favourites, key } = rigOf({
      devices: 400,
      settings: {
        notify: 'favourites',
        rules: [
          { target: { kind: 'group', accountId: 'acme', group: 'Plant 2' }, notify: 'all' },
          { target: { kind: 'tag', tag: 'even' }, notify: 'none' },
          { target: { kind: 'device', deviceKey: 'acme/d20' }, notify: 'all', sound: false },
        ],
      },
    });
    favourites.add(key(101));
    await start();
    // Not a favourite; a favourite; of Plant 2; even; even but named.
    turnOff(99, 101, 17, 18, 20);
    await clock.advance(5 * minute);
    expect([...screen.titles].sort()).toEqual(['2 of 8 devices in Plant 2 went offline', 'device 00101 went offline']);
  });

  it('of whatever matches a query decide between tag and device, also of maintenance, as the devices are now', async () => {
    const { start, turnOff, clock, screen, alerts, key } = rigOf({
      devices: 400,
      settings: {
        rules: [
          { target: { kind: 'tag', tag: 'even' }, notify: 'all' },
          { target: { kind: 'query', query: 'group:"Plant 2" -0001' }, notify: 'none' },
          { target: { kind: 'device', deviceKey: 'acme/d22' }, notify: 'all' },
        ],
      },
    });
    await start();
    const now = clock.now();
    const target = { kind: 'query' as const, query: 'device 0030' };
    await alerts.change({ maintenance: [{ id: 'm', target, from: now, until: now + hour, note: '' }] });
    // Even and of the query; of the query but named; of Plant 2 but not of the query; in maintenance.
    turnOff(20, 22, 17, 300);
    await clock.advance(5 * minute);
    expect([...screen.titles].sort()).toEqual(['2 of 8 devices in Plant 2 went offline']);
    await clock.advance(hour);
    expect(screen.titles).toContain('device 00300 went offline');
    expect(key(300)).toBe('acme/d300');
  });

  it('mute, snooze and maintenance keep quiet, and what lasts is told when they end', async () => {
    const { start, turnOff, turnOn, clock, screen, alerts, key } = rigOf({ devices: 400 });
    await start();
    const now = clock.now();
    await alerts.change({
      maintenance: [
        {
          id: 'm',
          target: { kind: 'group', accountId: 'acme', group: 'Plant 1' },
          from: now,
          until: now + hour,
          note: '',
        },
      ],
    });
    await alerts.mute({ target: { kind: 'device', deviceKey: key(100) }, on: true });
    await alerts.snooze({ forMs: 2 * hour, target: { kind: 'device', deviceKey: key(200) } });
    turnOff(8, 9, 10, 100, 200);
    await clock.advance(30 * minute);
    turnOn(8);
    await clock.advance(20 * minute);
    expect(screen.log).toEqual([]);
    await clock.advance(20 * minute);
    expect(screen.titles).toEqual(['2 of 8 devices in Plant 1 went offline']);
    await clock.advance(hour);
    expect(screen.titles).toEqual(['2 of 8 devices in Plant 1 went offline', 'device 00200 went offline']);
    expect(alerts.get()).toMatchObject({ maintenance: [], mutes: [{ target: { kind: 'device' } }] });
  });

  it('made on a notice are kept', async () => {
    const { start, turnOff, turnOn, clock, screen, alerts, requests, document, key } = rigOf({ devices: 400 });
    await start();
    turnOff(3);
    await clock.advance(4 * minute);
    const id = screen.shown[0]?.id ?? '';
    screen.click(id, 'open');
    expect(requests).toEqual([{ kind: 'open-incident', incidentId: id }]);
    screen.click(id, 'snooze');
    await clock.advance(50 * minute);
    expect(screen.visible.size).toBe(0);
    await clock.advance(15 * minute);
    expect(screen.titles).toEqual(['device 00003 went offline', 'device 00003 went offline']);
    screen.click(id, 'mute');
    await settle();
    expect(screen.visible.size).toBe(0);
    expect(document.value?.mutes).toEqual([{ target: { kind: 'device', deviceKey: key(3) } }]);
    turnOn(3);
    await clock.advance(10 * minute);
    turnOff(3);
    await clock.advance(10 * minute);
    expect(screen.shown).toHaveLength(2);
    await alerts.mute({ target: { kind: 'device', deviceKey: key(3) }, on: false });
    expect(document.value?.mutes).toEqual([]);
  });

  it('to hear when a device is back are kept over a restart and met once', async () => {
    const first = rigOf({ devices: 40, settings: { notify: 'none' } });
    await first.start();
    expect(await first.alerts.tellWhenBack(first.key(3), true)).toMatchObject({
      ok: false,
      error: { kind: 'conflict' },
    });
    first.turnOff(3);
    await first.clock.advance(4 * minute);
    expect(await first.alerts.tellWhenBack(first.key(3), true)).toMatchObject({ ok: true });
    const stored = first.document.value;
    const second_ = rigOf({ devices: 40, ...(stored === undefined ? {} : { settings: stored }) });
    second_.turnOff(3);
    await second_.start();
    await second_.clock.advance(4 * minute);
    expect(second_.screen.log).toEqual([]);
    second_.turnOn(3);
    await second_.clock.advance(4 * minute);
    expect(second_.screen.titles).toEqual(['device 00003 is back']);
    expect(second_.screen.shown[0]?.actions).toEqual(['connect']);
    second_.screen.click(second_.screen.shown[0]?.id ?? '', 'connect');
    expect(second_.requests).toEqual([{ kind: 'connect', deviceKey: 'acme/d3' }]);
    expect(second_.document.value?.tellWhenBack).toEqual([]);
  });
});

describe('quiet', () => {
  const quietHours = { on: true, from: 22 * 60, until: 7 * 60, days: [0, 1, 2, 3, 4, 5, 6] };

  it('hours hold what happens and tell it in one notice when they end', async () => {
    const { start, turnOff, turnOn, clock, screen } = rigOf({
      devices: 400,
      settings: { quietHours },
      startAt: Date.UTC(2026, 0, 10, 21, 0),
    });
    await start();
    await clock.advance(2 * hour);
    turnOff(...range(24, 31), 310);
    await clock.advance(hour);
    turnOn(24, 25, 310);
    turnOff(200);
    await clock.advance(6 * hour + 55 * minute);
    expect(screen.log).toEqual([]);
    await clock.advance(10 * minute);
    expect(screen.shown).toMatchObject([
      {
        title: 'While it was quiet, 9 devices went offline',
        body: '3 back, 6 still offline. 7 of 8 devices in Plant 3 went offline. device 00200 went offline.',
      },
    ]);
    turnOn(...range(24, 31), 200);
    await clock.advance(5 * minute);
    expect(
      [...screen.visible.values()]
        .map(({ title }) => title)
        .slice(1)
        .sort(),
    ).toEqual(['All 7 devices in Plant 3 are back', 'device 00200 is back']);
  });

  it('hours in which all came back tell that alone, and a night without events tells nothing', async () => {
    const { start, turnOff, turnOn, clock, screen } = rigOf({
      devices: 40,
      settings: { quietHours },
      startAt: Date.UTC(2026, 0, 10, 23, 0),
    });
    await start();
    turnOff(3);
    await clock.advance(hour);
    turnOn(3);
    await clock.advance(8 * hour);
    expect(screen.titles).toEqual(['While it was quiet, 1 device went offline and is back']);
    await clock.advance(24 * hour);
    expect(screen.shown).toHaveLength(1);
  });

  it('hours end by the clock on the wall in the night it goes forward', async () => {
    // 29 March 2026, 02:00 to 03:00 is left out in Berlin: 07:00 there is 05:00 UTC.
    const { start, turnOff, clock, screen } = rigOf({
      devices: 40,
      settings: { quietHours },
      timeZone: () => 'Europe/Berlin',
      startAt: Date.UTC(2026, 2, 28, 22, 0),
    });
    await start();
    turnOff(3);
    await clock.advance(7 * hour - 2 * minute);
    expect(screen.log).toEqual([]);
    await clock.advance(3 * minute);
    expect(screen.titles).toEqual(['device 00003 went offline']);
    expect(screen.log[0]?.at).toBe(Date.UTC(2026, 2, 29, 5, 0));
  });

  it('by the system or by a pause is the same', async () => {
    const { start, turnOff, clock, screen, alerts } = rigOf({ devices: 400 });
    await start();
    alerts.setDoNotDisturb(true);
    turnOff(3);
    await clock.advance(hour);
    expect(screen.log).toEqual([]);
    await alerts.snooze({ forMs: hour });
    alerts.setDoNotDisturb(false);
    await clock.advance(50 * minute);
    expect(screen.log).toEqual([]);
    await clock.advance(20 * minute);
    expect(screen.titles).toEqual(['device 00003 went offline']);
    expect(alerts.get().pausedUntil).toBeUndefined();
  });
});
