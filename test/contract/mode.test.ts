import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { mode } from '../../src-main/vendors/mode/connector.ts';
import { openSession } from '../support/vendor-session.ts';
import type { OpenSession } from '../support/vendor-session.ts';

/** What goes over the wire and comes back, for each of MODE's 25 numbers, against the simulator. */

const now = Date.UTC(2026, 10, 20, 12, 2, 0);
const adminKey = 'v1.cHJv.admin-key-of-project';
const projectKey = 'v1.cHJv.plain-key-of-project';
const userKey = 'v1.dXNl.session-of-user';
/** A device with a numeric id, one whose id is a text, one without a home that never connected. */
const [first, second, homeless] = ['34256', '85d1d', '34261'];

let simulator: ModeSimulator;
const open = new Set<OpenSession>();

beforeEach(async () => {
  const devices = makeFleet(60, now).map((device) => ({ ...device, online: true }));
  simulator = new ModeSimulator({
    devices,
    adminKey,
    projectKey,
    user: { key: userKey, homes: 'project' },
    now: () => now,
  });
  await simulator.listen();
});

afterEach(async () => {
  for (const session of open) session.dispose();
  open.clear();
  await simulator.dispose();
});

const deviceKey = (id: string): string => simulator.fleet.find(id)?.apiKey ?? '';

const attempt = async (apiKey: string, id: string, input: unknown) => {
  const operation = mode.operations.find((candidate) => candidate.id === id);
  if (operation === undefined) throw new Error(`no operation ${id}`);
  const session = openSession(mode, {
    baseUrl: simulator.baseUrl,
    secrets: { apiKey },
    fields: { projectId: '1265' },
  });
  open.add(session);
  return session.connector.call(operation, input, new AbortController().signal);
};

const call = async (id: string, input: unknown, apiKey = adminKey): Promise<unknown> => {
  const result = await attempt(apiKey, id, input);
  if (!result.ok) throw new Error(`${id}: ${result.error.kind}: ${result.error.message}`);
  return result.value;
};

const errorOf = async (id: string, input: unknown, apiKey = adminKey) => {
  const result = await attempt(apiKey, id, input);
  if (result.ok) throw new Error(`${id} was expected to fail`);
  return result.error;
};

interface Wire {
  readonly id: string;
  readonly input: unknown;
  readonly request: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Content type and raw body; none at all where absent. */
  readonly body?: readonly [string, string];
  /** Whose key: the admin's where absent. */
  readonly key?: 'user' | 'device';
}

const jsonType = 'application/json';
const base = `/devices/${first}`;
const times = { begin: '2026-11-20T11:00:00Z', end: '2026-11-20T11:10:00.5+00:00' };

const wires: readonly Wire[] = [
  {
    id: 'listDevices',
    input: { projectId: 1265, deviceClass: 'kiosk', skip: 2 },
    request: 'GET /devices',
    query: { projectId: '1265', deviceClass: 'kiosk', skip: '2', limit: '100' },
  },
  {
    id: 'addDevice',
    input: { homeId: 1701, claimCode: `f5106924ce0f${homeless}` },
    request: 'POST /devices',
    body: ['application/x-www-form-urlencoded', `homeId=1701&claimCode=f5106924ce0f${homeless}`],
    key: 'user',
  },
  { id: 'getDevice', input: { deviceId: first }, request: `GET ${base}` },
  {
    id: 'updateDevice',
    input: { deviceId: first, name: 'new_sensor_name', tag: 'new_001', homeId: 1702, channel: 'stable' },
    request: `PATCH ${base}`,
    body: [jsonType, '{"name":"new_sensor_name","tag":"new_001","homeId":1702,"channel":"stable"}'],
  },
  { id: 'deleteDevice', input: { deviceId: first }, request: `DELETE ${base}` },
  {
    id: 'getLogEntries',
    input: { deviceId: first, ...times, maxEntries: 5 },
    request: `GET ${base}/logEntries`,
    query: { ...times, maxEntries: '5' },
  },
  {
    id: 'getHttpLogEntries',
    input: { deviceId: first, ...times },
    request: `GET ${base}/httpLogEntries`,
    query: times,
  },
  {
    id: 'requestLogs',
    input: { deviceId: first, start: times.begin, end: times.end, prefixes: ['app'] },
    request: `POST ${base}/logRequests`,
    body: [jsonType, `{"start":"${times.begin}","end":"${times.end}","prefixes":["app"]}`],
  },
  {
    id: 'listLogRequests',
    input: { deviceId: first, statuses: 'requested,success', sortBy: 'ts:asc,status:desc', limit: 3, skip: 0 },
    request: `GET ${base}/logRequests`,
    query: { statuses: 'requested,success', sortBy: 'ts:asc,status:desc', limit: '3', skip: '0' },
  },
  { id: 'getConfigSchemas', input: { deviceId: first }, request: `GET ${base}/configSchemas` },
  {
    id: 'sendCommand',
    input: { deviceId: first, action: 'sprinkler-on', parameters: { zone: 2, duration: 120 } },
    request: `PUT ${base}/command`,
    body: [jsonType, '{"action":"sprinkler-on","parameters":{"zone":2,"duration":120}}'],
  },
  {
    id: 'sendEvent',
    input: { deviceId: first, eventType: 'sprinkler-status', eventData: { zones: [0, 1], serial: 12 } },
    request: `PUT ${base}/event`,
    body: [jsonType, '{"eventType":"sprinkler-status","eventData":{"zones":[0,1],"serial":12}}'],
    key: 'device',
  },
  { id: 'listKeyValues', input: { deviceId: first }, request: `GET ${base}/kv`, query: {} },
  { id: 'getKeyValue', input: { deviceId: first, key: 'happy' }, request: `GET ${base}/kv/happy` },
  {
    id: 'setKeyValue',
    input: { deviceId: first, key: 'ug::x[1]/a b', value: 'value-to-the-key' },
    request: `PUT ${base}/kv/ug%3A%3Ax%5B1%5D%2Fa%20b`,
    body: [jsonType, '{"value":"value-to-the-key"}'],
  },
  { id: 'deleteKeyValue', input: { deviceId: first, key: 'happy' }, request: `DELETE ${base}/kv/happy` },
  {
    id: 'recordFirmware',
    input: { deviceId: first, bundleId: '5e0e93edf8379d390de5417d' },
    request: `PUT ${base}/firmwareInfo`,
    body: [jsonType, '{"bundleId":"5e0e93edf8379d390de5417d"}'],
    key: 'device',
  },
  {
    id: 'proxyGet',
    input: { deviceId: first, srcPath: 'app/all now', query: { page: '2' } },
    request: `GET ${base}/appProxy/app/all%20now`,
    query: { page: '2' },
  },
  {
    id: 'proxyPost',
    input: { deviceId: first, srcPath: '/app', body: ['any', 1] },
    request: `POST ${base}/appProxy/app`,
    body: [jsonType, '["any",1]'],
  },
  {
    id: 'proxyPut',
    input: { deviceId: first, srcPath: 'app', body: 'plain words' },
    request: `PUT ${base}/appProxy/app`,
    body: ['text/plain; charset=utf-8', 'plain words'],
  },
  {
    id: 'proxyPatch',
    input: { deviceId: first, srcPath: 'app', body: { on: true } },
    request: `PATCH ${base}/appProxy/app`,
    body: [jsonType, '{"on":true}'],
  },
  { id: 'proxyDelete', input: { deviceId: first, srcPath: 'app/b' }, request: `DELETE ${base}/appProxy/app/b` },
];
/** Exercised on the wire by tests of their own below. */
const elsewhere = ['getLogRequest', 'cancelLogRequest', 'receiveCommands'];

describe('the wire form of each operation', () => {
  it('leaves no number of the document out', () => {
    const documented = z
      .object({ mode: z.array(z.object({ number: z.string() })) })
      .parse(JSON.parse(readFileSync(new URL('endpoints.json', import.meta.url), 'utf8'))).mode;
    const exercised = [...wires.map((wire) => wire.id), ...elsewhere].map(
      (id) => mode.operations.find((operation) => operation.id === id)?.number,
    );
    expect(new Set(exercised)).toEqual(new Set(documented.map((row) => row.number)));
    expect(exercised).toHaveLength(documented.length);
  });

  it.each(wires)('$id: $request', async ({ id, input, request, query, body, key }) => {
    const apiKey = key === 'device' ? deviceKey(first) : key === 'user' ? userKey : adminKey;
    await call(id, input, apiKey);
    expect(simulator.requests).toHaveLength(1);
    const sent = simulator.requests[0]!;
    expect(`${sent.method} ${sent.path}`).toBe(request);
    expect(sent.query).toEqual(query ?? {});
    expect(sent.headers['authorization']).toBe(`ModeCloud ${apiKey}`);
    expect(sent.body.toString()).toBe(body?.[1] ?? '');
    expect(sent.headers['content-type']).toBe(body?.[0]);
    if (body === undefined) expect(sent.headers).not.toHaveProperty('transfer-encoding');
  });

  it('a log request is read by its id, cancelled softly, and stays', async () => {
    expect(await call('requestLogs', { deviceId: second })).toBeUndefined();
    const [made] = z
      .array(z.looseObject({ id: z.string() }))
      .parse(await call('listLogRequests', { deviceId: second }));
    const input = { deviceId: second, logRequestId: made?.id };
    simulator.forgetRequests();
    expect(await call('getLogRequest', input)).toMatchObject({ id: made?.id, status: 'requested' });
    expect(await call('cancelLogRequest', input)).toBeUndefined();
    expect(simulator.requests.map((request) => `${request.method} ${request.path}`)).toEqual([
      `GET /devices/${second}/logRequests/${made?.id}`,
      `DELETE /devices/${second}/logRequests/${made?.id}`,
    ]);
    expect(await call('getLogRequest', input)).toMatchObject({ status: 'cancelled' });
    expect(await call('listLogRequests', { deviceId: second, statuses: 'cancelled' })).toHaveLength(1);
  });

  it('a provisioning token goes without a key, and what it yields is marked as secret', async () => {
    simulator.tokens.set('tok-1', { deviceClass: 'smart_sensor', homeId: 1701 });
    expect(await call('addDevice', { token: 'tok-1' })).toMatchObject({ homeId: '1701', apiKey: expect.any(String) });
    expect(simulator.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(simulator.requests[0]?.body.toString()).toBe('token=tok-1');
    const operation = mode.operations.find((candidate) => candidate.id === 'addDevice');
    expect(operation).toMatchObject({ secretFields: ['apiKey', 'claimCode', 'token'], cacheable: false });
  });

  it('a device is created in a project with its optional fields', async () => {
    const input = { projectId: 1265, deviceClass: 'kiosk', name: 'n é', tag: 't', channel: 'c', bundleInstalled: 'b' };
    await call('addDevice', input, userKey);
    expect(simulator.requests[0]?.body.toString()).toBe(
      'deviceClass=kiosk&projectId=1265&name=n+%C3%A9&tag=t&channel=c&bundleInstalled=b',
    );
  });

  it('admin information is asked for only by name', async () => {
    expect(await call('getDevice', { deviceId: first })).not.toHaveProperty('apiKey');
    expect(await call('getDevice', { deviceId: first, includeAdminInfo: true })).toHaveProperty('apiKey');
    expect(simulator.requests[1]?.query).toEqual({ includeAdminInfo: 'true' });
  });
});

describe('what comes back', () => {
  it('has ids as text, whichever type they came in, and keeps what is not known', async () => {
    const rows = z.array(z.looseObject({ id: z.string() })).parse(await call('listDevices', { projectId: 1265 }));
    expect(rows.slice(0, 2).map((row) => row.id)).toEqual([first, second]);
    const one = rows.find((row) => row.id === homeless);
    expect(one).not.toHaveProperty('homeId');
    expect(one).not.toHaveProperty('lastConnectTime');
    expect(rows[0]).toHaveProperty('claimExpirationTime');
  });

  it.each([
    ['listDevices', { projectId: 1265 }, '[3,"x",null,[]]', 'found a number, a text, null, a list'],
    ['listLogRequests', { deviceId: first }, '[{"id":"a"},null]', '[1]: expected named values'],
    ['listDevices', { projectId: 1265 }, '{"devices":[]}', 'expected a list'],
  ])('of %s in another form is told as what it was', async (id, input, body, words) => {
    simulator.fault({ kind: 'status', status: 200, body });
    const error = await errorOf(id, input);
    expect(error.kind).toBe('bad-response');
    expect(error.message).toContain(words);
  });

  it.each(['requested', 'success,failure'])('of log requests may be asked for by status: %s', async (statuses) => {
    await call('listLogRequests', { deviceId: first, statuses });
    expect(simulator.requests[0]?.query).toEqual({ statuses });
    expect((await errorOf('listLogRequests', { deviceId: first, statuses: 'pending' })).kind).toBe('invalid-input');
  });

  it('of configuration schemas has no secret in it', async () => {
    const text = JSON.stringify(await call('getConfigSchemas', { deviceId: first }));
    expect(text).not.toContain('password1234');
    expect(text).toContain('host1.example.com');
    expect(text).toContain('1000');
  });

  it('keeps values of every type, and a prefix filters once more here', async () => {
    const input = { deviceId: first, key: 'deep-clicks', value: { at: [1, null] } };
    expect(await call('setKeyValue', input)).toBeUndefined();
    expect(await call('getKeyValue', { deviceId: first, key: 'deep-clicks' })).toMatchObject({
      value: { at: [1, null] },
    });
    expect(await call('listKeyValues', { deviceId: first, keyPrefix: 'clicks' })).toEqual([
      { key: 'clicks', value: 100, modificationTime: '2020-01-02T23:18:21.383Z' },
    ]);
    expect(simulator.requests.at(-1)?.query).toEqual({ keyPrefix: 'clicks' });
    await call('deleteKeyValue', { deviceId: first, key: 'deep-clicks' });
    expect((await errorOf('getKeyValue', { deviceId: first, key: 'deep-clicks' })).kind).toBe('not-found');
  });

  it('keeps what was changed', async () => {
    await call('updateDevice', { deviceId: first, name: 'Renamed' }, projectKey);
    expect(await call('getDevice', { deviceId: first })).toMatchObject({ name: 'Renamed' });
    await call('recordFirmware', { deviceId: first, bundleId: 'b.1' }, deviceKey(first));
    expect(await call('getDevice', { deviceId: first })).toMatchObject({ bundleInstalled: 'b.1' });
    await call('deleteDevice', { deviceId: first });
    expect(await call('getDevice', { deviceId: first })).not.toHaveProperty('homeId');
    await call('deleteDevice', { deviceId: first, hardDelete: true });
    expect((await errorOf('getDevice', { deviceId: first })).kind).toBe('not-found');
  });

  it.each([
    ['application/json; charset=utf-8', '{"a":1}', { a: 1 }],
    ['text/html', '<html><body>x</body></html>', '<html><body>x</body></html>'],
    ['application/octet-stream', Buffer.from([0, 255]), { contentType: 'application/octet-stream', base64: 'AP8=' }],
    ['application/json', 'not json', 'not json'],
    ['text/plain', '', undefined],
  ])('of the app proxy may be %s', async (contentType, body, expected) => {
    const other = new ModeSimulator({
      devices: 1,
      adminKey,
      application: () => ({ status: 200, headers: { 'content-type': contentType }, body }),
    });
    await other.listen();
    const session = openSession(mode, {
      baseUrl: other.baseUrl,
      secrets: { apiKey: adminKey },
      fields: { homeId: '1' },
    });
    const operation = mode.operations.find((candidate) => candidate.id === 'proxyGet')!;
    const input = { deviceId: first, srcPath: 'app' };
    expect(await session.connector.call(operation, input, new AbortController().signal)).toEqual({
      ok: true,
      value: expected,
    });
    session.dispose();
    await other.dispose();
  });
});

describe('a refusal', () => {
  it('of a command to a device that is offline says so, and the command is not sent again', async () => {
    simulator.setOnline(first, false);
    const error = await errorOf('sendCommand', { deviceId: first, action: 'go' });
    expect(error).toMatchObject({ kind: 'device-offline', vendorMessage: 'DEVICE_OFFLINE' });
    expect(simulator.requests).toHaveLength(1);
    expect(simulator.commands).toEqual([]);
  });

  it.each([
    ['{"reason":"device_offline"}', 'device-offline'],
    ['{"reason":"DATABASE_ERROR"}', 'vendor-unavailable'],
    ['', 'vendor-unavailable'],
  ])('with 503 and %s is %s', async (body, kind) => {
    simulator.fault({ kind: 'status', status: 503, body });
    expect((await errorOf('sendCommand', { deviceId: first, action: 'go' })).kind).toBe(kind);
    expect(simulator.requests).toHaveLength(1);
  });

  it.each([
    [401, undefined, 'unauthorized'],
    [403, '{"reason":"PERMISSION_DENIED"}', 'forbidden'],
    [403, '{"reason":"MEMBERS_ONLY"}', 'unauthorized'],
    [403, undefined, 'forbidden'],
    [404, undefined, 'not-found'],
    [409, '{"reason":"IN_USE"}', 'conflict'],
    [429, undefined, 'rate-limited'],
  ])('with %i and %s is %s', async (status, body, kind) => {
    simulator.fault({ kind: 'status', status, ...(body === undefined ? {} : { body }), retryAfter: '100' });
    expect((await errorOf('deleteDevice', { deviceId: first })).kind).toBe(kind);
    expect(simulator.requests).toHaveLength(1);
  });

  it('of a second log request while one is pending is a conflict', async () => {
    await call('requestLogs', { deviceId: first });
    expect(await errorOf('requestLogs', { deviceId: first })).toMatchObject({
      kind: 'conflict',
      vendorMessage: 'BLOCKING_LOG_REQUEST',
    });
  });

  it('by rights: each key may do what the document lets it do', async () => {
    const key = deviceKey(first);
    expect((await errorOf('sendEvent', { deviceId: first, eventType: 'a', eventData: {} })).kind).toBe('forbidden');
    expect((await errorOf('sendCommand', { deviceId: first, action: 'a' }, key)).kind).toBe('forbidden');
    expect((await errorOf('getDevice', { deviceId: second }, key)).kind).toBe('forbidden');
    expect((await errorOf('updateDevice', { deviceId: first, tag: 'x' }, projectKey)).kind).toBe('forbidden');
    expect((await errorOf('deleteDevice', { deviceId: first, hardDelete: true }, projectKey)).kind).toBe('forbidden');
    expect((await errorOf('getDevice', { deviceId: first }, 'wrong')).kind).toBe('unauthorized');
    simulator.busy.add(first);
    expect((await errorOf('deleteDevice', { deviceId: first })).kind).toBe('conflict');
  });

  it.each([
    [404, 'not-found'],
    [401, 'forbidden'],
    [500, 'vendor-unavailable'],
  ])('of the application behind the proxy, %i, is told apart from one of MODE', async (status, kind) => {
    simulator.fault({ kind: 'status', status, body: '<html><body>nothing here</body></html>' });
    expect(await errorOf('proxyPost', { deviceId: first, srcPath: 'x' })).toMatchObject({
      kind,
      message: `The application behind the proxy answered HTTP ${status}.`,
    });
  });

  it('of a write is never followed by a second try after a reset', async () => {
    simulator.fault({ kind: 'reset-after', count: 1 });
    await errorOf('sendCommand', { deviceId: first, action: 'go' });
    expect(simulator.commands).toHaveLength(1);
  });
});

describe('input that cannot be right', () => {
  it.each([
    ['listDevices', 'projectId', {}],
    ['listDevices', 'projectId', { projectId: 1, homeId: 2 }],
    ['listDevices', 'limit', { projectId: 1, limit: 0 }],
    ['addDevice', 'claimCode', { homeId: 1 }],
    ['addDevice', 'deviceClass', { projectId: 1 }],
    ['addDevice', 'name', { homeId: 1, claimCode: 'x', name: 'n' }],
    ['updateDevice', 'claimCode: unknown', { deviceId: first, name: 'x', claimCode: 'y' }],
    ['updateDevice', 'name', { deviceId: first }],
    ['getDevice', 'path', { deviceId: '..' }],
    ['getLogEntries', 'end', { deviceId: first, begin: times.begin }],
    ['getLogEntries', 'begin', { deviceId: first, begin: 'yesterday', end: times.end }],
    ['listLogRequests', 'sortBy', { deviceId: first, sortBy: 'name:asc' }],
    ['sendEvent', 'eventType', { deviceId: first, eventType: '1st', eventData: {} }],
    ['sendEvent', 'eventData', { deviceId: first, eventType: 'a', eventData: [] }],
    ['recordFirmware', 'bundleId', { deviceId: first, bundleId: '-x' }],
    ['proxyGet', 'path', { deviceId: first, srcPath: 'a/../../b' }],
    ['setKeyValue', 'value', { deviceId: first, key: 'a' }],
  ])('%s without a good %s sends nothing', async (id, named, input) => {
    const error = await errorOf(id, input);
    expect(error.kind).toBe('invalid-input');
    expect(error.message).toContain(named);
    expect(simulator.requests).toHaveLength(0);
  });
});
