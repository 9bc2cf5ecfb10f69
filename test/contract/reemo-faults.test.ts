import { afterEach, beforeEach, expect, it } from 'vitest';
import { ReemoSimulator, simulatedReemoId } from '../../src-main/simulators/reemo/reemo.ts';
import { reemo } from '../../src-main/vendors/reemo/connector.ts';
import { errorOf } from '../support/faulted-vendors.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import type { OpenSession } from '../support/vendor-session.ts';

/** What Reemo alone has of faults; those of every vendor are in `vendor-faults.test.ts`. */

const secretKey = 'sk_live_test-key-4711';
const id = simulatedReemoId(0);
const { signal } = new AbortController();

let simulator: ReemoSimulator;
let session: OpenSession;

beforeEach(async () => {
  simulator = new ReemoSimulator({ secretKey, devices: 5 });
  await simulator.listen();
  session = openSession(reemo, { baseUrl: simulator.baseUrl, secrets: { secretKey } });
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

it('control over HTTP changes the state', async () => {
  const change = (body: unknown): Promise<Response> =>
    fetch(`${simulator.origin}/__simulator/state`, { method: 'POST', body: JSON.stringify(body) });
  await change({ online: { [id]: false } });
  expect(errorOf(await session.connector.webSession?.open(id, signal))).toMatchObject({ kind: 'device-offline' });
  expect((await change({ nonsense: 1 })).status).toBe(400);
  await change({ secretKey: 'sk_live_another' });
  expect(errorOf((await collect(session.connector.listDevices(signal)))[0])).toMatchObject({ kind: 'unauthorized' });
});
