import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError, ErrorKind, Result } from '../../src-main/core/base/errors.ts';
import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { simulatedDeviceId, simulatedServiceId } from '../../src-main/simulators/remoteit/fleet.ts';
import type { RemoteItSimulator } from '../../src-main/simulators/remoteit/remoteit.ts';
import { remoteIt } from '../../src-main/vendors/remoteit/connector.ts';
import { remoteItAccount, remoteItOperation, remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import type { OpenSession, SessionOptions } from '../support/vendor-session.ts';

/** Each fault of the simulator against listing, presence, connecting and a write, over either API. */

const deviceId = simulatedDeviceId(0);
const signal = new AbortController().signal;
const service = { id: simulatedServiceId(0, 0), kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 } as const;

let simulator: RemoteItSimulator;
let session: OpenSession;
let secrets: Readonly<Record<string, string>>;

const open = (options: Partial<SessionOptions> = {}): OpenSession =>
  openSession(remoteIt, { baseUrl: simulator.baseUrl, secrets, stallMs: 1_000, bodyMs: 1_500, ...options });

beforeEach(async () => {
  simulator = await startRemoteIt();
  simulator.fleet.setOnline(deviceId, true);
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

const errorOf = (result: Result<unknown> | undefined): AppError | undefined =>
  result?.ok === false ? result.error : undefined;

interface Api {
  readonly secrets: () => Readonly<Record<string, string>>;
  readonly write: () => Promise<Result<unknown>>;
  /** What the path of a request ends in, for each thing that is tried. */
  readonly paths: Readonly<Record<Attempt, string>>;
}
type Attempt = 'list' | 'presence' | 'connect' | 'write';
const attemptNames: readonly Attempt[] = ['list', 'presence', 'connect', 'write'];

const apis: Readonly<Record<string, Api>> = {
  GraphQL: {
    secrets: () => remoteItSecrets.accessKey,
    write: () =>
      session.connector.call(remoteItOperation('renameService'), { serviceId: deviceId, name: 'New' }, signal),
    paths: { list: '/graphql/v1', presence: '/graphql/v1', connect: '/graphql/v1', write: '/graphql/v1' },
  },
  v27: {
    secrets: () => remoteItSecrets.token(simulator.sessions.issue()),
    write: () =>
      session.connector.call(remoteItOperation('device/name'), { deviceaddress: deviceId, devicealias: 'New' }, signal),
    paths: { list: '/list/all', presence: '/list/all', connect: '/connect', write: '/name' },
  },
};

/** What became of each thing that is tried: its error, or undefined. */
const attempt = async (api: Api, what: Attempt): Promise<AppError | undefined> => {
  switch (what) {
    case 'list':
      return errorOf((await collect(session.connector.listDevices(signal)))[0]);
    case 'presence': {
      const [page] = await collect(session.connector.listDevices(signal));
      if (page?.ok !== true) return errorOf(page);
      expect(page.value.devices[0]?.presence.state).toBe('online');
      return page.value.problem;
    }
    case 'connect':
      return errorOf(await session.connector.tunnels?.open(deviceId, service, signal));
    default:
      return errorOf(await api.write());
  }
};

const matrix: Readonly<Record<string, { readonly fault: FaultInput; readonly kind: ErrorKind }>> = {
  'too many requests': { fault: { kind: 'status', status: 429, retryAfter: '30' }, kind: 'rate-limited' },
  'server error': { fault: { kind: 'status', status: 500, retryAfter: '30' }, kind: 'vendor-unavailable' },
  maintenance: { fault: { kind: 'status', status: 503, retryAfter: '30' }, kind: 'vendor-unavailable' },
  'bad request': { fault: { kind: 'status', status: 400 }, kind: 'invalid-input' },
  reset: { fault: { kind: 'reset' }, kind: 'unreachable' },
  'reset after it was done': { fault: { kind: 'reset-after' }, kind: 'unreachable' },
  truncated: { fault: { kind: 'truncated' }, kind: 'bad-response' },
  'cut off': { fault: { kind: 'cut-off' }, kind: 'bad-response' },
  malformed: { fault: { kind: 'malformed' }, kind: 'bad-response' },
  'a web page': { fault: { kind: 'html' }, kind: 'wrong-url' },
  'a web page of a gateway': { fault: { kind: 'html', status: 502 }, kind: 'vendor-unavailable' },
  'slow drip': { fault: { kind: 'drip', everyMs: 150 }, kind: 'timeout' },
  revoked: { fault: { kind: 'revoked' }, kind: 'unauthorized' },
  'nobody signed in': { fault: { kind: 'status', status: 200, body: 'Unauthorized' }, kind: 'unauthorized' },
};

describe.each(Object.entries(apis))('over %s', (_api, api) => {
  beforeEach(() => {
    secrets = api.secrets();
    session = open();
  });

  describe.each(Object.entries(matrix))('%s', (_name, { fault, kind }) => {
    it.each(attemptNames)('while trying to %s', async (what) => {
      const undo = simulator.fault({ ...fault, path: api.paths[what] });
      const error = await attempt(api, what);
      expect(error?.kind).toBe(kind);
      expect(error?.message).toMatch(/\.$/);
      expect(error?.hint).toMatch(/\.$/);
      for (const secret of Object.values(secrets))
        expect(JSON.stringify([error, session.records])).not.toContain(secret);
      // Neither a write nor a connect is sent twice after it arrived, unless repeating it is safe.
      if (what === 'connect') expect(simulator.requestsTo(api.paths[what])).toHaveLength(1);
      undo();
      // A fresh session stands for the time that passes until the pause the vendor asked for is over.
      session.dispose();
      session = open();
      expect(await attempt(api, what)).toBeUndefined();
    });
  });
});

describe('operations that must not be repeated', () => {
  it('are sent once, whatever became of them', async () => {
    secrets = { ...remoteItSecrets.accessKey, developerKey: remoteItAccount.developerKey };
    session = open();
    const once = remoteIt.operations.filter((operation) => !operation.repeatable);
    expect(once.map(({ id }) => id)).toEqual([
      'device/connect/stop',
      'user/login',
      'device/connect',
      'connect',
      'disconnect',
    ]);
    const inputs: Readonly<Record<string, unknown>> = {
      'device/connect/stop': { deviceaddress: service.id, connectionid: 'c' },
      'user/login': { username: 'u', password: 'p' },
      'device/connect': { deviceaddress: service.id },
      connect: { serviceId: service.id },
      disconnect: { connectionId: 'c' },
    };
    for (const operation of once) {
      simulator.forgetRequests();
      simulator.fault({ kind: 'reset-after', count: 1 });
      expect(errorOf(await session.connector.call(operation, inputs[operation.id], signal))?.kind).toBe('unreachable');
      expect(simulator.requests).toHaveLength(1);
    }
  });
});

describe('a burst that ends', () => {
  it('is waited out where repeating is safe', async () => {
    secrets = remoteItSecrets.accessKey;
    session = open();
    simulator.fault({ kind: 'status', status: 429, count: 1 });
    simulator.fault({ kind: 'reset', count: 1 });
    expect(errorOf((await collect(session.connector.listDevices(signal)))[0])).toBeUndefined();
    expect(simulator.requests.filter(({ body }) => body.toString().includes('query Devices'))).toHaveLength(3);
  });
});

describe('check', () => {
  const check = async (options: Partial<SessionOptions> = {}): Promise<AppError | undefined> => {
    session?.dispose();
    secrets = remoteItSecrets.accessKey;
    session = open(options);
    return errorOf(await session.connector.check(signal));
  };

  it('tells a wrong secret', async () => {
    const wrong = { ...remoteItSecrets.accessKey, secretAccessKey: 'd3JvbmctMTIzNA==' };
    const error = await check({ secrets: wrong });
    expect(error).toMatchObject({ kind: 'unauthorized', message: expect.stringContaining('access key') });
    expect(JSON.stringify([error, session.records])).not.toContain('d3JvbmctMTIzNA');
  });

  it('tells a limit', async () => {
    simulator.fault({ kind: 'status', status: 429, retryAfter: '40' });
    expect(await check()).toMatchObject({ kind: 'rate-limited', retryAfterMs: 40_000 });
  });

  it('tells a wrong path and a wrong server', async () => {
    expect(await check({ baseUrl: `${simulator.baseUrl}/other` })).toMatchObject({
      kind: 'wrong-url',
      hint: expect.stringContaining('https://api.remote.it'),
    });
    simulator.fault({ kind: 'html' });
    expect(await check()).toMatchObject({ kind: 'wrong-url' });
  });

  it('tells that nothing listens', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    expect(await check({ baseUrl: `http://127.0.0.1:${port}` })).toMatchObject({ kind: 'unreachable' });
  });
});

describe('control over HTTP', () => {
  it('changes the state', async () => {
    secrets = remoteItSecrets.accessKey;
    session = open();
    const control = (body: unknown): Promise<Response> =>
      fetch(`${simulator.origin}/__simulator/state`, { method: 'POST', body: JSON.stringify(body) });
    expect((await control({ nonsense: 1 })).status).toBe(400);
    await simulator.connections.connect(service.id, 22, '255.255.255.255');
    const token = simulator.sessions.issue();
    await control({ online: { [deviceId]: false }, killConnections: true, expireSessions: true, cutEvents: true });
    expect(simulator.fleet.locate(deviceId)?.device.online).toBe(false);
    expect(simulator.connections.list()).toEqual([]);
    expect(simulator.sessions.knows(token)).toBe(false);
    await control({ nobody: true });
    expect(errorOf(await session.connector.check(signal))).toMatchObject({ kind: 'unauthorized' });
    await control({ nobody: false, secret: 'b3RoZXI=' });
    expect(errorOf(await session.connector.check(signal))).toMatchObject({ kind: 'unauthorized' });
  });
});
