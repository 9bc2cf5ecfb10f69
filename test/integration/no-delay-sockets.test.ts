import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ok } from '../../src-main/core/base/errors.ts';
import { createWebForwarder } from '../../src-main/node/forward/web-forwarder.ts';
import { dialTcp } from '../../src-main/node/net/stream-channel.ts';
import { createSshClient } from '../../src-main/node/ssh/ssh-client.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { createWebSocketClient } from '../../src-main/node/http/websocket-client.ts';
import { openWebHost } from '../../src-main/node/web-host/websocket-host.ts';
import { startRelay } from '../../src-main/simulators/tcp-relay.ts';
import { silentLog, startFarEnd, startRig, type FarEnd } from '../support/forward-rig.ts';
import { keyIn, writePage } from '../support/live-host.ts';
import { noteNoDelaySockets, type NoDelaySockets } from '../support/no-delay-sockets.ts';

// A socket without TCP_NODELAY keeps a small packet until the one before is acknowledged: each key in a terminal is
// 40 ms late. What cannot be read from the system is noted where it is set.

let prompt: NoDelaySockets;
const closing: (() => unknown)[] = [];
let far: FarEnd;
let accepted: Promise<Socket>;

beforeEach(async () => {
  prompt = await noteNoDelaySockets();
  closing.push(() => prompt.dispose());
  const first = Promise.withResolvers<Socket>();
  accepted = first.promise;
  far = await startFarEnd((socket) => first.resolve(socket));
  closing.push(() => far.dispose());
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Waits for the connection to the server of the test; ours is the end it came from, which may hear of it later. */
const arrivesPrompt = async (): Promise<void> => {
  const { remotePort = 0 } = await accepted;
  await expect.poll(() => prompt.has(remotePort, far.port)).toBe(true);
};

test('the connection of a terminal and of files sends each key and each small request at once', async () => {
  const abort = new AbortController();
  const dialed = createSshClient({ env: {}, platform: 'linux' }).dial(
    {
      host: '127.0.0.1',
      port: far.port,
      user: 'me',
      next: async () => undefined,
      banner: () => undefined,
      outdated: [],
      knownKeyTypes: [],
      checkKey: async () => false,
    },
    abort.signal,
  );
  closing.push(async () => {
    abort.abort();
    await dialed;
  });
  await arrivesPrompt();
});

test('the connection of a screen sends each key and each movement at once', async () => {
  const dialed = await dialTcp({ host: '127.0.0.1', port: far.port }, new AbortController().signal);
  if (!dialed.ok) expect.fail(dialed.error.message);
  closing.push(() => dialed.value.close());
  await arrivesPrompt();
});

test('the window’s own connection sends at once', async () => {
  const root = await mkdtemp(join(tmpdir(), 'quayside-window-'));
  closing.push(() => rm(root, { recursive: true, force: true }));
  await writePage(root);
  const host = await openWebHost({ root, port: 0, onClient: () => undefined, log: silentLog });
  if (!host.ok) expect.fail(host.error.message);
  closing.push(() => host.value.dispose());
  const origin = `http://127.0.0.1:${host.value.port}`;
  const key = keyIn(await (await fetch(host.value.link())).text());
  const window = new WebSocket(`ws://127.0.0.1:${host.value.port}/bridge`, ['quayside', key], { headers: { origin } });
  const [response] = (await once(window, 'upgrade')) as [{ readonly socket: Socket }];
  const { localPort = 0 } = response.socket;
  expect(prompt.has(host.value.port, localPort)).toBe(true);
  window.terminate();
});

test('a vendor’s WebSocket sends at once', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  closing.push(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  const client = createWebSocketClient({ clock: systemClock, userAgent: 'test' });
  closing.push(() => client.dispose());
  const came = once(server, 'connection') as Promise<[unknown, { readonly socket: Socket }]>;
  const opened = await client.open({
    url: `ws://127.0.0.1:${port}/`,
    headers: {},
    secrets: [],
    classify: () => undefined,
    signal: new AbortController().signal,
  });
  expect(opened.ok).toBe(true);
  const [, { socket }] = await came;
  expect(prompt.has(socket.remotePort ?? 0, port)).toBe(true);
});

test('a web forward sends at once, to the browser and to the vendor', async () => {
  const opened = await createWebForwarder().listen(() =>
    ok({ method: 'GET', url: `http://127.0.0.1:${far.port}/`, prefix: '', headers: {}, secrets: [] }),
  );
  if (!opened.ok) expect.fail(opened.error.message);
  const { port, host } = opened.value;
  closing.push(() => opened.value.dispose());
  const browser = connect({ port, host });
  browser.on('error', () => undefined);
  closing.push(() => browser.destroy());
  browser.write(`GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
  await arrivesPrompt();
  expect(prompt.has(port, browser.localPort ?? 0)).toBe(true);
});

test('a forward sends at once, to the program and to the tunnel', async () => {
  const rig = startRig({
    grants: () => ok(far.port),
    worker: new URL('../support/no-delay-forward-worker.ts', import.meta.url),
  });
  closing.push(async () => {
    await rig.forwards.dispose();
    await rig.host.dispose();
  });
  const { port } = await rig.open();
  const program = connect({ port, host: '127.0.0.1' });
  closing.push(() => program.destroy());
  const { remotePort = 0 } = await accepted;
  const channel = new BroadcastChannel('no-delay-sockets');
  closing.push(() => channel.close());
  const ask = (local: number, remote: number): Promise<unknown> =>
    new Promise((resolve) => {
      channel.onmessage = (message) => resolve((message as { readonly data: unknown }).data);
      channel.postMessage({ ask: [local, remote] });
    });
  await expect.poll(() => ask(remotePort, far.port)).toEqual({ answer: true });
  await expect.poll(() => ask(port, program.localPort ?? 0)).toEqual({ answer: true });
});

test('the relay of the demo sends at once, to both sides', async () => {
  const relay = await startRelay(() => ({ host: '127.0.0.1', port: far.port }));
  closing.push(() => relay.dispose());
  const program = connect({ port: relay.port, host: '127.0.0.1' });
  program.on('error', () => undefined);
  closing.push(() => program.destroy());
  await arrivesPrompt();
  expect(prompt.has(relay.port, program.localPort ?? 0)).toBe(true);
});
