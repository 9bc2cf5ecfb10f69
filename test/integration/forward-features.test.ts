import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Client } from 'ssh2';
import { expect, test } from 'vitest';
import { fail, ok } from '../../src-main/core/base/errors.ts';
import { failureSentence, noForwardHistory } from '../../src-main/core/forward/forward-attempt.ts';
import type { HostKeyPin } from '../../src-main/core/ssh/host-key-pins.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { HostKeys } from '../../src-main/services/ssh/host-keys.ts';
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
} from '../support/forward-rig.ts';
import { MemoryDocument } from '../support/memory-document.ts';
import { startSshd } from '../support/sshd.ts';

const { cleanUp, rig, farEnd } = forwardCleanUp();

const client = (port: number, host = '127.0.0.1'): Socket => {
  const socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
  cleanUp.push(() => socket.destroy());
  return socket;
};

/** What comes back for a text, or the code of the error. */
const ask = (port: number, text: string, host = '127.0.0.1'): Promise<string> =>
  new Promise((resolve) => {
    const socket = client(port, host);
    let heard = '';
    socket.on('data', (data: Buffer) => {
      heard += String(data);
    });
    socket.on('end', () => resolve(heard));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.end(text);
  });

/** An address of this computer on a network, if it is on one. */
const networkAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

test('a forward is on IPv6 loopback too, by the same port', async () => {
  const end = await farEnd(echo);
  const { open } = rig({ grants: () => ok(end.port) });
  const forward = await open();
  expect(forward.extraEndpoints).toEqual([{ address: '::1', port: forward.port }]);
  expect(await ask(forward.port, 'six', '::1')).toBe('six');
});

test('a device has an address of its own, with the native ports of its services, the same after a restart', async () => {
  const end = await farEnd(echo);
  const native = await startFarEnd(echo);
  const { port: nativePort } = native;
  await native.dispose();
  const services = [{ ...sshService, port: nativePort }, webService];
  const document = memoryDocument();
  const before = startRig({ grants: () => ok(end.port), document, deviceAddresses: true, services });
  const forward = await before.open();
  const { address, port } = forward.deviceEndpoint ?? { address: '', port: 0 };
  expect(address).toMatch(/^127\.\d+\.\d+\.\d+$/);
  expect(address).not.toBe('127.0.0.1');
  expect(port).toBe(nativePort);
  expect(await ask(nativePort, 'native', address)).toBe('native');
  expect(await ask(forward.port, 'as ever')).toBe('as ever');
  expect(before.forwards.addressOf(rigDevice.key)).toBe(address);
  expect(before.forwards.addressOf('acme/other')).not.toBe(address);
  await before.forwards.dispose();

  const after = rig({ grants: () => ok(end.port), document, deviceAddresses: true, services });
  await after.forwards.load();
  await after.forwards.resume();
  expect(after.forwards.resolve(rigDevice.key)).toEqual({
    deviceKey: rigDevice.key,
    address,
    forwards: [{ serviceId: sshService.id, kind: 'ssh', address, port: nativePort, state: 'listening' }],
  });
});

test('a native port that is taken gives way to the forward’s own, with the reason', async () => {
  const end = await farEnd(echo);
  const holder = createServer().listen(0, '0.0.0.0');
  await once(holder, 'listening');
  cleanUp.push(() => holder.close());
  const { port: taken } = holder.address() as { port: number };
  const { open } = rig({
    grants: () => ok(end.port),
    deviceAddresses: true,
    services: [{ ...sshService, port: taken }],
  });
  const forward = await open();
  expect(forward.deviceEndpoint?.port).toBe(forward.port);
  expect(forward.deviceEndpoint?.reason).toContain(`Port ${taken} is used by Quayside itself.`);
  expect(await ask(forward.port, 'still', forward.deviceEndpoint?.address)).toBe('still');
});

test('sharing is off, wants addresses, and lets nobody else send a byte', async () => {
  const end = await farEnd(echo);
  const { open, forwards, calls } = rig({ grants: () => ok(end.port) });
  const forward = await open();
  const address = networkAddress ?? '127.0.0.2';
  expect(forward.sharing).toBeUndefined();
  expect(await ask(forward.port, 'x', address)).toBe('ECONNREFUSED');
  expect(await forwards.share(forward.id, ['everybody'])).toMatchObject({
    ok: false,
    error: { kind: 'invalid-input' },
  });
  if (networkAddress === undefined) return;

  const closed = await forwards.share(forward.id, ['198.51.100.7']);
  expect(closed).toMatchObject({
    ok: true,
    value: { sharing: { allow: ['198.51.100.7'], warning: expect.stringContaining('198.51.100.7') } },
  });
  if (closed.ok) expect(closed.value.sharing?.addresses).toContain(address);
  expect(await ask(forward.port, 'x', address)).toBe('ECONNRESET');
  expect(calls.asked).toBe(0);

  await forwards.share(forward.id, ['198.51.100.7', `${address}/32`]);
  expect(await ask(forward.port, 'welcome', address)).toBe('welcome');
  const guest = client(forward.port, address);
  const [own, ended] = [client(forward.port), once(guest, 'error')];
  for (const socket of [guest, own]) {
    socket.write('in');
    await once(socket, 'data');
  }
  const off = await forwards.share(forward.id, []);
  // Who was let in is out again; this computer's own connections stay.
  expect(await ended).toMatchObject([{ code: 'ECONNRESET' }]);
  own.write('mine');
  expect(String((await once(own, 'data'))[0])).toBe('mine');
  expect(off.ok && off.value.sharing).toBeUndefined();
  expect(await ask(forward.port, 'x', address)).toBe('ECONNREFUSED');
  expect(await ask(forward.port, 'ours')).toBe('ours');
});

test('a connection above the limit is reset and counted; the others go on', async () => {
  const end = await farEnd(echo);
  const { open, forwards, until } = rig({ grants: () => ok(end.port) });
  const forward = await open();
  await forwards.limit(forward.id, { maxConnections: 2, idleTimeoutMs: 1_000 });
  expect(forwards.get(forward.id)).toMatchObject({ limits: { maxConnections: 2 }, idleTimeoutMs: 1_000 });
  const kept = [client(forward.port), client(forward.port)];
  for (const socket of kept) {
    socket.write('x');
    await once(socket, 'data');
  }
  expect(await ask(forward.port, 'third')).toBe('ECONNRESET');
  await until(forward.id, ({ refused, connections }) => refused === 1 && connections === 2);
  for (const socket of kept) {
    socket.write('y');
    expect(String((await once(socket, 'data'))[0])).toBe('y');
  }
});

test('statistics name the client’s program and count its bytes', async () => {
  const end = await farEnd(echo);
  const { open, forwards, until } = rig({ grants: () => ok(end.port) });
  const forward = await open();
  const near = client(forward.port);
  near.write('12345');
  await once(near, 'data');
  await until(forward.id, ({ bytesDown }) => bytesDown === 5);
  const statistics = await forwards.statistics(forward.id);
  if (!statistics.ok) throw new Error(statistics.error.message);
  expect(statistics.value.samples).toHaveLength(60);
  expect(statistics.value.peers).toMatchObject([
    { address: '127.0.0.1', port: near.localPort, state: 'open', bytesUp: 5, bytesDown: 5, process: 'Quayside itself' },
  ]);
  await expect
    .poll(async () => {
      const now = await forwards.statistics(forward.id);
      return now.ok ? now.value.samples.reduce((sum, { up, down }) => sum + up + down, 0) : 0;
    })
    .toBe(10);
  expect(await forwards.statistics('nobody')).toMatchObject({ ok: false, error: { kind: 'not-found' } });
});

test('attempts are kept with hop, cause and next step, also over a restart', async () => {
  const end = await farEnd(echo);
  const answers = [fail('device-offline', 'The device is offline.', 'Wait for it.'), ok(end.port)];
  const [document, history] = [memoryDocument(), new MemoryDocument(noForwardHistory)];
  const before = startRig({ grants: () => answers.shift() ?? ok(end.port), document, history });
  const forward = await before.open();
  expect(await ask(forward.port, 'x')).toBe('ECONNRESET');
  expect(await ask(forward.port, 'y')).toBe('y');
  await before.until(forward.id, ({ timings }) => timings.firstByteBackMs !== undefined);
  const [failed, open, ...rest] = before.forwards.history(forward.id) ?? [];
  expect(rest).toEqual([]);
  expect(failed).toMatchObject({ outcome: 'failed', hop: 'device', error: { kind: 'device-offline' } });
  expect(failed?.error && failureSentence('device', failed.error)).toBe(
    'At the device: no tunnel was granted. The device is offline; wait for it.',
  );
  expect(open).toMatchObject({ outcome: 'open' });
  for (const phase of ['bindMs', 'vendorMs', 'dialMs', 'firstByteMs', 'firstByteBackMs'] as const)
    expect(open?.timings[phase], phase).toBeGreaterThanOrEqual(0);
  await before.forwards.dispose();
  const after = rig({ grants: () => ok(end.port), document, history });
  await after.forwards.load();
  expect(after.forwards.history(forward.id)).toMatchObject([{ outcome: 'failed' }, { outcome: 'open' }]);
});

test('a client is held while the vendor is away and served when it is back', async () => {
  const end = await farEnd(echo);
  let isAway = true;
  const { open, until, calls } = rig({
    grants: () => (isAway ? fail('vendor-unavailable', 'The vendor is down.', 'Wait.') : ok(end.port)),

    idleTimeoutMs: 0,
  });
  const forward = await open();
  const held = ask(forward.port, 'held');
  const reconnecting = await until(forward.id, ({ state, attempt }) => state === 'reconnecting' && (attempt ?? 0) >= 2);
  expect(reconnecting.error).toMatchObject({ kind: 'vendor-unavailable' });
  isAway = false;
  expect(await held).toBe('held');
  expect((await until(forward.id, ({ state }) => state === 'idle')).error).toBeUndefined();
  expect(calls.opened).toHaveLength(1);
});

test('a tunnel in use is replaced before it expires; what still used the old one is cut after its end', async () => {
  const end = await farEnd(echo);
  const clock = new ManualClock();
  const { open, until, calls } = rig({
    grants: () => ok(end.port),
    clock,
    tunnel: () => ({ expiresAt: clock.now() + 100_000 }),
  });
  const forward = await open();
  const old = client(forward.port);
  old.write('a');
  await once(old, 'data');
  const first = await until(forward.id, ({ state, expiresAt }) => state === 'open' && expiresAt !== undefined);
  clock.advance(76_000);
  const second = await until(forward.id, ({ expiresAt }) => expiresAt !== first.expiresAt);
  expect(second.state).toBe('open');
  expect(calls.opened).toHaveLength(2);
  old.write('b');
  expect(String((await once(old, 'data'))[0])).toBe('b');
  const cut = once(old, 'error');
  clock.advance(30_000);
  expect(await cut).toMatchObject([{ code: 'ECONNRESET' }]);
});

test('connections over a tunnel that the vendor has ended without a word are reset, not left hanging', async () => {
  const quiet = await farEnd(() => undefined);
  const end = await farEnd(echo);
  const ports = [quiet.port, end.port];
  const { open, until } = rig({ grants: () => ok(ports.shift() ?? 0), alive: () => ok(false) });
  const forward = await open();
  const hanging = client(forward.port);
  const cut = once(hanging, 'error');
  hanging.write('anybody there');
  expect(await cut).toMatchObject([{ code: 'ECONNRESET' }]);
  await until(forward.id, ({ state }) => state === 'listening');
  expect(await ask(forward.port, 'again')).toBe('again');
});

test('the SSH host key is read from what passes, pinned at first use, and a change is told', async () => {
  const sshd = await startSshd();
  cleanUp.push(() => sshd.dispose());
  const document = new MemoryDocument<readonly HostKeyPin[]>([]);
  const hostKeys = new HostKeys({
    document,
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    clock: systemClock,
  });
  await hostKeys.load();
  const { forwards, open, until } = rig({ grants: () => ok(sshd.port), hostKeys });
  const forward = await open();
  const meet = (): Promise<unknown> =>
    new Promise((resolve) => {
      const ssh = new Client();
      ssh.on('error', resolve);
      ssh.on('close', () => resolve(undefined));
      ssh.connect({ host: '127.0.0.1', port: forward.port, username: sshd.user, password: 'wrong' });
      cleanUp.push(() => ssh.end());
    });
  const fingerprint = async (): Promise<string> => {
    const blob = Buffer.from((await sshd.hostPublicKey()).split(' ')[1] ?? '', 'base64');
    return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
  };
  await meet();
  const first = await until(forward.id, ({ hostKey }) => hostKey !== undefined);
  expect(first.hostKey).toEqual({ fingerprint: await fingerprint(), verdict: 'first-seen' });
  expect(document.value).toMatchObject([{ fingerprint: await fingerprint() }]);

  await sshd.restart({ newHostKey: true });
  await meet();
  const changed = await until(forward.id, ({ hostKey }) => hostKey?.verdict === 'changed');
  expect(changed.hostKey?.fingerprint).toBe(await fingerprint());
  expect(changed.hostKey?.warning).toContain(first.hostKey?.fingerprint);
  expect(document.value).toHaveLength(1);

  expect(await forwards.acceptHostKey(forward.id, first.hostKey?.fingerprint ?? '')).toMatchObject({
    ok: false,
    error: { kind: 'invalid-input' },
  });
  const accepted = await forwards.acceptHostKey(forward.id, await fingerprint());
  expect(accepted).toMatchObject({
    ok: true,
    value: { hostKey: { fingerprint: await fingerprint(), verdict: 'same' } },
  });
  expect(document.value).toMatchObject([{ fingerprint: await fingerprint() }]);
});

test('a service of kind tcp is recognised by what it says first', async () => {
  const end = await farEnd((socket) => socket.end('RFB 003.008\n'));
  const service = { ...webService, id: 'tcp:7', kind: 'tcp' as const };
  const { open, until } = rig({ grants: () => ok(end.port), services: [service] });
  const forward = await open(service);
  expect(await ask(forward.port, '')).toBe('RFB 003.008\n');
  expect((await until(forward.id, ({ recognised }) => recognised !== undefined)).recognised).toBe('vnc');
});
