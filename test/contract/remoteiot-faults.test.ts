import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError } from '../../src-main/core/base/errors.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { simulatedUnitId } from '../../src-main/simulators/remoteiot/devices.ts';
import { remoteIot } from '../../src-main/vendors/remoteiot/connector.ts';
import { errorOf } from '../support/faulted-vendors.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import type { OpenSession, SessionOptions } from '../support/vendor-session.ts';

/** What RemoteIoT alone has of faults; those of every vendor are in `vendor-faults.test.ts`. */

const token = 'eyJhbGciOiJIUzI1NiJ9.remoteiot-test-token';
const unitId = simulatedUnitId(0);
const signal = new AbortController().signal;

let simulator: RemoteIotSimulator;
let session: OpenSession;

const open = (options: Partial<SessionOptions> = {}): OpenSession =>
  openSession(remoteIot, { baseUrl: simulator.baseUrl, secrets: { token }, ...options });

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

const listError = async (): Promise<AppError | undefined> =>
  errorOf((await collect(session.connector.listDevices(signal)))[0]);

describe('check', () => {
  const check = async (options: Partial<SessionOptions> = {}): Promise<AppError | undefined> => {
    session.dispose();
    session = open(options);
    return errorOf(await session.connector.check(signal));
  };

  it('takes a token pasted with its prefix', async () => {
    expect(await check({ secrets: { token: ` Bearer ${token}\n` } })).toBeUndefined();
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
    expect(await listError()).toBeUndefined();
    await control('POST', 'state', { online: { [unitId]: false }, token: 'another-token' });
    expect(simulator.isOnline(unitId)).toBe(false);
    expect(await listError()).toMatchObject({ kind: 'unauthorized' });
    expect(await (await control('GET', 'requests')).json()).toHaveLength(3);
  });
});
