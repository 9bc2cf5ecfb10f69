import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Result } from '../../src-main/core/base/errors.ts';
import type { ModeOptions } from '../../src-main/simulators/mode/mode.ts';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { mode } from '../../src-main/vendors/mode/connector.ts';
import type { FleetEvent } from '../../src-main/vendors/vendor.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import type { OpenSession, SessionOptions } from '../support/vendor-session.ts';

/** MODE's WebSockets on the wire: commands, key-value updates, and the event stream of a user. */

const projectKey = 'v1.cHJv.plain-key-of-project';
const userKey = 'v1.dXNl.session-of-user-with-42-digits';
const first = '34256';

let simulator: ModeSimulator;
const cleanups: (() => unknown)[] = [];

const start = async (options: Partial<ModeOptions> = {}): Promise<void> => {
  simulator = new ModeSimulator({ devices: 30, projectKey, user: { key: userKey, homes: 'project' }, ...options });
  await simulator.listen();
  cleanups.push(() => simulator.dispose());
};

beforeEach(() => start());

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const sign = (apiKey: string, keyKind: string, more: Partial<SessionOptions> = {}): OpenSession => {
  const fields = { keyKind, projectId: '1265' };
  const session = openSession(mode, { baseUrl: simulator.baseUrl, secrets: { apiKey }, fields, ...more });
  cleanups.push(() => session.dispose());
  return session;
};

const asDevice = (): OpenSession => sign(simulator.fleet.find(first)!.apiKey, 'device');

const call = (session: OpenSession, id: string, input: unknown, signal = new AbortController().signal) => {
  const operation = mode.operations.find((candidate) => candidate.id === id)!;
  return session.connector.call(operation, input, signal);
};

describe('receiveCommands', () => {
  it('upgrades with the key in the header and collects the commands', async () => {
    simulator.setOnline(first, false);
    const collected = call(asDevice(), 'receiveCommands', { deviceId: first, messages: 2 });
    await vi.waitFor(() => expect(simulator.commandSockets.count).toBe(1));
    const people = sign(projectKey, 'project');
    expect(simulator.fleet.find(first)?.isConnected).toBe(true);
    const command = { action: 'sprinkler-on', parameters: { zone: 2 } };
    for (const action of [command, { action: 'stop' }])
      expect(await call(people, 'sendCommand', { deviceId: first, ...action })).toMatchObject({ ok: true });
    expect(await collected).toEqual({ ok: true, value: [command, { action: 'stop' }] });
    expect(simulator.requests[0]).toMatchObject({
      method: 'GET',
      path: `/devices/${first}/command`,
      query: {},
      headers: { upgrade: 'websocket', authorization: `ModeCloud ${simulator.fleet.find(first)?.apiKey}` },
    });
    await vi.waitFor(() => expect(simulator.fleet.find(first)?.isConnected).toBe(false));
  });

  it('sends the key in the query only when told to, and no log names it', async () => {
    const session = asDevice();
    const authToken = simulator.fleet.find(first)!.apiKey;
    await call(session, 'receiveCommands', { deviceId: first, authToken, seconds: 1 });
    expect(simulator.requests[0]?.query).toEqual({ authToken });
    expect(JSON.stringify(session.records)).not.toContain(authToken);
  });

  it('ends after its seconds with what came', async () => {
    const collected = call(asDevice(), 'receiveCommands', { deviceId: first, seconds: 1 });
    await vi.waitFor(() => expect(simulator.commandSockets.count).toBe(1));
    for (const socket of simulator.commandSockets.all()) socket.sendText('no JSON');
    expect(await collected).toEqual({ ok: true, value: ['no JSON'] });
    await vi.waitFor(() => expect(simulator.commandSockets.count).toBe(0));
  });

  it('is cancelled by its signal, and the socket is closed', async () => {
    const abort = new AbortController();
    const collected = call(asDevice(), 'receiveCommands', { deviceId: first, seconds: 600 }, abort.signal);
    await vi.waitFor(() => expect(simulator.commandSockets.count).toBe(1));
    abort.abort();
    expect(await collected).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
    await vi.waitFor(() => expect(simulator.commandSockets.count).toBe(0));
  });

  it('is refused to anybody but the device, with MODE’s own words', async () => {
    const refused = await call(sign(projectKey, 'project'), 'receiveCommands', { deviceId: first });
    expect(refused).toMatchObject({ ok: false, error: { kind: 'forbidden', vendorMessage: 'INVALID_DATA' } });
  });

  it('that breaks says how', async () => {
    const collected = call(asDevice(), 'receiveCommands', { deviceId: first, seconds: 60 });
    await vi.waitFor(() => expect(simulator.commandSockets.count).toBe(1));
    for (const socket of simulator.commandSockets.all()) socket.cut();
    expect(await collected).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
  });
});

describe('live key values', () => {
  it('begin with everything and go on with each change', async () => {
    const collected = call(asDevice(), 'listKeyValues', { deviceId: first, live: true, keyPrefix: 'x', messages: 3 });
    await vi.waitFor(() => expect(simulator.keyValueSockets.count).toBe(1));
    const people = sign(projectKey, 'project');
    await call(people, 'setKeyValue', { deviceId: first, key: 'k', value: 7 });
    await call(people, 'deleteKeyValue', { deviceId: first, key: 'k' });
    expect(await collected).toMatchObject({
      ok: true,
      value: [
        { action: 'reload', items: [{ key: 'happy' }, { key: 'neutral' }, { key: 'clicks' }] },
        { action: 'set', key: 'k', value: 7 },
        { action: 'delete', key: 'k' },
      ],
    });
    expect(simulator.requests[0]).toMatchObject({
      path: `/devices/${first}/kv`,
      query: {},
      headers: { upgrade: 'websocket' },
    });
  });
});

describe('the event stream', () => {
  const listen = (session: OpenSession) => {
    const events: FleetEvent[] = [];
    const abort = new AbortController();
    const ended: Promise<Result<void>> = session.connector.events!((event) => events.push(event), abort.signal);
    return { events, abort, ended };
  };
  const opened = () => vi.waitFor(() => expect(simulator.userSockets.count).toBe(1));

  it('tells of devices that come and go, by the id in the data', async () => {
    const { events, abort, ended } = listen(sign(userKey, 'user'));
    await opened();
    const before = simulator.fleet.find('85d1d')!.isConnected;
    simulator.setOnline('85d1d', !before);
    simulator.setOnline('85d1d', before);
    await vi.waitFor(() => expect(events).toHaveLength(3));
    const presence = (online: boolean) => ({
      kind: 'presence',
      deviceId: '85d1d',
      presence: { state: online ? 'online' : 'offline', source: 'vendor-event' },
    });
    expect(events).toMatchObject([{ kind: 'listening' }, presence(!before), presence(before)]);
    abort.abort();
    expect(await ended).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
    expect(simulator.requests[0]).toMatchObject({ path: '/userSession/websocket', query: {} });
    await vi.waitFor(() => expect(simulator.userSockets.count).toBe(0));
  });

  it('takes a numeric id and passes over what it cannot read', async () => {
    const session = sign(userKey, 'user');
    const { events, ended } = listen(session);
    await opened();
    simulator.tellUsersText('hello');
    simulator.tellUsersText('{"eventType":"_deviceConnected_"}');
    simulator.tellUsersText('{"eventType":"own-event","eventData":{"deviceId":1}}');
    simulator.tellUsersText(
      '{"eventType":"_deviceConnected_","eventData":{"deviceId":34256},"originDeviceId":9,"originDeviceIp":"203.0.113.9"}',
    );
    await vi.waitFor(() => expect(events).toHaveLength(2));
    expect(events[1]).toMatchObject({ deviceId: '34256' });
    // The address is that of another device.
    expect(events[1]).not.toHaveProperty('facts.lastAddress');
    for (const socket of simulator.userSockets.all()) socket.close(1001);
    expect(await ended).toEqual({ ok: true, value: undefined });
    expect(session.records.find((record) => record.event === 'mode-events-unreadable')?.fields).toEqual({ count: 2 });
  });

  // moderepo/react-common-public, WebSocketEvent: the origin is always told, what is in the data is not said.
  it('goes by the origin where the data names no device, and tells its address and since when', async () => {
    const session = sign(userKey, 'user');
    const { events, abort, ended } = listen(session);
    await opened();
    simulator.tellUsersText(
      JSON.stringify({
        eventType: '_deviceDisconnected_',
        eventData: {},
        timestamp: '2015-08-25T18:53:42.365519896Z',
        homeId: 10,
        originDeviceId: 34256,
        originDeviceClass: 'smart_light',
        originDeviceIp: '203.0.113.9',
      }),
    );
    await vi.waitFor(() => expect(events).toHaveLength(2));
    expect(events[1]).toMatchObject({
      deviceId: '34256',
      presence: { state: 'offline' },
      facts: { offlineSince: Date.UTC(2015, 7, 25, 18, 53, 42, 365), lastAddress: '203.0.113.9' },
    });
    // No list tells the address, so it stays until the next event.
    const listed = (await collect(session.connector.listDevices(abort.signal))).flatMap((page) =>
      page.ok ? page.value.devices : [],
    );
    expect(listed.find(({ id }) => id === '34256')?.facts?.lastAddress).toBe('203.0.113.9');
    abort.abort();
    await ended;
  });

  it('ends with an error when it is cut or falls silent', async () => {
    const cut = listen(sign(userKey, 'user'));
    await opened();
    for (const socket of simulator.userSockets.all()) socket.cut();
    expect(await cut.ended).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    await vi.waitFor(() => expect(simulator.userSockets.count).toBe(0));
    const silent = listen(sign(userKey, 'user', { pingMs: 30 }));
    await opened();
    // One that never answered a ping might be behind a gateway that answers none.
    await vi.waitFor(() => expect(simulator.userSockets.all()[0]?.pings).toBeGreaterThan(1));
    for (const socket of simulator.userSockets.all()) socket.silence();
    expect(await silent.ended).toMatchObject({ ok: false, error: { kind: 'timeout' } });
  });

  it('stays open while pings are answered', async () => {
    const { events, abort, ended } = listen(sign(userKey, 'user', { pingMs: 300 }));
    await opened();
    // A ping that is not answered before the next one ends the stream: a busy machine needs its time.
    await vi.waitFor(() => expect(simulator.userSockets.all()[0]?.pings).toBeGreaterThan(3), 10_000);
    simulator.setOnline(first, !simulator.fleet.find(first)!.isConnected);
    await vi.waitFor(() => expect(events).toHaveLength(2));
    abort.abort();
    await ended;
  });

  it('falls back to the documented query where the header is not taken', async () => {
    await start({ eventsByHeader: false });
    const session = sign(userKey, 'user');
    const { abort, ended } = listen(session);
    await opened();
    expect(simulator.requests.map((request) => request.query)).toEqual([{}, { authToken: userKey }]);
    expect(JSON.stringify(session.records)).not.toContain(userKey);
    abort.abort();
    await ended;
  });

  it('with a wrong key ends as unauthorized, and its error does not hold the key', async () => {
    const { ended } = listen(sign('v1.wrong-key-123456', 'user'));
    const result = await ended;
    expect(result).toMatchObject({ ok: false, error: { kind: 'unauthorized' } });
    expect(JSON.stringify(result)).not.toContain('wrong-key-123456');
  });

  it('is for user keys only', async () => {
    const { ended } = listen(sign(projectKey, 'project'));
    expect(await ended).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
    expect(simulator.requests).toHaveLength(0);
  });

  it.each([
    [{ kind: 'reset' }, 'unreachable'],
    [{ kind: 'status', status: 503 }, 'vendor-unavailable'],
    [{ kind: 'html' }, 'bad-response'],
    [{ kind: 'revoked' }, 'unauthorized'],
  ] as const)('opened against %o is %s', async (fault, kind) => {
    simulator.fault(fault);
    const { ended } = listen(sign(userKey, 'user'));
    expect(await ended).toMatchObject({ ok: false, error: { kind } });
  });
});
