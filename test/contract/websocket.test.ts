import type { IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { AppError } from '../../src-main/core/base/errors.ts';
import type { WebSocketRequest } from '../../src-main/core/base/websocket.ts';
import { environmentProxies } from '../../src-main/node/http/proxy.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { createWebSocketClient } from '../../src-main/node/http/websocket-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { OutboundAgents } from '../../src-main/node/http/outbound-agents.ts';
import { makeCertificate, startCompanyProxy, trust } from '../support/company-network.ts';

/** The WebSocket client against a server that is not ours. */

const secret = 'key-in-query-12345';
const userAgent = 'Quayside/test';
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const serve = async (onSocket: (socket: WebSocket, handshake: IncomingMessage) => void): Promise<string> => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', onSocket);
  cleanups.push(() => {
    for (const socket of server.clients) socket.terminate();
    return new Promise((closed) => server.close(closed));
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/?authToken=${secret}`;
};

/** A TCP server that answers each connection with these bytes, or not at all. */
const serveRaw = async (answer: string | undefined): Promise<string> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (answer !== undefined) socket.once('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((closed) => server.close(closed));
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/?authToken=${secret}`;
};

const client = createWebSocketClient({ clock: systemClock, userAgent });

const requestOf = (url: string, more: Partial<WebSocketRequest> = {}): WebSocketRequest => ({
  url,
  headers: {},
  secrets: [secret],
  classify: () => undefined,
  signal: new AbortController().signal,
  ...more,
});

const open = (url: string, more: Partial<WebSocketRequest> = {}) => client.open(requestOf(url, more));

const opened = async (url: string, more: Partial<WebSocketRequest> = {}) => {
  const result = await open(url, more);
  if (!result.ok) throw new Error(result.error.message);
  cleanups.push(() => result.value.close());
  return result.value;
};

const end = (link: Awaited<ReturnType<typeof opened>>): Promise<AppError | undefined> =>
  new Promise((resolve) => link.onClose(resolve));

describe('a WebSocket', () => {
  it('loses no message that came before anybody listened, and passes over binary ones', async () => {
    const url = await serve((socket) => {
      socket.send('one');
      socket.send(Buffer.from([1, 2]));
      socket.send('two é');
    });
    const link = await opened(url);
    await new Promise((resolve) => setImmediate(resolve));
    const heard: string[] = [];
    link.onMessage((text) => heard.push(text));
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two é']));
  });

  it('says in its handshake who opens it', async () => {
    const headers: unknown[] = [];
    const url = await serve((_socket, handshake) => headers.push(handshake.headers));
    await opened(url, { headers: { authorization: 'Bearer somebody' } });
    const named = { 'user-agent': userAgent, authorization: 'Bearer somebody' };
    expect(headers).toEqual([expect.objectContaining(named)]);
  });

  it('carries texts out, and is closed once', async () => {
    const heard: string[] = [];
    const codes: number[] = [];
    const url = await serve((socket) => {
      socket.on('message', (data: Buffer) => heard.push(data.toString()));
      socket.on('close', (code) => codes.push(code));
    });
    const link = await opened(url, { headers: { authorization: 'ModeCloud x' } });
    link.send('hello');
    await vi.waitFor(() => expect(heard).toEqual(['hello']));
    const ended = end(link);
    link.close();
    link.close();
    link.send('too late');
    expect(await ended).toBeUndefined();
    await vi.waitFor(() => expect(codes).toEqual([1000]));
    expect(await end(link)).toBeUndefined();
  });

  it('ends with a message that is too large', async () => {
    const link = await opened(await serve((socket) => socket.send('x'.repeat(200))), { maxBytes: 100 });
    link.onMessage(() => undefined);
    expect(await end(link)).toMatchObject({ kind: 'bad-response' });
  });

  it('stays where the peer never answers pings, as behind some gateways', async () => {
    const pings: number[] = [];
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, autoPong: false });
    await new Promise((resolve) => server.once('listening', resolve));
    server.on('connection', (socket) =>
      socket.on('ping', () => {
        pings.push(pings.length);
        if (pings.length === 5) socket.send('still here');
      }),
    );
    cleanups.push(() => {
      for (const socket of server.clients) socket.terminate();
      return new Promise((closed) => server.close(closed));
    });
    const restless = createWebSocketClient({ clock: systemClock, userAgent, pingMs: 20 });
    const link = await restless.open(requestOf(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`));
    if (!link.ok) throw new Error(link.error.message);
    cleanups.push(() => link.value.close());
    expect(await new Promise((resolve) => link.value.onMessage(resolve))).toBe('still here');
  });

  it('sends no pings where the caller looks after the peer itself', async () => {
    const heard: string[] = [];
    const url = await serve((socket) => {
      socket.on('ping', () => heard.push('ping'));
      socket.on('message', (data: Buffer) => heard.push(data.toString()));
    });
    const clock = new VirtualClock();
    const quiet = createWebSocketClient({ clock, userAgent });
    const link = await quiet.open(requestOf(url, { withoutPings: true }));
    if (!link.ok) throw new Error(link.error.message);
    cleanups.push(() => link.value.close());
    await clock.advance(10 * 60_000);
    link.value.send('after ten minutes');
    await vi.waitFor(() => expect(heard).toEqual(['after ten minutes']));
  });

  it('ends with its signal', async () => {
    const abort = new AbortController();
    const link = await opened(await serve(() => undefined), { signal: abort.signal });
    const ended = end(link);
    abort.abort();
    expect(await ended).toBeUndefined();
  });

  it('tells why the peer closed it, without the secret', async () => {
    const link = await opened(await serve((socket) => socket.close(4001, `no more ${secret}`)));
    link.onMessage(() => undefined);
    const error = await end(link);
    expect(error).toMatchObject({ kind: 'unreachable', vendorMessage: 'no more [redacted]' });
    expect(JSON.stringify(error)).not.toContain(secret);
  });
});

describe('a WebSocket that does not open', () => {
  it('is never asked for without encryption, except on this computer', async () => {
    expect(await open('ws://example.com/')).toMatchObject({ ok: false, error: { kind: 'wrong-url' } });
    expect(await open('https://example.com/')).toMatchObject({ ok: false, error: { kind: 'wrong-url' } });
    expect(await open('nonsense')).toMatchObject({ ok: false, error: { kind: 'wrong-url' } });
  });

  it('because nobody listens is unreachable', async () => {
    const url = await serveRaw('');
    await cleanups.pop()?.();
    expect(await open(url)).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
  });

  it('in time is a timeout, and the signal ends the wait', async () => {
    const url = await serveRaw(undefined);
    expect(await open(url, { openMs: 50 })).toMatchObject({ ok: false, error: { kind: 'timeout' } });
    const abort = new AbortController();
    const waiting = open(url, { signal: abort.signal });
    abort.abort();
    expect(await waiting).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
  });

  it.each([
    ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'bad-response'],
    ['HTTP/1.1 302 Found\r\nLocation: wss://evil.example/\r\nContent-Length: 0\r\n\r\n', 'bad-response'],
    ['HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n', 'bad-response'],
    ['220 smtp ready\r\n', 'bad-response'],
  ])('because of %j is %s', async (answer, kind) => {
    const result = await open(await serveRaw(answer), { openMs: 3000 });
    expect(result).toMatchObject({ ok: false, error: { kind } });
    expect(JSON.stringify(result)).not.toContain(secret);
  });

  it('as the vendor says is the vendor’s error, without the secret', async () => {
    const url = await serveRaw(`HTTP/1.1 403 Forbidden\r\nContent-Length: ${secret.length}\r\n\r\n${secret}`);
    const result = await open(url, {
      classify: (answer) => ({
        kind: 'forbidden',
        message: `HTTP ${answer.status}`,
        hint: answer.text,
        vendorMessage: answer.text,
      }),
    });
    expect(result).toMatchObject({ ok: false, error: { kind: 'forbidden', message: 'HTTP 403' } });
    expect(JSON.stringify(result)).not.toContain(secret);
  });

  it('for a header that cannot be sent is an input', async () => {
    const url = await serve(() => undefined);
    expect(await open(url, { headers: { authorization: 'a\nb' } })).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input' },
    });
  });

  it('goes through the proxy that the environment names', async () => {
    const { key, certificate } = makeCertificate('ws.vendor.example');
    cleanups.push(trust(certificate));
    const server = createTlsServer({ key, cert: certificate });
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => socket.send('hello'));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    cleanups.push(() => {
      for (const socket of sockets.clients) socket.terminate();
      return new Promise((closed) => server.close(closed));
    });
    const proxy = await startCompanyProxy();
    cleanups.push(() => proxy.dispose());
    const out = new OutboundAgents({ proxies: environmentProxies({ HTTPS_PROXY: proxy.url }) });
    cleanups.push(() => out.dispose());
    const behind = createWebSocketClient({ clock: systemClock, userAgent, out });
    const { port } = server.address() as AddressInfo;
    const link = await behind.open({
      url: `wss://ws.vendor.example:${port}/`,
      headers: {},
      secrets: [],
      classify: () => undefined,
      signal: new AbortController().signal,
    });
    if (!link.ok) throw new Error(link.error.message);
    expect(await new Promise((resolve) => link.value.onMessage(resolve))).toBe('hello');
    expect(proxy.asked).toHaveLength(1);
    link.value.close();
  });
});
