import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError, ErrorKind, Result } from '../../src-main/core/base/errors.ts';
import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { ReemoSimulator, simulatedReemoId } from '../../src-main/simulators/reemo/reemo.ts';
import { reemo } from '../../src-main/vendors/reemo/connector.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import type { OpenSession, SessionOptions } from '../support/vendor-session.ts';

/** Each fault of the simulator against listing, presence, a session and a write: a typed error, then recovery. */

const secretKey = 'sk_live_test-key-4711';
const id = simulatedReemoId(0);
const signal = new AbortController().signal;

let simulator: ReemoSimulator;
let session: OpenSession;

const open = (options: Partial<SessionOptions> = {}): OpenSession =>
  openSession(reemo, {
    baseUrl: simulator.baseUrl,
    secrets: { secretKey },
    stallMs: 1_000,
    bodyMs: 1_500,
    ...options,
  });

beforeEach(async () => {
  simulator = new ReemoSimulator({ secretKey, devices: 5 });
  await simulator.listen();
  simulator.setOnline(id, true);
  session = open();
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

const errorOf = (result: Result<unknown> | undefined): AppError | undefined =>
  result?.ok === false ? result.error : undefined;
const call = async (name: string, input: unknown): Promise<AppError | undefined> =>
  errorOf(
    await session.connector.call(
      reemo.operations.find((operation) => operation.id === name)!,
      input,
      signal,
    ),
  );

/** The four things that are tried: the error each came to, or undefined. */
const attempts = {
  list: async () => errorOf((await collect(session.connector.listDevices(signal)))[0]),
  presence: () => call('getComputer', { id }),
  connect: async () => errorOf(await session.connector.webSession?.open(id, signal)),
  write: () => call('reserveComputer', { _id: crypto.randomUUID() }),
} as const;
type Attempt = keyof typeof attempts;
const paths: Readonly<Record<Attempt, string>> = {
  list: '/computers',
  presence: id,
  connect: '/connect',
  write: '/computers',
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
};

describe.each(Object.entries(matrix))('%s', (_name, { fault, kind }) => {
  it.each(Object.keys(attempts) as Attempt[])('while trying to %s', async (attempt) => {
    const undo = simulator.fault({ ...fault, path: paths[attempt] });
    const error = await attempts[attempt]();
    expect(error?.kind).toBe(kind);
    expect(error?.message).toMatch(/\.$/);
    expect(error?.hint).toMatch(/\.$/);
    const told = JSON.stringify([error, session.records]);
    expect(told).not.toContain(secretKey);
    expect(told).not.toContain('"token"');
    // Neither a reservation nor a connect is sent twice, whatever became of it.
    if (attempt === 'write' || attempt === 'connect')
      expect(simulator.requests.filter((request) => request.method === 'POST')).toHaveLength(1);
    undo();
    // A fresh session stands for the time that passes until the pause the vendor asked for is over.
    session.dispose();
    session = open();
    expect(await attempts[attempt]()).toBeUndefined();
  });
});

describe('a burst that ends', () => {
  it('is waited out where repeating is safe', async () => {
    simulator.fault({ kind: 'reset', path: '/computers', count: 1 });
    expect(await attempts.list()).toBeUndefined();
    expect(simulator.requestsTo('/computers')).toHaveLength(2);
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

  it('tells a wrong key, and a wrong clock', async () => {
    const wrong = { secrets: { secretKey: 'sk_live_wrong-key-1' } };
    expect(await check(wrong)).toMatchObject({ kind: 'unauthorized', message: expect.stringContaining('secret key') });
    simulator.clockOffsetMs = -11 * 60_000;
    expect(await check(wrong)).toMatchObject({ kind: 'clock-skew' });
  });

  it('tells a wrong path and a wrong server', async () => {
    expect(await check({ baseUrl: simulator.origin })).toMatchObject({
      kind: 'wrong-url',
      hint: expect.stringContaining('restapi.reemo.io'),
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
    expect(await check({ baseUrl: `http://127.0.0.1:${port}/v1` })).toMatchObject({ kind: 'unreachable' });
  });
});

describe('control over HTTP', () => {
  it('changes the state', async () => {
    const change = (body: unknown): Promise<Response> =>
      fetch(`${simulator.origin}/__simulator/state`, { method: 'POST', body: JSON.stringify(body) });
    await change({ online: { [id]: false } });
    expect(await attempts.connect()).toMatchObject({ kind: 'device-offline' });
    expect((await change({ nonsense: 1 })).status).toBe(400);
    await change({ secretKey: 'sk_live_another' });
    expect(await attempts.list()).toMatchObject({ kind: 'unauthorized' });
  });
});
