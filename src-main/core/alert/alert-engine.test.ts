import { describe, expect, it } from 'vitest';
import type { Device, PresenceState } from '../fleet/device.ts';
import { AlertEngine, type AlertOutput } from './alert-engine.ts';
import { defaultAlertSettings, type AlertSettings } from './alert-settings.ts';

const second = 1000;
const minute = 60 * second;
const start = Date.UTC(2026, 0, 1);

/** An engine whose devices change and whose time passes as told. A device is a name; what stands before a dash is its group. */
const stage = (settings: Partial<AlertSettings> = {}) => {
  const devices = new Map<string, Device>();
  const lines: string[] = [];
  let mono = 0;
  const engine = new AlertEngine(
    {
      device: (key) => devices.get(key),
      devices: () => devices.values(),
      isFavourite: () => false,
      matches: () => false,
      accountLabel: (id) => id,
      latencyMs: () => 0,
      timeZone: () => 'UTC',
    },
    { ...defaultAlertSettings, graceMs: 0, ...settings },
  );
  const moment = () => ({ wall: start + mono, mono });
  const lineOf = (output: AlertOutput): string | undefined => {
    const at = `${(mono / second).toString()} s`;
    if (output.kind === 'show' || output.kind === 'update') return `${at} ${output.kind} ${output.notice.title}`;
    if (output.kind === 'close') return `${at} close`;
    return output.kind === 'record' ? `${at} (${output.entry.kind} ${output.entry.name})` : undefined;
  };
  const collect = (): void => {
    for (const output of engine.take()) {
      const line = lineOf(output);
      if (line !== undefined) lines.push(line);
    }
  };
  const put = (state: PresenceState, ...names: readonly string[]): void => {
    for (const name of names)
      devices.set(name, {
        id: name,
        key: name,
        accountId: 'acme',
        vendor: 'mode',
        name,
        groups: [name.split('-')[0] ?? ''],
        tags: [],
        services: [],
        presence: { state, observedAt: start + mono, source: 'vendor-list' },
      });
    engine.observe(
      names.flatMap((name) => devices.get(name) ?? []),
      moment(),
    );
    collect();
  };
  const wait = (ms: number): void => {
    const end = mono + ms;
    for (let due = engine.dueInMs(moment()); due !== undefined && mono + due <= end; due = engine.dueInMs(moment())) {
      mono += Math.max(due, 1);
      engine.tick(moment());
      collect();
    }
    mono = end;
  };
  /** What was told and written since the last call. */
  const told = (): readonly string[] => lines.splice(0);
  const setSettings = (change: Partial<AlertSettings>): void => {
    engine.setSettings({ ...engine.settings, ...change }, moment());
    collect();
  };
  // Others that stay, so that one loss is not one of all.
  put('online', ...Array.from({ length: 40 }, (_, index) => `other-${index}`));
  return { engine, put, wait, told, setSettings, moment, collect };
};

describe('losses are gathered', () => {
  it('for 10 s after the last one', () => {
    const { put, wait, told } = stage();
    put('online', 'a-1', 'a-2');
    put('offline', 'a-1');
    wait(9 * second);
    put('offline', 'a-2');
    wait(minute);
    expect(told()).toEqual([
      '0 s (offline a-1)',
      '9 s (offline a-2)',
      '19 s (incident Both devices in a went offline)',
      '19 s show Both devices in a went offline',
    ]);
  });

  it('for 45 s at most, and the rest joins the notice with its next update', () => {
    const { put, wait, told } = stage();
    const names = Array.from({ length: 12 }, (_, index) => `a-${index}`);
    put('online', ...names);
    for (const name of names) {
      put('offline', name);
      wait(8 * second);
    }
    wait(minute);
    expect(told().filter((line) => !line.includes('(offline'))).toEqual([
      '45 s (incident 6 of 12 devices in a went offline)',
      '45 s show 6 of 12 devices in a went offline',
      '93 s update All 12 devices in a went offline',
    ]);
  });

  it('without those that are back meanwhile', () => {
    const { put, wait, told } = stage();
    put('online', 'a-1');
    put('offline', 'a-1');
    wait(9 * second);
    put('online', 'a-1');
    wait(minute);
    expect(told()).toEqual(['0 s (offline a-1)', '9 s (online a-1)']);
  });
});

describe('the end of an incident', () => {
  it.each([
    [true, '60 s update a-1 is back'],
    [false, '60 s close'],
  ])('with recovery told: %s', (tellBack, end) => {
    const { put, wait, told } = stage({ tellBack });
    put('online', 'a-1');
    put('offline', 'a-1');
    wait(minute);
    told();
    put('online', 'a-1');
    wait(minute);
    expect(told()).toEqual(['60 s (online a-1)', '60 s (resolved a-1 is back)', end]);
  });
});

describe('a device that flaps', () => {
  /** Changes it so often: an odd number ends offline. */
  const flap = (rig: ReturnType<typeof stage>, changes: number, everyMs: number): void => {
    for (let change = 0; change < changes; change += 1) {
      rig.wait(everyMs);
      rig.put(change % 2 === 0 ? 'offline' : 'online', 'a-1');
    }
  };

  it.each([
    [5, second, false],
    [6, second, true],
    [6, 2 * minute - 1, true],
    // The first of the six is as long ago as the window is.
    [6, 2 * minute, false],
  ])('changes %i times, every %i ms: %s', (changes, everyMs, flaps) => {
    const rig = stage();
    rig.put('online', 'a-1');
    flap(rig, changes, everyMs);
    expect(rig.engine.isFlapping('a-1')).toBe(flaps);
    expect(rig.told().filter((line) => line.endsWith('(flapping a-1)'))).toHaveLength(flaps ? 1 : 0);
  });

  it('and calms down while it is offline is told as lost then', () => {
    const rig = stage();
    rig.put('online', 'a-1');
    flap(rig, 7, second);
    expect(rig.told().at(-1)).toBe('7 s (offline a-1)');
    rig.wait(10 * minute - 1);
    expect(rig.told()).toEqual([]);
    rig.wait(minute);
    expect(rig.engine.isFlapping('a-1')).toBe(false);
    expect(rig.told()).toEqual([
      '607 s (calm a-1)',
      '617 s (incident a-1 went offline)',
      '617 s show a-1 went offline',
    ]);
  });

  it('and calms down while it is online is no loss', () => {
    const rig = stage();
    rig.put('online', 'a-1');
    flap(rig, 6, second);
    rig.told();
    rig.wait(20 * minute);
    expect(rig.told()).toEqual(['606 s (calm a-1)']);
  });
});

describe('a loss that may not be told yet', () => {
  const mute = (until: number) => ({ mutes: [{ target: { kind: 'everything' as const }, until }] });

  it('is told when the mute ends, if it lasts', () => {
    const { put, wait, told } = stage(mute(start + 5 * minute));
    put('online', 'a-1', 'a-2');
    put('offline', 'a-1', 'a-2');
    wait(minute);
    put('online', 'a-2');
    told();
    wait(10 * minute);
    expect(told()).toEqual(['310 s (incident a-1 went offline)', '310 s show a-1 went offline']);
  });

  it('is judged anew when the choices change', () => {
    const { put, wait, told, setSettings } = stage(mute(start + 60 * minute));
    put('online', 'a-1');
    put('offline', 'a-1');
    wait(minute);
    told();
    setSettings({ mutes: [] });
    wait(minute);
    expect(told()).toEqual(['70 s (incident a-1 went offline)', '70 s show a-1 went offline']);
  });

  it('is not told when it was gathered and the user mutes it', () => {
    const { put, wait, told, setSettings } = stage();
    put('online', 'a-1');
    put('offline', 'a-1');
    wait(5 * second);
    setSettings({ mutes: [{ target: { kind: 'device', deviceKey: 'a-1' } }] });
    wait(60 * minute);
    expect(told()).toEqual(['0 s (offline a-1)']);
  });
});

it('a notice put away comes back at its time, a silenced one never, and neither tells that all are back', () => {
  const { engine, put, wait, told, moment, collect } = stage();
  put('online', 'a-1', 'b-1');
  put('offline', 'a-1');
  wait(20 * minute);
  put('offline', 'b-1');
  wait(minute);
  const [a, b] = engine.incidents();
  told();
  expect(engine.snoozeIncident(a?.id ?? '', start + 30 * minute, moment())).toBe(true);
  engine.silenceIncident(b?.id ?? '', moment());
  collect();
  expect(told()).toEqual(['1260 s close', '1260 s close']);
  wait(60 * minute);
  expect(told()).toEqual(['1800 s show a-1 went offline']);
  put('online', 'b-1');
  wait(minute);
  expect(told()).toEqual(['4860 s (online b-1)', '4860 s (resolved b-1 is back)']);
  expect(engine.snoozeIncident('none', start, moment())).toBe(false);
});
