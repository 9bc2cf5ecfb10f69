import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { attackSize, startAttackStage, tellAttack, type AttackStage } from '../support/attack-stage.ts';
import { enterByLink, type LivePage } from '../support/live-host.ts';

/** A client that was let in and means harm: what it sends ends itself at most. */

const seed = 20_261_130;
/** The log's two files (node/runtime/file-log.ts), and a line's length above each. */
const maxLog = 2 * (2 * 1024 * 1024 + 64 * 1024);

let stage: AttackStage;
let other: LivePage;
let enter: () => Promise<WebSocket>;

beforeAll(async () => {
  stage = await startAttackStage();
  other = await stage.host.page();
  stage.onEnd(() => other.leave());
  enter = await enterByLink((await stage.link()).href);
});
afterAll(() => stage.dispose());

/** The slowest answer that another client had, in milliseconds. */
let slowest = 0;
const otherIsServed = async (): Promise<void> => {
  const asked = performance.now();
  expect((await other.client.request('vendors.list', {})).ok).toBe(true);
  slowest = Math.max(slowest, performance.now() - asked);
  expect(stage.host.isAlive).toBe(true);
};

type Hostile = (socket: WebSocket) => void;

/** How often the host ended the hostile client's own connection; it comes again. */
let cutOff = 0;

/** Sends one after the other, as fast as they are taken, while another client is served. */
const send = async (count: number, each: (n: number) => Hostile): Promise<void> => {
  const come = async (): Promise<WebSocket> => (await enter()).on('message', () => undefined);
  let socket = await come();
  for (let n = 0; n < count; n += 1) {
    if (socket.readyState !== WebSocket.OPEN) {
      cutOff += 1;
      socket = await come();
    }
    each(n)(socket);
    if (n % 500 !== 499) continue;
    await otherIsServed();
    while (socket.bufferedAmount > 1024 * 1024 && socket.readyState === WebSocket.OPEN)
      await new Promise((resolve) => setImmediate(resolve));
  }
  socket.terminate();
  await otherIsServed();
};

const text = (frame: unknown): Hostile => {
  const line = typeof frame === 'string' ? frame : JSON.stringify(frame);
  return (socket) => socket.send(line);
};
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test(
  'no frame of a signed-in client does anything to another one, or to the host',
  { timeout: 1_800_000 },
  async () => {
    const { frames } = attackSize;
    const counts: Record<string, number> = {};
    const junk = fc.sample(
      fc.oneof(
        fc.string(),
        fc.json({ maxDepth: 4 }),
        fc
          .record({
            type: fc.constantFrom('request', 'cancel', 'subscribe', 'session-open', 'session-bytes', '__proto__', 'x'),
            id: fc.oneof(fc.integer(), fc.double(), fc.string()),
            name: fc.oneof(fc.constantFrom('vendors.list', 'toString', '__proto__', 'settings.change'), fc.string()),
            input: fc.jsonValue({ maxDepth: 3 }),
          })
          .map((frame) => JSON.stringify(frame)),
      ),
      { numRuns: Math.max(200, Math.ceil(frames / 100)), seed },
    );
    const proto = [
      '{"__proto__":{"polluted":1}}',
      '{"type":"request","id":1,"name":"settings.change","input":{"__proto__":{"polluted":1}}}',
      '{"type":"request","id":2,"name":"__proto__","input":{}}',
      '{"type":"request","id":3,"name":"constructor","input":{"constructor":{"prototype":{"polluted":1}}}}',
      '{"type":"request","id":4,"name":"secrets.hand","input":{"secrets":{"__proto__":"x"}}}',
    ];
    const kinds: readonly (readonly [string, number, (n: number) => Hostile])[] = [
      ['empty fragments', Math.ceil(frames / 3), () => (socket) => socket.send('', { fin: false })],
      ['pings', Math.ceil(frames / 3), () => (socket) => socket.ping()],
      ['cancels', Math.ceil(frames / 4), (n) => text({ type: 'cancel', id: n })],
      ['subscribes', Math.ceil(frames / 12), () => text({ type: 'subscribe' })],
      ['junk', junk.length, (n) => text(junk[n] ?? '')],
      ['prototype keys', proto.length, (n) => text(proto[n] ?? '')],
      ['one id for all', 500, () => text({ type: 'request', id: 7, name: 'accounts.refresh', input: {} })],
      ['deep JSON', 20, (n) => text(`{"type":"request","id":${n},"name":"vendors.list","input":${deep(50_000)}}`)],
      ['bytes of streams that are not there', 200, (n) => (socket) => socket.send(Buffer.alloc(n % 70, n))],
    ];
    for (const [kind, count, each] of kinds) {
      await send(count, each);
      counts[kind] = count;
    }
    // These end their own connection: text that is none, too long a message, and one that never ends.
    const endless = 'x'.repeat(1024 * 1024);
    const fatal: readonly (readonly [string, number, Hostile])[] = [
      ['bad UTF-8', 1007, (socket) => socket.send(Buffer.from([0xff, 0xfe, 0xc0, 0x80]), { binary: false })],
      ['9 MB', 1009, (socket) => socket.send('x'.repeat(9 * 1024 * 1024))],
      ['endless message', 1009, (socket) => Array.from({ length: 9 }, () => socket.send(endless, { fin: false }))],
    ];
    for (const [kind, code, hostile] of fatal) {
      const socket = await enter();
      const closed = once(socket, 'close') as Promise<[number]>;
      hostile(socket);
      expect([kind, (await closed)[0]]).toEqual([kind, code]);
      counts[kind] = kind === 'endless message' ? 9 : 1;
      await otherIsServed();
    }
    const crowd = await Promise.all(Array.from({ length: 100 }, () => enter()));
    await otherIsServed();
    for (const socket of crowd) socket.terminate();

    // Who comes now finds everything as it was.
    const fresh = await stage.host.page();
    expect(await fresh.ask(fresh.client.request('accounts.list', {}))).toEqual([]);
    await fresh.leave();
    const logs = join(stage.folder, 'profile/logs');
    const sizes = await Promise.all((await readdir(logs)).map(async (file) => (await stat(join(logs, file))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(maxLog);
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThanOrEqual(frames);
    tellAttack('frames', { total, ...counts, sockets: crowd.length, cutOff, slowestAnswerMs: Math.round(slowest) });
  },
);
