import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError } from '../../src-main/core/base/errors.ts';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { simulatedComputerId } from '../../src-main/simulators/remotix/book.ts';
import { RemotixSimulator } from '../../src-main/simulators/remotix/remotix.ts';
import { remotix } from '../../src-main/vendors/remotix/connector.ts';
import { errorOf } from '../support/faulted-vendors.ts';
import { claimPorts } from '../support/own-ports.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import type { OpenSession, SessionOptions } from '../support/vendor-session.ts';

/** What Remotix alone has of faults; those of every vendor are in `vendor-faults.test.ts`. */

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

const firstError = async (): Promise<AppError | undefined> =>
  errorOf((await collect(session.connector.listDevices(signal))).find((page) => !page.ok));

describe('check', () => {
  const check = async (options: Partial<SessionOptions> = {}): Promise<AppError | undefined> => {
    session.dispose();
    session = open(options);
    return errorOf(await session.connector.check(signal));
  };

  it('tells that nothing listens: not running, or off', async () => {
    const { ports, dispose } = await claimPorts(1);
    const nobody = { baseUrl: `http://127.0.0.1:${ports[0]}` };
    expect(await check(nobody)).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('Remotix is not running or its HTTP API is off'),
      hint: expect.stringContaining('Start Remotix'),
    });
    expect((await firstError())?.message).toContain('Remotix is not running or its HTTP API is off');
    await dispose();
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
    expect(await firstError()).toMatchObject({ kind: 'wrong-url' });
    await change({ apiOn: true, headerValue: 'another-value' });
    expect(await firstError()).toMatchObject({ kind: 'unauthorized' });
  });
});
