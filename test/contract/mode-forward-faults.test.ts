import { request as ask } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWebForwarder } from '../../src-main/node/forward/web-forwarder.ts';
import type { WebListener } from '../../src-main/core/forward/web-forwarder.ts';
import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { mode } from '../../src-main/vendors/mode/connector.ts';
import { appProxyService } from '../../src-main/vendors/mode/app-proxy.ts';
import { openSession } from '../support/vendor-session.ts';
import type { OpenSession } from '../support/vendor-session.ts';

/** Each fault of the simulator against MODE's route: what the caller at the local port gets, and that it recovers. */

const apiKey = 'v1.cHJv.key-of-forward-faults';
const deviceId = '34256';
let simulator: ModeSimulator;
let session: OpenSession;
let listener: WebListener;

beforeEach(async () => {
  simulator = new ModeSimulator({ devices: 3, projectKey: apiKey });
  await simulator.listen();
  simulator.setOnline(deviceId, true);
  session = openSession(mode, { baseUrl: simulator.baseUrl, secrets: { apiKey }, fields: { appProxyPath: 'app' } });
  const { webRequests } = session.connector;
  if (webRequests === undefined) throw new Error('MODE has no web requests');
  const listening = await createWebForwarder({ answerMs: 400 }).listen((request) =>
    webRequests.upstream(deviceId, appProxyService, request),
  );
  if (!listening.ok) throw new Error(listening.error.message);
  listener = listening.value;
});

afterEach(async () => {
  await listener.dispose();
  session.dispose();
  await simulator.dispose();
});

/** A request to the local port: status and body, or `cut off`. */
const call = (method: 'GET' | 'POST'): Promise<{ readonly status: number; readonly text: string } | 'cut off'> =>
  new Promise((resolve) => {
    const { host, port } = listener;
    const request = ask({ host, port, method, path: '/status', agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', () => resolve('cut off'));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
    });
    request.on('error', () => resolve('cut off'));
    request.end(method === 'POST' ? '{"on":true}' : undefined);
  });

/** Fault, and the status the caller gets; answers of the vendor pass through as they are. */
const matrix: readonly (readonly [string, FaultInput, number | 'cut off'])[] = [
  ['a late answer', { kind: 'delay', ms: 1200 }, 504],
  ['too many requests', { kind: 'status', status: 429 }, 429],
  ['a lack of rights', { kind: 'status', status: 403 }, 403],
  ['a server error', { kind: 'status', status: 500 }, 500],
  ['maintenance', { kind: 'status', status: 503 }, 503],
  ['a reset', { kind: 'reset' }, 502],
  ['a reset after it was done', { kind: 'reset-after' }, 502],
  ['a truncated answer', { kind: 'truncated' }, 200],
  ['an answer cut off', { kind: 'cut-off' }, 'cut off'],
  ['an answer that is no JSON', { kind: 'malformed' }, 200],
  ['a web page of a gateway', { kind: 'html', status: 502 }, 502],
  ['a slow drip', { kind: 'drip', bytes: 40, everyMs: 20 }, 200],
  ['a revoked key', { kind: 'revoked' }, 401],
];

describe.each(matrix)('%s', (_name, fault, expected) => {
  it.each(['GET', 'POST'] as const)('of a %s reaches the caller, once, and is over when it is over', async (method) => {
    const undo = simulator.fault({ ...fault, path: '/appProxy/app/status' });
    const answer = await call(method);
    expect(answer === 'cut off' ? answer : answer.status).toBe(expected);
    expect(JSON.stringify(answer)).not.toContain(apiKey);
    // What was passed on is the caller's to repeat, not ours.
    expect(simulator.requestsTo('/appProxy/app/status')).toHaveLength(1);
    undo();
    expect(await call(method)).toMatchObject({ status: 200, text: expect.stringContaining(`"method":"${method}"`) });
  });
});
