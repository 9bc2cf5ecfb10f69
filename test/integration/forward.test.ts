import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { fail, ok } from '../../src-main/core/base/errors.ts';
import { forwardCleanUp } from '../support/forward-clean-up.ts';
import {
  echo,
  ManualClock,
  memoryDocument,
  rigDevice,
  sshService,
  startFarEnd,
  startRig,
  webService,
  type RigOptions,
} from '../support/forward-rig.ts';
import { claimPorts } from '../support/own-ports.ts';

const { cleanUp, rig, farEnd } = forwardCleanUp();

const client = (port: number): Socket => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  cleanUp.push(() => socket.destroy());
  return socket;
};

/** All bytes until the end; `reset` where the connection was broken off. */
const readAll = async (socket: Socket): Promise<Buffer | 'reset'> => {
  const parts: Buffer[] = [];
  return new Promise((resolve) => {
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('end', () => resolve(Buffer.concat(parts)));
    socket.on('error', () => resolve('reset'));
  });
};

const ask = async (port: number, text: string): Promise<string> => {
  const socket = client(port);
  const answer = readAll(socket);
  socket.end(text);
  return String(await answer);
};

const digestOf = (socket: Socket): Promise<{ bytes: number; digest: string }> => {
  const hash = createHash('sha1');
  let bytes = 0;
  return new Promise((resolve) => {
    socket.on('data', (part: Buffer) => {
      bytes += part.length;
      hash.update(part);
    });
    socket.on('end', () => resolve({ bytes, digest: hash.digest('hex') }));
  });
};

/** Sends `megabytes` of noise, then ends; answers the digest of what was sent. */
const sendNoise = async (socket: Socket, megabytes: number): Promise<string> => {
  const hash = createHash('sha1');
  for (let sent = 0; sent < megabytes; sent += 1) {
    const block = randomBytes(1024 * 1024);
    hash.update(block);
    if (!socket.write(block)) await once(socket, 'drain');
  }
  socket.end();
  return hash.digest('hex');
};

test('nothing is dialled before a client comes; then it is served, counted and timed', async () => {
  const end = await farEnd(echo);
  const { forwards, open, until, calls } = rig({ grants: () => ok(end.port) });
  const forward = await open();
  expect(forward).toMatchObject({ state: 'listening', address: '127.0.0.1', connections: 0 });
  expect(forward.port).toBeGreaterThanOrEqual(33_000);
  expect(calls.asked).toBe(0);
  expect(await ask(forward.port, 'hello')).toBe('hello');
  const after = await until(
    forward.id,
    ({ state, bytesUp, bytesDown }) => state === 'idle' && bytesUp === 5 && bytesDown === 5,
  );
  for (const phase of ['bindMs', 'vendorMs', 'dialMs', 'firstByteMs'] as const) {
    expect(after.timings[phase], phase).toBeGreaterThanOrEqual(0);
  }
  expect(after.exposureNotice).toBe('Anyone.');
  expect(await ask(forward.port, 'again')).toBe('again');
  expect(calls.asked).toBe(1);
  expect(forwards.list()).toHaveLength(1);
});

test('100 MB in each direction at once arrive unchanged, and each end sees the other end its half', async () => {
  let farSide: Promise<{ bytes: number; digest: string }> | undefined;
  let farSent: Promise<string> | undefined;
  const end = await farEnd((socket) => {
    farSide = digestOf(socket);
    farSent = sendNoise(socket, 100);
  });
  const { open, until } = rig({ grants: () => ok(end.port) });
  const forward = await open();
  const near = client(forward.port);
  const nearSide = digestOf(near);
  const nearSent = await sendNoise(near, 100);
  const down = await nearSide;
  const up = await farSide;
  expect(up).toEqual({ bytes: 104_857_600, digest: nearSent });
  expect(down).toEqual({ bytes: 104_857_600, digest: await farSent });
  const after = await until(forward.id, ({ state }) => state === 'idle');
  expect(after).toMatchObject({ bytesUp: 104_857_600, bytesDown: 104_857_600, connections: 0 });
});

test('more busy clients than there are buffers to borrow, all held up at once, each get their own bytes back', async () => {
  const clients = 64;
  const gathered: Socket[] = [];
  const end = await farEnd((socket) => {
    socket.pause();
    gathered.push(socket);
    if (gathered.length === clients) for (const waiting of gathered) echo(waiting);
  });
  const { open } = rig({ grants: () => ok(end.port) });
  const { port } = await open();
  const trips = Array.from({ length: clients }, async () => {
    const socket = client(port);
    const back = digestOf(socket);
    return { sent: await sendNoise(socket, 8), back: await back };
  });
  for (const { sent, back } of await Promise.all(trips)) expect(back).toEqual({ bytes: 8 * 1024 * 1024, digest: sent });
});

test('an answer that starts after the question has ended still arrives', async () => {
  const end = await farEnd((socket) => {
    void readAll(socket).then((question) => socket.end(`you said ${String(question)}`));
  });
  const { open } = rig({ grants: () => ok(end.port) });
  const forward = await open();
  expect(await ask(forward.port, 'all of it')).toBe('you said all of it');
});

test('a far end that ends first still hears the rest', async () => {
  let heard: Promise<Buffer | 'reset'> | undefined;
  const end = await farEnd((socket) => {
    heard = readAll(socket);
    socket.end('banner');
  });
  const { open } = rig({ grants: () => ok(end.port) });
  const near = client((await open()).port);
  expect(String(await readAll(near))).toBe('banner');
  near.end('late words');
  expect(String(await heard)).toBe('late words');
});

test('a reset passes as a reset, both ways', async () => {
  const end = await farEnd((socket) => {
    socket.on('data', (data: Buffer) => {
      if (String(data) === 'break') socket.resetAndDestroy();
      else socket.write(data);
    });
  });
  const { open, until } = rig({ grants: () => ok(end.port) });
  const forward = await open();
  const broken = client(forward.port);
  broken.write('break');
  expect(await readAll(broken)).toBe('reset');
  const breaking = client(forward.port);
  breaking.write('hello');
  await once(breaking, 'data');
  const [farSocket] = end.sockets;
  const failed = once(farSocket as Socket, 'error');
  breaking.resetAndDestroy();
  expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
  await until(forward.id, ({ connections }) => connections === 0);
});

test('a reader that takes nothing stops the writer: memory does not grow, and all arrives once it reads', async () => {
  let far: Socket | undefined;
  const end = await farEnd((socket) => {
    far = socket;
    socket.pause();
  });
  const { open, until } = rig({ grants: () => ok(end.port) });
  const forward = await open();
  const near = client(forward.port);
  await once(near, 'connect');
  const before = process.memoryUsage().rss;
  const block = Buffer.alloc(1024 * 1024, 7);
  let written = 0;
  let stuck = false;
  while (!stuck && written < 200) {
    written += 1;
    if (!near.write(block)) {
      stuck = await Promise.race([
        once(near, 'drain').then(() => false),
        until(forward.id, ({ bytesUp }) => bytesUp > 0).then(() => stillAfter(near, 750)),
      ]);
    }
  }
  expect(stuck).toBe(true);
  expect(written).toBeLessThan(64);
  expect(process.memoryUsage().rss - before).toBeLessThan(160 * 1024 * 1024);
  near.end();
  const received = digestOf(far as unknown as Socket);
  (far as unknown as Socket).resume();
  expect((await received).bytes).toBe(written * block.length);
});

/** Whether nothing could be written for `ms` milliseconds: the pipe is full, not merely slow. */
const stillAfter = (socket: Socket, ms: number): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), ms);
    socket.once('drain', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });

test('1,000 clients at once share one dial and are all served', async () => {
  const end = await farEnd(echo);
  const { open, until, calls } = rig({ grants: () => ok(end.port) });
  const forward = await open();
  const sockets = Array.from({ length: 1_000 }, () => client(forward.port));
  const answers = await Promise.all(
    sockets.map(async (socket, index) => {
      socket.write(`client ${index}`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return String(answer) === `client ${index}`;
    }),
  );
  expect(answers.every(Boolean)).toBe(true);
  expect(calls.asked).toBe(1);
  await until(forward.id, ({ connections, state }) => connections === 1_000 && state === 'open');
  for (const socket of sockets) socket.end();
  await until(forward.id, ({ connections, state }) => connections === 0 && state === 'idle');
});

test('after the idle time the tunnel is closed and the port listens on; the next client gets a new tunnel', async () => {
  const end = await farEnd(echo);
  const clock = new ManualClock();
  const { open, until, calls } = rig({ grants: () => ok(end.port), clock, idleTimeoutMs: 60_000 });
  const forward = await open();
  const busy = client(forward.port);
  busy.write('x');
  await once(busy, 'data');
  clock.advance(3_600_000);
  expect((await until(forward.id, ({ state }) => state === 'open')).idleUntil).toBeUndefined();
  busy.end();
  const idle = await until(forward.id, ({ state }) => state === 'idle');
  expect(idle.idleUntil).toBe(clock.now() + 60_000);
  clock.advance(59_999);
  expect(calls.closed).toHaveLength(0);
  clock.advance(1);
  await until(forward.id, ({ state }) => state === 'listening');
  expect(calls.closed).toEqual(calls.opened);
  expect(await ask(forward.port, 'back')).toBe('back');
  expect(calls.asked).toBe(2);
});

test('an idle time of zero keeps the tunnel', async () => {
  const end = await farEnd(echo);
  const clock = new ManualClock();
  const { open, until, calls } = rig({ grants: () => ok(end.port), clock, idleTimeoutMs: 0 });
  const forward = await open();
  await ask(forward.port, 'x');
  await until(forward.id, ({ state }) => state === 'idle');
  clock.advance(30 * 86_400_000);
  expect(await ask(forward.port, 'y')).toBe('y');
  expect(calls).toMatchObject({ asked: 1, closed: [] });
});

test('a port in use names its holder and offers a free one that works', async () => {
  const holder = createServer();
  holder.listen(0, '127.0.0.1');
  await once(holder, 'listening');
  cleanUp.push(() => new Promise((closed) => holder.close(closed)));
  const { port } = holder.address() as AddressInfo;
  const end = await farEnd(echo);
  const { forwards, open } = rig({ grants: () => ok(end.port) });
  const request = { deviceKey: rigDevice.key, serviceId: sshService.id };
  const refused = await forwards.open({ ...request, port }, new AbortController().signal);
  if (refused.ok) throw new Error('the port was taken');
  expect(refused.error).toMatchObject({ kind: 'port-in-use', message: `Port ${port} is used by Quayside itself.` });
  expect(forwards.list()).toEqual([]);
  const forward = await open(sshService, refused.error.suggestedPort);
  expect(await ask(forward.port, 'fine')).toBe('fine');
  const reserved = await forwards.open(
    { ...request, serviceId: webService.id, port: forward.port },
    new AbortController().signal,
  );
  expect(reserved).toMatchObject({ ok: false, error: { kind: 'port-in-use' } });
});

/** A forward that was stopped, whose port another program has now; and the request to open it again. */
const forwardWithoutPort = async () => {
  const end = await farEnd(echo);
  const own = await claimPorts(1);
  cleanUp.push(() => own.dispose());
  const { forwards, open, until } = rig({ grants: () => ok(end.port) });
  const { id, port } = await open(sshService, own.ports[0]);
  await forwards.stop(id);
  const holder = createServer();
  holder.listen(port, '127.0.0.1');
  await once(holder, 'listening');
  cleanUp.push(() => holder.close());
  const request = { deviceKey: rigDevice.key, serviceId: sshService.id };
  return { forwards, until, id, port, holder, request };
};

test('a forward whose port another program has takes it back once that program is gone, and says it once', async () => {
  const { forwards, until, id, port, holder, request } = await forwardWithoutPort();
  const refused = await forwards.open(request, new AbortController().signal);
  expect(refused).toMatchObject({ ok: false, error: { kind: 'port-in-use' } });
  // Tried at once where something has changed, and found taken still.
  forwards.networkChanged();
  await forwards.open(request, new AbortController().signal);
  expect(forwards.history(id)).toHaveLength(1);
  await new Promise((closed) => holder.close(closed));
  await until(id, ({ state }) => state === 'listening');
  expect(await ask(port, 'back')).toBe('back');
});

test('a forward moves to another port without losing its connections', async () => {
  const end = await farEnd(echo);
  const { open, forwards } = rig({ grants: () => ok(end.port) });
  const first = await open();
  const kept = client(first.port);
  kept.write('a');
  await once(kept, 'data');
  const free = await startFarEnd(echo);
  await free.dispose();
  const moved = await open(sshService, free.port);
  expect(moved).toMatchObject({ id: first.id, port: free.port });
  kept.write('still here');
  expect(String((await once(kept, 'data'))[0])).toBe('still here');
  expect(await ask(moved.port, 'new')).toBe('new');
  expect(await readAll(client(first.port))).toBe('reset');
  expect(forwards.list()).toHaveLength(1);
});

test('after a restart the forwards listen again on their ports; stopped ones keep theirs', async () => {
  const end = await farEnd(echo);
  const document = memoryDocument();
  const before = startRig({ grants: () => ok(end.port), document });
  const ssh = await before.open(sshService);
  const web = await before.open(webService);
  await before.forwards.stop(web.id);
  await ask(ssh.port, 'x');
  await before.forwards.dispose();
  expect(before.calls.closed).toEqual(before.calls.opened);

  const after = rig({ grants: () => ok(end.port), document });
  expect(await after.forwards.load()).toEqual(ok(undefined));
  await after.forwards.resume();
  expect(after.forwards.list()).toMatchObject([
    { id: ssh.id, port: ssh.port, state: 'listening' },
    { id: web.id, port: web.port, state: 'stopped' },
  ]);
  expect(await ask(ssh.port, 'same port')).toBe('same port');
  expect(await after.open(webService)).toMatchObject({ id: web.id, port: web.port, state: 'listening' });
});

test('commands have a forward as long as the last of them is there, and it is then as it was before', async () => {
  const end = await farEnd(echo);
  const document = memoryDocument();
  const signal = new AbortController().signal;
  const own = await claimPorts(2);
  cleanUp.push(() => own.dispose());
  const before = startRig({ grants: () => ok(end.port), document });
  const ssh = await before.open(sshService, own.ports[0]);
  await before.forwards.dispose();

  // A command while the application does not run: it opens nothing by itself, and keeps nothing open.
  const passing = startRig({ grants: () => ok(end.port), document, isTransient: true });
  await passing.forwards.load();
  const [one, other] = [{}, {}];
  const request = { deviceKey: rigDevice.key, serviceId: sshService.id };
  expect(await passing.forwards.acquire(request, one, signal)).toMatchObject({ ok: true, value: { port: ssh.port } });
  const web = await passing.open(webService, own.ports[1]);
  await passing.forwards.release(one);
  await passing.forwards.dispose();
  expect(document.stored.forwards).toMatchObject([
    { id: ssh.id, listening: true },
    { id: web.id, listening: false },
  ]);

  const after = rig({ grants: () => ok(end.port), document });
  await after.forwards.load();
  await after.forwards.resume();
  const held = { deviceKey: rigDevice.key, serviceId: webService.id };
  for (const holder of [one, other]) await after.forwards.acquire(held, holder, signal);
  await after.forwards.release(one, web.id);
  expect(await ask(web.port, 'held by another')).toBe('held by another');
  await after.forwards.release(other);
  expect(await ask(web.port, 'x')).toBe('reset');
  expect(after.calls.closed).toEqual(after.calls.opened);
  // What a person opened for good outlasts whoever had it for a while.
  await after.forwards.acquire(held, one, signal);
  await after.open(webService);
  await after.forwards.release(one);
  expect(after.forwards.list().map(({ state }) => state)).toEqual(['listening', 'listening']);
});

test('whoever only wants a way to the device gets one by another port, and the forward goes back to its own', async () => {
  const { forwards, until, id, port, holder, request } = await forwardWithoutPort();
  const { signal } = new AbortController();
  const way = await forwards.open({ ...request, anyPort: true }, signal);
  if (!way.ok) expect.fail(way.error.message);
  expect(way.value.port).not.toBe(port);
  expect(way.value.portReason).toBe(
    `Port ${port} is used by Quayside itself. So this forward has port ${way.value.port} for now.`,
  );
  const session = client(way.value.port);
  session.write('now');
  await once(session, 'data');
  // Who wants the number is told that it cannot be had; the session goes on.
  expect(await forwards.open(request, signal)).toMatchObject({ ok: false, error: { kind: 'port-in-use' } });
  expect(await ask(way.value.port, 'still')).toBe('still');
  await new Promise((closed) => holder.close(closed));
  const home = await until(id, (now) => now.port === port);
  expect(home.portReason).toBeUndefined();
  expect(await ask(port, 'own again')).toBe('own again');
  session.write('later');
  expect(String((await once(session, 'data'))[0])).toBe('later');
});

test('whoever wants its number gets it the moment it is free, and the way elsewhere ends with the forward', async () => {
  const end = await farEnd(echo);
  const own = await claimPorts(1);
  cleanUp.push(() => own.dispose());
  const clock = new ManualClock();
  const { forwards, open } = rig({ grants: () => ok(end.port), clock });
  const { id, port } = await open(sshService, own.ports[0]);
  const request = { deviceKey: rigDevice.key, serviceId: sshService.id };
  const { signal } = new AbortController();
  for (const round of ['opened', 'stopped']) {
    await forwards.stop(id);
    const holder = createServer().listen(port, '127.0.0.1');
    await once(holder, 'listening');
    const way = await forwards.open({ ...request, anyPort: true }, signal);
    if (!way.ok) expect.fail(way.error.message);
    expect(way.value.port).not.toBe(port);
    await new Promise((closed) => holder.close(closed));
    if (round === 'stopped') await forwards.stop(id);
    expect(await forwards.open(request, signal)).toMatchObject({ ok: true, value: { id, port } });
    expect(await readAll(client(way.value.port))).toBe('reset');
  }
});

test('whoever only wants a way gets one where nothing can be written', async () => {
  const end = await farEnd(echo);
  const full = { ...memoryDocument(), write: async () => fail('internal', 'The disk is full.', 'Make room.') };
  const { forwards } = rig({ grants: () => ok(end.port), document: full });
  const way = await forwards.open(
    { deviceKey: rigDevice.key, serviceId: sshService.id, anyPort: true },
    new AbortController().signal,
  );
  if (!way.ok) expect.fail(way.error.message);
  expect(await ask(way.value.port, 'fine')).toBe('fine');
});

test('a refused tunnel is told with its hop; waiting clients are closed and the next one tries again', async () => {
  const end = await farEnd(echo);
  let granted: () => ReturnType<RigOptions['grants']> = () =>
    fail('device-offline', 'The device is offline.', 'Wait for it.');
  const { open, until } = rig({ grants: () => granted() });
  const forward = await open();
  expect(await readAll(client(forward.port))).toBe('reset');
  const failed = await until(forward.id, ({ state }) => state === 'failed');
  expect(failed.error).toMatchObject({
    kind: 'device-offline',
    message: 'No tunnel was granted. The device is offline.',
    hint: 'Wait for it.',
  });
  granted = () => ok(end.port);
  expect(await ask(forward.port, 'now')).toBe('now');
  expect((await until(forward.id, ({ state }) => state === 'idle')).error).toBeUndefined();
});

test('a tunnel found dead is replaced within the same attempt; while the next is dead too the client is held', async () => {
  const dead = await startFarEnd(echo);
  await dead.dispose();
  const end = await farEnd(echo);
  // The vendor hands out the dead one again, also after it was closed.
  const ports = [dead.port, end.port, dead.port, dead.port, dead.port];
  const { open, until, calls, forwards } = rig({ grants: () => ok(ports.shift() ?? end.port) });
  const forward = await open();
  expect(await ask(forward.port, 'second try')).toBe('second try');
  expect(calls.opened.map(({ port }) => port)).toEqual([dead.port, end.port]);
  expect(calls.closed.map(({ port }) => port)).toEqual([dead.port]);
  await forwards.stop(forward.id);
  const states: string[] = [];
  forwards.changed.on(({ upsert }) => states.push(...upsert.map(({ state }) => state)));
  await open();
  const reconnecting = until(forward.id, ({ state }) => state === 'reconnecting');
  expect(await ask(forward.port, 'held')).toBe('held');
  expect((await reconnecting).error).toMatchObject({
    kind: 'tunnel-failed',
    message: `Dialling failed: the tunnel at 127.0.0.1:${dead.port} refused the connection.`,
  });
  expect((await reconnecting).attempt).toBe(1);
  expect(states.filter((state, index) => state !== states[index - 1])).toEqual(
    expect.arrayContaining(['listening', 'dialling', 'reconnecting', 'open']),
  );
  expect((await until(forward.id, ({ state }) => state === 'idle')).error).toBeUndefined();
});

test('a tunnel that dies between clients is replaced; connections of another tunnel stay', async () => {
  const first = await startFarEnd(echo);
  const second = await farEnd(echo);
  const ports = [first.port, second.port];
  const { open, until, calls } = rig({ grants: () => ok(ports.shift() ?? 1) });
  const forward = await open();
  expect(await ask(forward.port, 'one')).toBe('one');
  await first.dispose();
  expect(await ask(forward.port, 'two')).toBe('two');
  await until(forward.id, ({ state }) => state === 'idle');
  expect(calls.closed.map(({ port }) => port)).toEqual([first.port]);
});

test('two services behind one vendor end: the tunnel is closed when the last one lets go', async () => {
  const end = await farEnd(echo);
  const { open, forwards, calls } = rig({ grants: () => ok(end.port) });
  const ssh = await open(sshService);
  const web = await open(webService);
  await ask(ssh.port, 'a');
  await ask(web.port, 'b');
  await forwards.stop(ssh.id);
  expect(calls.closed).toHaveLength(0);
  await forwards.remove(web.id);
  expect(calls.closed).toHaveLength(1);
  expect(forwards.list()).toMatchObject([{ id: ssh.id, state: 'stopped', port: ssh.port }]);
});

test('stopping while the vendor is still asked closes the client, and the tunnel that comes too late', async () => {
  const end = await farEnd(echo);
  let grant: (() => void) | undefined;
  const { open, until, forwards, calls } = rig({
    grants: () =>
      new Promise((resolve) => {
        grant = () => resolve(ok(end.port));
      }),
  });
  const forward = await open();
  const waiting = readAll(client(forward.port));
  await until(forward.id, ({ state }) => state === 'dialling');
  await expect.poll(() => grant).toBeDefined();
  const stopped = forwards.stop(forward.id);
  expect(await waiting).toBe('reset');
  grant?.();
  expect(await stopped).toEqual(ok(undefined));
  expect(calls.closed).toEqual(calls.opened);
  expect(forwards.get(forward.id)).toMatchObject({ state: 'stopped', connections: 0 });
});

test('an error nobody expected in the worker is told and cuts nobody; a worker with one after the other is replaced, and every port is back', async () => {
  const end = await farEnd(echo);
  const trigger = await startFarEnd(() => undefined);
  const { port: triggerPort } = trigger;
  await trigger.dispose();
  const worker = new URL('../support/crashing-forward-worker.ts', import.meta.url);
  process.env['FORWARD_CRASH_PORT'] = String(triggerPort);
  cleanUp.push(() => delete process.env['FORWARD_CRASH_PORT']);
  const told: string[] = [];
  const crashed = (thrown: Error): void => void told.push(`${thrown.name}: ${thrown.stack ?? ''}`);
  const { open, until, forwards, calls } = rig({ grants: () => ok(end.port), worker, crashed });
  const ssh = await open(sshService);
  const web = await open(webService);
  const cut = client(ssh.port);
  for (let errors = 1; errors <= 5; errors += 1) {
    client(triggerPort).on('error', () => undefined);
    await expect.poll(() => told.length).toBe(errors);
    cut.write('x');
    await once(cut, 'data');
  }
  expect(told[0]).toContain('crashing-forward-worker.ts');
  const reported = [ssh, web].map(({ id }) => until(id, ({ state }) => state === 'failed'));
  client(triggerPort).on('error', () => undefined);
  for (const snapshot of await Promise.all(reported)) {
    expect(snapshot.error).toMatchObject({ kind: 'internal' });
    expect(snapshot.error?.message).toContain('crash wanted by the test');
  }
  await Promise.all([ssh, web].map(({ id }) => until(id, ({ state }) => state === 'listening')));
  expect(calls.closed).toHaveLength(1);
  expect(forwards.list().map(({ port }) => port)).toEqual([ssh.port, web.port]);
  expect(await ask(ssh.port, 'again')).toBe('again');
});

test('dispose leaves no listener, no connection, no tunnel and no worker', async () => {
  const end = await farEnd(echo);
  const { open, forwards, calls } = startRig({ grants: () => ok(end.port) });
  const forward = await open();
  const near = client(forward.port);
  near.write('x');
  await once(near, 'data');
  const [farSocket] = end.sockets;
  const farClosed = new Promise((resolve) => farSocket?.once('close', resolve));
  const nearClosed = readAll(near);
  await forwards.dispose();
  await forwards.dispose();
  expect(await nearClosed).toBe('reset');
  await farClosed;
  expect(await readAll(client(forward.port))).toBe('reset');
  expect(calls.closed).toEqual(calls.opened);
  expect(process.getActiveResourcesInfo()).not.toContain('MessagePort');
});

test('an address others could reach is refused', async () => {
  const { host } = rig({ grants: () => ok(1) });
  for (const address of ['0.0.0.0', '::', '192.168.1.10', '127.0.0.1.example.com', 'localhost', '127.1']) {
    expect(await host.listen({ id: 'x', address, port: 33_900 }), address).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input' },
    });
  }
});

test.each([
  '127.0.0.1',
  'localhost',
  '127.1',
  '2130706433',
  '0.0.0.0',
  '::ffff:127.0.0.1',
  '169.254.169.254',
  'fe80::1',
])('a vendor on the Internet that names %s as a tunnel’s end is not obeyed', async (host) => {
  let clients = 0;
  const end = await farEnd((socket) => {
    clients += 1;
    socket.destroy();
  });
  const { forwards, open } = rig({
    baseUrl: 'https://api.vendor.test',
    grants: () => ok(end.port),
    tunnel: () => ({ host }),
  });
  const { port } = await open();
  expect(await ask(port, 'to this computer')).toBe('reset');
  const [forward] = forwards.list();
  expect(forward?.error).toMatchObject({
    kind: 'forbidden',
    message: expect.stringContaining(`named ${host}:${end.port} as the end of the tunnel, which is on this computer`),
  });
  expect(clients).toBe(0);
});

test('a forward that a vendor on this computer leads into itself takes one client, not all descriptors', async () => {
  let own = 0;
  const { forwards, open } = rig({ grants: () => ok(own) });
  const { port } = await open();
  own = port;
  expect(await ask(port, 'round and round')).toBe('reset');
  expect(forwards.list()[0]?.error?.message).toContain('which is on this computer');
  expect(forwards.list()[0]?.connections).toBe(0);
});

test('a worker ends even when connections are just being ended as it is told to stop', async () => {
  const end = await farEnd(echo);
  for (let round = 0; round < 20; round += 1) {
    const { open, forwards } = startRig({ grants: () => ok(end.port) });
    const near = client((await open()).port);
    near.write('x');
    await once(near, 'data');
    near.destroy();
    await forwards.dispose();
  }
});
