import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ReemoSimulator, simulatedReemoId, simulatedSignalId } from '../../src-main/simulators/reemo/reemo.ts';
import { reemo } from '../../src-main/vendors/reemo/connector.ts';
import { openSession } from '../support/vendor-session.ts';
import type { OpenSession } from '../support/vendor-session.ts';

/** What goes over the wire and comes back, for each of the six operations, against the simulator. */

const secretKey = 'sk_live_test-key-4711';
const id = simulatedReemoId(0);
const reserved = '7f000000-0000-4000-8000-000000000001';
const signal = new AbortController().signal;

let simulator: ReemoSimulator;
let session: OpenSession;

beforeEach(async () => {
  simulator = new ReemoSimulator({ secretKey, devices: 30 });
  await simulator.listen();
  simulator.setOnline(id, true);
  session = openSession(reemo, { baseUrl: simulator.baseUrl, secrets: { secretKey } });
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

const operationOf = (name: string) => {
  const operation = reemo.operations.find((candidate) => candidate.id === name);
  if (operation === undefined) throw new Error(`no operation ${name}`);
  return operation;
};

const call = async (name: string, input: unknown): Promise<unknown> => {
  const result = await session.connector.call(operationOf(name), input, signal);
  if (!result.ok) throw new Error(`${name}: ${result.error.kind}: ${result.error.message}`);
  return result.value;
};

/** Number, operation, input, method, path, query, raw body (undefined: none at all). */
const wire: readonly (readonly [string, string, unknown, string, string, unknown, string | undefined])[] = [
  ['REEMO-01', 'listComputers', {}, 'GET', '/v1/computers', {}, undefined],
  [
    'REEMO-01',
    'listComputers',
    { name: 'plant', page: 2 },
    'GET',
    '/v1/computers',
    { name: 'plant', page: '2' },
    undefined,
  ],
  ['REEMO-02', 'getComputer', { id }, 'GET', `/v1/computers/${id}`, {}, undefined],
  ['REEMO-03', 'connectComputer', { id }, 'POST', `/v1/computers/${id}/connect`, {}, undefined],
  ['REEMO-04', 'reserveComputer', { _id: reserved }, 'POST', '/v1/computers', {}, `{"_id":"${reserved}"}`],
  ['REEMO-05', 'updateComputer', { id, name: 'New' }, 'PUT', `/v1/computers/${id}`, {}, '{"name":"New"}'],
  ['REEMO-06', 'deleteComputer', { id }, 'DELETE', `/v1/computers/${id}`, {}, undefined],
];

describe('the wire form of each operation', () => {
  it('leaves no number of the document out', () => {
    const documented = z
      .object({ reemo: z.array(z.object({ number: z.string() })) })
      .parse(JSON.parse(readFileSync(new URL('endpoints.json', import.meta.url), 'utf8'))).reemo;
    expect([...new Set(wire.map(([number]) => number))]).toEqual(documented.map((row) => row.number));
    for (const [number, name] of wire) expect(operationOf(name).number).toBe(number);
  });

  it.each(wire)('%s %s %j', async (_number, name, input, method, path, query, body) => {
    if (name === 'deleteComputer') simulator.setOnline(id, false);
    await call(name, input);
    const request = simulator.requests.at(-1);
    // Before a deletion the computer is looked at.
    expect(simulator.requests.slice(0, -1).map((earlier) => earlier.method)).toEqual(
      name === 'deleteComputer' ? ['GET'] : [],
    );
    expect(request).toMatchObject({
      method,
      path,
      headers: { authorization: secretKey, 'content-type': 'application/json' },
    });
    expect(request?.query).toEqual(query);
    expect(request?.body.toString()).toBe(body ?? '');
    expect(request?.headers).not.toHaveProperty('transfer-encoding');
  });

  it('the key goes out as it is, whatever was pasted around it', async () => {
    for (const pasted of [` ${secretKey}\n`, `Authorization: ${secretKey}`, `Bearer ${secretKey}`]) {
      const other = openSession(reemo, { baseUrl: simulator.baseUrl, secrets: { secretKey: pasted } });
      expect(await other.connector.check(signal)).toMatchObject({ ok: true });
      other.dispose();
    }
    expect(new Set(simulator.requests.map((request) => request.headers['authorization']))).toEqual(
      new Set([secretKey]),
    );
  });

  it.each([
    ['getComputer', {}],
    ['getComputer', { id: '..' }],
    ['deleteComputer', { id: '' }],
    ['reserveComputer', { _id: 'mine' }],
    ['updateComputer', { id, name: '' }],
    ['updateComputer', { id, name: 'x', _id: reserved }],
    ['listComputers', { name: { $ne: '' } }],
  ])('%s refuses %j before anything is sent', async (name, input) => {
    expect(await session.connector.call(operationOf(name), input, signal)).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input' },
    });
    expect(simulator.requests).toHaveLength(0);
  });

  it.each(['http://static.reemo.io/x.js', 'javascript:alert(1)', 'https://u:p@static.reemo.io/x.js', 'x.js'])(
    'the script is not loaded from %s',
    (clientScript) => expect(reemo.fields.safeParse({ clientScript }).success).toBe(false),
  );
});

describe('what comes back, and stays', () => {
  it('names and reservations', async () => {
    await call('updateComputer', { id, name: 'Night desk' });
    expect(await call('getComputer', { id })).toMatchObject({ id, _id: simulatedSignalId(0), name: 'Night desk' });
    expect(await call('reserveComputer', { _id: reserved })).toMatchObject({ _id: reserved, status: 'OFFLINE' });
    expect(await session.connector.call(operationOf('reserveComputer'), { _id: reserved }, signal)).toMatchObject({
      ok: false,
      error: { kind: 'conflict' },
    });
  });

  it('a filtered list', async () => {
    const name = simulator.computer(id)?.name;
    expect(await call('listComputers', { name })).toMatchObject({ computers: [{ id }], total: 1, next: null });
  });

  it('an offline computer goes, an online one is refused before it is tried', async () => {
    expect(await session.connector.call(operationOf('deleteComputer'), { id }, signal)).toMatchObject({
      ok: false,
      error: { kind: 'conflict', message: expect.stringContaining('online') },
    });
    expect(simulator.requests.map((request) => request.method)).toEqual(['GET']);
    simulator.setOnline(id, false);
    await call('deleteComputer', { id });
    expect(simulator.computer(id)).toBeUndefined();
  });

  it('a computer of which nothing is known is not deleted either', async () => {
    simulator.fault({ kind: 'status', status: 200, body: `{"id":"${id}"}`, path: id });
    expect(await session.connector.call(operationOf('deleteComputer'), { id }, signal)).toMatchObject({
      ok: false,
      error: { kind: 'conflict' },
    });
    expect(simulator.requests.map((request) => request.method)).toEqual(['GET']);
  });

  it('online again between the look and the deletion: the vendor’s answer is shown, and sent once', async () => {
    simulator.fault({ kind: 'status', status: 200, body: `{"id":"${id}","status":"OFFLINE"}`, path: id, count: 1 });
    expect(await session.connector.call(operationOf('deleteComputer'), { id }, signal)).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input' },
    });
    expect(simulator.requests.map((request) => request.method)).toEqual(['GET', 'DELETE']);
    expect(simulator.computer(id)).toBeDefined();
  });
});

describe('the catalogue', () => {
  it('keeps nothing of a connect answer, and hides all of it', async () => {
    expect(operationOf('connectComputer')).toMatchObject({
      cacheable: false,
      repeatable: false,
      secretFields: ['computer'],
    });
    expect(Object.keys(z.looseObject({}).parse(await call('connectComputer', { id })))).toEqual(['computer']);
  });

  it('repeats no reservation, no connect and no deletion', () => {
    const once = reemo.operations.filter((operation) => !operation.repeatable).map((operation) => operation.number);
    expect(once).toEqual(['REEMO-03', 'REEMO-04', 'REEMO-06']);
  });
});
