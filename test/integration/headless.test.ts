import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { composeCore } from '../../src-main/compose/compose-core.ts';
import type { Core } from '../../src-main/compose/core.ts';
import { startHeadless } from '../../src-main/compose/compose-headless.ts';
import { locate } from '../../src-main/compose/locations.ts';
import { controlPaths } from '../../src-main/node/control/control-socket-path.ts';
import { connectControlSocket } from '../../src-main/node/control/control-socket.ts';
import { descriptorPlan } from '../../src-main/node/runtime/descriptors.ts';
import type { WebHost } from '../../src-main/node/web-host/websocket-host.ts';
import { keyIn } from '../support/live-host.ts';
import type { HostFrame } from '../../src-preload/contract/frames.ts';

const page = '<!doctype html><head><title>Quayside</title></head>';
let folder: string;
let core: Core;
let host: WebHost;

const options = (profile: string) =>
  ({ profile, vault: 'memory', host: 'headless', longLived: true, forwardWorker: locate().forwardWorker }) as const;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-web-'));
  const renderer = join(folder, 'renderer');
  await mkdir(join(renderer, 'assets'), { recursive: true });
  await writeFile(join(renderer, 'index.html'), page);
  await writeFile(join(renderer, 'assets/main.js'), 'export const x = 1;');
  await writeFile(join(folder, 'secret.json'), '{"secret":true}');
  await symlink(join(folder, 'secret.json'), join(renderer, 'link.json'));
  const composed = await composeCore(options(join(folder, 'profile')));
  if (!composed.ok) throw new Error(composed.error.message);
  core = composed.value;
  const started = await startHeadless(core, { port: 0, renderer });
  if (!started.ok) throw new Error(started.error.message);
  host = started.value;
});

afterEach(async () => {
  await host.dispose();
  await core.dispose();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request with headers no browser's fetch would let a page set. */
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: '127.0.0.1', port: host.port, path, method, headers, agent: false },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    sent.on('error', reject);
    sent.end();
  });

const origin = (): string => `http://127.0.0.1:${host.port}`;

const signIn = async (): Promise<string> => {
  const link = new URL(host.link());
  const entered = await ask(link.pathname + link.search);
  return keyIn(entered.body);
};

/** The outcome of a WebSocket handshake: open, or the status it was refused with. */
const shake = async (path: string, headers: Record<string, string>, key?: string): Promise<WebSocket | number> => {
  const protocols = key === undefined ? [] : ['quayside', key];
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, protocols, { headers });
  return new Promise((resolve) => {
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', () => undefined);
  });
};

describe('the way in', () => {
  test('is a link that works once, and whose page alone holds the key', async () => {
    const link = new URL(host.link());
    expect(link.origin).toBe(origin());
    const entered = await ask(link.pathname + link.search);
    expect([entered.status, entered.headers['cache-control']]).toEqual([200, 'no-store']);
    const key = keyIn(entered.body);
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(entered.body.replace(/<meta name="quayside-key"[^>]*>/, '')).toBe(page);
    // Nothing that a browser would send along, to other ports of this computer too.
    expect(entered.headers).not.toHaveProperty('set-cookie');
    expect(JSON.stringify(entered.headers)).not.toContain(key);
    const again = await ask(link.pathname + link.search);
    expect([again.status, keyIn(again.body)]).toEqual([403, '']);
    expect((await ask('/?token=guess')).status).toBe(403);
    expect(await ask('/')).toMatchObject({ status: 200, body: page });
    const socket = await shake('/bridge', { origin: origin() }, key);
    expect(socket).toMatchObject({ protocol: 'quayside' });
    if (typeof socket !== 'number') socket.terminate();
  });

  test('can be asked after by a page, which a WebSocket does not tell why it is closed', async () => {
    expect((await ask('/bridge', { authorization: `Bearer ${await signIn()}` })).status).toBe(426);
    for (const authorization of ['Bearer guess', 'Bearer ', ''])
      expect((await ask('/bridge', { authorization })).status).toBe(401);
  });

  test('is told to whoever has none: a person gets a page with a field for the link, a program one line', async () => {
    const html = { accept: 'text/html,application/xhtml+xml' };
    const shut = await ask('/?token=guess', html);
    expect([shut.status, shut.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
    expect(shut.body).toContain('quayside serve --open');
    expect(shut.body).toContain('<input name="token"');
    expect(shut.headers['content-security-policy']).toMatch(/default-src 'none'.*form-action 'self'/);
    const line = await ask('/?token=guess');
    expect([line.status, line.headers['content-type'], line.body.trim().split('\n').length]).toEqual([
      403,
      'text/plain; charset=utf-8',
      1,
    ]);
    // Into the field goes the link as it was printed, or its token.
    const pasted = await ask(`/?token=${encodeURIComponent(` ${host.link()}\n`)}`, html);
    expect([pasted.status, keyIn(pasted.body)]).toEqual([200, expect.stringMatching(/^.{43}$/)]);
  });

  test('is open to a link on a page elsewhere too', async () => {
    const link = new URL(host.link());
    const entered = await ask(link.pathname + link.search, { 'sec-fetch-site': 'cross-site' });
    expect([entered.status, keyIn(entered.body)]).toEqual([200, expect.stringMatching(/^.{43}$/)]);
  });

  test('can be waited for on a page that is empty for everybody', async () => {
    const waiting = await ask(new URL(host.waiting).pathname);
    expect([waiting.status, waiting.headers['set-cookie']]).toEqual([200, undefined]);
    expect(waiting.body).toMatch(/^<!doctype html><meta charset="utf-8"><title>Quayside<\/title><meta [^>]*>$/);
    expect(waiting.headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('is closed to whoever has no key, whatever else a browser would send', async () => {
    const key = await signIn();
    for (const guess of [undefined, '', 'none', 'guess', key.slice(1), `${key}x`, key.toUpperCase()]) {
      expect(await shake('/bridge', { origin: origin() }, guess === '' ? undefined : guess)).toBe(403);
    }
    const carried = { origin: origin(), cookie: `quayside_${host.port}=${key}`, authorization: `Bearer ${key}` };
    expect(await shake('/bridge', carried)).toBe(403);
  });

  test('refuses a rebinding page, whatever it holds', async () => {
    const key = await signIn();
    for (const name of [
      'evil.example',
      `evil.example:${host.port}`,
      '127.0.0.1',
      `127.0.0.1:${host.port + 1}`,
      `127.0.0.1.evil.example:${host.port}`,
    ]) {
      expect((await ask('/', { host: name })).status).toBe(403);
      expect(await shake('/bridge', { host: name, origin: `http://${name}` }, key)).toBe(403);
    }
    expect((await ask('/', { host: `localhost:${host.port}` })).status).toBe(200);
  });

  test('refuses a foreign origin on the bridge and on anything but GET', async () => {
    const key = await signIn();
    for (const from of [
      'http://evil.example',
      'null',
      `https://127.0.0.1:${host.port}`,
      `http://localhost:${host.port}`,
      `http://127.0.0.1:${host.port + 1}`,
    ]) {
      expect(await shake('/bridge', { origin: from }, key)).toBe(403);
      expect((await ask('/', { origin: from }, 'POST')).status).toBe(403);
    }
    expect(await shake('/bridge', {}, key)).toBe(403);
    expect(await shake('/elsewhere', { origin: origin() }, key)).toBe(403);
    expect((await ask('/', { origin: origin() }, 'POST')).status).toBe(405);
  });

  test('listens on this computer only', async () => {
    const outside = connect({ host: '127.0.0.2', port: host.port });
    const [error] = (await once(outside, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });
});

describe('the files', () => {
  test('carry their type and the headers that confine the window', async () => {
    const page = await ask('/');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = page.headers['content-security-policy'] ?? '';
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
      expect(policy).toContain(part);
    expect(policy).not.toContain('unsafe');
    for (const answer of [page, await ask('/nothing'), await ask('/', { host: 'evil' })]) {
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    }
    expect((await ask('/assets/main.js')).headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  test('are those of the window and no others', async () => {
    const paths = [
      '/../secret.json',
      '/%2e%2e/secret.json',
      '/..%2fsecret.json',
      '/assets/..%5c..%5csecret.json',
      '/link.json',
      '//evil.example/',
      '/%00',
      '/assets',
      '/%',
    ];
    for (const path of paths) {
      const answer = await ask(path);
      expect([path, answer.status >= 400, answer.body.includes('secret":')]).toEqual([path, true, false]);
    }
  });
});

describe('the bridge over a WebSocket', () => {
  const open = async (): Promise<{ socket: WebSocket; frames: HostFrame[] }> => {
    const socket = await shake('/bridge', { origin: origin() }, await signIn());
    if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
    const frames: HostFrame[] = [];
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as HostFrame));
    return { socket, frames };
  };

  test('answers requests and follows the state', async () => {
    const { socket, frames } = await open();
    socket.send(JSON.stringify({ type: 'subscribe' }));
    await expect.poll(() => frames.some((frame) => frame.type === 'snapshot' && frame.end)).toBe(true);
    socket.send(JSON.stringify({ type: 'request', id: 1, name: 'settings.change', input: { theme: 'dark' } }));
    await expect
      .poll(() => frames.find((frame) => frame.type === 'answer'))
      .toMatchObject({ id: 1, value: { theme: 'dark' } });
    await expect
      .poll(() => frames.find((frame) => frame.type === 'delta'))
      .toMatchObject({
        seq: 1,
        changes: [{ collection: 'app', upsert: [{ settings: { theme: 'dark' } }] }],
      });
    socket.terminate();
  });

  test('answers junk, and ends a client that floods', async () => {
    const { socket, frames } = await open();
    for (const junk of ['nonsense', '[]', '{"type":"request"}', '']) socket.send(junk);
    socket.send(Buffer.from([1, 2, 3]));
    await expect
      .poll(() => frames.map((frame) => frame.type))
      .toEqual(Array.from({ length: 5 }, () => 'protocol-error'));
    socket.send('x'.repeat(9 * 1024 * 1024));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1009);
    const other = await open();
    other.socket.terminate();
  });
});

test('clients beyond what a server may have are closed, and those before are served', async () => {
  const { clients } = descriptorPlan();
  const socket = await shake('/bridge', { origin: origin() }, await signIn());
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  const idle = Array.from({ length: clients + 10 }, () => connect({ host: '127.0.0.1', port: host.port }));
  let closed = 0;
  for (const one of idle)
    one
      .on('error', () => undefined)
      .on('close', () => (closed += 1))
      .resume();
  // The bridge is one of those who came before.
  await expect.poll(() => closed).toBeGreaterThanOrEqual(11);
  const answered = once(socket, 'message');
  socket.send(JSON.stringify({ type: 'request', id: 1, name: 'vendors.list', input: {} }));
  expect(JSON.parse(String((await answered)[0]))).toMatchObject({ id: 1, ok: true });
  for (const one of idle) one.destroy();
  await expect.poll(async () => (await ask('/opening')).status).toBe(200);
  socket.terminate();
});

describe('the control socket', () => {
  test('is its owner’s alone, and gives fresh links', async () => {
    const paths = await controlPaths(core.paths.profile);
    if (!paths.ok) throw new Error(paths.error.message);
    const run = await stat(join(core.paths.profile, 'run'));
    expect(run.mode & 0o777).toBe(0o700);
    const connection = await connectControlSocket(paths.value.socket);
    expect(connection?.hello).toMatchObject({ host: 'headless', longLived: true, vault: 'memory' });
    const link = new Promise<string>((resolve) => {
      connection?.socket.onMessage((message) => resolve((message as { url: string }).url));
    });
    connection?.socket.send({ type: 'link' });
    const url = new URL(await link);
    expect((await ask(url.pathname + url.search)).status).toBe(200);
    connection?.socket.close();
  });

  test('answers who asks for a link before the window is served, once it is', async () => {
    const early = await composeCore(options(join(folder, 'early')));
    if (!early.ok) throw new Error(early.error.message);
    const paths = await controlPaths(early.value.paths.profile);
    const connection = paths.ok ? await connectControlSocket(paths.value.socket) : undefined;
    const link = new Promise<unknown>((resolve) => connection?.socket.onMessage(resolve));
    connection?.socket.send({ type: 'link' });
    // Whoever is answered after it was heard as well.
    const known = await connectControlSocket(paths.ok ? paths.value.socket : '');
    known?.socket.close();
    const served = await startHeadless(early.value, { port: 0, renderer: join(folder, 'renderer') });
    if (!served.ok) throw new Error(served.error.message);
    expect(await link).toMatchObject({
      type: 'link',
      url: expect.stringContaining(`127.0.0.1:${served.value.port}`) as string,
    });
    connection?.socket.close();
    await served.value.dispose();
    await early.value.dispose();
  });

  test('works for a profile whose path is too long for a socket', async () => {
    const deep = join(folder, 'a'.repeat(120));
    const composed = await composeCore(options(deep));
    if (!composed.ok) throw new Error(composed.error.message);
    const paths = await controlPaths(deep);
    const connection = paths.ok ? await connectControlSocket(paths.value.socket) : undefined;
    expect(connection?.hello.host).toBe('headless');
    connection?.socket.close();
    await composed.value.dispose();
  });

  test('never has two owners', async () => {
    const second = await composeCore(options(core.paths.profile));
    expect(second).toMatchObject({ ok: false, error: { kind: 'conflict' } });
    const many = await mkdtemp(join(folder, 'many-'));
    const results = await Promise.all(Array.from({ length: 6 }, () => composeCore(options(many))));
    const owners = results.filter((result) => result.ok);
    expect(owners).toHaveLength(1);
    for (const owner of owners) await owner.value.dispose();
    const after = await composeCore(options(many));
    expect(after.ok).toBe(true);
    if (after.ok) await after.value.dispose();
  });
});
