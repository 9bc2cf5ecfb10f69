import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { simulatedComputerId, simulatedConnectionUid } from '../../src-main/simulators/remotix/book.ts';
import { RemotixSimulator } from '../../src-main/simulators/remotix/remotix.ts';
import { remotix } from '../../src-main/vendors/remotix/connector.ts';
import { openSession } from '../support/vendor-session.ts';
import type { OpenSession } from '../support/vendor-session.ts';

/** What goes over the wire and comes back, for each of the 24 operations, against the simulator. */

const header = { name: 'X-Remotix-Key', value: 'local-key-4711' };
const computer = simulatedComputerId(0);
const connection = simulatedConnectionUid(3);
const group = '0123-0001';
const signal = new AbortController().signal;

let simulator: RemotixSimulator;
let session: OpenSession;

beforeEach(async () => {
  const fleet = makeFleet(30, 0).map((device) => ({ ...device, online: true, kind: 'kiosk' as const }));
  simulator = new RemotixSimulator({ devices: fleet, header });
  await simulator.listen();
  session = openSession(remotix, {
    baseUrl: simulator.baseUrl,
    secrets: { headerValue: header.value },
    fields: { headerName: header.name },
  });
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

const operationOf = (id: string) => {
  const operation = remotix.operations.find((candidate) => candidate.id === id);
  if (operation === undefined) throw new Error(`no operation ${id}`);
  return operation;
};

const call = async (id: string, input: unknown): Promise<unknown> => {
  const result = await session.connector.call(operationOf(id), input, signal);
  if (!result.ok) throw new Error(`${id}: ${result.error.kind}: ${result.error.message}`);
  return result.value;
};

const place = '{"name":"New","category_uid":"0123-0001"}';
const near = { computer_id: computer, connection_type: 'NEAR' };
const rdp = { computer_id: computer, connection_type: 'RDP', port: 3390 };

/** Number, operation, input, method, path and raw body (undefined: none at all), the form of RMX-23 where it is one. */
const wire: readonly (readonly [string, string, unknown, string, string, string | undefined])[] = [
  ['RMX-01', 'listGroups', {}, 'GET', '/groups', undefined],
  ['RMX-02', 'listGroupItems', { group_uid: group }, 'GET', `/group/${group}`, undefined],
  ['RMX-03', 'listNearby', {}, 'GET', '/nearby', undefined],
  ['RMX-04', 'createGroup', { name: 'New name' }, 'PUT', '/group/', '{"name":"New name"}'],
  ['RMX-05', 'renameGroup', { group_uid: group, name: 'New name' }, 'PUT', `/group/${group}`, '{"name":"New name"}'],
  ['RMX-06', 'deleteGroup', { uid: group }, 'DELETE', `/group/${group}`, undefined],
  ['RMX-07', 'createConnection', { name: 'New', category_uid: group }, 'PUT', '/connection/', place],
  [
    'RMX-08',
    'updateConnection',
    { uid: connection, name: 'New', category_uid: group },
    'PUT',
    `/connection/${connection}`,
    place,
  ],
  [
    'RMX-09',
    'updateConnectionCredentials',
    { uid: connection, 'rxp.username': 'u', 'rxp.password': 'p' },
    'PUT',
    `/connection/${connection}/credentials`,
    '{"rxp.username":"u","rxp.password":"p"}',
  ],
  [
    'RMX-09',
    'updateConnectionCredentials',
    { uid: connection, 'rdp.username': 'u', 'rdp.password': 'p', 'rdp.domain': 'd' },
    'PUT',
    `/connection/${connection}/credentials`,
    '{"rdp.username":"u","rdp.password":"p","rdp.domain":"d"}',
  ],
  [
    'RMX-09',
    'updateConnectionCredentials',
    { uid: connection, 'apple.username': 'u', 'apple.password': 'p' },
    'PUT',
    `/connection/${connection}/credentials`,
    '{"apple.username":"u","apple.password":"p"}',
  ],
  ['RMX-10', 'deleteConnection', { uid: connection }, 'DELETE', `/connection/${connection}`, undefined],
  [
    'RMX-11',
    'deleteConnectionCredentials',
    { uid: connection },
    'DELETE',
    `/connection/${connection}/credentials`,
    undefined,
  ],
  ['RMX-12', 'getComputer', { computer_id: computer }, 'GET', `/computer/${computer}`, undefined],
  ['RMX-13', 'listComputerActions', { computer_id: computer }, 'GET', `/computer/${computer}/actions`, undefined],
  [
    'RMX-14',
    'listComputerConnections',
    { computer_id: Number(computer) },
    'GET',
    `/computer/${computer}/connections`,
    undefined,
  ],
  ['RMX-15', 'getComputerConnection', near, 'GET', `/computer/${computer}/NEAR`, undefined],
  ['RMX-15', 'getComputerConnection', rdp, 'GET', `/computer/${computer}/RDP_3390`, undefined],
  ['RMX-16', 'getComputerConnectionCredentials', near, 'GET', `/computer/${computer}/NEAR/credentials`, undefined],
  [
    'RMX-16',
    'getComputerConnectionCredentials',
    { ...rdp, port: '3390' },
    'GET',
    `/computer/${computer}/RDP_3390/credentials`,
    undefined,
  ],
  [
    'RMX-17',
    'updateComputer',
    { computer_id: computer, name: 'New', category_uid: group },
    'PUT',
    `/computer/${computer}`,
    place,
  ],
  [
    'RMX-18',
    'updateComputerConnection',
    { ...rdp, body: { colors: 'low', quality: null } },
    'PUT',
    `/computer/${computer}/RDP_3390`,
    '{"colors":"low","quality":null}',
  ],
  ['RMX-19', 'deleteComputer', { computer_id: computer }, 'DELETE', `/computer/${computer}`, undefined],
  ['RMX-20', 'deleteComputerConnection', rdp, 'DELETE', `/computer/${computer}/RDP_3390`, undefined],
  [
    'RMX-21',
    'deleteComputerConnectionCredentials',
    near,
    'DELETE',
    `/computer/${computer}/NEAR/credentials`,
    undefined,
  ],
  ['RMX-22', 'connectConnection', { uid: connection }, 'ACTION', `/connection/${connection}/connect`, undefined],
  [
    'RMX-23a',
    'runComputerAction',
    { ...near, action: 'control' },
    'ACTION',
    `/computer/${computer}/NEAR/control`,
    undefined,
  ],
  [
    'RMX-23b',
    'runComputerAction',
    { ...near, action: 'curtain' },
    'ACTION',
    `/computer/${computer}/NEAR/curtain`,
    undefined,
  ],
  [
    'RMX-23c',
    'runComputerAction',
    { ...near, action: 'observe' },
    'ACTION',
    `/computer/${computer}/NEAR/observe`,
    undefined,
  ],
  ['RMX-23d', 'runComputerAction', { ...near, action: 'ft' }, 'ACTION', `/computer/${computer}/NEAR/ft`, undefined],
  [
    'RMX-23e',
    'runComputerAction',
    { computer_id: computer, connection_type: 'VNC', action: 'control' },
    'ACTION',
    `/computer/${computer}/VNC/control`,
    undefined,
  ],
  [
    'RMX-23e',
    'runComputerAction',
    { computer_id: computer, connection_type: 'VNC', port: 5901, action: 'control' },
    'ACTION',
    `/computer/${computer}/VNC_5901/control`,
    undefined,
  ],
  [
    'RMX-23f',
    'runComputerAction',
    { computer_id: computer, connection_type: 'RDP', action: 'control' },
    'ACTION',
    `/computer/${computer}/RDP/control`,
    undefined,
  ],
  [
    'RMX-23f',
    'runComputerAction',
    { ...rdp, action: 'control' },
    'ACTION',
    `/computer/${computer}/RDP_3390/control`,
    undefined,
  ],
  ['RMX-24', 'chatWithComputer', { computer_id: computer }, 'ACTION', `/computer/${computer}/chat`, undefined],
];

describe('the wire form of each operation', () => {
  it('leaves no number of the document out, nor any ready form of RMX-23', () => {
    const documented = z
      .object({ remotix: z.array(z.object({ number: z.string() })) })
      .parse(JSON.parse(readFileSync(new URL('endpoints.json', import.meta.url), 'utf8'))).remotix;
    const exercised = new Set(wire.map(([number]) => number));
    const forms = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `RMX-23${letter}`);
    const numbers = documented.map((row) => row.number).filter((number) => number !== 'RMX-23');
    expect([...exercised].toSorted()).toEqual([...numbers, ...forms].toSorted());
    for (const [number, id] of wire) expect(operationOf(id).number).toBe(number.slice(0, 6));
  });

  it.each(wire)('%s %s %j', async (_number, id, input, method, path, body) => {
    for (const type of ['VNC', 'VNC_5901', 'RDP'])
      simulator.book.computer(computer)?.types.set(type, { settings: {}, credentials: {} });
    await call(id, input);
    expect(simulator.requests).toHaveLength(1);
    const [request] = simulator.requests;
    expect(request).toMatchObject({ method, path, query: {}, headers: { 'x-remotix-key': header.value } });
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(request?.headers).not.toHaveProperty('transfer-encoding');
    expect(request?.body.toString()).toBe(body ?? '');
    if (body === undefined) expect(request?.headers).not.toHaveProperty('content-type');
    else expect(request?.headers['content-type']).toBe('application/json');
  });

  it('sends no header at all where the account has none', async () => {
    const open = new RemotixSimulator({ devices: 3 });
    await open.listen();
    const bare = openSession(remotix, {
      baseUrl: `${open.baseUrl}/`,
      secrets: { headerValue: '' },
      fields: { headerName: ' ' },
    });
    try {
      expect(await bare.connector.call(operationOf('createGroup'), { name: 'x' }, signal)).toMatchObject({ ok: true });
      expect(open.requests[0]).toMatchObject({ method: 'PUT', path: '/group/' });
      expect(Object.keys(open.requests[0]?.headers ?? {}).toSorted()).toEqual(
        expect.not.arrayContaining(['authorization', 'x-remotix-key']),
      );
    } finally {
      bare.dispose();
      await open.dispose();
    }
  });

  it('keeps what is hard to send in one segment', async () => {
    simulator.fault({ kind: 'status', status: 200 });
    await call('deleteConnection', { uid: '45/67 89?#' });
    expect(simulator.requests[0]?.path).toBe('/connection/45%2F67%2089%3F%23');
  });
});

describe('what is refused before anything is sent', () => {
  it.each([
    ['getComputerConnection', { computer_id: '1', connection_type: 'actions' }],
    ['getComputerConnection', { computer_id: '1', connection_type: 'Credentials' }],
    ['deleteComputerConnection', { computer_id: '1', connection_type: 'NEAR/credentials' }],
    ['deleteComputerConnection', { computer_id: '1', connection_type: '..' }],
    ['deleteComputerConnection', { computer_id: '1', connection_type: '' }],
    ['getComputerConnection', { computer_id: '1', connection_type: 'RDP_3390' }],
    ['getComputerConnection', { computer_id: '1', connection_type: 'RDP', port: 0 }],
    ['getComputerConnection', { computer_id: '1', connection_type: 'RDP', port: 65_536 }],
    ['getComputerConnection', { computer_id: '1', connection_type: 'RDP', port: '22;rm' }],
    ['runComputerAction', { computer_id: '1', connection_type: 'NEAR', action: '../x' }],
    ['runComputerAction', { computer_id: '1', connection_type: 'NEAR' }],
    ['deleteComputer', { computer_id: '' }],
    ['deleteComputer', { computer_id: '..' }],
    ['deleteGroup', { uid: ' ' }],
    ['createGroup', { name: '' }],
    ['createGroup', { name: 'x', nme: 'y' }],
    ['updateConnectionCredentials', { uid: 'a' }],
    ['updateConnectionCredentials', { uid: 'a', 'rxp.password': null }],
    ['updateComputerConnection', { computer_id: '1', connection_type: 'NEAR', body: {} }],
  ])('%s %j', async (id, input) => {
    expect(await session.connector.call(operationOf(id), input, signal)).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input' },
    });
    expect(simulator.requests).toHaveLength(0);
  });

  it('a header value without a name, with the way out', async () => {
    const odd = openSession(remotix, { baseUrl: simulator.baseUrl, secrets: { headerValue: header.value } });
    const result = await odd.connector.check(signal);
    odd.dispose();
    expect(result).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input', hint: expect.stringContaining('name') },
    });
    expect(simulator.requests).toHaveLength(0);
  });

  it.each([{ headerName: 'Host' }, { headerName: 'Content-Length' }, { headerName: 'a b' }, { other: 'x' }])(
    'fields %j',
    (fields) => expect(remotix.fields.safeParse(fields).success).toBe(false),
  );

  it('plain HTTP to another computer', async () => {
    const far = openSession(remotix, { baseUrl: 'http://192.0.2.7:5900', secrets: {} });
    expect(await far.connector.check(signal)).toMatchObject({ ok: false, error: { kind: 'wrong-url' } });
    far.dispose();
  });
});

describe('what comes back, and stays', () => {
  it('a group and a connection, each under its own name', async () => {
    const { group_uid } = z.strictObject({ group_uid: z.string() }).parse(await call('createGroup', { name: 'Ships' }));
    const { uid } = z
      .strictObject({ uid: z.string() })
      .parse(await call('createConnection', { name: 'Bridge', category_uid: group_uid }));
    expect(await call('listGroupItems', { group_uid })).toMatchObject({ items: [{ uid, title: 'Bridge' }] });
    await call('updateConnection', { uid, name: 'Engine', category_uid: group });
    await call('renameGroup', { group_uid, name: 'Boats' });
    expect(simulator.book.groupName(group_uid)).toBe('Boats');
    expect(await call('listGroupItems', { group_uid })).toEqual({ items: [] });
    expect(simulator.book.connection(uid)).toMatchObject({ name: 'Engine', categoryUid: group });
    await call('deleteConnection', { uid });
    await call('deleteGroup', { uid: group_uid });
    expect(await session.connector.call(operationOf('listGroupItems'), { group_uid }, signal)).toMatchObject({
      ok: false,
      error: { kind: 'not-found' },
    });
  });

  it('settings: only what was given changes, and null takes away', async () => {
    await call('updateComputerConnection', { ...near, body: { sound: true } });
    expect(await call('getComputerConnection', near)).toEqual({ type: 'NEAR', quality: 'auto', sound: true });
    await call('updateComputerConnection', { ...near, body: { quality: null } });
    expect(await call('getComputerConnection', near)).toEqual({ type: 'NEAR', sound: true });
  });

  it('credentials, written and taken away', async () => {
    await call('updateConnectionCredentials', { uid: connection, 'rxp.username': 'u', 'rxp.password': 'new-password' });
    expect(simulator.book.connection(connection)?.credentials).toEqual({
      'rxp.username': 'u',
      'rxp.password': 'new-password',
    });
    await call('deleteConnectionCredentials', { uid: connection });
    expect(simulator.book.connection(connection)?.credentials).toEqual({});
    await call('deleteComputerConnectionCredentials', near);
    expect(await call('getComputerConnectionCredentials', near)).toEqual({});
    expect(JSON.stringify(session.records)).not.toContain('new-password');
  });

  it('a deleted computer takes the trust with it', async () => {
    await call('deleteComputer', { computer_id: computer });
    expect(simulator.trustLost).toEqual([computer]);
  });

  it('actions, each once, with what they were about', async () => {
    await call('connectConnection', { uid: connection });
    await call('runComputerAction', { ...rdp, action: 'control' });
    await call('chatWithComputer', { computer_id: computer });
    expect(simulator.actions).toEqual([
      { target: connection, action: 'connect' },
      { target: computer, type: 'RDP_3390', action: 'control' },
      { target: computer, action: 'chat' },
    ]);
  });
});

describe('a list without one object in it', () => {
  it.each(['listGroups', 'listGroupItems', 'listNearby'])('is not passed on: %s', async (id) => {
    simulator.fault({ kind: 'status', status: 200, body: '[3, "x", null, []]' });
    expect(
      await session.connector.call(
        operationOf(id),
        { ...(id === 'listGroupItems' ? { group_uid: group } : {}) },
        signal,
      ),
    ).toMatchObject({
      ok: false,
      error: { kind: 'bad-response', message: expect.stringContaining('found a number, a text, null, a list') },
    });
  });
});

describe('passwords in an input', () => {
  it.each([
    ['updateConnectionCredentials', { uid: connection, 'rdp.password': 'sesame-4711' }],
    ['updateComputerConnection', { ...rdp, body: { 'rdp.password': 'sesame-4711', colors: 'low' } }],
  ])('of %s come back in no message', async (id, input) => {
    simulator.fault({ kind: 'status', status: 400, body: '{"message":"bad password sesame-4711 for low colors"}' });
    const result = await session.connector.call(operationOf(id), input, signal);
    expect(result).toMatchObject({
      ok: false,
      error: { vendorMessage: expect.stringMatching(/^bad password \S+ for low colors$/) },
    });
    expect(JSON.stringify([result, session.records])).not.toContain('sesame-4711');
  });
});

describe('the catalogue', () => {
  it('says what is lost with a computer, and that credentials are read out', () => {
    expect(operationOf('deleteComputer').danger).toMatchObject({
      level: 'destroys',
      confirm: expect.stringContaining('trusted users'),
    });
    expect(operationOf('getComputerConnectionCredentials')).toMatchObject({
      cacheable: false,
      danger: { level: 'destroys', confirm: expect.stringContaining('password') },
      secretFields: expect.arrayContaining(['rxp.password', 'rdp.password']),
    });
  });

  it('says before a computer is renamed or moved what its document leaves open of its groups', () => {
    expect(operationOf('updateComputer').danger).toMatchObject({
      level: 'destroys',
      confirm: expect.stringMatching(/one group.*stays in the others/),
    });
  });

  it('repeats no create, no deletion and no action', () => {
    for (const operation of remotix.operations) {
      const isOnce = operation.method === 'ACTION' || operation.method === 'DELETE' || operation.path.endsWith('/');
      expect(operation.repeatable, operation.id).toBe(!isOnce);
    }
  });

  it('has no address of its own', () => expect(remotix.defaultBaseUrl).toBeUndefined());
});
