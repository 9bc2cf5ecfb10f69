import { afterEach, describe, expect, it } from 'vitest';
import type { DeviceRecord, Service } from '../../src-main/core/fleet/device.ts';
import type { Result } from '../../src-main/core/base/errors.ts';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { simulatedDeviceId, simulatedServiceId } from '../../src-main/simulators/remoteit/fleet.ts';
import { simulatedOrganisation } from '../../src-main/simulators/remoteit/remoteit.ts';
import type { RemoteItSimulator } from '../../src-main/simulators/remoteit/remoteit.ts';
import { remoteIt } from '../../src-main/vendors/remoteit/connector.ts';
import type { FleetPage } from '../../src-main/vendors/vendor.ts';
import { remoteItOperation, remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';
import { collect, good, openSession } from '../support/vendor-session.ts';
import type { OpenSession, SessionOptions } from '../support/vendor-session.ts';

/** remote.it's fleet in Quayside's words, against the simulator. */

const now = Date.UTC(2026, 10, 20, 12, 2, 0);
const deviceId = simulatedDeviceId(0);
const ssh: Service = { id: simulatedServiceId(0, 0), kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 };
const signal = new AbortController().signal;

let simulator: RemoteItSimulator;
let session: OpenSession;

const open = (options: Partial<SessionOptions> = {}): void => {
  session?.dispose();
  session = openSession(remoteIt, { baseUrl: simulator.baseUrl, secrets: remoteItSecrets.accessKey, ...options });
};

const start = async (devices: number, options: Partial<SessionOptions> = {}): Promise<void> => {
  simulator = await startRemoteIt({
    devices: makeFleet(devices, now),
    now: () => now,
  });
  if (devices > 0) simulator.fleet.setOnline(deviceId, true);
  open(options);
};

/** The account in the older API. */
const rest = async (devices: number, fields: Record<string, string> = {}): Promise<void> => {
  await start(devices);
  open({ secrets: remoteItSecrets.token(simulator.sessions.issue()), fields });
};

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

const list = async (): Promise<readonly FleetPage[]> =>
  (await collect(session.connector.listDevices(signal))).map(good);
const devicesOf = (pages: readonly FleetPage[]): readonly DeviceRecord[] => pages.flatMap((page) => page.devices);
const asked = (): readonly { readonly query: string; readonly variables: Readonly<Record<string, unknown>> }[] =>
  simulator.requests.map(
    ({ body }) => JSON.parse(body.toString()) as { query: string; variables: Record<string, unknown> },
  );
const pagesAsked = () => asked().filter(({ query }) => query.startsWith('query Devices'));
const devicesAnswer = (items: readonly unknown[], more: object = {}): string =>
  JSON.stringify({
    data: { login: { account: { devices: { total: items.length, hasMore: false, items, ...more } } } },
  });

describe('listing over GraphQL', () => {
  it('gives devices in our words, their services by kind', async () => {
    await start(60);
    const devices = devicesOf(await list());
    expect(devices.map((device) => device.id)).toEqual(simulator.fleet.list().map((device) => device.id));
    expect(devices[0]).toEqual({
      id: deviceId,
      name: simulator.fleet.list()[0]?.name,
      groups: [],
      tags: ['Plant 1'],
      presence: {
        state: 'online',
        observedAt: expect.any(Number),
        source: 'vendor-list',
        lastOnlineAt: expect.any(Number),
      },
      services: expect.arrayContaining([
        { ...ssh, name: simulator.fleet.list()[0]?.services[0]?.name, state: 'active' },
      ]),
      externalAddress: expect.any(String),
      internalAddress: expect.any(String),
      facts: expect.objectContaining({ platform: 'Raspberry Pi' }),
    });
    const off = simulator.fleet.list().find((device) => !device.online)!;
    expect(devices[off.index]?.presence).toMatchObject({ state: 'offline', lastOnlineAt: off.changedAt });
    const kinds = new Set(devices.flatMap((device) => device.services.map((service) => service.kind)));
    expect([...kinds].toSorted()).toEqual(['http', 'https', 'rdp', 'ssh', 'tcp', 'vnc']);
    // Neither the device itself nor anything over UDP.
    expect(
      devices.some((device) => device.services.some((service) => service.id === device.id || service.port === 51_820)),
    ).toBe(false);
  });

  it('asks page by page, by what came', async () => {
    await start(250, { fields: { pageSize: '100', organisation: simulatedOrganisation.id } });
    expect((await list()).map((page) => page.devices.length)).toEqual([100, 100, 50]);
    expect(pagesAsked().map(({ variables }) => variables)).toEqual(
      [0, 100, 200].map((from) => ({ size: 100, from, account: simulatedOrganisation.id })),
    );
  });

  it('goes on after a page that failed, and gives up after two', async () => {
    await start(250, { fields: { pageSize: '50' } });
    simulator.fault({ kind: 'status', status: 200, body: '{"data":{}}', count: 1 });
    const pages = await collect(session.connector.listDevices(signal));
    expect(pages.map((page) => (page.ok ? page.value.devices.length : page.error.kind))).toEqual([
      'bad-response',
      50,
      50,
      50,
      50,
    ]);
    simulator.fault({ kind: 'status', status: 200, body: '{"data":{}}' });
    expect(await collect(session.connector.listDevices(signal))).toHaveLength(2);
  });

  it('stops at once where the next page fares no better', async () => {
    await start(250, { fields: { pageSize: '50' } });
    simulator.fault({ kind: 'status', status: 403 });
    expect(await collect(session.connector.listDevices(signal))).toMatchObject([
      { ok: false, error: { kind: 'unauthorized' } },
    ]);
    expect(simulator.requests).toHaveLength(1);
  });

  it('drops what comes twice, and says that the list changed', async () => {
    await start(3);
    await list();
    simulator.forgetRequests();
    const item = (id: string): unknown => ({ id, name: id, state: 'active' });
    simulator.fault({
      kind: 'status',
      status: 200,
      body: devicesAnswer([item('a'), item('b')], { total: 4, hasMore: true }),
      count: 1,
    });
    simulator.fault({
      kind: 'status',
      status: 200,
      body: devicesAnswer([item('b'), item('c')], { total: 4 }),
      count: 1,
    });
    const pages = await list();
    expect(devicesOf(pages).map((device) => device.id)).toEqual(['a', 'b', 'c']);
    expect(pages[1]).toMatchObject({ incomplete: true, problem: { kind: 'bad-response' } });
    expect(pagesAsked()[1]?.variables).toMatchObject({ from: 2 });
  });

  it('ends where a server sends the same page for ever, and says that devices may be missing', async () => {
    await start(3);
    simulator.fault({ kind: 'status', status: 200, body: devicesAnswer([{ id: 'a' }], { total: 9, hasMore: true }) });
    const pages = await list();
    expect(pages).toHaveLength(2);
    expect(pages[1]).toMatchObject({
      devices: [],
      incomplete: true,
      problem: { message: expect.stringContaining('there may be more') },
    });
  });

  it('leaves out rows without an id, and says so', async () => {
    await start(3);
    simulator.fault({
      kind: 'status',
      status: 200,
      body: devicesAnswer([
        { name: 'nobody' },
        7,
        null,
        {
          id: 'a',
          name: [null],
          state: 'odd',
          tags: null,
          services: [null, { id: 's', port: 'x', application: '28' }],
        },
      ]),
    });
    const [page] = await list();
    expect(page?.devices).toMatchObject([
      {
        id: 'a',
        name: 'a',
        tags: [],
        presence: { state: 'unknown', source: 'none' },
        services: [{ id: 's', kind: 'ssh', name: 'SSH' }],
      },
    ]);
    expect(page).toMatchObject({ incomplete: true, problem: { message: expect.stringContaining('3 of 4') } });
  });

  it('offers what a TCP forward can carry, and nothing twice', async () => {
    await start(3);
    const services = [
      { id: 'a', name: 'the device itself' },
      { id: 'u', application: 32_770 },
      { id: 'v', application: 1, protocol: 'udp' },
      { id: 'off', application: 28, enabled: 'false' },
      { id: 's', application: 28, port: '22', enabled: true },
      { id: 's', application: 28, port: 22 },
      { id: 't', application: 9999, title: 'Something new', port: 70_000 },
    ];
    simulator.fault({ kind: 'status', status: 200, body: devicesAnswer([{ id: 'a', services }]) });
    expect(devicesOf(await list())[0]?.services).toEqual([
      { id: 's', kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 },
      { id: 't', kind: 'tcp', name: 'Something new', route: 'tunnel' },
    ]);
  });

  it('tells the kind of a service by the vendor’s list, asked for once, and by its application’s table', async () => {
    await start(3);
    const applications = [1, 4, 5, 7, 8, 10, 28, 30, 33, 37, 38, 42, 777];
    const services = applications.map((application) => ({ id: `s${application}`, application }));
    const kinds = async (): Promise<unknown> =>
      devicesOf(await list())[0]?.services.map(({ id, kind }) => [id.slice(1), kind].join(' '));
    const body = devicesAnswer([{ id: 'a', services }]);
    simulator.fault({ kind: 'status', status: 200, body, count: 1 });
    const told = ['37 https', '38 https', '42 https', '777 tcp'];
    const known = ['1 tcp', '4 vnc', '5 rdp', '7 http', '8 https', '10 https', '28 ssh', '30 http', '33 https'];
    expect(await kinds()).toEqual([...known, ...told]);
    expect(asked().filter(({ query }) => query.includes('Types'))).toHaveLength(2);
    simulator.fault({ kind: 'status', status: 200, body, count: 1 });
    await list();
    expect(asked().filter(({ query }) => query.includes('Types'))).toHaveLength(2);

    // What the vendor says goes before the table; without its list the table is enough.
    open();
    const list777 = JSON.stringify({ data: { applicationTypes: [{ id: 777, scheme: 'HTTP' }], platformTypes: [] } });
    simulator.fault({ kind: 'status', status: 200, body, count: 1 });
    const recover = simulator.fault({ kind: 'status', status: 200, body: list777, count: 2 });
    expect(await kinds()).toContain('777 http');
    recover();
    open();
    simulator.fault({ kind: 'status', status: 200, body, count: 1 });
    simulator.fault({ kind: 'status', status: 400, body: '{"errors":[{"message":"no such field"}]}', count: 2 });
    expect(await kinds()).toEqual([...known, ...told]);
  });

  it('carries what the vendor tells of a device and of its services', async () => {
    await start(3);
    const row = {
      id: 'a',
      name: 'bento 1',
      state: 'active',
      platform: 1072,
      manufacturer: 1025,
      hardwareId: 'b8:27:eb:00:00:01',
      version: '5.2.4',
      created: '2021-06-01T08:00:00.000Z',
      license: 'LICENSED',
      permissions: ['VIEW', 'CONNECT'],
      owner: { id: 'u1', email: 'owner@example.com' },
      access: [{ user: { id: 'u2', email: 'guest@example.com' } }, { user: { id: 'u3', email: null } }],
      attributes: {
        site: 'Rack 4',
        api_token: 'not-for-the-window',
        $remoteit: { categoryA: 'Spare', statusB: 'Due' },
      },
      endpoint: {
        onlineSince: '2021-06-02T08:00:00.000Z',
        offlineSince: '2021-06-01T20:00:00.000Z',
        externalAddress: '73.189.20.30:53190',
        internalAddress: '192.168.1.7',
        quality: 'GOOD',
        availability: 99.5,
        geo: {
          city: 'Palo Alto',
          stateName: 'California',
          countryName: 'United States',
          timezone: 'America/Los_Angeles',
          isp: 'Comcast',
          connectionType: 'Cable/DSL',
        },
      },
      services: [
        { id: 's', name: 'bento 1 - ssh', application: 28, port: 22, host: '127.0.0.1', state: 'inactive' },
        { id: 't', name: 'Bento 1_web', application: 8, port: 443, host: '192.168.1.9', state: 'active' },
        { id: 'u', name: 'bento 10', application: 1, state: 'odd' },
      ],
    };
    simulator.fault({ kind: 'status', status: 200, body: devicesAnswer([row]), count: 1 });
    const [device] = devicesOf(await list());
    expect(device).toMatchObject({ externalAddress: '73.189.20.30', internalAddress: '192.168.1.7' });
    expect(device?.services).toEqual([
      { id: 's', kind: 'ssh', name: 'ssh', route: 'tunnel', port: 22, state: 'inactive' },
      { id: 't', kind: 'https', name: 'web', route: 'tunnel', port: 443, host: '192.168.1.9', state: 'active' },
      { id: 'u', kind: 'tcp', name: 'bento 10', route: 'tunnel' },
    ]);
    expect(device?.facts).toEqual({
      platform: 'Raspberry Pi',
      manufacturer: '1025',
      hardwareId: 'b8:27:eb:00:00:01',
      agentVersion: '5.2.4',
      city: 'Palo Alto',
      region: 'California',
      country: 'United States',
      timezone: 'America/Los_Angeles',
      provider: 'Comcast',
      connectionType: 'Cable/DSL',
      quality: 'GOOD',
      availability: 99.5,
      onlineSince: Date.UTC(2021, 5, 2, 8),
      createdAt: Date.UTC(2021, 5, 1, 8),
      owner: 'owner@example.com',
      sharedWith: ['guest@example.com', 'u3'],
      licence: 'LICENSED',
      permissions: ['VIEW', 'CONNECT'],
      attributes: { site: 'Rack 4', categoryA: 'Spare', statusB: 'Due' },
    });
    expect(JSON.stringify(device)).not.toContain('not-for-the-window');
  });

  it('takes a page of which one field could not be had', async () => {
    await start(3);
    const answer = JSON.parse(devicesAnswer([{ id: 'a', hardwareId: null }])) as object;
    const path = ['login', 'account', 'devices', 'items', 0, 'hardwareId'];
    const partly = (errors: unknown): string => JSON.stringify({ ...answer, errors });
    simulator.fault({ kind: 'status', status: 200, body: partly([{ message: 'no permission', path }]), count: 1 });
    expect(devicesOf(await list()).map(({ id }) => id)).toEqual(['a']);
    simulator.fault({ kind: 'status', status: 200, body: partly([{ message: 'no permission', path: ['login'] }]) });
    expect((await collect(session.connector.listDevices(signal)))[0]).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input', vendorMessage: 'no permission' },
    });
  });

  it('is that of the organisation, its tags too, and tags are changed there', async () => {
    await start(3, { fields: { organisation: simulatedOrganisation.id } });
    const tags = async (): Promise<unknown> => devicesOf(await list())[0]?.tags;
    expect(await tags()).toEqual(['Organisation']);
    const tag = { name: 'new', serviceId: deviceId };
    good(await session.connector.call(remoteItOperation('addTag'), tag, signal));
    expect(await tags()).toEqual(['Organisation', 'new']);
    good(await session.connector.call(remoteItOperation('removeTag'), tag, signal));
    expect(await tags()).toEqual(['Organisation']);
    open();
    expect(await tags()).toEqual(['Plant 1']);
  });

  it('gives one empty page for an empty account', async () => {
    await start(0);
    expect(await list()).toEqual([{ devices: [] }]);
  });

  it('says that nobody is signed in where login is null', async () => {
    await start(3);
    simulator.nobody = true;
    expect(await collect(session.connector.listDevices(signal))).toMatchObject([
      { ok: false, error: { kind: 'unauthorized' } },
    ]);
  });

  it('ends when it is cancelled', async () => {
    await start(250, { fields: { pageSize: '100' } });
    const cancel = new AbortController();
    const pages: Result<FleetPage>[] = [];
    for await (const page of session.connector.listDevices(cancel.signal)) {
      pages.push(page);
      cancel.abort();
    }
    expect(pages.map((page) => (page.ok ? 'page' : page.error.kind))).toEqual(['page', 'cancelled']);
  });

  it('holds 100,000 devices', async () => {
    await start(100_000, { fields: { pageSize: '1000', requestsPerMinute: '6000' } });
    const pages = await list();
    expect(pages).toHaveLength(100);
    expect(new Set(devicesOf(pages).map((device) => device.id)).size).toBe(100_000);
    expect(pages.every((page) => page.problem === undefined)).toBe(true);
  });
});

describe('listing over v27', () => {
  it('groups services by a guess, and says that it is one', async () => {
    await rest(40);
    const devices = devicesOf(await list());
    expect(devices.map((device) => device.id)).toEqual(simulator.fleet.list().map((device) => device.id));
    expect(devices[0]).toMatchObject({
      id: deviceId,
      description: expect.stringContaining('a guess'),
      presence: { state: 'online', source: 'vendor-list' },
      services: expect.arrayContaining([expect.objectContaining({ id: ssh.id, kind: 'ssh', route: 'tunnel' })]),
    });
    expect(simulator.requests.map(({ path }) => path)).toEqual(['/apv/v27/device/list/all']);
  });

  it('shows a service by itself where its device cannot be told', async () => {
    await rest(1);
    const row = { devicestate: 'inactive', servicetitle: 'SSH', devicelastip: '192.0.2.1', lastinternalip: '10.0.0.1' };
    const bulk = { ...row, servicetitle: 'Bulk Service' };
    simulator.fault({
      kind: 'status',
      status: 200,
      body: JSON.stringify({
        status: 'true',
        devices: [
          { ...bulk, deviceaddress: 'A', devicealias: 'one' },
          { ...bulk, deviceaddress: 'B', devicealias: 'two' },
          { ...row, deviceaddress: 'S' },
          { ...row, deviceaddress: 'T', devicelastip: [null], servicetitle: 'Odd', devicetype: '00:04:00:00' },
          { servicetitle: 'SSH' },
        ],
      }),
    });
    const [page] = await list();
    expect(page?.devices.map(({ id, services }) => [id, services.map(({ kind }) => kind)])).toEqual([
      ['A', []],
      ['B', []],
      ['S', ['ssh']],
      ['T', ['vnc']],
    ]);
    expect(page).toMatchObject({ incomplete: true, problem: { kind: 'bad-response' } });
  });

  it('carries what the sample of the documentation tells', async () => {
    await rest(1);
    // https://github.com/remoteit/docs/blob/master/api-reference/rest-api-overview/list.md, with its commas in place.
    const row = {
      createdate: '2018-03-29T04:19:02.19-04:00',
      deviceaddress: '80:00:00:80:01:00:01:25',
      devicealias: 'Demo_Router_Web_Port_80',
      devicelastip: '126.237.116.49',
      devicestate: 'active',
      devicetype: '00:1E:00:00:00:01:00:00:04:60:00:50:00:01:00:00',
      georegion: 'Asia',
      lastcontacted: '2018-12-29T14:56:50-05:00',
      lastinternalip: '10.61.12.80',
      ownerusername: 'joeh@remot3.it',
      servicetitle: 'Basic Web',
      shared: 'shared-from',
    };
    const bulk = { ...row, deviceaddress: '80:01', devicealias: 'Demo_Router', servicetitle: 'Bulk Service' };
    simulator.fault({ kind: 'status', status: 200, body: JSON.stringify({ devices: [row, bulk], status: 'true' }) });
    expect(devicesOf(await list())).toMatchObject([
      {
        name: 'Demo_Router',
        externalAddress: '126.237.116.49',
        internalAddress: '10.61.12.80',
        services: [{ id: '80:00:00:80:01:00:01:25', kind: 'http', name: 'Web_Port_80', port: 80, state: 'active' }],
        facts: {
          region: 'Asia',
          owner: 'joeh@remot3.it',
          createdAt: Date.parse('2018-03-29T04:19:02.190-04:00'),
          attributes: { shared: 'shared-from' },
        },
      },
    ]);
  });

  it('takes a failure that comes with HTTP 200', async () => {
    await rest(1);
    simulator.fault({ kind: 'status', status: 200, body: '{"status":"false","reason":"missing user"}' });
    expect(await collect(session.connector.listDevices(signal))).toMatchObject([
      { ok: false, error: { kind: 'unauthorized' } },
    ]);
  });
});
