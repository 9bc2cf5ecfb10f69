import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Service } from '../../src-main/core/fleet/device.ts';
import type { Result } from '../../src-main/core/base/errors.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { simulatedDeviceId, simulatedServiceId } from '../../src-main/simulators/remoteit/fleet.ts';
import type { RemoteItSimulator } from '../../src-main/simulators/remoteit/remoteit.ts';
import { stateEvent } from '../../src-main/simulators/remoteit/events.ts';
import { remoteIt } from '../../src-main/vendors/remoteit/connector.ts';
import type { FleetEvent, Tunnel } from '../../src-main/vendors/vendor.ts';
import type { FarEnd } from '../support/forward-rig.ts';
import { shout, startUpperCaseServer } from '../support/upper-case-server.ts';
import { remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';
import { good, openSession } from '../support/vendor-session.ts';
import type { OpenSession, SessionOptions } from '../support/vendor-session.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** remote.it's tunnels and events in Quayside's words, against the simulator. */

const now = Date.UTC(2026, 10, 20, 12, 2, 0);
const deviceId = simulatedDeviceId(0);
const ssh: Service = { id: simulatedServiceId(0, 0), kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 };
const signal = new AbortController().signal;

let simulator: RemoteItSimulator;
let session: OpenSession;
/** Answers with what it got, in capitals, once the client has ended. */
let capitals: FarEnd;

const open = (options: Partial<SessionOptions> = {}): void => {
  session?.dispose();
  session = openSession(remoteIt, { baseUrl: simulator.baseUrl, secrets: remoteItSecrets.accessKey, ...options });
};

const start = async (devices: number, options: Partial<SessionOptions> = {}): Promise<void> => {
  simulator = await startRemoteIt({
    devices: makeFleet(devices, now),
    now: () => now,
    target: (_serviceId, port) => (port === 22 ? { host: '127.0.0.1', port: capitals.port } : undefined),
  });
  if (devices > 0) simulator.fleet.setOnline(deviceId, true);
  open(options);
};

/** The account in the older API. */
const rest = async (devices: number, fields: Record<string, string> = {}): Promise<void> => {
  await start(devices);
  open({ secrets: remoteItSecrets.token(simulator.sessions.issue()), fields });
};

beforeEach(async () => {
  capitals = await startUpperCaseServer();
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
  await capitals.dispose();
});

const openTunnel = (service = ssh): Promise<Result<Tunnel>> =>
  session.connector.tunnels!.open(deviceId, service, signal);
const asked = (): readonly { readonly query: string; readonly variables: Readonly<Record<string, unknown>> }[] =>
  simulator.requests.map(
    ({ body }) => JSON.parse(body.toString()) as { query: string; variables: Record<string, unknown> },
  );
describe.each([
  ['over GraphQL', start],
  ['over v27', rest],
] as const)('tunnels %s', (name, begin) => {
  const isRest = name === 'over v27';

  it('carry bytes both ways, half-close included, and close', async () => {
    await begin(3);
    const tunnel = good(await openTunnel());
    expect(tunnel).toMatchObject({
      host: '127.0.0.1',
      reused: false,
      exposureNotice: expect.stringContaining('first address that connects'),
    });
    const lifetime = isRest ? 28_797 : 28_800;
    expect(tunnel.expiresAt! - Date.now()).toBeGreaterThan((lifetime - 30) * 1000);
    expect(tunnel.expiresAt! - Date.now()).toBeLessThanOrEqual(lifetime * 1000);
    expect(simulator.connections.list()).toMatchObject([{ serviceId: ssh.id, hostIP: '255.255.255.255' }]);
    if (!isRest) expect(asked()[0]?.variables).toMatchObject({ type: 'PORT_PROXY' });
    expect(await shout(tunnel, 'hello')).toBe('HELLO');
    good(await session.connector.tunnels!.close(deviceId, tunnel, signal));
    expect(simulator.connections.list()).toEqual([]);
  });

  it('lead to a port of a web service, too', async () => {
    await begin(40);
    const row = simulator.fleet
      .list()
      .flatMap(({ services }) => services)
      .find(({ application }) => application === 8)!;
    simulator.fleet.setOnline(simulator.fleet.locate(row.id)!.device.id, true);
    const web: Service = { ...ssh, id: row.id, kind: 'https', name: row.name, port: row.port };
    const tunnel = good(await openTunnel(web));
    expect(tunnel).toMatchObject({ host: '127.0.0.1', port: simulator.connections.list()[0]?.port });
  });

  it('of our own are reused while they live, and asked for once', async () => {
    await begin(3);
    const [first, second] = await Promise.all([openTunnel(), openTunnel()]);
    expect(good(second)).toMatchObject({ port: good(first).port, reused: true });
    expect(good(await openTunnel())).toMatchObject({ port: good(first).port, reused: true });
    expect(simulator.requests).toHaveLength(1);
    good(await session.connector.tunnels!.close(deviceId, good(first), signal));
    expect(good(await openTunnel())).toMatchObject({ reused: false });
  });

  it('are asked for again a minute before they end', async () => {
    await begin(3);
    let ahead = 0;
    const clock = { ...systemClock, now: () => Date.now() + ahead };
    const secrets = isRest ? remoteItSecrets.token(simulator.sessions.issue()) : remoteItSecrets.accessKey;
    open({ clock, secrets });
    const first = good(await openTunnel());
    // Both clocks move, or the vendor would find the signature old.
    ahead = first.expiresAt! - Date.now() - 90_000;
    simulator.clockOffsetMs = ahead;
    expect(good(await openTunnel())).toMatchObject({ port: first.port, reused: true });
    ahead += 30_000;
    simulator.clockOffsetMs = ahead;
    const second = good(await openTunnel());
    expect(second).toMatchObject({ reused: false });
    expect(second.port).not.toBe(first.port);
    expect(await shout(second, 'again')).toBe('AGAIN');
    if (isRest) expect(session.records.map(({ event }) => event)).toContain('remoteit-connection-replaced');
  });

  it('of a short life are reused for the most of it', async () => {
    await begin(3);
    const secrets = isRest ? remoteItSecrets.token(simulator.sessions.issue()) : remoteItSecrets.accessKey;
    let ahead = 0;
    open({ clock: { ...systemClock, now: () => Date.now() + ahead }, secrets });
    const connection = {
      id: 'c',
      connectionid: 'c',
      host: 'p',
      proxyserver: 'p',
      port: 1,
      proxyport: '1',
      reverseProxy: false,
    };
    const body = isRest
      ? { status: 'true', connection: { ...connection, expirationsec: '40' } }
      : { data: { connect: { ...connection, timeout: 40 } } };
    simulator.fault({ kind: 'status', status: 200, body: JSON.stringify(body), count: 1 });
    expect(good(await openTunnel()).reused).toBe(false);
    ahead = 20_000;
    expect(good(await openTunnel()).reused).toBe(true);
    ahead = 30_000;
    expect(good(await openTunnel())).toMatchObject({ reused: false, host: '127.0.0.1' });
  });

  it('that are gone already close without complaint', async () => {
    await begin(3);
    const tunnel = good(await openTunnel());
    await simulator.connections.kill();
    expect(await session.connector.tunnels!.close(deviceId, tunnel, signal)).toEqual({ ok: true, value: undefined });
  });

  it('are limited to the address that the account names', async () => {
    await begin(3);
    const secrets = isRest ? remoteItSecrets.token(simulator.sessions.issue()) : remoteItSecrets.accessKey;
    open({ secrets, fields: { hostIP: '203.0.113.7' } });
    expect(good(await openTunnel()).exposureNotice).toContain('203.0.113.7 only');
    expect(simulator.connections.list()).toMatchObject([{ hostIP: '203.0.113.7' }]);
    open({ secrets, fields: { hostIP: '0.0.0.0' } });
    expect(good(await openTunnel()).exposureNotice).toContain('anybody');
  });

  it('to an offline device say that it is offline', async () => {
    await begin(3);
    simulator.setOnline(deviceId, false);
    expect(await openTunnel()).toMatchObject({ ok: false, error: { kind: 'device-offline' } });
  });

  it('to an unknown service say so', async () => {
    await begin(3);
    const opened = await openTunnel({ ...ssh, id: 'nowhere' });
    expect(opened).toMatchObject({ ok: false, error: { vendorMessage: expect.stringContaining('not found') } });
  });

  it.each([null, 443])('never lead to a public web address, whatever its port (%j)', async (port) => {
    await begin(3);
    const connection = isRest
      ? {
          status: 'true',
          connection: { connectionid: 'c', proxy: 'https://abc.p18.rt3.io', proxyport: port, reverseProxy: 'true' },
        }
      : { data: { connect: { id: 'c', host: 'abc.p18.rt3.io', port, reverseProxy: true, timeout: 900 } } };
    simulator.fault({ kind: 'status', status: 200, body: JSON.stringify(connection), count: 1 });
    expect(await openTunnel()).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
    // It is ended at once.
    expect(simulator.requests).toHaveLength(2);
  });

  it.each(['-oProxyCommand=x', 'a b', ''])('are not taken from the host %j', async (host) => {
    await begin(3);
    const connection = isRest
      ? { status: 'true', connection: { connectionid: 'c', proxyserver: host, proxyport: '1' } }
      : { data: { connect: { id: 'c', host, port: 1, reverseProxy: false } } };
    simulator.fault({ kind: 'status', status: 200, body: JSON.stringify(connection) });
    expect(await openTunnel()).toMatchObject({ ok: false, error: { kind: 'bad-response' } });
  });

  it('that cannot be closed because the credentials are refused say so', async () => {
    await begin(3);
    const tunnel = good(await openTunnel());
    if (isRest) simulator.sessions.expire();
    else simulator.setSecret('b3RoZXI=');
    expect(await session.connector.tunnels!.close(deviceId, tunnel, signal)).toMatchObject({
      ok: false,
      error: { kind: 'unauthorized' },
    });
  });
});

describe('a tunnel over v27', () => {
  it.each([
    ['another', false],
    ['c', true],
  ])('that came in place of %s was there before: %j', async (previousConnection, reused) => {
    await rest(3);
    const proxy = { proxyserver: 'p', proxyport: '1', connectionOverridden: true };
    const connection = { connectionid: 'c', ...proxy, previousConnection };
    simulator.fault({ kind: 'status', status: 200, body: JSON.stringify({ status: 'true', connection }) });
    expect(good(await openTunnel())).toMatchObject({ reused });
  });
});

describe('check', () => {
  it('is content with a good account of either kind, by a small question where there is one', async () => {
    await start(3);
    good(await session.connector.check(signal));
    expect(asked()).toMatchObject([{ query: 'query Login { login { id email } }' }]);
    open({ secrets: remoteItSecrets.password });
    good(await session.connector.check(signal));
    open({ secrets: { ...remoteItSecrets.password, developerKey: 'another' } });
    expect(await session.connector.check(signal)).toMatchObject({ ok: false, error: { kind: 'unauthorized' } });
  });
});

describe('events', () => {
  const events: FleetEvent[] = [];
  let stop: AbortController;
  let ended: Promise<Result<void>> | undefined;

  beforeEach(() => {
    events.length = 0;
    stop = new AbortController();
    ended = undefined;
  });
  afterEach(async () => {
    stop.abort();
    await ended;
  });

  const listen = async (options: Partial<SessionOptions> = {}): Promise<void> => {
    open({ ...options, fields: { ...options.fields, eventsUrl: simulator.eventsUrl } });
    ended = session.connector.events!((event) => events.push(event), stop.signal);
    await expect.poll(() => simulator.events.listeners, { interval: 5 }).toBe(1);
  };
  const presences = (): readonly unknown[] =>
    events.flatMap((event) => (event.kind === 'presence' ? [[event.deviceId, event.presence.state]] : []));

  it.each(['draft', 'rfc9421'])(
    'come to a subscription signed by %s, about devices and not their services',
    async (signature) => {
      await start(3);
      await listen({ fields: { signature } });
      expect(events).toEqual([{ kind: 'listening' }]);
      simulator.setOnline(deviceId, false);
      await expect.poll(presences, { interval: 5 }).toEqual([[deviceId, 'offline']]);
      expect(events[1]).toMatchObject({ presence: { source: 'vendor-event', lastOnlineAt: now } });
      stop.abort();
      expect(await ended).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
      await expect.poll(() => simulator.events.listeners, { interval: 5 }).toBe(0);
    },
  );

  it('come to a session token', async () => {
    await start(3);
    await listen({ secrets: remoteItSecrets.password });
    simulator.setOnline(deviceId, false);
    await expect.poll(presences, { interval: 5 }).toEqual([[deviceId, 'offline']]);
  });

  it('are taken singly and in batches, in whatever order; the newest wins', async () => {
    await start(3);
    await listen();
    const device = simulator.fleet.list()[0]!;
    const other = simulator.fleet.list()[1]!;
    simulator.events.tell([
      stateEvent(device, device, true, now + 5000),
      stateEvent(device, device, false, now + 4000),
    ]);
    simulator.events.tell([stateEvent(device, device, false, now + 3000)]);
    simulator.events.sendText('not JSON');
    simulator.events.sendText('{"data":{"event":{"type":"LICENSE_UPDATED"}}}');
    simulator.events.tell([stateEvent(other, other, false, now)]);
    await expect.poll(presences, { interval: 5 }).toEqual([
      [device.id, 'online'],
      [other.id, 'offline'],
    ]);
    stop.abort();
    await ended;
    expect(session.records).toContainEqual({
      level: 'warn',
      event: 'remoteit-events-unreadable',
      fields: { count: 1 },
    });
  });

  it('end with a reason when the connection is cut, and start again with a fresh listing', async () => {
    await start(3);
    await listen();
    simulator.events.cut();
    expect(await ended).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    ended = session.connector.events!((event) => events.push(event), stop.signal);
    await expect.poll(() => events.length, { interval: 5 }).toBe(2);
    expect(events).toEqual([{ kind: 'listening' }, { kind: 'listening' }]);
  });

  it('are kept alive by pings, and given up where nothing comes back', async () => {
    await start(3);
    const clock = new VirtualClock(Date.now());
    await listen({ clock });
    for (const count of [1, 2, 3]) {
      await clock.advance(6 * 60_000);
      await expect.poll(() => simulator.events.pings, { interval: 5 }).toBe(count);
    }
    simulator.events.pongs = false;
    let result: Result<void> | undefined;
    void ended?.then((value) => (result = value));
    for (let minute = 0; minute < 30 && result === undefined; minute += 1) {
      await clock.advance(60_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(result).toMatchObject({ ok: false, error: { kind: 'timeout' } });
  });

  it.each([
    ['{"errors":[{"message":"Internal server error"}]}', 'vendor-unavailable'],
    ['{"errors":[{"message":"no","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}', 'vendor-unavailable'],
    ['{"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}]}', 'unsupported'],
    ['{"errors":[{"message":"Forbidden"}]}', 'unsupported'],
    // As Amazon's gateway says it, which stands in front of the vendor's.
    ['{"message":"Internal server error","connectionId":"c=","requestId":"r="}', 'vendor-unavailable'],
    ['{"message":"Forbidden","connectionId":"c=","requestId":"r="}', 'unsupported'],
  ])('answered with %s end as %s: lasting only where the credentials are refused', async (frame, kind) => {
    await start(3);
    await listen();
    simulator.events.sendText(frame);
    expect(await ended).toMatchObject({ ok: false, error: { kind } });
  });

  it('go on after errors about single events', async () => {
    await start(3);
    await listen();
    simulator.setOnline(deviceId, false);
    simulator.events.sendText('{"errors":[{"message":"Forbidden"}]}');
    simulator.setOnline(deviceId, true);
    await expect.poll(presences, { interval: 5 }).toEqual([
      [deviceId, 'offline'],
      [deviceId, 'online'],
    ]);
  });

  it.each(['DEVICE_DELETE', 'DEVICE_REFRESH', 'DEVICE_SHARE', 'DEVICE_TRANSFER'])(
    'of type %s have the fleet listed anew',
    async (type) => {
      await start(3);
      await listen();
      simulator.events.tell([{ type, target: [{ id: deviceId, device: { id: deviceId } }] }]);
      await expect.poll(() => events, { interval: 5 }).toEqual([{ kind: 'listening' }, { kind: 'fleet-changed' }]);
    },
  );

  it('that are refused are not asked for again, and the list is', async () => {
    await start(3);
    open({ fields: { eventsUrl: simulator.eventsUrl } });
    simulator.setSecret('b3RoZXI=');
    ended = session.connector.events!((event) => events.push(event), stop.signal);
    expect(await ended).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
  });

  it('are not known of another base URL', async () => {
    await start(3);
    expect(await session.connector.events!(() => undefined, signal)).toMatchObject({
      ok: false,
      error: { kind: 'unsupported' },
    });
  });
});
