import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { askForProfile } from '../../src-main/compose/compose-hand-over.ts';
import { controlPaths } from '../../src-main/node/control/control-socket-path.ts';
import { connectControlSocket, openControlSocket } from '../../src-main/node/control/control-socket.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { simulatedDeviceId, simulatedServiceId } from '../../src-main/simulators/remoteit/fleet.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { echo, startFarEnd } from '../support/forward-rig.ts';
import type { FarEnd } from '../support/forward-rig.ts';
import { HeadlessRig } from '../support/headless-rig.ts';
import { remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';

const cliEntry = join(import.meta.dirname, '../../src-main/cli.ts');
const token = 'a-token-of-the-hand-over-test-7';
const patient = { timeout: 20_000, interval: 50 };

let rig: HeadlessRig;
let sshd: Sshd;
let mirror: FarEnd;
let vendor: RemoteIotSimulator;
let unit: string;

beforeEach(async () => {
  rig = await HeadlessRig.make();
  sshd = await startSshd();
  mirror = await startFarEnd(echo);
  vendor = new RemoteIotSimulator({
    token,
    devices: 3,
    target: (_unit, port) => ({ host: '127.0.0.1', port: port === 22 ? sshd.port : mirror.port }),
  });
  await vendor.listen();
  unit = vendor.unitIds.find((candidate) => vendor.isOnline(candidate)) ?? '';
  const account = { vendor: 'remoteiot', label: 'Plant', baseUrl: vendor.baseUrl, secrets: { token } } as const;
  expect((await rig.addByCli(account)).code).toBe(0);
});

afterEach(async () => {
  await rig.dispose();
  await vendor.dispose();
  await mirror.dispose();
  await sshd.dispose();
});

/** What a program has said so far, and its end. */
const listen = (child: ChildProcess): { readonly said: () => string; readonly ended: Promise<unknown> } => {
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { said: () => said, ended: once(child, 'exit') };
};

/** Starts the user's ssh through `quayside proxy`, which brings its own core where none runs. */
const startSsh = (
  command: string,
): { readonly child: ChildProcess; readonly said: () => string; readonly ended: Promise<unknown> } => {
  const proxy = [process.execPath, cliEntry, '--profile', join(rig.folder, 'cli'), '--vault', 'file', 'proxy', unit];
  const options = ['BatchMode=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes'];
  const child = spawn(
    'ssh',
    [
      ...['-F', 'none', '-i', sshd.clientKey, '-o', `ProxyCommand=${proxy.join(' ')}`],
      ...options.flatMap((option) => ['-o', option]),
      ...[`${sshd.user}@device`, command],
    ],
    { env: { ...process.env, QUAYSIDE_VAULT_PASSPHRASE: rig.passphrase }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  rig.onEnd(() => child.kill('SIGKILL'));
  return { child, ...listen(child) };
};

const startServe = async (): Promise<ReturnType<HeadlessRig['start']>> => {
  const serve = rig.start(['serve']);
  expect(await serve.firstLine()).toMatch(/^Quayside is at http:\/\/127\.0\.0\.1:/);
  return serve;
};

const dial = async (port: number): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  // It is reset when its forward is closed.
  socket.on('error', () => undefined);
  rig.onEnd(() => socket.destroy());
  return socket;
};

const ask = async (socket: Socket, text: string): Promise<void> => {
  let heard = '';
  const listener = (chunk: Buffer): void => {
    heard += chunk.toString();
  };
  socket.on('data', listener);
  socket.write(text);
  await vi.waitFor(() => expect(heard).toBe(text), patient);
  socket.off('data', listener);
};

test('a session over ssh’s ProxyCommand lives on when the application starts, and the tunnel goes with its last user', async () => {
  const first = startSsh('echo ready; cat');
  await vi.waitFor(() => expect(first.said()).toBe('ready\n'), patient);
  const serve = await startServe();
  first.child.stdin?.write('one\n');
  await vi.waitFor(() => expect(first.said()).toBe('ready\none\n'), patient);

  // A second one goes through the application; the vendor gives it the tunnel that the first one uses.
  const second = startSsh('echo ready; cat');
  await vi.waitFor(() => expect(second.said()).toBe('ready\n'), patient);
  expect(vendor.tunnels.list()).toHaveLength(1);
  second.child.stdin?.end('two\n');
  await second.ended;
  expect(second.said()).toBe('ready\ntwo\n');

  // The application ends first: what the first process holds stays.
  serve.signal('SIGTERM');
  expect(await serve.ended()).toBe(0);
  first.child.stdin?.end('three\n');
  await first.ended;
  expect(first.said()).toBe('ready\none\nthree\n');
  await vi.waitFor(() => expect(vendor.tunnels.list()).toEqual([]), patient);
}, 90_000);

/** A service that answers with what it hears. */
interface Echoing {
  readonly device: string;
  readonly service: string;
  /** How many tunnels the vendor has open. */
  tunnels(): number;
}

const onRemoteIot = async (): Promise<Echoing> => ({
  device: unit,
  service: 'tcp:7001',
  tunnels: () => vendor.tunnels.list().length,
});

const onRemoteIt = async (): Promise<Echoing> => {
  const [device, service] = [simulatedDeviceId(2), simulatedServiceId(2, 0)];
  const simulator = await startRemoteIt({
    target: (id) => (id === service ? { host: '127.0.0.1', port: mirror.port } : undefined),
  });
  rig.onEnd(() => simulator.dispose());
  simulator.fleet.setOnline(device, true);
  const secrets = remoteItSecrets.accessKey;
  const fields = { eventsUrl: simulator.eventsUrl };
  const added = await rig.addByCli({ vendor: 'remoteit', label: 'Sites', baseUrl: simulator.baseUrl, fields, secrets });
  expect(added).toMatchObject({ code: 0 });
  return { device, service, tunnels: () => simulator.connections.list().length };
};

test.each([
  { name: 'RemoteIoT, which lists its tunnels', start: onRemoteIot },
  { name: 'remote.it, which replaces a connection by the next', start: onRemoteIt },
])(
  'a forward moves to the application with its port: connections go on, new ones come ($name)',
  async ({ start }) => {
    const { device, service, tunnels } = await start();
    const forward = rig.start(['forward', device, '--service', service, '--json']);
    const { port } = JSON.parse(await forward.firstLine()) as { readonly port: number };
    const open = await dial(port);
    await ask(open, 'before');

    const serve = await startServe();
    await ask(open, 'while');
    await vi.waitFor(() => expect(forward.stderr()).toContain('taken over'), patient);
    // Nobody listens for the moment that the application takes to open its ports.
    await ask(await vi.waitFor(() => dial(port), patient), 'after');
    await ask(open, 'still');
    expect(tunnels()).toBe(1);
    expect((await rig.run(['devices', '--json'])).stdout).toContain(device);

    forward.signal('SIGINT');
    expect(await forward.ended()).toBe(0);
    await expect(dial(port)).rejects.toThrow('ECONNREFUSED');
    await vi.waitFor(() => expect(tunnels()).toBe(0), patient);
    serve.signal('SIGTERM');
    expect(await serve.ended()).toBe(0);
  },
  120_000,
);

test('two commands share a forward of the application: it ends with the last one, however that ends', async () => {
  const serve = await startServe();
  const [first, second] = [rig.start(['forward', unit, '--json']), rig.start(['forward', unit, '--json'])];
  const { port } = JSON.parse(await first.firstLine()) as { readonly port: number };
  expect(JSON.parse(await second.firstLine())).toMatchObject({ port });
  const open = await dial(port);
  await once(open, 'data');
  first.signal('SIGINT');
  expect(await first.ended()).toBe(0);
  await once(await dial(port), 'data');
  expect(open.destroyed).toBe(false);

  const closed = new Promise((resolve) => open.once('close', resolve));
  second.signal('SIGKILL');
  await closed;
  await vi.waitFor(() => expect(vendor.tunnels.list()).toEqual([]), patient);
  await expect(dial(port)).rejects.toThrow('ECONNREFUSED');
  serve.signal('SIGTERM');
  expect(await serve.ended()).toBe(0);
}, 60_000);

test('a port that another program takes while it changes hands is waited for, not given up', async () => {
  const serve = await startServe();
  const forward = rig.start(['forward', unit, '--json']);
  const { port } = JSON.parse(await forward.firstLine()) as { readonly port: number };
  forward.signal('SIGSTOP');
  serve.signal('SIGKILL');
  await serve.ended();
  const quicker = createServer();
  rig.onEnd(() => quicker.close());
  quicker.listen(port, '127.0.0.1');
  await once(quicker, 'listening');
  forward.signal('SIGCONT');
  await vi.waitFor(() => expect(forward.stderr()).toContain('This command waits for it'), patient);
  await new Promise((closed) => quicker.close(closed));
  await once(await vi.waitFor(() => dial(port), patient), 'data');
  forward.signal('SIGINT');
  expect(await forward.ended()).toBe(0);
}, 60_000);

test('a command that gave its profile up leaves it alone until the other process is there or gone', async () => {
  const { device, service } = await onRemoteIot();
  const forward = rig.start(['forward', device, '--service', service, '--json']);
  await forward.firstLine();
  const paths = await controlPaths(join(rig.folder, 'cli'));
  const connection = paths.ok ? await connectControlSocket(paths.value.socket) : undefined;
  if (!paths.ok || connection === undefined) throw new Error('no command owns the profile');
  const given = await askForProfile(connection, systemClock);

  // Another command that is soon done may come between.
  expect((await rig.run(['devices', '--json'])).stdout).toContain(device);
  const hello = { host: 'headless', longLived: true, vault: 'file' } as const;
  const control = await openControlSocket({ paths: paths.value, hello, onClient: () => undefined });
  expect(control.ok).toBe(true);
  await vi.waitFor(() => expect(forward.stderr()).toContain('taken over'), patient);

  given?.release();
  if (control.ok) await control.value.dispose();
  // It is the owner again.
  await vi.waitFor(async () => {
    const again = await connectControlSocket(paths.value.socket);
    again?.socket.close();
    expect(again?.hello.host).toBe('cli');
  }, patient);
  forward.signal('SIGINT');
  expect(await forward.ended()).toBe(0);
}, 60_000);
