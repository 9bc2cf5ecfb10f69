import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { deviceKey } from '../../src-main/core/fleet/device.ts';
import type { Device } from '../../src-main/core/fleet/device.ts';
import { fail, ok } from '../../src-main/core/base/errors.ts';
import { createWebForwarder } from '../../src-main/node/forward/web-forwarder.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { ForwardTunnels } from '../../src-main/services/forward/forward-tunnels.ts';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import type { ProxiedRequest } from '../../src-main/simulators/mode/app-proxy.ts';
import type { ModeOptions } from '../../src-main/simulators/mode/mode.ts';
import { mode } from '../../src-main/vendors/mode/connector.ts';
import { appProxyService } from '../../src-main/vendors/mode/app-proxy.ts';
import { record, silentLog } from '../support/fake-vendor.ts';
import { openSession } from '../support/vendor-session.ts';

/** A local port that leads to MODE's app proxy of one device, over real sockets. */

const apiKey = 'v1.cHJv.plain-key-of-project';
const deviceId = '85d1d';
const signal = new AbortController().signal;
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A forward to a device at this base URL: the tunnel that the pump would connect to. */
const forwardTo = async (baseUrl: string) => {
  const session = openSession(mode, { baseUrl, secrets: { apiKey }, fields: { appProxyPath: 'app' } });
  cleanups.push(() => session.dispose());
  const key = deviceKey('a', deviceId);
  const device: Device = { ...record(deviceId, 1), key, accountId: 'a', vendor: 'mode' };
  const tunnels = new ForwardTunnels({
    accounts: { connector: async () => ok(session.connector) },
    inventory: { device: () => device, servicesOf: () => [appProxyService] },
    web: createWebForwarder({ answerMs: 500 }),
    clock: systemClock,
    log: silentLog,
  });
  const cookies = tunnels.cookies();
  const open = async () => {
    const granted = await tunnels.open(key, 'http:app-proxy', undefined, signal, { cookies, ports: () => [] });
    if (!granted.ok) throw new Error(granted.error.message);
    const close = () => tunnels.close(key, granted.value);
    cleanups.push(close);
    return { port: granted.value.tunnel.port, close };
  };
  return { ...(await open()), again: open };
};

const start = async (options: Partial<ModeOptions> = {}) => {
  const simulator = new ModeSimulator({ devices: 5, projectKey: apiKey, ...options });
  await simulator.listen();
  cleanups.push(() => simulator.dispose());
  return { simulator, ...(await forwardTo(simulator.baseUrl)) };
};

/** An upstream whose answers a test writes itself. */
const serve = async (handler: http.RequestListener) => {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  return forwardTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
};

/** A request with exactly these headers: fetch would not let a test set all of them. */
const ask = (port: number, path: string, options: http.RequestOptions = {}, body?: string) =>
  new Promise<{ readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly text: string }>(
    (resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port, path, agent: false, ...options }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(parts).toString(),
          }),
        );
      });
      request.on('error', reject);
      request.end(body);
    },
  );

describe('a forward to the app proxy', () => {
  it.each([
    ['GET', undefined],
    ['DELETE', undefined],
    ['POST', '{"a":1}'],
    ['PUT', 'text'],
    ['PATCH', '[]'],
  ])('passes %s on with path, query, headers and body, and adds the key', async (method, body) => {
    const seen: ProxiedRequest[] = [];
    const { simulator, port } = await start({
      application: (request) => {
        seen.push(request);
        return { status: 201, headers: { 'x-app': 'yes', 'content-type': 'text/plain' }, body: 'made' };
      },
    });
    const headers = { 'content-type': 'application/x-thing', accept: 'text/plain', cookie: 'other=1' };
    const answer = await ask(port, '/status/a%20b?x=1&x=2', { method, headers }, body);
    expect(answer).toMatchObject({ status: 201, text: 'made', headers: { 'x-app': 'yes' } });
    expect(seen).toMatchObject([{ deviceId, path: 'status/a b', method }]);
    expect(seen[0]?.body.toString()).toBe(body ?? '');
    const request = simulator.requests[0]!;
    expect(request.path).toBe(`/devices/${deviceId}/appProxy/app/status/a%20b`);
    expect(request.headers).toMatchObject({
      authorization: `ModeCloud ${apiKey}`,
      'content-type': 'application/x-thing',
    });
    expect(request.headers).not.toHaveProperty('cookie');
    expect(JSON.stringify(answer)).not.toContain(apiKey);
  });

  it('streams in both directions', async () => {
    const received: string[] = [];
    const { port } = await serve((request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('first');
      request.on('data', (part: Buffer) => {
        received.push(part.toString());
        response.write(`echo ${part.toString()}`);
      });
      request.on('end', () => response.end('last'));
    });
    const parts: string[] = [];
    const request = http.request({ host: '127.0.0.1', port, path: '/', method: 'POST', agent: false });
    const ended = new Promise((resolve) => {
      request.on('response', (answer) => {
        answer.on('data', (part: Buffer) => parts.push(part.toString()));
        answer.on('end', resolve);
      });
    });
    request.write('one');
    await vi.waitFor(() => expect(parts.join('')).toBe('firstecho one'));
    request.write('two');
    await vi.waitFor(() => expect(received).toEqual(['one', 'two']));
    request.end();
    await ended;
    expect(parts.join('')).toBe('firstecho oneecho twolast');
  });

  it('keeps the key and foreign cookies to itself, and leads redirects back to the local port', async () => {
    const { port } = await serve((request, response) => {
      const base = `http://${request.headers.host ?? ''}/devices/${deviceId}/appProxy/app`;
      response.writeHead(302, {
        location: `${base}/login?x=1`,
        'x-debug': request.headers.authorization,
        'set-cookie': 'quayside=stolen',
        'keep-alive': 'timeout=1',
      });
      response.end();
    });
    const answer = await ask(port, '/');
    expect(answer.status).toBe(302);
    expect(answer.headers['location']).toBe('/login?x=1');
    expect(JSON.stringify(answer)).not.toMatch(/plain-key|stolen|timeout=1/);
  });

  it.each([
    ['/devices/85d1d/appProxy/app', '/'],
    ['/devices/85d1d/appProxy/app?x=1', '/?x=1'],
    ['/devices/85d1d/appProxy/app/login#a', '/login#a'],
    // Of the application itself, or of somebody else.
    ['/login', '/login'],
    ['./next', './next'],
    ['/devices/85d1d/appProxy/application', '/devices/85d1d/appProxy/application'],
    ['https://example.com/x', 'https://example.com/x'],
  ])('leads a redirect to %s to %s', async (location, local) => {
    const { port } = await serve((_request, response) => response.writeHead(302, { location }).end());
    expect((await ask(port, '/a/b')).headers['location']).toBe(local);
  });

  it('signs in to an application by its cookies, which no browser gets to see, and stays signed in', async () => {
    const seen: (string | undefined)[] = [];
    const signIn: http.RequestListener = (request, response) => {
      seen.push(request.headers.cookie);
      const set =
        request.url?.endsWith('/login') === true ? { 'set-cookie': ['sid=s3cr3t; Path=/; HttpOnly', 'b=2'] } : {};
      response.writeHead(200, set).end();
    };
    const first = await serve(signIn);
    // What a browser sends along is of Quayside's window, or of another port of this computer.
    const headers = { cookie: 'quayside_46345=session; sid=of-another-port' };
    const answer = await ask(first.port, '/login', { method: 'POST', headers }, 'x');
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(JSON.stringify(answer)).not.toContain('s3cr3t');
    await ask(first.port, '/data', { headers });
    // The tunnel was closed while nobody used it.
    await first.close();
    const { port } = await first.again();
    await ask(port, '/data');
    // Another forward knows nothing of it.
    const second = await serve(signIn);
    await ask(second.port, '/data', { headers });
    expect(seen).toEqual([undefined, 'sid=s3cr3t; b=2', 'sid=s3cr3t; b=2', undefined]);
  });

  it('asks for the very source path at its top, and is refused by MODE where there is none', async () => {
    const { simulator, port } = await start();
    expect((await ask(port, '/')).status).toBe(200);
    expect((await ask(port, '/?x=1')).status).toBe(200);
    expect(simulator.requests.map((request) => request.path)).toEqual([
      `/devices/${deviceId}/appProxy/app`,
      `/devices/${deviceId}/appProxy/app`,
    ]);
    const other = await start({ appRoutes: ['elsewhere'] });
    expect((await ask(other.port, '/')).status).toBe(404);
  });

  it.each([
    ['a name that leads here', { host: 'evil.example:80' }],
    ['a page from elsewhere', { origin: 'https://evil.example' }],
    ['a page without a name', { origin: 'null' }],
    ['a picture in a page from elsewhere', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a page of another device, on a port beside this one', { origin: 'http://127.0.0.1:33001' }],
    ['a picture in a page of another device', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
    ['a form in a page of another device', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }],
    ['a port that is not its own', { host: '127.0.0.1:1' }],
  ])('refuses requests under %s', async (_name, headers) => {
    const { simulator, port } = await start();
    expect((await ask(port, '/x', { method: 'POST', headers })).status).toBe(403);
    expect(simulator.requests).toHaveLength(0);
  });

  it.each(
    ['cross-site', 'same-site'].flatMap((site) =>
      ['iframe', 'frame', 'embed', 'object'].map((dest) => [site, dest] as const),
    ),
  )('is not shown within a page that is %s, as %s', async (site, dest) => {
    const { simulator, port } = await start();
    const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': dest };
    expect((await ask(port, '/x', { headers })).status).toBe(403);
    expect(simulator.requests).toHaveLength(0);
  });

  it('says in every answer that no other page may show it, beside what the application says', async () => {
    const policy = "default-src 'self'; frame-ancestors *";
    const { port } = await serve((_request, response) => {
      response.writeHead(200, { 'content-security-policy': policy }).end();
    });
    expect((await ask(port, '/')).headers['content-security-policy']).toBe(`${policy}, frame-ancestors 'self'`);
    const plain = await start();
    expect((await ask(plain.port, '/')).headers['content-security-policy']).toBe("frame-ancestors 'self'");
  });

  it('is reached by the ports of its forward, whichever they are at the time', async () => {
    let ports: readonly number[] = [];
    const listening = await createWebForwarder().listen(
      () => fail('unsupported', 'Here.', ''),
      undefined,
      () => ports,
    );
    if (!listening.ok) throw new Error(listening.error.message);
    cleanups.push(() => listening.value.dispose());
    const headers = { host: '127.0.0.1:33001', origin: 'http://127.0.0.1:33001' };
    expect((await ask(listening.value.port, '/', { headers })).status).toBe(403);
    ports = [33_001];
    expect((await ask(listening.value.port, '/', { headers })).status).toBe(501);
  });

  it('takes a link that the user follows, and pages of its own', async () => {
    const { port } = await start();
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask(port, '/x', { headers: link })).status).toBe(200);
    const own = { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' };
    expect((await ask(port, '/x', { method: 'POST', headers: own })).status).toBe(200);
  });

  it('says what cannot be passed on', async () => {
    const { simulator, port } = await start();
    expect(await ask(port, '/x', { method: 'OPTIONS' })).toMatchObject({ status: 501 });
    expect(await ask(port, '/a/%2e%2e/%2e%2e/x')).toMatchObject({ status: 400 });
    expect(simulator.requests).toHaveLength(0);
    const mute = await serve(() => undefined);
    expect(await ask(mute.port, '/')).toMatchObject({ status: 504 });
    const rude = await serve((request) => request.socket.destroy());
    expect(await ask(rude.port, '/')).toMatchObject({ status: 502 });
  });

  it('passes a cut-off answer on as cut off, and goes on after it', async () => {
    const { simulator, port } = await start();
    simulator.fault({ kind: 'cut-off', count: 1 });
    await expect(ask(port, '/x')).rejects.toThrow();
    expect((await ask(port, '/x')).status).toBe(200);
  });

  it('ends the request at the vendor when the caller goes away', async () => {
    let gone = false;
    const { port } = await serve((_request, response) => {
      response.write('begin');
      response.on('close', () => {
        gone = true;
      });
    });
    const request = http.request({ host: '127.0.0.1', port, path: '/', agent: false });
    request.on('error', () => undefined);
    request.on('response', () => request.destroy());
    request.end();
    await vi.waitFor(() => expect(gone).toBe(true));
  });

  it('is closed with the tunnel', async () => {
    const { port, close } = await start();
    await close();
    await expect(ask(port, '/x')).rejects.toThrow('ECONNREFUSED');
  });
});
