import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError, ErrorKind, Result } from '../../src-main/core/base/errors.ts';
import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { simulatedUnitId } from '../../src-main/simulators/remoteiot/devices.ts';
import { remoteIot } from '../../src-main/vendors/remoteiot/connector.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import type { OpenSession, SessionOptions } from '../support/vendor-session.ts';

/** Each fault of the simulator against listing, presence, connecting and a write: a typed error, then recovery. */

const token = 'eyJhbGciOiJIUzI1NiJ9.remoteiot-test-token';
const unitId = simulatedUnitId(0);
const signal = new AbortController().signal;
const service = { id: 'ssh:22', kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 } as const;

let simulator: RemoteIotSimulator;
let session: OpenSession;

const open = (options: Partial<SessionOptions> = {}): OpenSession =>
  openSession(remoteIot, { baseUrl: simulator.baseUrl, secrets: { token }, stallMs: 1_000, bodyMs: 1_500, ...options });

beforeEach(async () => {
  simulator = new RemoteIotSimulator({ token, devices: 5 });
  await simulator.listen();
  simulator.setOnline(unitId, true);
  session = open();
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

const errorOf = (result: Result<unknown> | undefined): AppError | undefined =>
  result?.ok === false ? result.error : undefined;

/** The four things that are tried: the error each came to, or undefined. */
const attempts = {
  list: async () => errorOf((await collect(session.connector.listDevices(signal)))[0]),
  presence: async () => {
    const [page] = await collect(session.connector.listDevices(signal));
    return page?.ok === true ? page.value.problem : errorOf(page);
  },
  connect: async () => errorOf(await session.connector.tunnels?.open(unitId, service, signal)),
  write: async () => {
    const addGroup = remoteIot.operations.find((operation) => operation.id === 'AddGroup')!;
    return errorOf(await session.connector.call(addGroup, { Group: 'New' }, signal));
  },
} as const;
type Attempt = keyof typeof attempts;
const paths: Readonly<Record<Attempt, string>> = {
  list: '/device',
  presence: '/status',
  connect: '/connect',
  write: '/AddGroup',
};

interface Expected {
  readonly fault: FaultInput;
  readonly kind: ErrorKind;
  /** Where a write, whose answer is not read, does not notice. */
  readonly write?: ErrorKind | 'fine';
}

const matrix: Readonly<Record<string, Expected>> = {
  'too many requests': { fault: { kind: 'status', status: 403, retryAfter: '30' }, kind: 'rate-limited' },
  'server error': { fault: { kind: 'status', status: 500, retryAfter: '30' }, kind: 'vendor-unavailable' },
  maintenance: { fault: { kind: 'status', status: 503, retryAfter: '30' }, kind: 'vendor-unavailable' },
  'bad request': { fault: { kind: 'status', status: 400 }, kind: 'invalid-input' },
  reset: { fault: { kind: 'reset' }, kind: 'unreachable' },
  'reset after it was done': { fault: { kind: 'reset-after' }, kind: 'unreachable' },
  truncated: { fault: { kind: 'truncated' }, kind: 'bad-response', write: 'fine' },
  'cut off': { fault: { kind: 'cut-off' }, kind: 'bad-response' },
  malformed: { fault: { kind: 'malformed' }, kind: 'bad-response', write: 'fine' },
  'a web page': { fault: { kind: 'html' }, kind: 'wrong-url', write: 'fine' },
  'a web page of a gateway': { fault: { kind: 'html', status: 502 }, kind: 'vendor-unavailable' },
  'slow drip': { fault: { kind: 'drip', everyMs: 150 }, kind: 'timeout', write: 'fine' },
  revoked: { fault: { kind: 'revoked' }, kind: 'unauthorized' },
};

describe.each(Object.entries(matrix))('%s', (_name, { fault, kind, write }) => {
  it.each(Object.keys(attempts) as Attempt[])('while trying to %s', async (attempt) => {
    const undo = simulator.fault({ ...fault, path: paths[attempt] });
    const error = await attempts[attempt]();
    const expected = attempt === 'write' ? (write ?? kind) : kind;
    if (expected === 'fine') expect(error).toBeUndefined();
    else {
      expect(error?.kind).toBe(expected);
      expect(error?.message).toMatch(/\.$/);
      expect(error?.hint).toMatch(/\.$/);
      expect(JSON.stringify([error, session.records])).not.toContain(token);
    }
    // Neither a write nor a connect is sent twice, whatever became of it.
    if (attempt === 'write' || attempt === 'connect') expect(simulator.requestsTo(paths[attempt])).toHaveLength(1);
    undo();
    // A fresh session stands for the time that passes until the pause the vendor asked for is over.
    session.dispose();
    session = open();
    expect(await attempts[attempt]()).toBeUndefined();
  });
});

describe('a burst that ends', () => {
  it('is waited out where repeating is safe', async () => {
    simulator.fault({ kind: 'status', status: 403, path: '/device', count: 1 });
    simulator.fault({ kind: 'reset', path: '/status', count: 1 });
    expect(await attempts.presence()).toBeUndefined();
    expect(simulator.requestsTo('/device')).toHaveLength(2);
    expect(simulator.requestsTo('/status')).toHaveLength(2);
  });

  it('leaves a late answer alone', async () => {
    simulator.fault({ kind: 'delay', ms: 60, path: '/device' });
    expect(await attempts.list()).toBeUndefined();
  });
});

describe('check', () => {
  const check = async (options: Partial<SessionOptions> = {}): Promise<AppError | undefined> => {
    session.dispose();
    session = open(options);
    return errorOf(await session.connector.check(signal));
  };

  it('is content with a good account', async () => {
    expect(await check()).toBeUndefined();
  });

  it('tells a wrong token', async () => {
    expect(await check({ secrets: { token: 'wrong-token-1234' } })).toMatchObject({
      kind: 'unauthorized',
      message: expect.stringContaining('API token'),
    });
  });

  it('takes a token pasted with its prefix', async () => {
    expect(await check({ secrets: { token: ` Bearer ${token}\n` } })).toBeUndefined();
  });

  it('tells a wrong clock', async () => {
    simulator.clockOffsetMs = -11 * 60_000;
    expect(await check({ secrets: { token: 'wrong-token-1234' } })).toMatchObject({
      kind: 'clock-skew',
      message: expect.stringContaining('11 min ahead'),
    });
    expect(await check()).toBeUndefined();
  });

  it('tells a limit', async () => {
    simulator.fault({ kind: 'status', status: 403, retryAfter: '40' });
    expect(await check()).toMatchObject({ kind: 'rate-limited', retryAfterMs: 40_000 });
  });

  it('tells a wrong path and a wrong server', async () => {
    expect(await check({ baseUrl: simulator.origin })).toMatchObject({
      kind: 'wrong-url',
      hint: expect.stringContaining('/portal/api'),
    });
    expect(await check({ baseUrl: `${simulator.baseUrl}/v2` })).toMatchObject({ kind: 'wrong-url' });
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
    expect(await check({ baseUrl: `http://127.0.0.1:${port}/portal/api` })).toMatchObject({ kind: 'unreachable' });
  });

  it('gives the vendor’s words without the token, tags or control characters', async () => {
    simulator.fault({
      kind: 'status',
      status: 400,
      body: `{"message":"bad <b>key</b> ${token}\\u001b[31m\\u202e ${'long '.repeat(100)}"}`,
    });
    const error = await check();
    expect(error?.vendorMessage).toMatch(/^bad key \[removed\] \[31m long/);
    expect(error?.vendorMessage?.length).toBeLessThanOrEqual(200);
  });
});

describe('control over HTTP', () => {
  it('sets and clears faults, changes the state and shows the requests', async () => {
    const control = (method: string, what: string, body?: unknown): Promise<Response> =>
      fetch(`${simulator.origin}/__simulator/${what}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    expect((await control('POST', 'faults', { kind: 'status', status: 500, path: '/device' })).status).toBe(200);
    expect(simulator.faults.list()).toHaveLength(1);
    expect((await control('POST', 'faults', { kind: 'nonsense' })).status).toBe(400);
    await control('DELETE', 'faults');
    expect(await attempts.list()).toBeUndefined();
    await control('POST', 'state', { online: { [unitId]: false }, token: 'another-token' });
    expect(simulator.isOnline(unitId)).toBe(false);
    expect(await attempts.list()).toMatchObject({ kind: 'unauthorized' });
    expect(await (await control('GET', 'requests')).json()).toHaveLength(3);
  });
});
