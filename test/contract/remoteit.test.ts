import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fail } from '../../src-main/core/base/errors.ts';
import type { HttpClient } from '../../src-main/core/base/http.ts';
import type { Log } from '../../src-main/core/base/log.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { simulatedDeviceId, simulatedServiceId } from '../../src-main/simulators/remoteit/fleet.ts';
import type { RemoteItSimulator } from '../../src-main/simulators/remoteit/remoteit.ts';
import { remoteIt } from '../../src-main/vendors/remoteit/connector.ts';
import { remoteItAccount, remoteItOperation, remoteItSecrets } from '../support/remoteit-account.ts';
import { remoteItRig } from '../support/remoteit-rig.ts';

/** What goes over the wire and comes back, for RIT-01 and each operation beyond the document. */

const now = Date.UTC(2026, 10, 20, 12, 2, 0);
const [device, second] = [simulatedDeviceId(0), simulatedDeviceId(1)];
const service = simulatedServiceId(0, 0);
const signal = new AbortController().signal;
const { developerKey } = remoteItAccount;

const { open, call, errorOf, ...rig } = remoteItRig(now);
let simulator: RemoteItSimulator;
beforeEach(() => {
  simulator = rig.simulator();
});

const bodyOf = (index = 0): unknown => JSON.parse(simulator.requests[index]?.body.toString() ?? 'null');

describe('RIT-01', () => {
  beforeEach(() => open({ secrets: remoteItSecrets.token(simulator.sessions.issue()) }));

  it('goes out as the document has it, and ends the connection', async () => {
    const connection = await simulator.connections.connect(service, 22, '255.255.255.255');
    const token = simulator.sessions.issue();
    open({ secrets: remoteItSecrets.token(token) });
    const answer = await call('device/connect/stop', { deviceaddress: service, connectionid: connection.id });
    const [request] = simulator.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/apv/v27/device/connect/stop',
      query: {},
      headers: { developerkey: developerKey, token, 'content-type': 'application/json' },
    });
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(request?.body.toString()).toBe(`{"deviceaddress":"${service}","connectionid":"${connection.id}"}`);
    expect(answer).toEqual({ status: 'true', connectionid: connection.id });
    expect(simulator.connections.list()).toEqual([]);
  });

  it('takes the sample of the document, the captured one, one with nothing else, and more than both', async () => {
    for (const body of [
      '{\n"status": "true",\n"connectionid":"A481EBED-C678-4DA4-60D2-60F1FE8EB5DA"\n}',
      '{"status":"true","id":"A481EBED"}',
      '{"status":true}',
      '{"status":"true","connectionid":[null],"rare":{"more":1}}',
    ]) {
      simulator.fault({ kind: 'status', status: 200, body, count: 1 });
      expect(await call('device/connect/stop', { deviceaddress: service, connectionid: 'c' })).toMatchObject({
        status: 'true',
      });
    }
  });

  it.each([
    [401, '{"status":"false","reason":"developer key failed validation"}', 'unauthorized'],
    [200, '{"status":"false","reason":"missing api token"}', 'unauthorized'],
    [200, '{"status":false,"reason":"[0806] the device is not known"}', 'not-found'],
    [400, '{"status":"false","reason":"bad device address"}', 'invalid-input'],
    [403, '{"status":"false","reason":"no"}', 'unauthorized'],
    [401, '{"status":"true"}', 'unauthorized'],
    [200, '{"status":"pending"}', 'vendor-unavailable'],
    [200, '{}', 'bad-response'],
    [200, 'Unauthorized', 'unauthorized'],
    [404, '<html><body>Not Found</body></html>', 'wrong-url'],
    [429, '', 'rate-limited'],
  ] as const)('answered with %i %s is %s', async (status, body, kind) => {
    simulator.fault({ kind: 'status', status, body, retryAfter: '30' });
    const error = await errorOf('device/connect/stop', { deviceaddress: service, connectionid: 'c' });
    expect(error?.kind).toBe(kind);
    expect(simulator.requests).toHaveLength(1);
  });

  it('with an access key is signed, and asks for the developer key where there is none', async () => {
    const connection = await simulator.connections.connect(service, 22, '255.255.255.255');
    const input = { deviceaddress: service, connectionid: connection.id };
    open();
    expect(await errorOf('device/connect/stop', input)).toMatchObject({
      kind: 'unsupported',
      hint: expect.stringContaining('developer key'),
    });
    expect(simulator.requests).toHaveLength(0);
    open({ secrets: { ...remoteItSecrets.accessKey, developerKey } });
    expect(await call('device/connect/stop', input)).toMatchObject({ status: 'true' });
    expect(simulator.requests[0]?.headers).toMatchObject({
      developerkey: developerKey,
      authorization: expect.stringContaining('(request-target) host date content-type content-length'),
    });
  });
});

describe('v27 beyond the document', () => {
  beforeEach(() => open({ secrets: remoteItSecrets.token(simulator.sessions.issue()) }));

  it('user/login sends the developer key alone, and keeps of the answer only what is needed', async () => {
    const { username, password } = remoteItAccount;
    const answer = await call('user/login', { username, password });
    expect(simulator.requests[0]).toMatchObject({
      method: 'POST',
      path: '/apv/v27/user/login',
      headers: { developerkey: developerKey },
    });
    expect(simulator.requests[0]?.headers).not.toHaveProperty('token');
    expect(simulator.requests[0]?.body.toString()).toBe(`{"username":"${username}","password":"${password}"}`);
    expect(Object.keys(answer as object).toSorted()).toEqual(['auth_expiration', 'guid', 'status', 'token']);
    expect(simulator.sessions.knows((answer as { token: string }).token)).toBe(true);
  });

  it('user/login names a wrong password, without it', async () => {
    const error = await errorOf('user/login', { username: 'fleet@example.com', password: 'wrong-password' });
    expect(error).toMatchObject({ kind: 'unauthorized', vendorMessage: expect.stringContaining('[0102]') });
    expect(JSON.stringify(error)).not.toContain('wrong-password');
  });

  it('device/list/all sends no body, and reads texts, [null] and strings of numbers', async () => {
    const answer = z
      .looseObject({ length: z.string(), devices: z.array(z.looseObject({ deviceaddress: z.string() })) })
      .parse(await call('device/list/all'));
    expect(simulator.requests[0]).toMatchObject({ method: 'GET', path: '/apv/v27/device/list/all' });
    expect(simulator.requests[0]?.body).toHaveLength(0);
    expect(simulator.requests[0]?.headers).not.toHaveProperty('content-type');
    expect(String(answer.devices.length)).toBe(answer.length);
    expect(answer.devices.filter((row) => row['servicetitle'] === 'Bulk Service')).toHaveLength(60);
  });

  it('device/connect always says who may connect, and waits', async () => {
    const answer = await call('device/connect', { deviceaddress: service });
    expect(simulator.requests[0]).toMatchObject({ method: 'POST', path: '/apv/v27/device/connect' });
    expect(simulator.requests[0]?.body.toString()).toBe(
      `{"deviceaddress":"${service}","wait":"true","hostip":"255.255.255.255"}`,
    );
    const [connection] = simulator.connections.list();
    expect(answer).toMatchObject({
      status: 'true',
      connection: {
        connectionid: connection?.id,
        host: '127.0.0.1',
        port: connection?.port,
        expiresIn: 28_797,
        connectionOverridden: false,
      },
    });
  });

  it.each([
    [
      { proxyserver: 'p18.rt3.io', proxyport: '31234', proxy: 'http://other.rt3.io:1' },
      { host: 'p18.rt3.io', port: 31_234 },
    ],
    [
      { proxyserver: [null], proxyServerPort: 31_234, proxy: 'http://p18.rt3.io:9' },
      { host: 'p18.rt3.io', port: 31_234 },
    ],
    [{ proxy: 'http://p18.rt3.io:31234' }, { host: 'p18.rt3.io', port: 31_234, reverseProxy: false }],
    [{ proxy: 'https://abc.p18.rt3.io' }, { host: 'abc.p18.rt3.io', port: undefined, reverseProxy: true }],
    [
      { proxyserver: 'p18.rt3.io', proxyport: 1, expirationsec: '28797', previousConnection: [null] },
      { expiresIn: 28_797, previousConnection: undefined },
    ],
  ])('device/connect answered with %j', async (connection, expected) => {
    simulator.fault({
      kind: 'status',
      status: 200,
      body: JSON.stringify({ status: 'true', connection: { connectionid: 'c', ...connection } }),
    });
    expect(await call('device/connect', { deviceaddress: service })).toMatchObject({ connection: expected });
  });

  it('device/name keeps the name; a failure with HTTP 200 is one', async () => {
    expect(await call('device/name', { deviceaddress: device, devicealias: 'Renamed' })).toEqual({ status: 'true' });
    expect(simulator.requests[0]?.body.toString()).toBe(`{"deviceaddress":"${device}","devicealias":"Renamed"}`);
    expect(simulator.fleet.locate(device)?.device.name).toBe('Renamed');
    expect(await errorOf('device/name', { deviceaddress: second, devicealias: 'Renamed' })).toMatchObject({
      kind: 'conflict',
      message: expect.not.stringContaining('200'),
      vendorMessage: '[0807] name already in use',
    });
  });
});

describe('GraphQL', () => {
  /** Operation, input, the variables expected, a piece of the answer. */
  const wire: readonly (readonly [string, unknown, unknown, unknown])[] = [
    ['login', {}, {}, { email: 'fleet@example.com' }],
    ['devices', {}, { size: 100, from: 0 }, { total: 60, hasMore: false }],
    [
      'devices',
      { size: 7, from: '14', state: 'active', name: 'plant', sort: '-name', owner: true, tag: { values: 'Plant 1' } },
      {
        size: 7,
        from: 14,
        state: 'active',
        name: 'plant',
        sort: '-name',
        owner: true,
        tag: { operator: 'ANY', values: ['Plant 1'] },
      },
      { total: 24, hasMore: true },
    ],
    ['device', { id: device }, { id: [device] }, [{ id: device, state: 'active', services: expect.any(Array) }]],
    [
      'connect',
      { serviceId: service },
      { serviceId: service, hostIP: '255.255.255.255', type: 'AUTO_PROXY' },
      { host: '127.0.0.1', reverseProxy: false, timeout: 28_800 },
    ],
    ['renameService', { serviceId: service, name: 'é' }, { serviceId: service, name: 'é' }, { renameService: true }],
    [
      'addTag',
      { name: 'new', serviceId: [device, second] },
      { name: ['new'], serviceId: [device, second] },
      { addTag: true },
    ],
    [
      'removeTag',
      { name: ['Plant 1'], serviceId: device },
      { name: ['Plant 1'], serviceId: [device] },
      { removeTag: true },
    ],
    ['sessions', {}, {}, []],
    [
      'events',
      { minDate: '2026-11-20T12:00:00Z' },
      { size: 50, from: 0, minDate: '2026-11-20T12:00:00Z' },
      { total: 0, items: [] },
    ],
    [
      'events',
      // The vendor's own example: https://docs.remote.it, "Event logs".
      { minDate: '2021-06-01' },
      { size: 50, from: 0, minDate: '2021-06-01' },
      { items: [] },
    ],
    ['platformTypes', {}, {}, expect.arrayContaining([{ id: 1072, name: 'Raspberry Pi' }])],
    ['applicationTypes', {}, {}, expect.arrayContaining([expect.objectContaining({ id: 28, name: 'SSH' })])],
  ];
  const elsewhere = ['disconnect'];

  it.each(wire)('%s %j', async (id, input, variables, answer) => {
    expect(await call(id, input)).toMatchObject(answer as object);
    expect(simulator.requests).toHaveLength(1);
    const [request] = simulator.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/graphql/v1',
      query: {},
      headers: { 'content-type': 'application/json' },
    });
    expect(bodyOf()).toEqual({ query: expect.stringMatching(/^(?:query|mutation) [A-Z]/), variables });
    expect(request?.headers['authorization']).toMatch(
      /^Signature keyId="AKTESTKEY00000000001",algorithm="hmac-sha256",headers="\(request-target\) host date content-type content-length",signature="[\w+/]{43}="$/,
    );
    expect(Math.abs(Date.parse(request?.headers['date'] ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it('disconnect names connection and service', async () => {
    const connection = await simulator.connections.connect(service, 22, '255.255.255.255');
    const variables = { connectionId: connection.id, serviceId: service };
    expect(await call('disconnect', variables)).toEqual({ disconnect: true });
    expect(bodyOf()).toMatchObject({ variables });
    expect(simulator.connections.list()).toEqual([]);
  });

  it('has every operation of the catalogue on the wire', () => {
    const rest = remoteIt.operations.filter((operation) => operation.path.startsWith('/apv/')).map(({ id }) => id);
    expect(rest).toEqual(['device/connect/stop', 'user/login', 'device/list/all', 'device/connect', 'device/name']);
    const here = new Set([...wire.map(([id]) => id), ...elsewhere]);
    expect(new Set(remoteIt.operations.map(({ id }) => id))).toEqual(new Set([...rest, ...here]));
    const documented = z
      .object({ remoteit: z.array(z.object({ number: z.string() })) })
      .parse(JSON.parse(readFileSync(new URL('endpoints.json', import.meta.url), 'utf8'))).remoteit;
    expect(remoteIt.operations.map(({ number }) => number).filter((number) => !number.startsWith('RIT-B'))).toEqual(
      documented.map(({ number }) => number),
    );
    for (const { number, summary } of remoteIt.operations)
      expect(summary.endsWith('Beyond the document.')).toBe(number.startsWith('RIT-B'));
  });

  it('keeps what was changed', async () => {
    await call('renameService', { serviceId: device, name: 'Renamed' });
    await call('addTag', { name: 'new', serviceId: device });
    const [row] = z
      .array(z.looseObject({ name: z.string(), tags: z.array(z.looseObject({ name: z.string() })) }))
      .parse(await call('device', { id: device }));
    expect(row).toMatchObject({ name: 'Renamed', tags: [{ name: 'Plant 1' }, { name: 'new' }] });
    await call('connect', { serviceId: service });
    expect(await call('sessions')).toMatchObject([{ target: { id: service, device: { id: device } } }]);
    simulator.setOnline(device, false);
    expect(await call('events', { size: 1 })).toMatchObject({
      hasMore: true,
      items: [{ type: 'DEVICE_STATE', state: 'inactive' }],
    });
  });

  it('is refused by the simulator where it is not its language', async () => {
    const send = async (query: string, variables: unknown = {}): Promise<string> => {
      const operation = {
        ...remoteItOperation('login'),
        wire: () => ({ body: { kind: 'json', value: { query, variables } } }),
      } as never;
      const result = await rig.session().connector.call(operation, {}, signal);
      return result.ok ? 'fine' : (result.error.vendorMessage ?? '');
    };
    expect(await send('{ login { id } }')).toBe('fine');
    expect(await send('{ login { id nonsense } }')).toBe('Cannot query field "nonsense" on type "User".');
    expect(await send('{ login { account { devices(sise: 3) { total } } } }')).toContain('Unknown argument "sise"');
    expect(await send('mutation { deleteEverything }')).toContain('Cannot query field');
    expect(await send('query Q($id: Int!) { login { device(id: $id) { id } } }', { id: 3 })).toContain(
      'expecting type',
    );
    expect(await send('mutation { connect { id } }')).toContain('is required');
    const bare = 'mutation M($serviceId: String!) { connect(serviceId: $serviceId) { id session } }';
    expect(await send(bare, { serviceId: service })).toBe(
      'Field "session" of type "Session" must have a selection of subfields. Did you mean "session { ... }"?',
    );
    expect(simulator.connections.list()).toEqual([]);
    expect(await send('{ login { id }')).toContain('Syntax Error');
    expect(
      await send('query Q($size: Int) { login { account { devices(size: $size) { total } } } }', { size: 1001 }),
    ).toContain('1000');
  });

  it('reaches another path where the account says so', async () => {
    open({ fields: { graphqlPath: '/api/graphql' } });
    await call('login');
    expect(simulator.requests[0]?.path).toBe('/api/graphql');
  });

  it('takes the session token of v27 too', async () => {
    const token = simulator.sessions.issue();
    open({ secrets: remoteItSecrets.token(token) });
    expect(await call('login')).toMatchObject({ email: 'fleet@example.com' });
    expect(simulator.requests[0]?.headers).toMatchObject({ token });
    expect(simulator.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['{"errors":[{"message":"service is inactive"}],"data":null}', 200, 'device-offline'],
    ['{"errors":[{"message":"something else"}],"data":{"login":{"id":"1"}}}', 200, 'invalid-input'],
    ['{"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}]}', 200, 'unauthorized'],
    ['{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}', 200, 'forbidden'],
    ['{"errors":[{}]}', 200, 'invalid-input'],
    ['{"data":{"login":null}}', 200, 'unauthorized'],
    ['{"data":{}}', 200, 'bad-response'],
    ['{"data":[]}', 200, 'bad-response'],
    ['Unauthorized', 200, 'unauthorized'],
    ['', 403, 'unauthorized'],
    ['slow down', 429, 'rate-limited'],
    ['{"errors":[{"message":"Bad Gateway"}]}', 502, 'vendor-unavailable'],
  ] as const)('answered with %s and %i is %s', async (body, status, kind) => {
    simulator.fault({ kind: 'status', status, body, retryAfter: '30' });
    expect((await errorOf('login'))?.kind).toBe(kind);
  });

  it('waits for a connection longer than the vendor’s own client does', async () => {
    const waits: (number | undefined)[] = [];
    const http: HttpClient = {
      request: async (request) => {
        waits.push(request.timeouts?.responseMs);
        return fail('timeout', 'Late.', 'Try again.');
      },
    };
    const log: Log = { write: () => undefined, child: () => log };
    const connector = remoteIt.open({
      accountId: 'a',
      baseUrl: 'https://api.remote.it',
      fields: {},
      secrets: { ...remoteItSecrets.accessKey, developerKey },
      http,
      clock: systemClock,
      random: () => 0.5,
      log,
    });
    await connector.call(remoteItOperation('connect'), { serviceId: service }, signal);
    await connector.call(remoteItOperation('device/connect'), { deviceaddress: service }, signal);
    await connector.call(remoteItOperation('login'), {}, signal);
    expect(waits).toEqual([expect.any(Number), expect.any(Number), undefined]);
    for (const wait of waits.slice(0, 2)) expect(wait).toBeGreaterThanOrEqual(45_000);
  });

  it('logs a warning of the vendor once', async () => {
    simulator.warning = '121 "client is deprecated"';
    await call('login');
    await call('sessions');
    expect(rig.session().records.filter(({ event }) => event === 'remoteit-warning')).toEqual([
      { level: 'warn', event: 'remoteit-warning', fields: { warning: '121 "client is deprecated"' } },
    ]);
  });
});
