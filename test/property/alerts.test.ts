import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AlertEngine, type AlertOutput } from '../../src-main/core/alert/alert-engine.ts';
import {
  defaultAlertSettings,
  parseAlertSettings,
  type AlertSettings,
} from '../../src-main/core/alert/alert-settings.ts';
import type { Device, PresenceState } from '../../src-main/core/fleet/device.ts';
import { coverLosses, type Loss } from '../../src-main/core/alert/incident-cover.ts';
import { isQuiet, nextQuietChange } from '../../src-main/core/alert/quiet-hours.ts';
import { uptimeOf } from '../../src-main/core/activity/uptime.ts';

const seed = 20261121;
const minute = 60_000;

const deviceOf = (index: number, state: PresenceState, observedAt: number): Device => ({
  id: `d${index}`,
  key: `a${index % 2}/d${index}`,
  accountId: `a${index % 2}`,
  vendor: 'mode',
  name: `device ${index}`,
  groups: index % 5 === 0 ? [] : [`g${index % 3}`],
  tags: [],
  services: [],
  presence: { state, observedAt, source: 'vendor-list' },
  ...(index % 4 === 0 ? {} : { externalAddress: `203.0.113.${index % 4}` }),
});

type Step =
  | { readonly do: 'set'; readonly index: number; readonly state: PresenceState }
  | { readonly do: 'many'; readonly from: number; readonly size: number; readonly state: PresenceState }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'poll' }
  | { readonly do: 'unreachable'; readonly account: number; readonly on: boolean }
  | { readonly do: 'remove'; readonly index: number }
  | { readonly do: 'disturb'; readonly on: boolean }
  | { readonly do: 'choose'; readonly settings: Partial<AlertSettings> };

const fleetSize = 24;
const state = fc.constantFrom<PresenceState>('online', 'offline', 'unknown');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('set' as const), index: fc.nat(fleetSize - 1), state }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('many' as const),
      from: fc.nat(fleetSize - 1),
      size: fc.nat(fleetSize),
      state,
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(4 * minute) }) },
  { weight: 4, arbitrary: fc.constant({ do: 'poll' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('unreachable' as const), account: fc.nat(1), on: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), index: fc.nat(fleetSize - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disturb' as const), on: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('choose' as const),
      settings: fc.record(
        {
          notify: fc.constantFrom('all', 'favourites', 'none'),
          graceMs: fc.nat(3 * minute),
          confirmations: fc.nat(3),
          tellBack: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    }),
  },
);

/** An engine whose time passes as its own timers and the test want it to. */
const stage = () => {
  const devices = new Map<string, Device>();
  const start = Date.UTC(2026, 0, 1);
  let mono = 0;
  const outputs: { readonly at: number; readonly output: AlertOutput }[] = [];
  const engine = new AlertEngine(
    {
      device: (key) => devices.get(key),
      devices: () => devices.values(),
      isFavourite: (key) => key.endsWith('3'),
      matches: (query, device) => device.name.includes(query),
      accountLabel: (id) => id,
      latencyMs: () => 20_000,
      timeZone: () => 'UTC',
    },
    defaultAlertSettings,
  );
  const moment = () => ({ wall: start + mono, mono });
  const collect = (): void => {
    for (const output of engine.take()) outputs.push({ at: mono, output });
  };
  const wait = (ms: number): void => {
    const end = mono + ms;
    for (let turns = 0; ; turns += 1) {
      // A timer that is due again and again is a loop.
      if (turns > 10_000) throw new Error('the engine never rests');
      const due = engine.dueInMs(moment());
      if (due === undefined || mono + due > end) break;
      mono += Math.max(due, 1);
      engine.tick(moment());
      collect();
    }
    mono = Math.max(mono, end);
  };
  const put = (indexes: readonly number[], next: PresenceState): void => {
    const changed = indexes.map((index) => deviceOf(index, next, start + mono));
    for (const device of changed) devices.set(device.key, device);
    engine.observe(changed, moment());
    collect();
  };
  return {
    engine,
    devices,
    outputs,
    wait,
    put,
    run: (what: Step): void => {
      switch (what.do) {
        case 'set':
          return put([what.index], what.state);
        case 'many':
          return put(
            Array.from({ length: what.size }, (_, index) => (what.from + index) % fleetSize),
            what.state,
          );
        case 'wait':
          return wait(what.ms);
        case 'poll':
          return [...devices.values()].forEach((device) => put([Number(device.id.slice(1))], device.presence.state));
        case 'unreachable':
          engine.setUnreachable(`a${what.account}`, what.on, moment());
          return collect();
        case 'remove': {
          const key = `a${what.index % 2}/d${what.index}`;
          devices.delete(key);
          engine.remove([key], moment());
          return collect();
        }
        case 'disturb':
          engine.setDoNotDisturb(what.on, moment());
          return collect();
        case 'choose':
          engine.setSettings({ ...engine.settings, ...what.settings }, moment());
          return collect();
        default:
          return what satisfies never;
      }
    },
  };
};

const incidentIds = (outputs: readonly { readonly output: AlertOutput }[]): readonly string[] =>
  outputs.flatMap(({ output }) =>
    (output.kind === 'show' || output.kind === 'update') && output.notice.id.startsWith('i') ? [output.notice.id] : [],
  );

describe('alerts', () => {
  it('tell nothing that was not a change that counts, and end every incident when all are back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { engine, outputs, wait, put, run } = stage();
        put(
          Array.from({ length: fleetSize }, (_, index) => index),
          'online',
        );
        for (const what of steps) {
          const before = outputs.length;
          run(what);
          for (const { output } of outputs.slice(before)) {
            if (output.kind !== 'show') continue;
            const lost = outputs.filter(({ output: each }) => each.kind === 'record' && each.entry.kind === 'offline');
            const flaps = outputs.some(({ output: each }) => each.kind === 'record' && each.entry.kind === 'flapping');
            expect(lost.length > 0 || flaps).toBe(true);
          }
        }
        const transitions = outputs.filter(({ output }) => output.kind === 'record' && output.entry.kind === 'offline');
        // Never more notices than losses: each names at least one of its own, or sums some up.
        const shown = outputs.filter(({ output }) => output.kind === 'show' && output.notice.id !== 'flapping');
        const chosen = steps.filter(({ do: what }) => what === 'disturb' || what === 'choose').length;
        expect(shown.length).toBeLessThanOrEqual(transitions.length + chosen);
        // Everything is well again, and stays so.
        engine.setUnreachable('a0', false, { wall: 0, mono: 0 });
        for (const account of [0, 1]) run({ do: 'unreachable', account, on: false });
        run({ do: 'disturb', on: false });
        put(
          Array.from({ length: fleetSize }, (_, index) => index),
          'online',
        );
        wait(60 * minute);
        expect(engine.incidents().filter((incident) => incident.resolvedAt === undefined)).toEqual([]);
        // Whoever was told of an incident was told of its end, or had it taken away.
        const last = new Map<string, AlertOutput>();
        for (const { output } of outputs) {
          if (output.kind === 'show' || output.kind === 'update') last.set(output.notice.id, output);
          if (output.kind === 'close') last.set(output.id, output);
        }
        for (const id of incidentIds(outputs)) {
          const end = last.get(id);
          expect(end?.kind === 'close' || (end?.kind === 'update' && /(is|are) back$/.test(end.notice.title))).toBe(
            true,
          );
        }
        // Then it rests.
        const after = outputs.length;
        wait(24 * 60 * minute);
        expect(outputs.slice(after)).toEqual([]);
        expect(engine.dueInMs({ wall: 0, mono: 0 })).toBeUndefined();
      }),
      { numRuns: 400, seed },
    );
  });

  it('update one notice at most every 30 s, however often it changes', () => {
    const change = fc.oneof(
      fc.record({
        do: fc.constant('set' as const),
        index: fc.integer({ min: 1, max: fleetSize - 1 }),
        state: fc.constantFrom<PresenceState>('online', 'offline'),
      }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20_000) }),
    );
    let updates = 0;
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (steps) => {
        const { outputs, put, run, wait } = stage();
        const all = Array.from({ length: fleetSize }, (_, index) => index);
        put(all, 'online');
        run({ do: 'choose', settings: { graceMs: 0 } });
        put(all, 'offline');
        wait(2 * minute);
        // The first one stays away, so the incident lasts.
        for (const what of steps) run(what);
        wait(minute);
        const lastAt = new Map<string, number>();
        for (const { at, output } of outputs) {
          if (output.kind !== 'show' && output.kind !== 'update') continue;
          const before = lastAt.get(output.notice.id);
          if (before !== undefined && !/(is|are) back$/.test(output.notice.title)) {
            updates += 1;
            expect(at - before).toBeGreaterThanOrEqual(30_000);
          }
          lastAt.set(output.notice.id, at);
        }
      }),
      { numRuns: 200, seed },
    );
    expect(updates).toBeGreaterThan(100);
  });
});

const loss: fc.Arbitrary<Loss> = fc
  .record({
    index: fc.nat(40),
    account: fc.constantFrom('a', 'b'),
    groups: fc.array(fc.constantFrom('g', 'h', 'i'), { maxLength: 2 }),
    address: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
  })
  .map(({ index, account, groups, address }) => ({
    key: `${account}/${index}`,
    name: `${index}`,
    accountId: account,
    groups,
    address,
    since: 0,
    sound: true,
  }));

describe('grouping', () => {
  it('puts every loss in exactly one incident, the same for any order, and never needs many', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(loss, { selector: ({ key }) => key, minLength: 1, maxLength: 60 }),
        fc.uniqueArray(loss, { selector: ({ key }) => key, maxLength: 60 }),
        fc.infiniteStream(fc.nat()),
        (losses, others, order) => {
          const fleet = [...losses, ...others.filter(({ key }) => !losses.some((each) => each.key === key))];
          const covered = coverLosses(losses, fleet);
          expect(covered.flatMap((each) => each.losses.map(({ key }) => key)).sort()).toEqual(
            losses.map(({ key }) => key).sort(),
          );
          for (const each of covered) expect(each.total).toBeGreaterThanOrEqual(each.losses.length);
          const shuffled = losses
            .map((each) => ({ each, at: order.next().value ?? 0 }))
            .sort((a, b) => a.at - b.at)
            .map(({ each }) => each);
          expect(coverLosses(shuffled, fleet)).toEqual(covered);
          expect(covered.length).toBeLessThanOrEqual(4 + Math.ceil(4 * Math.log2(fleet.length + 1)));
        },
      ),
      { numRuns: 300, seed },
    );
  });
});

describe('quiet hours', () => {
  it('next change is the first minute at which the answer differs', () => {
    fc.assert(
      fc.property(
        fc.record({
          on: fc.constant(true),
          from: fc.nat(1439),
          until: fc.nat(1439),
          days: fc.uniqueArray(fc.nat(6), { maxLength: 7 }),
        }),
        fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'),
        (hours, at, zone) => {
          const now = isQuiet(hours, at, zone);
          const change = nextQuietChange(hours, at, zone);
          if (change === undefined) return;
          expect(change).toBeGreaterThan(at);
          expect(isQuiet(hours, change, zone)).toBe(!now);
          expect(isQuiet(hours, change - 1, zone)).toBe(now);
          // Nothing in between, as far as a coarse look shows.
          for (let look = at; look < change; look += 7 * minute) expect(isQuiet(hours, look, zone)).toBe(now);
        },
      ),
      { numRuns: 100, seed },
    );
  });
});

describe('uptime', () => {
  it('adds up to the window, whatever happened', () => {
    const times = fc.integer({ min: -50, max: 150 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: times, to: fc.constantFrom('online' as const, 'offline' as const) })),
        fc.array(fc.tuple(times, times)),
        fc.option(times, { nil: undefined }),
        fc.constantFrom('online' as const, 'offline' as const, 'unknown' as const),
        (steps, gaps, firstSeenAt, now) => {
          const uptime = uptimeOf({
            since: 0,
            until: 100,
            firstSeenAt,
            now,
            steps: [...steps].sort((a, b) => a.at - b.at),
            gaps: gaps.map(([a, b]) => ({ since: Math.min(a, b), until: Math.max(a, b) })),
          });
          expect(uptime.onlineMs + uptime.offlineMs + uptime.unknownMs).toBe(100);
          for (const part of [uptime.onlineMs, uptime.offlineMs, uptime.unknownMs])
            expect(part).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 300, seed },
    );
  });
});

describe('the settings file', () => {
  it('of any content gives settings or nothing, and what was written is read', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const parsed = parseAlertSettings(value);
        if (parsed !== undefined) expect(parseAlertSettings(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
      }),
      { numRuns: 300, seed },
    );
    const target = fc.oneof(
      fc.constant({ kind: 'everything' as const }),
      fc.record({ kind: fc.constant('tag' as const), tag: fc.string({ maxLength: 20 }) }),
      fc.record({ kind: fc.constant('query' as const), query: fc.string({ maxLength: 20 }) }),
      fc.record({ kind: fc.constant('device' as const), deviceKey: fc.string({ maxLength: 20 }) }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.record({ target, notify: fc.constantFrom('all', 'favourites', 'none') })),
        fc.array(fc.record({ target, until: fc.nat() })),
        (rules, mutes) => {
          const settings = { ...defaultAlertSettings, rules, mutes };
          expect(parseAlertSettings(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
        },
      ),
      { numRuns: 100, seed },
    );
  });
});
