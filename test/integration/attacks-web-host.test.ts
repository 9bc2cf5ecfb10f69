import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import {
  attackSize,
  sayRaw,
  startAttackStage,
  statusOf,
  tellAttack,
  type AttackStage,
} from '../support/attack-stage.ts';
import { keyIn, type LivePage } from '../support/live-host.ts';

/** Whoever has no link, tried on a host in a process of its own: what security.md of the first attack found to hold. */

let stage: AttackStage;
let page: LivePage;
const victim = 'not to be touched';

beforeAll(async () => {
  stage = await startAttackStage(async (folder) => {
    // Somebody has put a link to a file of the user's where the control socket will be.
    await mkdir(join(folder, 'profile/run'), { recursive: true, mode: 0o700 });
    await writeFile(join(folder, 'victim'), victim);
    await symlink(join(folder, 'victim'), join(folder, 'profile/run/control.sock'));
  });
  page = await stage.host.page();
  stage.onEnd(() => page.leave());
});
afterAll(() => stage.dispose());

/** The host lives, and serves whoever was let in. */
const stillServes = async (): Promise<void> => {
  expect((await page.client.request('vendors.list', {})).ok).toBe(true);
  expect(stage.host.isAlive).toBe(true);
};

const get = (path: string, lines: readonly string[] = [`Host: 127.0.0.1:${stage.port}`], method = 'GET') =>
  sayRaw(stage.port, `${method} ${path} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`);

test('guessed links let nobody in, and of fifty at once with a good one exactly one gets in', async () => {
  const guesses = Array.from({ length: 300 }, () => randomBytes(32).toString('base64url'));
  const token = (await stage.link()).searchParams.get('token') ?? '';
  const near = [
    token.slice(1),
    token.slice(0, -1),
    `${token}A`,
    token.toUpperCase(),
    token.toLowerCase(),
    token.split('').toReversed().join(''),
    `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
  ];
  const tried: string[] = [];
  const all = [...near, ...guesses];
  // Fewer at once than a server's most of clients.
  for (let at = 0; at < all.length; at += 50)
    tried.push(
      ...(await Promise.all(all.slice(at, at + 50).map((guess) => get(`/?token=${encodeURIComponent(guess)}`)))),
    );
  for (const answer of tried) expect([statusOf(answer), keyIn(answer)]).toEqual([403, '']);
  // A program that looks at a link before it opens it neither gets in nor uses it up.
  const looked = await get(`/?token=${token}`, [`Host: 127.0.0.1:${stage.port}`, 'Connection: close'], 'HEAD');
  expect(keyIn(looked)).toBe('');
  const many = await Promise.all(Array.from({ length: 50 }, () => get(`/?token=${token}`)));
  const keys = many.map(keyIn).filter((key) => key !== '');
  expect(keys).toHaveLength(1);
  expect(many.filter((answer) => statusOf(answer) === 403)).toHaveLength(49);
  expect(keyIn(await get(`/?token=${token}`))).toBe('');
  await stillServes();
  tellAttack('links', { guesses: tried.length, head: 1, atOnce: many.length, letIn: keys.length, usedAgain: 1 });
});

test('no forged host gets a page', async () => {
  const { port } = stage;
  const names = [
    ...['evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, `evil.example#127.0.0.1:${port}`],
    ...['127.0.0.1', `127.0.0.1:${port + 1}`, `127.0.0.1:0${port}`, `127.0.0.1:${port}.`, `127.0.0.1.:${port}`],
    ...['localhost', `localhost.:${port}`, `LOCALHOST:${port}`, `localhost:${port}:${port}`, `localhost:${port}/`],
    ...[`127.1:${port}`, `127.0.1:${port}`, `2130706433:${port}`, `0x7f.1:${port}`, `0177.0.0.1:${port}`],
    ...[`0.0.0.0:${port}`, `[::1]:${port}`, `[::ffff:127.0.0.1]:${port}`, `127.0.0.2:${port}`, `0:${port}`],
    ...[`user@127.0.0.1:${port}`, `127.0.0.1:${port}@evil.example`, `user:x@localhost:${port}`, `127.0.0.1%00:${port}`],
    ...['', ' ', `127.0.0.1:${port}, evil.example`, `http://127.0.0.1:${port}`, `127.0.0.1:${port}\0`],
  ];
  const requests = [
    ...names.map((name) => `GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`),
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.0\r\n\r\n',
    `GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
    `GET //evil.example/ HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost : 127.0.0.1:${port}\r\n\r\n`,
    `GET / HTTP/1.1\r\n Host: 127.0.0.1:${port}\r\n\r\n`,
  ];
  for (const request of requests) {
    const answer = await sayRaw(port, request);
    expect([request, statusOf(answer) === 200]).toEqual([request, false]);
    expect(answer).not.toContain('<title>');
  }
  // The right one does, so it was not for another reason.
  expect(statusOf(await get('/'))).toBe(200);
  await stillServes();
  tellAttack('hosts', { tried: requests.length, in: 0 });
});

test('no method, smuggled request, huge header or odd cookie does anything', async () => {
  const host = `Host: 127.0.0.1:${stage.port}`;
  const evil = 'Origin: http://evil.example';
  const post = (lines: readonly string[], body = ''): string =>
    `POST / HTTP/1.1\r\n${[host, evil, ...lines].map((line) => `${line}\r\n`).join('')}\r\n${body}`;
  const smuggled = `GET /bridge HTTP/1.1\r\n${host}\r\n\r\n`;
  const attacks = [
    ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'].map(
      (method) => `${method} / HTTP/1.1\r\n${host}\r\n${evil}\r\nContent-Length: 0\r\n\r\n`,
    ),
    `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${host}\r\n\r\n`,
    post(['Content-Length: 5', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`),
    post(['Content-Length: 3', 'Content-Length: 5'], smuggled),
    post(['Transfer-Encoding: xchunked'], smuggled),
    post(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0\r\n\r\n${smuggled}`),
    post(['Content-Length: -1'], smuggled),
    `GET / HTTP/1.1\r\n${host}\r\nX: ${'x'.repeat(1024 * 1024)}\r\n\r\n`,
    `GET /${'x'.repeat(1024 * 1024)} HTTP/1.1\r\n${host}\r\n\r\n`,
    `GET /bridge HTTP/1.1\r\n${host}\r\nCookie: quayside_${stage.port}=x; ${'=;'.repeat(500)}\r\n\r\n`,
    `GET /bridge HTTP/1.1\r\n${host}\r\nCookie: __proto__=1\r\nAuthorization: Bearer __proto__\r\n\r\n`,
    `GARBAGE\r\n\r\n${'\0'.repeat(64)}`,
  ];
  for (const attack of attacks) {
    const answer = await sayRaw(stage.port, attack);
    // Refused or cut off; never a page, and one answer at most.
    expect([attack.slice(0, 60), statusOf(answer) < 400 && statusOf(answer) !== 0]).toEqual([
      attack.slice(0, 60),
      false,
    ]);
    expect(answer.match(/HTTP\/1\.1 /g)?.length ?? 0).toBeLessThan(2);
  }
  await stillServes();
  tellAttack('requests', { tried: attacks.length, in: 0 });
});

test('no path leads out of the window’s files', async () => {
  const ups = ['..', '%2e%2e', '.%2e', '%252e%252e', '..%00', '....', '..;', '%c0%ae%c0%ae', '..%5c..', '%uff0e%uff0e'];
  const seps = ['/', '%2f', '\\'];
  const paths = [
    ...ups.flatMap((up) => seps.map((sep) => `/${Array.from({ length: 6 }, () => up).join(sep)}${sep}etc/passwd`)),
    '/assets/../../../package.json',
    '//etc/passwd',
    '/file:///etc/passwd',
  ];
  for (const path of paths) {
    const answer = await get(path);
    expect([path, statusOf(answer) === 200]).toEqual([path, false]);
    expect(answer).not.toMatch(/root:|"quayside"/);
  }
  await stillServes();
  tellAttack('paths', { tried: paths.length, files: 0 });
});

test('no upgrade with a wrong origin, host, key or path opens the bridge', async () => {
  const { port } = stage;
  const entered = await get(`/?token=${(await stage.link()).searchParams.get('token') ?? ''}`);
  const key = keyIn(entered);
  const shake = (facts: {
    path?: string;
    host?: string;
    origin?: string | undefined;
    protocol?: string | undefined;
  }) => {
    const good = { path: '/bridge', host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` };
    const { path, host, origin, protocol } = { ...good, protocol: `quayside, ${key}`, ...facts };
    return get(path, [
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...(origin === undefined ? [] : [`Origin: ${origin}`]),
      ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    ]);
  };
  const wrong = [
    ...['http://evil.example', 'null', '', `https://127.0.0.1:${port}`, `http://127.0.0.1:${port + 1}`].map(
      (origin) => ({
        origin,
      }),
    ),
    { origin: undefined },
    { origin: `http://localhost:${port}` },
    ...['evil.example', '127.0.0.1', `127.0.0.1:${port + 1}`].map((host) => ({ host, origin: `http://${host}` })),
    ...['quayside', 'quayside, ', `${key}, quayside`, key, 'quayside, __proto__', `quayside, ${key}x`].map(
      (protocol) => ({ protocol }),
    ),
    { protocol: undefined },
    ...['/', '/bridge/', '/bridge?x', '/BRIDGE', '//bridge'].map((path) => ({ path })),
  ];
  for (const facts of wrong) expect([facts, statusOf(await shake(facts)) === 101]).toEqual([facts, false]);
  expect(statusOf(await shake({}))).toBe(101);
  await stillServes();
  tellAttack('upgrades', { tried: wrong.length, in: 0 });
});

test('the command line’s socket ends who says too much, hears out who says nonsense, and is no way through a link', async () => {
  // The socket took the place of the link; the file behind it is as it was.
  expect((await lstat(stage.control)).isSocket()).toBe(true);
  expect(await readFile(join(stage.folder, 'victim'), 'utf8')).toBe(victim);
  let ended = 0;
  const say = (parts: readonly (string | Buffer)[]): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(stage.control);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        ended += 1;
        resolve();
      });
      socket.resume();
      for (const part of parts) socket.write(part);
      socket.end();
    });
  const nonsense = Array.from({ length: Math.min(2_000, attackSize.frames / 10) }, (_, n) => [
    Buffer.concat([randomBytes(1 + (n % 200)), Buffer.from('\n')]),
    '{"type":"__proto__"}\n[[[[\n"x"\n{"type":"link"',
  ]).flat();
  await say(nonsense);
  // Nine megabytes, as a line that ends and as one that never does.
  await say(['x'.repeat(9 * 1024 * 1024), '\n']);
  await say(Array.from({ length: 9 }, () => 'x'.repeat(1024 * 1024)));
  const mute = Array.from({ length: 20 }, () =>
    connect(stage.control)
      .on('error', () => undefined)
      .resume(),
  );
  expect((await stage.link()).port).toBe(String(stage.port));
  for (const socket of mute) socket.destroy();
  await stillServes();
  tellAttack('control socket', { lines: nonsense.length, tooLong: 2, mute: mute.length, ended });
});

test('what is not asked by a device’s own page does not reach the device with the account’s key', async () => {
  const apiKey = 'v1.dXNl.attacked-key-4a71';
  const fields = { keyKind: 'user', projectId: '1265', appProxyPath: 'app' };
  const vendor = new ModeSimulator({ devices: 3, user: { key: apiKey, homes: 'project' } });
  await vendor.listen();
  stage.onEnd(() => vendor.dispose());
  const { ticket } = await page.ask(page.client.request('secrets.hand', { secrets: { apiKey } }));
  const account = { vendor: 'mode', label: 'Web', baseUrl: vendor.baseUrl, fields, ticket } as const;
  await page.ask(page.client.request('accounts.add', account));
  const listed = () => page.ask(page.client.request('devices.query', { query: 'is:online' }));
  await expect.poll(async () => (await listed()).devices.length, { timeout: 10_000 }).toBeGreaterThan(0);
  const [device] = (await listed()).devices;
  const open = { deviceKey: device?.key ?? '', serviceId: 'http:app-proxy' };
  const { port } = await page.ask(page.client.request('forwards.open', open));
  const own = `http://127.0.0.1:${port}`;
  const ask = (method: string, lines: readonly string[]) =>
    sayRaw(port, `${method} /own HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}Content-Length: 0\r\n\r\n`);
  const reached = () => vendor.requests.filter(({ path }) => path.includes('own')).length;
  expect(statusOf(await ask('POST', [`Host: 127.0.0.1:${port}`, `Origin: ${own}`]))).toBe(200);
  const before = reached();
  expect(before).toBeGreaterThan(0);
  const host = `Host: 127.0.0.1:${port}`;
  const foreign = [
    ...['http://evil.example', 'null', `http://127.0.0.1:${port + 1}`, `http://127.0.0.1:${stage.port}`].map(
      (origin) => ['POST', [host, `Origin: ${origin}`]] as const,
    ),
    ...['evil.example', `evil.example:${port}`, `127.0.0.1:${port + 1}`, '127.0.0.1:1', `[::1]:${port}0`].map(
      (name) => ['GET', [`Host: ${name}`]] as const,
    ),
    ...['iframe', 'frame', 'embed', 'object'].map(
      (dest) =>
        ['GET', [host, 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', `Sec-Fetch-Dest: ${dest}`]] as const,
    ),
    ...['cross-site', 'same-site'].map(
      (site) => ['GET', [host, `Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image']] as const,
    ),
    ['POST', [host, 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document']] as const,
  ];
  for (const [method, lines] of foreign) {
    const answer = await ask(method, lines);
    expect([lines, statusOf(answer)]).toEqual([lines, 403]);
    expect(answer).not.toContain(apiKey);
  }
  expect(reached()).toBe(before);
  await stillServes();
  tellAttack('web forward', { tried: foreign.length, reached: reached() - before });
});
