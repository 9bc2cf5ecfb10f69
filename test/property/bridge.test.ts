import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StateFeed } from '../../src-main/bridge/state-feed.ts';
import { channelPair } from '../../src-main/cli/channel-pair.ts';
import { composeCore } from '../../src-main/compose/compose-core.ts';
import type { Core } from '../../src-main/compose/core.ts';
import { locate } from '../../src-main/compose/locations.ts';
import { FrameClient, type StateEvent } from '../../src-preload/contract/client.ts';
import {
  collections,
  hostFrameSchema,
  rowKey,
  type CollectionName,
  type FrameChannel,
  type HostFrame,
} from '../../src-preload/contract/frames.ts';
import { requests, type RequestName } from '../../src-preload/contract/requests.ts';
import { settle, VirtualClock } from '../support/virtual-clock.ts';

const seed = 20_261_121;

describe('the bridge', () => {
  let profile: string;
  let core: Core;

  beforeEach(async () => {
    profile = await mkdtemp(join(tmpdir(), 'quayside-bridge-'));
    const composed = await composeCore({
      profile,
      vault: 'memory',
      host: 'headless',
      longLived: true,
      forwardWorker: locate().forwardWorker,
    });
    if (!composed.ok) throw new Error(composed.error.message);
    core = composed.value;
  });

  afterEach(async () => {
    await core.dispose();
    await rm(profile, { recursive: true, force: true });
  });

  test('answers every one of 100,000 frames of junk and near-junk, and never throws', async () => {
    const frames: HostFrame[] = [];
    let receive: ((message: unknown) => void) | undefined;
    core.bridge.connect({
      send: (frame) => void frames.push(frame),
      onMessage: (listener) => {
        receive = listener;
      },
      onClose: () => undefined,
    });
    // Asking for what takes time or changes the disk ten thousand times would test the machine.
    const names = (Object.keys(requests) as RequestName[]).filter((name) => name !== 'vault.unlock');
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom('__proto__', 'constructor', 'accountId', 'deviceKey', 'ticket', 'vendor'),
    );
    const junk = fc.oneof(
      fc.anything({ withBigInt: true, withMap: true, withNullPrototype: true }),
      fc.jsonValue(),
      fc.dictionary(key, fc.jsonValue()),
    );
    const request = fc.record({
      type: fc.constant('request'),
      id: fc.oneof(fc.nat(), fc.integer(), fc.double(), fc.string()),
      name: fc.oneof(fc.constantFrom(...names), fc.string(), fc.constantFrom('__proto__', 'toString', 'constructor')),
      input: junk,
    });
    // As JSON brings them: an own key of that name, which a careless copy would take for the prototype.
    const polluting = fc
      .constantFrom(
        '{"__proto__":{"polluted":1}}',
        '{"type":"request","id":1,"name":"devices.query","input":{"query":1,"__proto__":{"polluted":1}}}',
        '{"type":"request","id":2,"name":"secrets.hand","input":{"secrets":{"__proto__":"polluted"}}}',
        '{"type":"request","id":3,"name":"constructor","input":{"constructor":{"prototype":{"polluted":1}}}}',
      )
      .map((text) => JSON.parse(text) as unknown);
    const inherited = Object.getOwnPropertyNames(Object.prototype);
    const other = fc.record({ type: fc.constantFrom('cancel', 'nonsense', '__proto__'), id: junk });
    const messages = fc.sample(
      fc.oneof(
        { weight: 60, arbitrary: request },
        { weight: 20, arbitrary: junk },
        { weight: 20, arbitrary: other },
        polluting,
      ),
      { numRuns: 100_000, seed },
    );
    let quiet = 0;
    for (const message of messages) {
      const id = typeof message === 'object' && message !== null && 'id' in message ? message.id : undefined;
      const isCancel =
        typeof message === 'object' && message !== null && 'type' in message && message.type === 'cancel';
      // A cancellation of nothing is no mistake; it needs no answer.
      if (isCancel && Object.keys(message).length === 2 && Number.isSafeInteger(id) && Number(id) >= 0) quiet += 1;
      expect(() => receive?.(message)).not.toThrow();
    }
    await expect.poll(() => frames.length, { timeout: 20_000 }).toBe(messages.length - quiet);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(inherited);
    for (const frame of frames) expect(hostFrameSchema.safeParse(frame).success).toBe(true);
    const kinds = new Set(frames.map((frame) => (frame.type === 'refusal' ? frame.error.kind : frame.type)));
    expect(kinds).not.toContain('internal');
    expect([...kinds]).toEqual(expect.arrayContaining(['protocol-error', 'invalid-input', 'unsupported']));
  });

  test('refuses every request that has an unknown key or is of another form; the log has the place, nobody the schema', async () => {
    const pair = channelPair();
    core.bridge.connect(pair.host);
    const client = new FrameClient(pair.client);
    for (const name of Object.keys(requests) as RequestName[]) {
      const answer = await client.request(name, { nonsense: 1 } as never);
      expect([name, answer.ok ? 'answered' : answer.error.kind]).toEqual([name, 'invalid-input']);
    }
    const refused = await client.request('accounts.add', {
      vendor: 'remotix',
      label: 'x',
      ticket: 'not a ticket: it may be a secret',
      nonsense: 1,
    } as never);
    const short = await client.request('accounts.add', { vendor: 'remotix', label: 'x', ticket: '' });
    for (const answer of [refused, short]) {
      expect(answer).toMatchObject({ ok: false, error: { message: 'Quayside could not send this.' } });
      expect(JSON.stringify(answer)).not.toMatch(/expected|>=|accounts\.add|ticket|nonsense/);
    }
    const long = await client.request('accounts.add', { vendor: 'remotix', label: 'x'.repeat(81) });
    expect(long).toMatchObject({
      error: { message: 'A text that was entered is too long: “label”.', hint: 'Use 80 characters or fewer.' },
    });
    await core.dispose();
    const log = (
      await Promise.all(
        (await readdir(join(profile, 'logs'))).map((file) => readFile(join(profile, 'logs', file), 'utf8')),
      )
    ).join('');
    expect(log).toMatch(/"name":"accounts\.add".*"field":"ticket".*"code":"too_small"/);
    expect(log).not.toContain('nonsense');
    client.close();
  });

  test('takes secrets once by a ticket, and its answers never hold them', async () => {
    const frames: string[] = [];
    const pair = channelPair();
    core.bridge.connect({ ...pair.host, send: (frame) => (frames.push(JSON.stringify(frame)), pair.host.send(frame)) });
    const client = new FrameClient(pair.client);
    client.subscribe(() => undefined);
    const token = 'a-very-secret-token-77';
    const handed = await client.request('secrets.hand', { secrets: { token } });
    const ticket = handed.ok ? handed.value.ticket : '';
    const draft = { vendor: 'remoteiot', baseUrl: 'http://127.0.0.1:9/portal/api', ticket } as const;
    const tested = await client.request('accounts.test', draft);
    expect(tested).toMatchObject({ ok: true, value: { ok: false, error: { kind: 'unreachable' } } });
    expect(await client.request('accounts.add', { ...draft, label: 'One' })).toMatchObject({ ok: true });
    expect(await client.request('accounts.add', { ...draft, label: 'Two' })).toMatchObject({
      ok: false,
      error: { kind: 'not-found' },
    });
    const listed = await client.request('accounts.list', {});
    expect(listed.ok && listed.value.map(({ label }) => label)).toEqual(['One']);
    await expect
      .poll(() => frames.some((frame) => frame.includes('"collection":"devices"') || frame.includes('"end":true')))
      .toBe(true);
    expect(frames.join('\n')).not.toContain(token);
    const parts = frames.map((frame) => JSON.parse(frame) as HostFrame).filter((frame) => frame.type === 'snapshot');
    expect(parts.flatMap(({ rows }) => rows).length).toBeGreaterThan(0);
    for (const { collection, rows } of parts) {
      const parsed = rows.map((row) => collections[collection].parse(row));
      expect(new Set(parsed.map((row) => rowKey(collection, row))).size).toBe(rows.length);
    }
    client.close();
  });
});

describe('the state feed', () => {
  const names: readonly CollectionName[] = ['app', 'accounts', 'forwards', 'incidents', 'devices'];
  type Rows = Record<CollectionName, Map<string, { id: string; key: string; version: number }>>;
  const emptyRows = (): Rows => ({
    app: new Map(),
    accounts: new Map(),
    forwards: new Map(),
    incidents: new Map(),
    devices: new Map(),
  });

  /** What a window does with the events. */
  const follow = (state: { rows: Rows; live: boolean }) => {
    let fresh: Rows | undefined;
    return (event: StateEvent): void => {
      if (event.type === 'rows') {
        if (event.start) fresh = emptyRows();
        for (const row of event.rows as { id: string; key: string; version: number }[])
          fresh?.[event.collection].set(row.id, row);
        if (event.end && fresh !== undefined) {
          state.rows = fresh;
          state.live = true;
        }
      } else if (event.type === 'changes') {
        for (const { collection, upsert, remove } of event.changes) {
          for (const row of upsert as { id: string; key: string; version: number }[])
            state.rows[collection].set(row.id, row);
          for (const key of remove) state.rows[collection].delete(key);
        }
      }
    };
  };

  test('leaves a client, however slow, with the state of main', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('set' as const), collection: fc.constantFrom(...names), id: fc.nat(60) }),
      fc.record({ do: fc.constant('drop' as const), collection: fc.constantFrom(...names), id: fc.nat(60) }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.nat(300) }),
      fc.record({ do: fc.constant('stall' as const), stalled: fc.boolean() }),
      fc.record({ do: fc.constant('subscribe' as const) }),
      fc.record({ do: fc.constant('lose' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        async (steps, changesLimit) => {
          const clock = new VirtualClock();
          const main = emptyRows();
          for (let id = 0; id < 25; id += 1) main.devices.set(`d${id}`, { id: `d${id}`, key: `d${id}`, version: 0 });
          const source = (collection: CollectionName) => ({
            keys: () => main[collection].keys(),
            row: (key: string) => main[collection].get(key),
          });
          const feed = new StateFeed({
            sources: {
              app: source('app'),
              accounts: source('accounts'),
              forwards: source('forwards'),
              incidents: source('incidents'),
              devices: source('devices'),
            },
            clock,
            chunkRows: 4,
            changesLimit,
            backlogBytes: 0,
          });
          let stalled = false;
          let lose = false;
          let deliver: ((frame: HostFrame) => void) | undefined;
          const subscription = feed.attach({
            send: (frame) => {
              // A frame lost on the way shows as a gap, and the client asks again.
              if (lose && frame.type === 'delta') lose = false;
              else deliver?.(JSON.parse(JSON.stringify(frame)) as HostFrame);
            },
            backlog: () => (stalled ? 1 : 0),
          });
          const channel: FrameChannel = {
            send: (frame) => frame.type === 'subscribe' && subscription.subscribe(),
            onFrame: (listener) => {
              deliver = listener;
            },
            onClose: () => undefined,
            close: () => undefined,
          };
          const client = new FrameClient(channel);
          const state = { rows: emptyRows(), live: false };
          client.subscribe(follow(state));
          let version = 0;
          for (const what of steps) {
            if (what.do === 'wait') await clock.advance(what.ms);
            else if (what.do === 'stall') ({ stalled } = what);
            else if (what.do === 'subscribe') subscription.subscribe();
            else if (what.do === 'lose') lose = true;
            else {
              const id = what.collection === 'devices' ? `d${what.id}` : `x${what.id}`;
              if (what.do === 'drop') main[what.collection].delete(id);
              else main[what.collection].set(id, { id, key: id, version: (version += 1) });
              feed.touch(what.collection, [id]);
            }
          }
          stalled = false;
          lose = false;
          await clock.advance(2000);
          // A delta lost as the very last one is noticed with the next.
          main.app.set('last', { id: 'last', key: 'last', version: -1 });
          feed.touch('app', ['last']);
          await clock.advance(2000);
          await settle();
          for (const collection of names) {
            expect(Object.fromEntries(state.rows[collection])).toEqual(Object.fromEntries(main[collection]));
          }
          subscription.dispose();
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 200, seed },
    );
  });

  test('sends few batches a second, and nothing at all to a client that does not take it', async () => {
    const clock = new VirtualClock();
    let stalled = false;
    let frames = 0;
    const source = { keys: () => [] as string[], row: (key: string) => ({ id: key }) };
    const feed = new StateFeed({
      sources: { app: source, accounts: source, forwards: source, incidents: source, devices: source },
      clock,
      backlogBytes: 0,
    });
    const client = feed.attach({ send: () => (frames += 1), backlog: () => (stalled ? 1 : 0) });
    client.subscribe();
    await clock.advance(10);
    frames = 0;
    const tick = async (): Promise<void> => {
      for (let at = 0; at < 1000; at += 5) {
        feed.touch('devices', [`d${at}`]);
        await clock.advance(5);
      }
    };
    await tick();
    expect(frames).toBeGreaterThan(5);
    expect(frames).toBeLessThanOrEqual(11);
    stalled = true;
    frames = 0;
    await tick();
    expect(frames).toBe(0);
    client.dispose();
  });

  test('keeps the event loop free while 100,000 devices are sent', async () => {
    const { systemClock } = await import('../../src-main/node/runtime/system-clock.ts');
    const keys = Array.from({ length: 100_000 }, (_, index) => `d${index}`);
    const none = { keys: () => [] as string[], row: () => undefined };
    const devices = {
      keys: () => keys,
      row: (key: string) => ({ key, name: `device ${key}`, groups: ['a'], tags: [] }),
    };
    const feed = new StateFeed({
      sources: { app: none, accounts: none, forwards: none, incidents: none, devices },
      clock: systemClock,
    });
    let rows = 0;
    let beats = 0;
    const heart = setInterval(() => (beats += 1), 1);
    await new Promise<void>((resolve) => {
      const client = feed.attach({
        send: (frame) => {
          if (frame.type !== 'snapshot') return;
          rows += frame.rows.length;
          if (frame.end) {
            client.dispose();
            resolve();
          }
        },
        backlog: () => 0,
      });
      client.subscribe();
    });
    clearInterval(heart);
    expect(rows).toBe(100_000);
    expect(beats).toBeGreaterThan(20);
  });
});
