import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startFarEnd, type FarEnd } from '../support/forward-rig.ts';
import { resetSocket } from '../../src-main/node/forward/reset-socket.ts';
import { errorOf, Stage } from './stage.ts';
import { patient, type WindowsProcess } from './wine.ts';

let stage: Stage;
let counting: FarEnd;
let forward: WindowsProcess;
let port: number;

beforeAll(async () => {
  // Says how much it heard, once the other side has said that nothing more comes.
  counting = await startFarEnd((socket) => {
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    socket.on('end', () => socket.end(`heard ${bytes}`));
  });
  stage = await Stage.make({ ports: { 7002: counting.port } });
  expect((await stage.add()).code).toBe(0);
  forward = stage.start(['forward', stage.unit, '--service', '7001', '--json']);
  ({ port } = JSON.parse(await forward.firstLine()) as { port: number });
});

afterAll(async () => {
  await stage.dispose();
  await counting.dispose();
});

const dial = async (): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
};

/** Sends everything, says that nothing more comes, and answers all that comes back until the other side ends too. */
const exchange = async (bytes: Buffer): Promise<Buffer> => {
  const socket = await dial();
  const heard: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk));
  socket.end(bytes);
  await once(socket, 'end');
  return Buffer.concat(heard);
};

test('a hundred clients at once each get back what they said, after they have said that nothing more comes', async () => {
  const said = Array.from({ length: 100 }, (_, at) =>
    Buffer.concat([Buffer.from(`client ${at} `), randomBytes(2_000)]),
  );
  const heard = await Promise.all(said.map(exchange));
  expect(heard.map((bytes, at) => said[at]?.equals(bytes))).toEqual(said.map(() => true));
  expect(stage.vendor.tunnels.list()).toHaveLength(1);
});

test('megabytes go through whole, both ways', async () => {
  const bytes = randomBytes(8 * 1024 * 1024);
  expect((await exchange(bytes)).equals(bytes)).toBe(true);
});

test('a client that is reset takes no other with it', async () => {
  const [gone, stays] = [await dial(), await dial()];
  stays.write('before ');
  expect(String((await once(stays, 'data'))[0])).toBe('before ');
  gone.write('something');
  await once(gone, 'data');
  resetSocket(gone);
  stays.end('after');
  expect(String((await once(stays, 'data'))[0])).toBe('after');
});

test('a proxy carries standard input and output, and nothing else is on standard output', async () => {
  // While the forward has the profile: a second process is asked for nothing but the way.
  const said = `SSH-2.0-test\r\n${'ü'.repeat(500)}\n`;
  const end = await stage.run(['proxy', stage.unit, '--service', '7001'], said);
  expect(end).toEqual({ code: 0, stdout: said, stderr: '' });
});

test('a proxy passes on that nothing more comes, and waits for the last answer', async () => {
  const end = await stage.run(['proxy', stage.unit, '--service', '7002'], 'twelve bytes');
  expect(end).toEqual({ code: 0, stdout: 'heard 12', stderr: '' });
});

test('a port that is taken is told, with a free one', async () => {
  const end = await stage.run(['forward', stage.unit, '--service', '7002', '--port', String(port), '--json']);
  expect([end.code, errorOf(end).kind, end.stdout]).toEqual([1, 'port-in-use', '']);
  expect(errorOf(end).hint).toMatch(/\d{4,5}/);
});

test('Ctrl-C closes the port and the tunnel at the vendor, and ends with 0', async () => {
  const open = await dial();
  open.write('x');
  await once(open, 'data');
  forward.interrupt();
  expect(await forward.ended()).toBe(0);
  expect(stage.vendor.tunnels.list()).toEqual([]);
  expect(forward.stdout().trim().split('\n')).toHaveLength(1);
  await vi.waitFor(() => expect(dial()).rejects.toThrow('ECONNREFUSED'), patient);
});

test('the tunnel of a forward that was ended by the task manager is used by the next one, and closed with it', async () => {
  const start = async (): Promise<WindowsProcess> => {
    const started = stage.start(['forward', stage.unit, '--service', '7001', '--json']);
    ({ port } = JSON.parse(await started.firstLine()) as { port: number });
    const open = await dial();
    open.write('x');
    await once(open, 'data');
    return started;
  };
  const killed = await start();
  killed.kill();
  await killed.ended();
  expect(stage.vendor.tunnels.list()).toHaveLength(1);
  const next = await start();
  expect(stage.vendor.tunnels.list()).toHaveLength(1);
  next.interrupt();
  expect(await next.ended()).toBe(0);
  expect(stage.vendor.tunnels.list()).toEqual([]);
});
