import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePattern, parseReplacement } from '../../src-main/core/operation/bulk-names.ts';
import type { PlanRow } from '../../src-main/core/operation/bulk-plan.ts';
import { deviceKey, type Device } from '../../src-main/core/fleet/device.ts';
import { fail, ok, type ErrorKind, type Result } from '../../src-main/core/base/errors.ts';
import { sleep } from '../../src-main/core/base/clock.ts';
import { BulkRun } from '../../src-main/services/operation/bulk-run.ts';
import { VirtualClock, settle } from '../support/virtual-clock.ts';

const seed = Number(process.env['QUAYSIDE_SEED'] ?? 20_261_121);

const facts = fc.record({ name: fc.string(), id: fc.string(), group: fc.string(), account: fc.string() });

test(`patterns: any text is a pattern or refused, and literals stay as they are (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.string(), facts, fc.nat(), (pattern, device, number) => {
      const fill = parsePattern(pattern);
      if (fill.ok) expect(typeof fill.value(device, number)).toBe('string');
      else expect(fill.error.kind).toBe('invalid-input');
    }),
    { seed },
  );
  fc.assert(
    fc.property(fc.string(), facts, fc.nat(), (literal, device, number) => {
      const fill = parsePattern(literal.replaceAll(/[{}]/g, '$&$&'));
      expect(fill.ok && fill.value(device, number)).toBe(literal);
    }),
    { seed },
  );
});

test(`numbering: distinct devices get distinct names, in order, of one width (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.nat({ max: 50 }),
      fc.integer({ min: 1, max: 60 }),
      (width, first, count) => {
        const fill = parsePattern(`gw-{n:0${width}}`);
        if (!fill.ok) throw new Error(fill.error.message);
        const device = { name: '', id: '', group: '', account: '' };
        const names = Array.from({ length: count }, (_, index) => fill.value(device, first + index));
        expect(new Set(names).size).toBe(count);
        expect(names.map((name) => Number(name.slice(3)))).toEqual(names.map((_, index) => first + index));
        for (const name of names) expect(name.length).toBeGreaterThanOrEqual(3 + width);
      },
    ),
    { seed },
  );
});

test(`replacement of plain text is that of split and join, whatever the text (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 4 }), fc.string(), fc.string(), (find, replaceBy, name) => {
      const replace = parseReplacement({ find, replaceBy, regex: false, ignoreCase: false });
      expect(replace.ok && replace.value(name)).toBe(name.split(find).join(replaceBy));
    }),
    { seed },
  );
});

const rowOf = (accountId: string, id: string): PlanRow => {
  const device: Device = {
    key: deviceKey(accountId, id),
    id,
    name: id,
    vendor: 'remoteiot',
    accountId,
    groups: [],
    tags: [],
    presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
    services: [],
  };
  return { device, operation: 'rename', input: { UnitId: id }, after: 'x' };
};

/** What the vendor does with the calls for one device, one after another; after the last one it does the work. */
type Script = readonly ErrorKind[];

/** After these the vendor did the work, or may have. */
const lossy: ReadonlySet<ErrorKind> = new Set(['timeout', 'unreachable', 'bad-response']);
const script = fc.array(
  fc.constantFrom<ErrorKind>('timeout', 'unreachable', 'bad-response', 'device-offline', 'rate-limited', 'forbidden'),
  { maxLength: 3 },
);
const scenario = fc.record({
  devices: fc.array(
    fc.record({ account: fc.constantFrom('a', 'b', 'c'), script, ms: fc.integer({ min: 1, max: 900 }) }),
    {
      minLength: 1,
      maxLength: 30,
    },
  ),
  repeatable: fc.boolean(),
  width: fc.integer({ min: 1, max: 5 }),
  cancelAt: fc.option(fc.integer({ min: 0, max: 3000 }), { nil: undefined }),
});

test(`runs: never more at once than allowed, no write twice, and every device accounted for (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ devices, repeatable, width, cancelAt }) => {
      const clock = new VirtualClock();
      const rows = devices.map(({ account }, index) => rowOf(account, `D${index}`));
      const sent = devices.map(() => 0);
      /** How often the vendor did the work, or may have. */
      const effects = devices.map(() => 0);
      const running = new Map<string, number>();
      let most = 0;
      let ended = 0;
      let cancelled = false;
      let startedAfterCancel = 0;
      const run = new BulkRun('r', 'Rename', rows, {
        clock,
        width,
        repeatable: () => repeatable,
        onException: (thrown) => {
          throw thrown;
        },
        onEnded: () => {
          ended += 1;
        },
        call: async (row): Promise<Result<unknown>> => {
          const index = rows.indexOf(row);
          const device = devices[index];
          if (device === undefined) throw new Error('not a row of the plan');
          if (cancelled) startedAfterCancel += 1;
          const failure = (device.script as Script)[sent[index] ?? 0];
          sent[index] = (sent[index] ?? 0) + 1;
          const now = (running.get(device.account) ?? 0) + 1;
          running.set(device.account, now);
          most = Math.max(most, now);
          await sleep(clock, device.ms);
          running.set(device.account, (running.get(device.account) ?? 1) - 1);
          if (failure === undefined || lossy.has(failure)) effects[index] = (effects[index] ?? 0) + 1;
          return failure === undefined ? ok(undefined) : fail(failure, 'It failed.', 'Try again.');
        },
      });
      if (cancelAt !== undefined) {
        await clock.advance(cancelAt);
        run.cancel();
        cancelled = true;
      }
      await clock.advance(3_600_000);

      const after = run.snapshot();
      expect(after.state).toBe('ended');
      expect(ended).toBe(1);
      expect(most).toBeLessThanOrEqual(width);
      expect(startedAfterCancel).toBe(0);
      const { done, failed, uncertain, cancelled: dropped, waiting, running: left } = after.counts;
      expect(done + failed + uncertain + dropped).toBe(devices.length);
      expect(waiting + left).toBe(0);
      if (!repeatable) expect(Math.max(...sent)).toBeLessThanOrEqual(1);

      // Trying again, as often as there is something to try: what may have been done is not done a second time.
      cancelled = false;
      for (let round = 0; round < 5 && run.retry(); round += 1) await clock.advance(3_600_000);
      if (!repeatable) expect(Math.max(...effects)).toBeLessThanOrEqual(1);
      const items = run.itemsSince(0);
      expect(items).toHaveLength(devices.length);
      for (const item of items) {
        if (item.state === 'done') expect(effects[item.index]).toBeGreaterThanOrEqual(1);
        if (item.state === 'failed' && !repeatable) expect(effects[item.index]).toBe(0);
        expect(item.attempts).toBe(sent[item.index]);
      }
      expect(clock.pending).toBe(0);
    }),
    { seed, numRuns: 60 },
  );
});

test('whoever waits hears of each change once, and is let go at the end', async () => {
  const clock = new VirtualClock();
  const rows = Array.from({ length: 12 }, (_, index) => rowOf('a', `D${index}`));
  const run = new BulkRun('r', 'Rename', rows, {
    clock,
    width: 2,
    repeatable: () => false,
    onException: () => undefined,
    onEnded: () => undefined,
    call: async () => {
      await sleep(clock, 400);
      return ok(undefined);
    },
  });
  const heard = new Map<number, string>();
  let version = 0;
  const follow = async (): Promise<void> => {
    for (;;) {
      await run.changedAfter(version, 20_000, new AbortController().signal);
      for (const item of run.itemsSince(version)) heard.set(item.index, item.state);
      const snapshot = run.snapshot();
      version = snapshot.version;
      if (snapshot.state === 'ended') return;
    }
  };
  const following = follow();
  await clock.advance(10_000);
  await following;
  expect([...heard.values()]).toEqual(rows.map(() => 'done'));
  await settle();
  expect(clock.pending).toBe(0);
});

test('a vendor that asks for a pause is left alone for it, and only its account waits', async () => {
  const clock = new VirtualClock();
  const rows = [rowOf('a', 'D0'), rowOf('a', 'D1'), rowOf('b', 'D2')];
  const at: number[] = [];
  let refused = false;
  const run = new BulkRun('r', 'Rename', rows, {
    clock,
    width: 1,
    repeatable: () => true,
    onException: () => undefined,
    onEnded: () => undefined,
    call: async (row) => {
      at.push(clock.monotonic());
      if (row.device.id !== 'D0' || refused) return ok(undefined);
      refused = true;
      return fail('rate-limited', 'Too many requests.', 'Wait.', { retryAfterMs: 40_000 });
    },
  });
  await clock.advance(39_000);
  expect(run.snapshot()).toMatchObject({ state: 'running', counts: { done: 1, waiting: 2 } });
  expect(run.snapshot().pausedMs).toBe(1000);
  await clock.advance(2000);
  expect(run.snapshot()).toMatchObject({ state: 'ended', counts: { done: 3 } });
  expect(at).toEqual([0, 0, 40_000, 40_000]);
});
