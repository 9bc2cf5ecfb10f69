import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { silentLog } from '../../../test/support/fake-vendor.ts';
import { openWebHost } from './websocket-host.ts';
import type { WebClient, WebHost } from './websocket-host.ts';

let root: string;
let host: WebHost;
/** Resolves with the browser that comes next. */
let clients: PromiseWithResolvers<WebClient>;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'quayside-web-'));
  await writeFile(path.join(root, 'index.html'), '<!doctype html><html><head></head><body></body></html>');
  clients = Promise.withResolvers();
  const opened = await openWebHost({ root, port: 0, log: silentLog, onClient: (client) => clients.resolve(client) });
  if (!opened.ok) throw new Error(opened.error.message);
  host = opened.value;
});
afterEach(async () => {
  await host.dispose();
  await rm(root, { recursive: true, force: true });
});

const statusOf = async (link: string): Promise<number> => {
  const answer = await fetch(link);
  await answer.arrayBuffer();
  return answer.status;
};

/** A browser's window that came in by a link. */
const comeIn = async (): Promise<{ readonly socket: WebSocket; readonly client: WebClient }> => {
  const page = await (await fetch(host.link())).text();
  const key = /name="quayside-key" content="([^"]+)"/.exec(page)?.[1] ?? '';
  const origin = `http://127.0.0.1:${host.port}`;
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}/bridge`, ['quayside', key], { origin });
  const client = await clients.promise;
  await new Promise<void>((resolve) => (socket.readyState === socket.OPEN ? resolve() : socket.once('open', resolve)));
  return { socket, client };
};
const nextMessage = (socket: WebSocket): Promise<{ readonly data: Buffer; readonly isBinary: boolean }> =>
  new Promise((resolve) => socket.once('message', (data: Buffer, isBinary) => resolve({ data, isBinary })));

it('a link lets one browser in, once', async () => {
  const link = host.link();
  expect(await statusOf(link)).toBe(200);
  expect(await statusOf(link)).toBe(403);
  expect(await statusOf(`http://127.0.0.1:${host.port}/?token=made-up`)).toBe(403);
});

it('of more than sixteen unused links the oldest goes, and no other', async () => {
  const links = Array.from({ length: 17 }, () => host.link());
  expect(await Promise.all(links.map(statusOf))).toEqual([403, ...Array.from({ length: 16 }, () => 200)]);
});

it.each([0, 1, 4_096, 4_097, 200_000])(
  '%i bytes of a stream arrive as one binary message with its number',
  async (length) => {
    const { socket, client } = await comeIn();
    const bytes = Uint8Array.from({ length }, (_, at) => at % 251);
    const arrived = nextMessage(socket);
    client.send({ type: 'session-bytes', stream: 7, bytes });
    const { data, isBinary } = await arrived;
    expect(isBinary).toBe(true);
    expect(data.readDoubleBE(0)).toBe(7);
    expect(data.subarray(8).equals(Buffer.from(bytes))).toBe(true);
  },
);

it('what a browser sends arrives as JSON or as bytes of a stream, and as nothing where it is neither', async () => {
  const { socket, client } = await comeIn();
  const heard: unknown[] = [];
  const all = Promise.withResolvers<void>();
  client.onMessage((message) => {
    heard.push(message);
    if (heard.length === 4) all.resolve();
  });
  const header = Buffer.alloc(8);
  header.writeDoubleBE(3);
  socket.send('{"type":"hello"}');
  socket.send(Buffer.concat([header, Buffer.from('ab')]));
  socket.send('{');
  socket.send(header);
  await all.promise;
  const bytes = expect.objectContaining({ type: 'session-bytes', stream: 3, bytes: Buffer.from('ab') }) as unknown;
  expect(heard).toEqual([{ type: 'hello' }, bytes, undefined, undefined]);
});

it('a tab that is closed is noticed', async () => {
  const { socket, client } = await comeIn();
  const closed = new Promise<void>((resolve) => client.onClose(resolve));
  socket.close();
  await closed;
});

it('quitting waits for no open tab', async () => {
  const { socket } = await comeIn();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await host.dispose();
  await closed;
});
