import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { simulatedDeviceId, simulatedServiceId } from '../../src-main/simulators/remoteit/fleet.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { echo, startFarEnd } from '../support/forward-rig.ts';
import type { FarEnd } from '../support/forward-rig.ts';
import { HeadlessRig } from '../support/headless-rig.ts';
import { remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';

/**
 * Tunnels at both vendors that have them, as the vendors' own lists show them: what this profile opened is closed, also
 * after a crash; what existed before is used and left.
 */

const token = 'a-token-of-the-own-tunnels-test-3';
const patient = { timeout: 20_000, interval: 50 };

let rig: HeadlessRig;
let mirror: FarEnd;

beforeEach(async () => {
  rig = await HeadlessRig.make();
  mirror = await startFarEnd(echo);
});

afterEach(async () => {
  await rig.dispose();
  await mirror.dispose();
});

/** A service that answers with what it hears, at a vendor whose list of tunnels can be seen. */
interface Place {
  readonly device: string;
  readonly service: string;
  readonly secrets: readonly string[];
  /** Ids of the tunnels the vendor has, oldest first. */
  tunnels(): readonly string[];
}

const startRemoteIot = async (): Promise<Place & { readonly vendor: RemoteIotSimulator }> => {
  const vendor = new RemoteIotSimulator({
    token,
    devices: 3,
    target: () => ({ host: '127.0.0.1', port: mirror.port }),
  });
  await vendor.listen();
  rig.onEnd(() => vendor.dispose());
  const device = vendor.unitIds.find((candidate) => vendor.isOnline(candidate)) ?? '';
  const account = { vendor: 'remoteiot', label: 'Plant', baseUrl: vendor.baseUrl, secrets: { token } } as const;
  expect(await rig.addByCli(account)).toMatchObject({ code: 0 });
  const tunnels = (): readonly string[] => vendor.tunnels.list().map(({ unitId, port }) => `${unitId} ${port}`);
  return { device, service: 'tcp:7001', secrets: [token], tunnels, vendor };
};

const startRemoteItPlace = async (): Promise<Place> => {
  const [device, service] = [simulatedDeviceId(2), simulatedServiceId(2, 0)];
  const vendor = await startRemoteIt({
    target: (id) => (id === service ? { host: '127.0.0.1', port: mirror.port } : undefined),
  });
  rig.onEnd(() => vendor.dispose());
  vendor.fleet.setOnline(device, true);
  const secrets = remoteItSecrets.accessKey;
  const fields = { eventsUrl: vendor.eventsUrl };
  const account = { vendor: 'remoteit', label: 'Sites', baseUrl: vendor.baseUrl, fields, secrets } as const;
  expect(await rig.addByCli(account)).toMatchObject({ code: 0 });
  const tunnels = (): readonly string[] => vendor.connections.list().map(({ id }) => id);
  return { device, service, secrets: Object.values(secrets), tunnels };
};

const both = [
  { name: 'RemoteIoT', start: startRemoteIot },
  { name: 'remote.it', start: startRemoteItPlace },
];

const startServe = async (): Promise<ReturnType<HeadlessRig['start']>> => {
  const serve = rig.start(['serve']);
  expect(await serve.firstLine()).toMatch(/^Quayside is at http:\/\/127\.0\.0\.1:/);
  return serve;
};

const startForward = async ({
  device,
  service,
}: Place): Promise<{ readonly forward: ReturnType<HeadlessRig['start']>; readonly port: number }> => {
  const forward = rig.start(['forward', device, '--service', service, '--json']);
  const { port } = JSON.parse(await forward.firstLine()) as { readonly port: number };
  return { forward, port };
};

/** A connection that has got back what it sent. */
const connected = async (port: number): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  rig.onEnd(() => socket.destroy());
  await once(socket, 'connect');
  socket.write('hello');
  expect(String((await once(socket, 'data'))[0])).toBe('hello');
  return socket;
};

test.each(both)(
  'the tunnel of a host that was killed is closed by the next one ($name)',
  async ({ start }) => {
    const place = await start();
    const serve = await startServe();
    const { forward, port } = await startForward(place);
    await connected(port);
    expect(place.tunnels()).toHaveLength(1);
    const kept = await readFile(join(rig.folder, 'cli', 'forward-tunnels.json'), 'utf8');
    expect(kept).toContain(place.device);
    for (const secret of place.secrets) expect(kept).not.toContain(secret);

    // The command would take the profile over; it is stopped until the next host has it.
    forward.signal('SIGKILL');
    serve.signal('SIGKILL');
    await Promise.all([forward.ended(), serve.ended()]);
    expect(place.tunnels()).toHaveLength(1);

    const next = await startServe();
    await vi.waitFor(() => expect(place.tunnels()).toEqual([]), patient);
    next.signal('SIGTERM');
    expect(await next.ended()).toBe(0);
  },
  90_000,
);

test.each(both)(
  'the tunnel of a command that was killed is used by the next one or replaced, and closed with it ($name)',
  async ({ start }) => {
    const place = await start();
    const first = await startForward(place);
    await connected(first.port);
    first.forward.signal('SIGKILL');
    await first.forward.ended();
    expect(place.tunnels()).toHaveLength(1);

    const second = await startForward(place);
    await connected(second.port);
    await vi.waitFor(() => expect(place.tunnels()).toHaveLength(1), patient);
    second.forward.signal('SIGTERM');
    expect(await second.forward.ended()).toBe(0);
    expect(place.tunnels()).toEqual([]);
  },
  90_000,
);

test('a tunnel of somebody else is used and left, by a command and by the host that takes it over', async () => {
  const place = await startRemoteIot();
  const { vendor, device } = place;
  await vendor.tunnels.open(device, 7001, '');
  await vendor.tunnels.open(device, 22, '');
  const theirs = place.tunnels();

  const { forward, port } = await startForward(place);
  await connected(port);
  expect(vendor.requestsTo('/connect')).toEqual([]);

  const serve = await startServe();
  await vi.waitFor(() => expect(forward.stderr()).toContain('taken over'), patient);
  await vi.waitFor(() => connected(port), patient);
  forward.signal('SIGTERM');
  expect(await forward.ended()).toBe(0);
  serve.signal('SIGTERM');
  expect(await serve.ended()).toBe(0);
  expect(place.tunnels()).toEqual(theirs);
  expect(vendor.requestsTo('/DeleteConnection')).toEqual([]);
}, 90_000);

test('after a crash a remote port that somebody else’s tunnel got meanwhile is left', async () => {
  const place = await startRemoteIot();
  const { vendor, device } = place;
  const { forward, port } = await startForward(place);
  await connected(port);
  forward.signal('SIGKILL');
  await forward.ended();
  const [ours] = vendor.tunnels.list();
  await vendor.tunnels.kill();
  await vendor.tunnels.open(device, 22, '', ours?.port);
  const theirs = place.tunnels();

  const serve = await startServe();
  await vi.waitFor(() => expect(vendor.requestsTo('/ListConnection').length).toBeGreaterThan(1), patient);
  const file = join(rig.folder, 'cli', 'forward-tunnels.json');
  await vi.waitFor(async () => expect(await readFile(file, 'utf8')).not.toContain(device), patient);
  serve.signal('SIGTERM');
  expect(await serve.ended()).toBe(0);
  expect(place.tunnels()).toEqual(theirs);
  expect(vendor.requestsTo('/DeleteConnection')).toEqual([]);
}, 90_000);
