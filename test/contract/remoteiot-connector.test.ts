import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceRecord, Service } from '../../src-main/core/fleet/device.ts';
import type { Result } from '../../src-main/core/base/errors.ts';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { simulatedUnitId } from '../../src-main/simulators/remoteiot/devices.ts';
import { remoteIot } from '../../src-main/vendors/remoteiot/connector.ts';
import type { FleetPage, Tunnel } from '../../src-main/vendors/vendor.ts';
import type { FarEnd } from '../support/forward-rig.ts';
import { shout, startUpperCaseServer } from '../support/upper-case-server.ts';
import { collect, good, openSession } from '../support/vendor-session.ts';
import type { OpenSession } from '../support/vendor-session.ts';

/** RemoteIoT's fleet and tunnels in Quayside's words, against the simulator. */

const token = 'eyJhbGciOiJIUzI1NiJ9.remoteiot-test-token';
const now = Date.UTC(2026, 10, 20, 12, 2, 0);
const unitId = simulatedUnitId(0);
const ssh: Service = { id: 'ssh:22', kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 };
const signal = new AbortController().signal;

let simulator: RemoteIotSimulator;
let session: OpenSession;
/** Answers with what it got, in capitals, once the client has ended. */
let capitals: FarEnd;

const start = async (devices: number, fields: Record<string, string> = {}): Promise<void> => {
  simulator = new RemoteIotSimulator({
    token,
    devices: makeFleet(devices, now),
    now: () => now,
    target: (_unitId, localPort) => (localPort === 22 ? { host: '127.0.0.1', port: capitals.port } : undefined),
  });
  await simulator.listen();
  simulator.setOnline(unitId, true);
  session = openSession(remoteIot, { baseUrl: simulator.baseUrl, secrets: { token }, fields });
};

beforeEach(async () => {
  capitals = await startUpperCaseServer();
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
  await capitals.dispose();
});

const list = async (): Promise<readonly FleetPage[]> =>
  (await collect(session.connector.listDevices(signal))).map(good);
const devicesOf = (pages: readonly FleetPage[]): readonly DeviceRecord[] => pages.flatMap((page) => page.devices);
const openTunnel = (service = ssh): Promise<Result<Tunnel>> => session.connector.tunnels!.open(unitId, service, signal);
const paths = (): readonly string[] => simulator.requests.map((request) => request.path.replace('/portal/api/', ''));

describe('listing', () => {
  it('gives devices in our words, with presence by id', async () => {
    await start(60);
    const devices = devicesOf(await list());
    expect(devices.map((device) => device.id)).toEqual(simulator.unitIds);
    expect(devices[0]).toEqual({
      id: unitId,
      name: simulator.deviceName(unitId),
      description: expect.any(String),
      groups: ['Plant 1'],
      tags: [],
      presence: { state: 'online', observedAt: expect.any(Number), source: 'vendor-status', lastOnlineAt: now },
      services: [],
      externalAddress: expect.any(String),
      internalAddress: expect.any(String),
      mac: expect.any(String),
      serial: expect.any(String),
    });
    for (const device of devices)
      expect(device.presence.state).toBe(simulator.isOnline(device.id) ? 'online' : 'offline');
    expect(devices.some((device) => device.presence.state === 'offline')).toBe(true);
  });

  it('asks for status in batches; a refused one is asked in halves', async () => {
    await start(250, { statusBatch: '100' });
    simulator.fault({ kind: 'status', status: 400, path: '/status', count: 1 });
    const pages = await list();
    expect(pages.map((page) => page.devices.length)).toEqual([100, 100, 50]);
    expect(pages.map((page) => page.problem)).toEqual([undefined, undefined, undefined]);
    expect(devicesOf(pages).every((device) => device.presence.source === 'vendor-status')).toBe(true);
    // The size that worked is kept.
    simulator.forgetRequests();
    expect((await list()).map((page) => page.devices.length)).toEqual([50, 50, 50, 50, 50]);
    expect(simulator.requestsTo('/status')).toHaveLength(5);
  });

  it('one id that is refused costs the others nothing, and little from then on', async () => {
    await start(1000);
    const odd = simulator.unitIds[321] ?? '';
    simulator.refuseStatusOf(odd);
    const states = async (): Promise<readonly string[]> => {
      const devices = devicesOf(await list());
      expect(devices).toHaveLength(1000);
      return devices.filter((device) => device.presence.state === 'unknown').map((device) => device.id);
    };
    expect(await states()).toEqual([odd]);
    expect(simulator.requestsTo('/status').length).toBeLessThan(30);
    simulator.forgetRequests();
    expect(await states()).toEqual([odd]);
    expect(simulator.requestsTo('/status').length).toBeLessThan(4);
  });

  it('a vendor in trouble is not asked in ever smaller pieces', async () => {
    await start(1000);
    simulator.fault({ kind: 'status', status: 500, path: '/status' });
    const pages = await list();
    expect(pages.map((page) => page.problem?.kind)).toEqual(['vendor-unavailable']);
    const sizes = simulator.requestsTo('/status').map(({ body }) => (JSON.parse(body.toString()) as unknown[]).length);
    expect([...new Set(sizes)]).toEqual([1000, 500]);
  });

  it('tells what the answers hold beyond the list, and says that a time zone is assumed', async () => {
    await start(3);
    const body = [{ UnitId: unitId, Name: 'Test1', Model: 'Pi 4', token: 'abc' }];
    simulator.fault({ kind: 'status', status: 200, body: JSON.stringify(body), path: '/device' });
    const said = [{ UnitId: unitId, Status: 'Offline', LastOnlineTime: '20200101 00:00:00', Signal: 'good' }];
    simulator.fault({ kind: 'status', status: 200, body: JSON.stringify(said), path: '/status' });
    const [device] = devicesOf(await list());
    expect(device?.facts).toEqual({
      attributes: {
        Model: 'Pi 4',
        Signal: 'good',
        LastOnlineTime: '20200101 00:00:00 (no time zone said, taken as GMT)',
      },
    });
    expect(device?.presence.lastOnlineAt).toBe(Date.UTC(2020, 0, 1));
  });

  it('leaves out a last time that lies ahead, because it cannot have been GMT', async () => {
    await start(3);
    const later = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    const said = [{ UnitId: unitId, Status: 'Online', LastOnlineTime: later }];
    simulator.fault({ kind: 'status', status: 200, body: JSON.stringify(said), path: '/status' });
    expect(devicesOf(await list())[0]?.presence).toEqual({
      state: 'online',
      observedAt: expect.any(Number),
      source: 'vendor-status',
    });
  });

  it('a 403 names the plan too, until the account was let in once', async () => {
    await start(3);
    const letIn = simulator.fault({ kind: 'status', status: 403 });
    const refused = await session.connector.check(signal);
    expect(refused).toMatchObject({
      ok: false,
      error: { kind: 'rate-limited', hint: expect.stringContaining('Business') },
    });
    letIn();
    good(await session.connector.check(signal));
    simulator.fault({ kind: 'status', status: 403 });
    const limited = await session.connector.check(signal);
    expect(limited.ok ? '' : limited.error.hint).not.toContain('Business');
  });

  it('stops asking when it is told to slow down, and still gives the devices', async () => {
    await start(250, { statusBatch: '100' });
    simulator.fault({ kind: 'status', status: 403, path: '/status', retryAfter: '60' });
    const pages = await list();
    expect(pages.map((page) => page.problem?.kind)).toEqual(['rate-limited', 'rate-limited', 'rate-limited']);
    expect(devicesOf(pages)).toHaveLength(250);
    expect(simulator.requestsTo('/status')).toHaveLength(1);
  });

  it('takes a missing id as unknown, not offline', async () => {
    await start(3);
    simulator.fault({
      kind: 'status',
      status: 200,
      body: `[{"UnitId":"${simulatedUnitId(2)}","Status":"OFFLINE","LastOnlineTime":"soon"},{"UnitId":"ffff","Status":"Online"}]`,
      path: '/status',
    });
    expect(devicesOf(await list()).map((device) => device.presence.state)).toEqual(['unknown', 'unknown', 'offline']);
    expect(devicesOf(await list())[2]?.presence).not.toHaveProperty('lastOnlineAt');
  });

  it('leaves out rows without an id, and says so', async () => {
    await start(3);
    simulator.fault({
      kind: 'status',
      status: 200,
      body: `[{"Name":"nobody"},7,null,{"UnitId":"${unitId}","Name":null,"Group":5}]`,
      path: '/device',
    });
    const [page] = await list();
    expect(page?.devices).toMatchObject([{ id: unitId, name: unitId, groups: ['5'] }]);
    expect(page?.problem).toMatchObject({ kind: 'bad-response', message: expect.stringContaining('3 of 4') });
  });

  it('gives one empty page for an empty account', async () => {
    await start(0);
    expect(await list()).toEqual([{ devices: [] }]);
  });

  it('ends when it is cancelled', async () => {
    await start(250, { statusBatch: '100' });
    const cancel = new AbortController();
    const pages: Result<FleetPage>[] = [];
    for await (const page of session.connector.listDevices(cancel.signal)) {
      pages.push(page);
      cancel.abort();
    }
    expect(pages.map((page) => (page.ok ? 'page' : page.error.kind))).toEqual(['page', 'cancelled']);
  });

  it('follows a device that flaps', async () => {
    await start(3);
    simulator.setFlapping([unitId], 0);
    const states = [await list(), await list(), await list()].map((pages) => devicesOf(pages)[0]?.presence.state);
    expect(states).toEqual(['offline', 'online', 'offline']);
  });

  it('holds 100,000 devices', async () => {
    await start(100_000, { requestsPerMinute: '6000' });
    const pages = await list();
    expect(pages).toHaveLength(100);
    expect(new Set(devicesOf(pages).map((device) => device.id)).size).toBe(100_000);
    expect(new Set(devicesOf(pages).map((device) => device.name)).size).toBe(100_000);
    expect(pages.every((page) => page.problem === undefined)).toBe(true);
  }, 90_000);
});

describe('tunnels', () => {
  it('carry bytes both ways, half-close included, and close', async () => {
    await start(3);
    const tunnel = good(await openTunnel());
    expect(tunnel).toMatchObject({
      host: '127.0.0.1',
      reused: false,
      exposureNotice: expect.stringContaining('public internet'),
    });
    expect(paths()).toEqual(['ListConnection', 'connect']);
    expect(await shout(tunnel, 'hello')).toBe('HELLO');
    good(await session.connector.tunnels!.close(unitId, tunnel, signal));
    expect(simulator.requests.at(-1)?.body.toString()).toBe(`{"UnitId":"${unitId}","Port":"${tunnel.port}"}`);
    expect(simulator.tunnels.list()).toEqual([]);
  });

  it('are reused where device, port and host match', async () => {
    await start(3);
    const existing = await simulator.tunnels.open(unitId, 22, '');
    expect(good(await openTunnel())).toMatchObject({ port: existing.port, reused: true });
    expect(good(await openTunnel({ ...ssh, host: 'localhost' }))).toMatchObject({ port: existing.port, reused: true });
    expect(paths()).toEqual(['ListConnection', 'ListConnection']);
  });

  it('are opened again for another device, port or host', async () => {
    await start(3);
    const others = [
      await simulator.tunnels.open(simulatedUnitId(1), 22, ''),
      await simulator.tunnels.open(unitId, 80, ''),
      await simulator.tunnels.open(unitId, 22, '192.168.0.9'),
    ];
    const tunnel = good(await openTunnel());
    expect(tunnel.reused).toBe(false);
    expect(simulator.tunnels.list()).toHaveLength(4);
    const behind = good(await openTunnel({ ...ssh, host: '192.168.0.10' }));
    expect(simulator.requests.at(-1)?.body.toString()).toBe(
      `{"UnitId":"${unitId}","LocalPort":"22","LocalHost":"192.168.0.10"}`,
    );
    expect(good(await openTunnel({ ...ssh, host: '192.168.0.9' }))).toMatchObject({
      port: others[2]?.port,
      reused: true,
    });
    expect(behind.reused).toBe(false);
  });

  it('with an address that cannot be dialled are not reused', async () => {
    await start(3);
    const row = { UnitId: unitId, LocalPort: '22', LocalHost: '', Host: '-oProxyCommand=x', Port: '10000' };
    simulator.fault({
      kind: 'status',
      status: 200,
      body: JSON.stringify([row, { ...row, Host: 'proxy7.remoteiot.com', Port: '0' }]),
      path: '/ListConnection',
    });
    expect(good(await openTunnel())).toMatchObject({ host: '127.0.0.1', reused: false });
  });

  it('carry the limits of an Enterprise account', async () => {
    await start(3, { limitingAccessIP: '203.0.113.7', proxyHost: 'proxy9.remoteiot.com' });
    expect(good(await openTunnel()).exposureNotice).toContain('203.0.113.7 only');
    expect(simulator.requests.at(-1)?.body.toString()).toBe(
      `{"UnitId":"${unitId}","LocalPort":"22","LimitingAccessIP":"203.0.113.7","Host":"proxy9.remoteiot.com"}`,
    );
  });

  it('that are gone already close without complaint', async () => {
    await start(3);
    const tunnel = good(await openTunnel());
    await simulator.tunnels.kill();
    expect(await session.connector.tunnels!.close(unitId, tunnel, signal)).toEqual({ ok: true, value: undefined });
  });

  it.each([
    { name: 'another port of the device', localPort: 80, localHost: '' },
    { name: 'a machine behind the device', localPort: 22, localHost: '192.168.0.9' },
  ])('whose remote port leads to $name by now are neither alive nor closed', async ({ localPort, localHost }) => {
    await start(3);
    const tunnel = good(await openTunnel());
    expect(good(await session.connector.tunnels!.alive!(unitId, tunnel, signal))).toBe(true);
    await simulator.tunnels.kill();
    const theirs = await simulator.tunnels.open(unitId, localPort, localHost, tunnel.port);
    expect(good(await session.connector.tunnels!.alive!(unitId, tunnel, signal))).toBe(false);
    good(await session.connector.tunnels!.close(unitId, tunnel, signal));
    expect(simulator.tunnels.list()).toEqual([theirs]);
    expect(simulator.requestsTo('/DeleteConnection')).toEqual([]);
  });

  it('are not closed without a look at the list', async () => {
    await start(3);
    const tunnel = good(await openTunnel());
    simulator.fault({ kind: 'status', status: 500, path: '/ListConnection', count: 9 });
    expect(await session.connector.tunnels!.close(unitId, tunnel, signal)).toMatchObject({ ok: false });
    expect(simulator.requestsTo('/DeleteConnection')).toEqual([]);
  });

  it('move to another port when the vendor moves them', async () => {
    await start(3);
    const tunnel = good(await openTunnel());
    await simulator.tunnels.move();
    await expect(shout(tunnel, 'hello')).rejects.toThrow('ECONNREFUSED');
    const again = good(await openTunnel());
    expect(again.reused).toBe(true);
    expect(again.port).not.toBe(tunnel.port);
    expect(await shout(again, 'again')).toBe('AGAIN');
  });

  it('to an offline device say that it is offline', async () => {
    await start(3);
    simulator.setOnline(unitId, false);
    expect(await openTunnel()).toMatchObject({ ok: false, error: { kind: 'device-offline' } });
    expect(paths()).toEqual(['ListConnection', 'connect', 'status']);
  });

  it('to an unknown device say not found', async () => {
    await start(3);
    expect(await session.connector.tunnels!.open('ffff', ssh, signal)).toMatchObject({
      ok: false,
      error: { kind: 'not-found' },
    });
  });

  it.each([
    '{"Host":"-oProxyCommand=x","Port":1}',
    '{"Host":"a b","Port":1}',
    '{"Host":"proxy7.remoteiot.com","Port":70000}',
    '{"Host":"","Port":1}',
    '{"Port":22}',
  ])('are not taken from the answer %s', async (body) => {
    await start(3);
    simulator.fault({ kind: 'status', status: 200, body, path: '/connect' });
    expect(await openTunnel()).toMatchObject({ ok: false, error: { kind: 'bad-response' } });
  });

  it.each(['23401', 23401])('take the port as %j', async (port) => {
    await start(3);
    simulator.fault({
      kind: 'status',
      status: 200,
      body: JSON.stringify({ Host: 'proxy7.remoteiot.com', Port: port }),
      path: '/connect',
    });
    expect(good(await openTunnel())).toMatchObject({ host: 'proxy7.remoteiot.com', port: 23_401 });
  });
});
