import { once } from 'node:events';
import https from 'node:https';
import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { fail } from '../../src-main/core/base/errors.ts';
import type { AppError, ErrorKind } from '../../src-main/core/base/errors.ts';
import type { HttpAnswer, HttpRequest } from '../../src-main/core/base/http.ts';
import { createHttpClient } from '../../src-main/node/http/http-client.ts';
import type { DisposableHttpClient, HttpClientOptions } from '../../src-main/node/http/http-client.ts';
import { environmentProxies, systemProxies } from '../../src-main/node/http/proxy.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { OutboundAgents } from '../../src-main/node/http/outbound-agents.ts';
import { makeCertificate, startCompanyProxy, trust } from '../support/company-network.ts';
import { answerText, startRawHttpServer } from '../support/raw-http-server.ts';
import type { RawHttpServer, RawRequest } from '../support/raw-http-server.ts';

const secret = 'tok/en+42=secret';
const open: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

const client = (options: Partial<HttpClientOptions> = {}): DisposableHttpClient => {
  const made = createHttpClient({ clock: systemClock, random: () => 0.5, userAgent: 'test', backoffMs: 2, ...options });
  open.push(() => made.dispose());
  return made;
};

const outBy = (env: Readonly<Record<string, string>>): OutboundAgents =>
  new OutboundAgents({ proxies: environmentProxies(env) });

const server = async (
  answer: (request: RawRequest, index: number) => void,
  onConnection?: (socket: net.Socket) => boolean,
): Promise<RawHttpServer> => {
  const started = await startRawHttpServer(answer, onConnection);
  open.push(() => started[Symbol.asyncDispose]());
  return started;
};

const statusKinds: Readonly<Record<number, ErrorKind>> = {
  401: 'unauthorized',
  403: 'rate-limited',
  429: 'rate-limited',
  503: 'vendor-unavailable',
};

const classify = (answer: HttpAnswer): AppError | undefined => {
  const kind = statusKinds[answer.status];
  if (kind === undefined) return undefined;
  return fail(kind, `The vendor said ${answer.text}.`, `Mind ${secret}.`, { vendorMessage: answer.text }).error;
};

const request = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  rateLimitGroup: { account: 'a', concurrency: 4, budget: 'b', requestsPerMinute: 60_000 },
  method: 'POST',
  url,
  headers: { authorization: `Bearer ${secret}` },
  secrets: [secret],
  repeatable: true,
  classify,
  ...more,
});

const errorOf = async (made: DisposableHttpClient, wanted: HttpRequest): Promise<AppError> => {
  const result = await made.request(wanted);
  expect(result.ok).toBe(false);
  if (result.ok) throw new Error('unexpected success');
  const text = JSON.stringify(result.error);
  for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
    expect(text).not.toContain(form);
  return result.error;
};

const reply =
  (text: string) =>
  ({ socket }: RawRequest): void =>
    void socket.write(text);

const until = async (condition: () => boolean): Promise<void> => {
  await expect.poll(condition, { timeout: 10_000, interval: 5 }).toBe(true);
};

describe('another network', () => {
  test('a request whose address is gone is sent again at once, instead of waiting for an answer that cannot come', async () => {
    let own: ReadonlySet<string> = new Set(['127.0.0.1']);
    const target = await server(({ socket }, index) => {
      if (index > 0) socket.write(answerText(200, 'back'));
    });
    const made = client({ addresses: () => own });
    const answer = made.request(request(target.url));
    await until(() => target.requests.length === 1);
    // Another address was added; ours is still there.
    made.networkChanged();
    own = new Set(['192.0.2.7']);
    made.networkChanged();
    expect(await answer).toMatchObject({ ok: true, value: { text: 'back' } });
    expect(target.connections()).toBe(2);
  });

  test('connections kept for later are not used again', async () => {
    const target = await server(reply(answerText(200, '')));
    const made = client();
    for (let count = 0; count < 2; count += 1) await made.request(request(target.url));
    expect(target.connections()).toBe(1);
    made.networkChanged();
    await made.request(request(target.url));
    expect(target.connections()).toBe(2);
  });
});

describe('what goes out', () => {
  test('no body means no body and no content type', async () => {
    const target = await server(reply(answerText(200, '{}')));
    expect((await client().request(request(`${target.url}/device?x=1`))).ok).toBe(true);
    const [got] = target.requests;
    expect(got).toMatchObject({ method: 'POST', path: '/device?x=1', headers: { authorization: `Bearer ${secret}` } });
    expect(got?.head.toLowerCase()).not.toMatch(/content-type|transfer-encoding/);
    expect(got?.body).toHaveLength(0);
  });

  test('JSON, form, text and multipart bodies arrive whole, with their type and length', async () => {
    const target = await server(reply(answerText(200, '')));
    const made = client();
    const bytes = new Uint8Array([0, 255, 13, 10]);
    for (const body of [
      { kind: 'json', value: { a: 'ü' } },
      { kind: 'form', fields: { a: '1 &', b: 'ü' } },
      { kind: 'text', text: 'plain', contentType: 'text/csv' },
      {
        kind: 'multipart',
        parts: [
          { name: 'n', value: 'v' },
          { name: 'file', filename: 'x.bin', bytes },
        ],
      },
    ] as const) {
      expect((await made.request(request(target.url, { body }))).ok).toBe(true);
    }
    const [json, form, text, multipart] = target.requests;
    expect([json?.headers['content-type'], json?.body.toString()]).toEqual(['application/json', '{"a":"ü"}']);
    expect([form?.headers['content-type'], form?.body.toString()]).toEqual([
      'application/x-www-form-urlencoded',
      'a=1+%26&b=%C3%BC',
    ]);
    expect([text?.headers['content-type'], text?.body.toString()]).toEqual(['text/csv', 'plain']);
    expect(multipart?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(multipart?.body.includes(Buffer.from(bytes))).toBe(true);
    expect(multipart?.body.toString('latin1')).toContain('filename="x.bin"');
  });

  test('headers a signature covers arrive as they were signed', async () => {
    const target = await server(reply(answerText(200, '')));
    const headers = {
      date: 'Tue, 07 Jun 2026 20:51:35 GMT',
      host: 'api.example.com',
      'x-trace': '1',
      'content-type': 'application/json',
    };
    expect((await client().request(request(target.url, { headers }))).ok).toBe(true);
    expect(target.requests[0]?.headers).toMatchObject(headers);
  });

  test('the method ACTION goes out as it is, and once', async () => {
    const target = await server(reply(answerText(200, 'done')));
    const result = await client().request(
      request(target.url, { method: 'ACTION', repeatable: false, body: { kind: 'json', value: 1 } }),
    );
    expect(result).toMatchObject({ ok: true, value: { text: 'done' } });
    expect(target.requests.map(({ method }) => method)).toEqual(['ACTION']);
  });

  test('headers that cannot be sent are refused before anything leaves', async () => {
    const target = await server(reply(answerText(200, '')));
    const error = await errorOf(
      client(),
      request(target.url, { headers: { authorization: `Bearer ${secret}\nx: y` } }),
    );
    expect(error.kind).toBe('invalid-input');
    expect(target.connections()).toBe(0);
  });

  test('plain HTTP is refused anywhere but on this computer', async () => {
    expect(await errorOf(client(), request('http://192.0.2.1/portal'))).toMatchObject({ kind: 'wrong-url' });
    expect(await errorOf(client(), request('nonsense'))).toMatchObject({ kind: 'wrong-url' });
  });
});

describe('what comes back', () => {
  test('a good answer has its status, lower-case headers, text and bytes; gzip is unpacked', async () => {
    const packed = gzipSync('{"a":"ü"}');
    const target = await server(({ socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nX-One: 1\r\nContent-Length: ${packed.length}\r\n\r\n`);
      socket.write(packed);
    });
    const result = await client().request(request(target.url));
    expect(result).toMatchObject({ ok: true, value: { status: 200, text: '{"a":"ü"}', headers: { 'x-one': '1' } } });
  });

  test('an empty answer (204) is good', async () => {
    const target = await server(reply('HTTP/1.1 204 No Content\r\n\r\n'));
    expect(await client().request(request(target.url))).toMatchObject({ ok: true, value: { status: 204, text: '' } });
  });

  test.each([
    ['by its length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half":'],
    ['by its chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"half":\r\n'],
  ])('an answer cut off (%s) is a bad response', async (_name, text) => {
    const target = await server(({ socket }) => void socket.end(text));
    expect(await errorOf(client(), request(target.url))).toMatchObject({
      kind: 'bad-response',
      message: expect.stringContaining('cut off'),
    });
  });

  test('an answer that is too large is given up while it streams, packed or not', async () => {
    const packed = gzipSync(Buffer.alloc(1_000_000));
    const target = await server(({ socket, path: where }) => {
      if (where === '/packed') {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`);
        socket.write(packed);
      } else {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        socket.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`);
      }
    });
    for (const where of ['/packed', '/endless']) {
      const error = await errorOf(client(), request(`${target.url}${where}`, { maxBytes: 10_000 }));
      expect(error).toMatchObject({ kind: 'bad-response', message: expect.stringContaining('too large') });
    }
    expect(target.requests).toHaveLength(2);
  });

  test('something that is not HTTP is a bad response', async () => {
    const target = await server(({ socket }) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await errorOf(client(), request(target.url))).toMatchObject({ kind: 'bad-response' });
  });

  test('a redirect is not followed: it names the other host, which gets nothing', async () => {
    const other = await server(reply(answerText(200, 'stolen')));
    const target = await server(
      reply(answerText(302, '', { Location: `${other.url}/login?token=${encodeURIComponent(secret)}` })),
    );
    const error = await errorOf(client(), request(target.url));
    expect(error).toMatchObject({ kind: 'wrong-url', message: expect.stringContaining(`127.0.0.1:${other.port}`) });
    expect(other.connections()).toBe(0);
  });

  test('the reading of the vendor is passed on without the secret; a bug in it is internal', async () => {
    const target = await server(
      reply(answerText(401, `bad token ${secret} ${Buffer.from(`u:${secret}`).toString('base64')}`)),
    );
    expect(await errorOf(client(), request(target.url))).toMatchObject({
      kind: 'unauthorized',
      vendorMessage: expect.stringMatching(/^bad token \[redacted\] \S{0,3}\[redacted\]/),
    });
    const broken = request(target.url, {
      classify: () => {
        throw new Error(secret);
      },
    });
    expect(await errorOf(client(), broken)).toMatchObject({ kind: 'internal' });
  });
});

describe('time limits', () => {
  test('a server that never finishes the handshake ends as a connect timeout, and is not blamed for its answer', async () => {
    const target = await server(
      () => undefined,
      () => false,
    );
    const url = `https://127.0.0.1:${target.port}`;
    const error = await errorOf(client(), request(url, { repeatable: false, timeouts: { connectMs: 60 } }));
    expect(error).toMatchObject({ kind: 'timeout', message: expect.stringContaining('take the connection') });
    expect(target.connections()).toBe(1);
  });

  test('headers that do not come end as a response timeout; a write is then not sent again', async () => {
    const target = await server(() => undefined);
    const timeouts = { responseMs: 150 };
    expect(await errorOf(client(), request(target.url, { repeatable: false, timeouts }))).toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('did not answer'),
    });
    await until(() => target.requests.length === 1);
    await errorOf(client(), request(target.url, { timeouts }));
    await until(() => target.requests.length === 4);
  });

  test.each([
    ['stalls', { stallMs: 60 }],
    ['drips', { bodyMs: 120 }],
  ])('a body that %s ends as a timeout', async (how, limits) => {
    let drip: NodeJS.Timeout | undefined;
    open.push(() => clearInterval(drip));
    const target = await server(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{');
      if (how === 'drips') drip = setInterval(() => socket.write(' '), 10);
    });
    expect(await errorOf(client(limits), request(target.url))).toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('slowly'),
    });
    expect(target.requests).toHaveLength(1);
  });
});

describe('retries', () => {
  test('a reset after the request arrived: read again if repeatable, sent exactly once if not', async () => {
    const target = await server(
      ({ socket }, index) => void (index === 2 ? socket.write(answerText(200, 'third')) : socket.resetAndDestroy()),
    );
    expect(await client().request(request(target.url))).toMatchObject({ ok: true, value: { text: 'third' } });
    expect(target.requests).toHaveLength(3);
    expect(await errorOf(client(), request(target.url, { repeatable: false }))).toMatchObject({ kind: 'unreachable' });
    expect(target.requests).toHaveLength(4);
  });

  test('a reset in the middle of a request is no proof that nothing arrived: a write is not sent again', async () => {
    const target = await server(
      () => undefined,
      (socket) => {
        socket.once('data', () => socket.resetAndDestroy());
        return false;
      },
    );
    const body = { kind: 'text', text: 'x'.repeat(4_000_000), contentType: 'text/plain' } as const;
    expect(await errorOf(client(), request(target.url, { repeatable: false, body }))).toMatchObject({
      kind: 'unreachable',
    });
    expect(target.connections()).toBe(1);
  });

  test('a refused connection is named; a write is tried once more, since nothing was sent', async () => {
    const gone = await startRawHttpServer(() => undefined);
    await gone[Symbol.asyncDispose]();
    const tries: unknown[] = [];
    const log = {
      write: (_level: string, _event: string, fields?: object) => void tries.push(fields),
      child: () => log,
    };
    const error = await errorOf(client({ log }), request(gone.url, { repeatable: false }));
    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('refused') });
    expect(tries).toHaveLength(2);
    expect(JSON.stringify(tries)).not.toContain(secret);
  });

  test('a name nobody knows is unreachable', async () => {
    expect(await errorOf(client(), request('https://quayside.invalid/api'))).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/^quayside\.invalid could not be reached: the name/),
    });
  });

  test('never more than three attempts, and none for an answer that will not change', async () => {
    const target = await server(
      ({ socket, path: where }) => void socket.write(answerText(Number(where.slice(1)), 'no')),
    );
    const made = client();
    await errorOf(made, request(`${target.url}/503`));
    expect(target.requests).toHaveLength(3);
    await errorOf(made, request(`${target.url}/401`));
    await errorOf(made, request(`${target.url}/503`, { repeatable: false }));
    expect(target.requests).toHaveLength(5);
  });

  test('a short Retry-After is waited for, by seconds and by date', async () => {
    const dates = { 'Retry-After': new Date(2000).toUTCString(), Date: new Date(1000).toUTCString() };
    const target = await server(({ socket, path: where }, index) => {
      const headers = where === '/date' ? dates : { 'Retry-After': '1' };
      socket.write(index % 2 === 0 ? answerText(429, 'slow', headers) : answerText(200, 'ok'));
    });
    for (const where of ['/seconds', '/date']) {
      const started = performance.now();
      expect((await client().request(request(`${target.url}${where}`))).ok).toBe(true);
      expect(performance.now() - started).toBeGreaterThan(950);
    }
    expect(target.requests).toHaveLength(4);
  });

  test('a long Retry-After is handed back, clamped, and pauses everybody on the same budget', async () => {
    const target = await server(reply(answerText(429, 'slow', { 'Retry-After': '86400' })));
    const made = client();
    expect(await errorOf(made, request(target.url))).toMatchObject({ kind: 'rate-limited', retryAfterMs: 600_000 });
    const other = request(target.url, {
      rateLimitGroup: { account: 'other', concurrency: 1, budget: 'b', requestsPerMinute: 60 },
    });
    const paused = await errorOf(made, other);
    expect(paused.kind).toBe('rate-limited');
    expect(paused.retryAfterMs).toBeGreaterThan(590_000);
    expect(target.requests).toHaveLength(1);
    await made.request(request(target.url, { rateLimitGroup: { ...other.rateLimitGroup, budget: 'own' } }));
    expect(target.requests).toHaveLength(2);
  });
});

describe('lanes', () => {
  test('an account never has more requests at once than its rateLimitGroup allows', async () => {
    let most = 0;
    const held: RawRequest[] = [];
    const target = await server((got) => {
      most = Math.max(most, held.push(got));
      // Answered only in threes: fewer at once would never end, more would be seen.
      if (held.length < 3) return;
      setImmediate(() => held.splice(0).forEach(reply(answerText(200, ''))));
    });
    const made = client();
    const rateLimitGroup = { account: 'a', concurrency: 3, budget: 'b', requestsPerMinute: 1_000_000 };
    const results = await Promise.all(
      Array.from({ length: 60 }, () => made.request(request(target.url, { rateLimitGroup }))),
    );
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(most).toBe(3);
  });

  test('accounts that share a budget share its rate', async () => {
    const target = await server(reply(answerText(200, '')));
    const made = client();
    const started = performance.now();
    // 600 a minute: 60 at once, then about nine a second.
    await Promise.all(
      Array.from({ length: 63 }, (_, index) =>
        made.request(
          request(target.url, {
            rateLimitGroup: { account: `a${index % 2}`, concurrency: 40, budget: 'shared', requestsPerMinute: 600 },
          }),
        ),
      ),
    );
    expect(performance.now() - started).toBeGreaterThan(250);
    expect(target.requests).toHaveLength(63);
  });

  test('cancelled while queued, in flight and between retries: nothing more is sent', async () => {
    const target = await server(() => undefined);
    const made = client({ backoffMs: 60_000 });
    const rateLimitGroup = { account: 'a', concurrency: 1, budget: 'b', requestsPerMinute: 6000 };
    const first = new AbortController();
    const second = new AbortController();
    const inflight = errorOf(made, request(target.url, { rateLimitGroup, signal: first.signal }));
    const queued = errorOf(made, request(target.url, { rateLimitGroup, signal: second.signal }));
    await until(() => target.requests.length === 1);
    second.abort();
    expect((await queued).kind).toBe('cancelled');
    first.abort();
    expect((await inflight).kind).toBe('cancelled');
    expect((await errorOf(made, request(target.url, { signal: AbortSignal.abort() }))).kind).toBe('cancelled');
    expect(target.requests).toHaveLength(1);

    const resetting = await server(({ socket }) => void socket.resetAndDestroy());
    const third = new AbortController();
    const waiting = errorOf(made, request(resetting.url, { signal: third.signal }));
    await until(() => resetting.requests.length === 1);
    third.abort();
    expect((await waiting).kind).toBe('cancelled');
    expect(resetting.requests).toHaveLength(1);
  });

  test('cancelled while the body is coming, the connection is closed', async () => {
    let closed = false;
    const target = await server(({ socket }) => {
      socket.on('close', () => (closed = true));
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf');
    });
    const controller = new AbortController();
    const running = errorOf(client(), request(target.url, { signal: controller.signal }));
    await until(() => target.requests.length === 1);
    controller.abort();
    expect((await running).kind).toBe('cancelled');
    await until(() => closed);
  });
});

describe('TLS', () => {
  const secureServer = async (
    name = 'localhost',
  ): Promise<{ url: string; certificate: string; connections: () => number }> => {
    const { key, certificate } = makeCertificate(name);
    let connections = 0;
    const secure = https.createServer({ key, cert: certificate }, (_request, response) => response.end('safe'));
    secure.on('connection', () => (connections += 1));
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    open.push(() => {
      secure.closeAllConnections();
      secure.close();
    });
    return {
      url: `https://${name}:${(secure.address() as net.AddressInfo).port}`,
      certificate,
      connections: () => connections,
    };
  };

  test('a certificate nobody vouches for is named, and tried once', async () => {
    const { url, connections } = await secureServer();
    const error = await errorOf(client(), request(url));
    expect(error).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('certificate is self-signed'),
    });
    expect(connections()).toBe(1);
  });

  test('reads share a connection; a write has one of its own, which cannot have gone stale', async () => {
    const { url, certificate, connections } = await secureServer();
    open.push(trust(certificate));
    const made = client();
    for (let index = 0; index < 3; index += 1) {
      expect(await made.request(request(url))).toMatchObject({ ok: true, value: { text: 'safe' } });
    }
    expect(connections()).toBe(1);
    expect(await made.request(request(url, { repeatable: false }))).toMatchObject({ ok: true });
    expect(connections()).toBe(2);
  });

  test('a proxy that the environment names is gone through, but not to this computer', async () => {
    const proxy = await startCompanyProxy();
    open.push(() => proxy.dispose());
    const [far, near] = [await secureServer('api.vendor.example'), await secureServer()];
    open.push(trust(far.certificate, near.certificate));
    const made = client({ out: outBy({ https_proxy: proxy.url }) });
    for (let index = 0; index < 2; index += 1)
      expect(await made.request(request(far.url))).toMatchObject({ ok: true, value: { text: 'safe' } });
    expect(await made.request(request(near.url))).toMatchObject({ ok: true });
    const who = `Basic ${Buffer.from('fleet:secret').toString('base64')}`;
    expect(proxy.asked).toEqual([`${who} ${new URL(far.url).host}`]);
  });

  test('a proxy that lets nobody through is named, tried once, and not quoted with its password', async () => {
    const proxy = await startCompanyProxy({ letsIn: false });
    open.push(() => proxy.dispose());
    const made = client({ out: outBy({ HTTPS_PROXY: proxy.url }) });
    const error = await errorOf(made, request('https://api.vendor.example/'));
    expect(error).toMatchObject({
      kind: 'unreachable',
      message: `api.vendor.example could not be reached: the proxy ${new URL(proxy.url).host} wants a user name and a password (407).`,
      hint: expect.stringContaining('HTTPS_PROXY'),
    });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(proxy.asked).toHaveLength(1);
  });

  test.each([
    ['refuses', 'HTTP/1.1 403 Forbidden\r\n\r\n', 'did not let the connection through (403)', 1],
    ['cannot reach it', 'HTTP/1.1 502 Bad Gateway\r\n\r\n<html>', 'could not reach it (502)', 3],
    ['answers a page', 'HTTP/1.1 200 OK\r\n\r\n|<html>Sign in</html>', 'passed on something that is not TLS', 1],
    ['answers a page and goes', 'HTTP/1.1 200 OK\r\n\r\n<html>Sign in</html>', 'cut the connection', 3],
    ['is none', '220 mail.corp ESMTP\r\n\r\n', 'answered as no proxy does', 1],
    ['says nothing', '', 'answered as no proxy does', 1],
  ])('a proxy that %s is named', async (_what, answer, words, tries) => {
    let asked = 0;
    const proxy = net.createServer((socket) => {
      socket.on('error', () => undefined);
      const parts = answer.split('|');
      socket.on('data', () => {
        const part = parts.shift() ?? '';
        if (parts.length === 0) socket.end(part);
        else socket.write(part);
      });
      asked += 1;
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    open.push(() => void proxy.close());
    const name = `127.0.0.1:${(proxy.address() as net.AddressInfo).port}`;
    const made = client({ out: outBy({ HTTPS_PROXY: name }) });
    const error = await errorOf(made, request('https://api.vendor.example/'));
    expect(error).toMatchObject({
      kind: 'unreachable',
      message: `api.vendor.example could not be reached: the proxy ${name} ${words}.`,
    });
    expect(asked).toBe(tries);
  });

  test('a proxy that is down is named, and where the system names another way, that one is taken', async () => {
    const proxy = await startCompanyProxy();
    const name = new URL(proxy.url).host;
    proxy.dispose();
    const down = `the proxy ${name} could not be reached (the connection was refused)`;
    const far = await secureServer('api.vendor.example');
    open.push(trust(far.certificate));
    expect(await errorOf(client({ out: outBy({ HTTPS_PROXY: name }) }), request(far.url))).toMatchObject({
      message: `${new URL(far.url).host} could not be reached: ${down}.`,
    });
    const other = await startCompanyProxy();
    open.push(() => other.dispose());
    const list = `PROXY ${name}; PROXY ${new URL(other.url).host}`;
    const out = new OutboundAgents({ proxies: systemProxies(async () => list, {}, systemClock) });
    expect(await client({ out }).request(request(far.url))).toMatchObject({ ok: true, value: { text: 'safe' } });
    expect(other.asked).toEqual([`nobody ${new URL(far.url).host}`]);
  });

  test('the name on the certificate counts', async () => {
    const { url, certificate } = await secureServer();
    open.push(trust(certificate));
    const error = await errorOf(client(), request(url.replace('localhost', '127.0.0.1')));
    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('for another name') });
  });

  test('a port that does not speak TLS is named', async () => {
    const target = await server(
      () => undefined,
      (socket) => {
        socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
        return false;
      },
    );
    const error = await errorOf(client(), request(`https://127.0.0.1:${target.port}`));
    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('TLS') });
  });
});
