import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError, ErrorKind, Result } from '../../src-main/core/base/errors.ts';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { simulatedComputerId } from '../../src-main/simulators/remotix/book.ts';
import { RemotixSimulator } from '../../src-main/simulators/remotix/remotix.ts';
import { remotix } from '../../src-main/vendors/remotix/connector.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import type { OpenSession, SessionOptions } from '../support/vendor-session.ts';

/** Each fault of the simulator against the groups, their items, an action and a write: a typed error, then recovery. */

const header = { name: 'Authorization', value: 'Bearer local-key-4711' };
const computer = simulatedComputerId(0);
const signal = new AbortController().signal;

let simulator: RemotixSimulator;
let session: OpenSession;

const open = (options: Partial<SessionOptions> = {}): OpenSession =>
  openSession(remotix, {
    baseUrl: simulator.baseUrl,
    secrets: { headerValue: header.value },
    fields: { headerName: header.name },
    stallMs: 1_000,
    bodyMs: 1_500,
    ...options,
  });

beforeEach(async () => {
  simulator = new RemotixSimulator({ header, devices: makeFleet(5, 0).map((each) => ({ ...each, online: true })) });
  await simulator.listen();
  session = open();
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

const errorOf = (result: Result<unknown> | undefined): AppError | undefined =>
  result?.ok === false ? result.error : undefined;
const firstError = async (): Promise<AppError | undefined> =>
  errorOf((await collect(session.connector.listDevices(signal))).find((page) => !page.ok));

/** The four things that are tried: the error each came to, or undefined. There is no presence to ask for. */
const attempts = {
  list: firstError,
  items: firstError,
  action: async () => errorOf(await session.connector.actions?.run(computer, 'NEAR/control', signal)),
  write: async () => {
    const createGroup = remotix.operations.find((operation) => operation.id === 'createGroup')!;
    return errorOf(await session.connector.call(createGroup, { name: 'New' }, signal));
  },
} as const;
type Attempt = keyof typeof attempts;
const paths: Readonly<Record<Attempt, string>> = {
  list: '/groups',
  items: '/group/0123-0001',
  action: '/NEAR/control',
  write: '/group/',
};

interface Expected {
  readonly fault: FaultInput;
  readonly kind: ErrorKind;
  /** Where an action, whose answer is not read, does not notice. */
  readonly action?: 'fine';
}

const matrix: Readonly<Record<string, Expected>> = {
  'too many requests': { fault: { kind: 'status', status: 429, retryAfter: '30' }, kind: 'rate-limited' },
  'server error': { fault: { kind: 'status', status: 500, retryAfter: '30' }, kind: 'vendor-unavailable' },
  maintenance: { fault: { kind: 'status', status: 503, retryAfter: '30' }, kind: 'vendor-unavailable' },
  'bad request': { fault: { kind: 'status', status: 400 }, kind: 'invalid-input' },
  reset: { fault: { kind: 'reset' }, kind: 'unreachable' },
  'reset after it was done': { fault: { kind: 'reset-after' }, kind: 'unreachable' },
  truncated: { fault: { kind: 'truncated' }, kind: 'bad-response', action: 'fine' },
  'cut off': { fault: { kind: 'cut-off' }, kind: 'bad-response' },
  malformed: { fault: { kind: 'malformed' }, kind: 'bad-response', action: 'fine' },
  'a web page': { fault: { kind: 'html' }, kind: 'wrong-url' },
  'a web page of a gateway': { fault: { kind: 'html', status: 502 }, kind: 'vendor-unavailable' },
  'slow drip': { fault: { kind: 'drip', everyMs: 150 }, kind: 'timeout', action: 'fine' },
  revoked: { fault: { kind: 'revoked' }, kind: 'unauthorized' },
};

describe.each(Object.entries(matrix))('%s', (_name, { fault, kind, action }) => {
  it.each(Object.keys(attempts) as Attempt[])('while trying to reach %s', async (attempt) => {
    const undo = simulator.fault({ ...fault, path: paths[attempt] });
    const error = await attempts[attempt]();
    if (attempt === 'action' && action === 'fine') expect(error).toBeUndefined();
    else {
      expect(error?.kind).toBe(kind);
      expect(error?.message).toMatch(/\.$/);
      expect(error?.hint).toMatch(/\.$/);
      expect(JSON.stringify([error, session.records])).not.toContain('local-key-4711');
    }
    // Neither a create nor an action is sent twice, whatever became of it; but one that was refused for its form, in another.
    const sent = simulator.requestsTo(paths[attempt]).map(({ headers }) => headers['content-length']);
    if (attempt === 'write') expect(sent).toHaveLength(1);
    if (attempt === 'action') expect(sent).toEqual(kind === 'invalid-input' ? ['0', undefined] : ['0']);
    undo();
    // A fresh session stands for the time that passes until the pause that was asked for is over.
    session.dispose();
    session = open();
    expect(await attempts[attempt]()).toBeUndefined();
  });
});

describe('a burst that ends', () => {
  it('is waited out where repeating is safe', async () => {
    simulator.fault({ kind: 'reset', path: '/groups', count: 1 });
    simulator.fault({ kind: 'status', status: 503, path: '/nearby', count: 1 });
    expect(await attempts.list()).toBeUndefined();
    expect(simulator.requestsTo('/groups')).toHaveLength(2);
    expect(simulator.requestsTo('/nearby')).toHaveLength(2);
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

  it('tells a wrong header', async () => {
    expect(await check({ secrets: { headerValue: 'wrong-key-1234' } })).toMatchObject({
      kind: 'unauthorized',
      message: expect.stringContaining('header value'),
    });
  });

  it('tells that nothing listens: not running, or off', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const nobody = { baseUrl: `http://127.0.0.1:${port}` };
    expect(await check(nobody)).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('Remotix is not running or its HTTP API is off'),
      hint: expect.stringContaining('Start Remotix'),
    });
    expect((await firstError())?.message).toContain('Remotix is not running or its HTTP API is off');
  });

  it('tells that something else answers: off, or another address', async () => {
    simulator.setApi(false);
    const off = await check();
    expect(off).toMatchObject({ kind: 'wrong-url', message: expect.stringContaining('the API is off') });
    expect(off?.message).not.toContain('not running');
    simulator.setApi(true);
    expect(await check({ baseUrl: `${simulator.baseUrl}/api` })).toMatchObject({
      kind: 'wrong-url',
      message: expect.stringContaining('another program'),
    });
    simulator.fault({ kind: 'html' });
    expect(await check()).toMatchObject({ kind: 'wrong-url', message: expect.stringContaining('web page') });
  });

  it('tells a cut connection from one that was refused', async () => {
    simulator.fault({ kind: 'reset' });
    const error = await check();
    expect(error?.kind).toBe('unreachable');
    expect(error?.message).not.toContain('not running');
  });

  it('tells an answer that is no list', async () => {
    simulator.fault({ kind: 'status', status: 200, body: '{"version":"6.2.5"}' });
    expect(await check()).toMatchObject({ kind: 'bad-response' });
  });
});

describe('control over HTTP', () => {
  it('changes the state', async () => {
    const change = (body: unknown): Promise<Response> =>
      fetch(`${simulator.origin}/__simulator/state`, { method: 'POST', body: JSON.stringify(body) });
    expect((await change({ nearby: [], actions: { [computer]: ['chat'] } })).status).toBe(200);
    expect(await session.connector.actions?.list(computer, signal)).toMatchObject({ value: [{ id: 'chat' }] });
    expect((await change({ nonsense: 1 })).status).toBe(400);
    await change({ apiOn: false });
    expect(await attempts.list()).toMatchObject({ kind: 'wrong-url' });
    await change({ apiOn: true, headerValue: 'another-value' });
    expect(await attempts.list()).toMatchObject({ kind: 'unauthorized' });
  });
});
