import { afterEach, describe, expect, it } from 'vitest';
import type { DeviceRecord } from '../../src-main/core/fleet/device.ts';
import type { Result } from '../../src-main/core/base/errors.ts';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import type { ModeOptions } from '../../src-main/simulators/mode/mode.ts';
import { mode } from '../../src-main/vendors/mode/connector.ts';
import { appProxyService } from '../../src-main/vendors/mode/app-proxy.ts';
import type { FleetPage } from '../../src-main/vendors/vendor.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import type { OpenSession, SessionOptions } from '../support/vendor-session.ts';

/** MODE's connector against the simulator: credentials, the fleet page by page, web requests. */

const now = Date.UTC(2026, 10, 20, 12, 2, 0);
const projectKey = 'v1.cHJv.plain-key-of-project';
const userKey = 'v1.dXNl.session-of-user';
const signal = new AbortController().signal;
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const start = async (options: Partial<ModeOptions> = {}): Promise<ModeSimulator> => {
  const simulator = new ModeSimulator({
    devices: 60,
    projectKey,
    user: { key: userKey, homes: [1701, 1702] },
    now: () => now,
    ...options,
  });
  await simulator.listen();
  cleanups.push(() => simulator.dispose());
  return simulator;
};

const sign = (
  simulator: ModeSimulator,
  apiKey: string,
  fields: Record<string, string> = {},
  more: Partial<SessionOptions> = {},
): OpenSession => {
  const session = openSession(mode, { baseUrl: simulator.baseUrl, secrets: { apiKey }, fields, ...more });
  cleanups.push(() => session.dispose());
  return session;
};

const devicesOf = (pages: readonly Result<FleetPage>[]): readonly DeviceRecord[] =>
  pages.flatMap((page) => (page.ok ? page.value.devices : []));

const project = { projectId: '1265' };

describe('the credentials', () => {
  it('are a key of a project, a user or a device', async () => {
    const simulator = await start();
    const deviceKey = simulator.fleet.find('34256')!.apiKey;
    for (const [key, fields] of [
      [projectKey, project],
      [projectKey, { homeId: '1701' }],
      [`ModeCloud ${projectKey}`, project],
      [userKey, { keyKind: 'user' }],
      [deviceKey, { keyKind: 'device' }],
    ] as const)
      expect(await sign(simulator, key, fields).connector.check(signal)).toEqual({ ok: true, value: undefined });
  });

  it('that nobody owns are wrong, although MODE answers 200', async () => {
    const simulator = await start();
    const check = await sign(simulator, 'v1.wrong', project).connector.check(signal);
    expect(check).toMatchObject({ ok: false, error: { kind: 'unauthorized' } });
    expect(simulator.requests.map((request) => request.path)).toEqual(['/auth']);
  });

  it('that may not see the home are told so at once', async () => {
    const simulator = await start();
    const check = sign(simulator, userKey, { keyKind: 'user', homeId: '1703' }).connector.check(signal);
    expect(await check).toMatchObject({ ok: false, error: { kind: 'forbidden', vendorMessage: 'PERMISSION_DENIED' } });
  });

  it('of another kind than said are told so', async () => {
    const simulator = await start();
    const check = sign(simulator, projectKey, { keyKind: 'device' }).connector.check(signal);
    expect(await check).toMatchObject({ ok: false, error: { kind: 'invalid-input' } });
  });

  it('at a wrong address say that it is the address', async () => {
    const simulator = await start();
    const options = { baseUrl: `${simulator.origin}/v9`, secrets: { apiKey: projectKey }, fields: project };
    const session = openSession(mode, options);
    cleanups.push(() => session.dispose());
    expect(await session.connector.check(signal)).toMatchObject({ ok: false, error: { kind: 'wrong-url' } });
  });

  it('may be a key alone: MODE says which project it belongs to', async () => {
    const simulator = await start();
    const session = sign(simulator, projectKey, mode.fields.parse({}));
    expect(await session.connector.check(signal)).toEqual({ ok: true, value: undefined });
    expect(devicesOf(await collect(session.connector.listDevices(signal)))).toHaveLength(60);
    for (const request of simulator.requestsTo('/devices')) expect(request.query['projectId']).toBe('1265');
    // Of a user, too: then the devices are those of all homes.
    expect(await sign(simulator, userKey, mode.fields.parse({})).connector.check(signal)).toMatchObject({ ok: true });
  });

  it('of another project than was entered say which it is, before any device is asked for', async () => {
    const simulator = await start();
    const { connector } = sign(simulator, projectKey, { projectId: '9' });
    const error = {
      kind: 'invalid-input',
      message: 'This API key belongs to the project 1265, not to 9.',
      hint: 'Leave the project id of the account empty, or enter 1265.',
    };
    expect(await connector.check(signal)).toMatchObject({ ok: false, error });
    expect(await collect(connector.listDevices(signal))).toMatchObject([{ ok: false, error }]);
    expect(simulator.requestsTo('/devices')).toHaveLength(0);
  });

  it('of a device are not taken for those of its project', async () => {
    const simulator = await start();
    const check = sign(simulator, simulator.fleet.find('34256')!.apiKey, {}).connector.check(signal);
    expect(await check).toMatchObject({ ok: false, error: { message: 'This is the key of one device.' } });
  });

  it('that end say when, and those that do not end say nothing', async () => {
    const expiresAt = now + 3_600_000;
    const simulator = await start({ user: { key: userKey, homes: 'project', expiresAt } });
    const user = sign(simulator, userKey, { keyKind: 'user' }).connector;
    expect(user.credentialsExpireAt).toBeUndefined();
    await collect(user.listDevices(signal));
    expect(user.credentialsExpireAt).toBe(expiresAt);
    const { connector } = sign(simulator, projectKey);
    await collect(connector.listDevices(signal));
    expect(connector.credentialsExpireAt).toBeUndefined();
  });
});

describe('the fleet', () => {
  it('arrives page by page, whole, and without duplicates', async () => {
    const simulator = await start({ devices: 250 });
    const pages = await collect(sign(simulator, projectKey, project).connector.listDevices(signal));
    expect(devicesOf(pages).map((device) => device.id)).toEqual(simulator.fleet.ids);
    expect(simulator.requestsTo('/devices').map((request) => request.query)).toEqual([
      { projectId: '1265', skip: '0', limit: '100' },
      { projectId: '1265', skip: '100', limit: '100' },
      { projectId: '1265', skip: '200', limit: '100' },
    ]);
  });

  it('is whole, too, where MODE sends fewer at a time than asked for', async () => {
    const simulator = await start({ devices: 130, maxPerPage: 50 });
    const pages = await collect(sign(simulator, projectKey, project).connector.listDevices(signal));
    expect(devicesOf(pages)).toHaveLength(130);
    expect(simulator.requestsTo('/devices').map((request) => request.query['skip'])).toEqual(['0', '50', '100']);
  });

  it('has each device once, even where the list moves between two pages', async () => {
    const simulator = await start({ devices: 150 });
    const session = sign(simulator, projectKey, project);
    const all: DeviceRecord[] = [];
    for await (const page of session.connector.listDevices(signal)) {
      if (page.ok) all.push(...page.value.devices);
      // A new machine in front of all others moves the last of the first page to the second.
      if (simulator.requestsTo('/devices').length === 1) {
        const list = simulator.fleet.ids.map((id) => simulator.fleet.find(id)!);
        const made = simulator.fleet.create('kiosk', now);
        for (const device of list) simulator.fleet.remove(device);
        for (const device of list) simulator.fleet.add(device);
        simulator.fleet.add(made);
      }
    }
    expect(new Set(all.map((device) => device.id)).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(150);
  });

  it('that does not go on after the first page is marked as a part of it', async () => {
    const simulator = await start();
    const body = JSON.stringify(Array.from({ length: 25 }, (_, at) => ({ id: at + 1, name: `d${at}` })));
    simulator.fault({ kind: 'status', status: 200, body, path: '/devices' });
    const pages = await collect(sign(simulator, projectKey, project).connector.listDevices(signal));
    expect(devicesOf(pages)).toHaveLength(25);
    expect(pages.at(-1)).toMatchObject({
      ok: true,
      value: { devices: [], incomplete: true, problem: { message: expect.stringContaining('there may be more') } },
    });
  });

  it('with devices that have no id is marked as a part of it, so that nobody takes them for gone', async () => {
    const simulator = await start({ devices: 0 });
    const body = JSON.stringify([{ id: 1, name: 'kiosk' }, { name: 'nobody' }]);
    simulator.fault({ kind: 'status', status: 200, body, count: 1, path: '/devices' });
    const pages = await collect(sign(simulator, projectKey, project).connector.listDevices(signal));
    expect(devicesOf(pages).map((device) => device.name)).toEqual(['kiosk']);
    expect(pages[0]).toMatchObject({
      ok: true,
      value: { incomplete: true, problem: { message: expect.stringContaining('without an id') } },
    });
  });

  it('keeps what came when a page in the middle fails', async () => {
    const simulator = await start({ devices: 350 });
    const session = sign(simulator, projectKey, project);
    const pages: Result<FleetPage>[] = [];
    for await (const page of session.connector.listDevices(signal)) {
      pages.push(page);
      if (pages.length === 1) simulator.fault({ kind: 'status', status: 409, count: 1 });
    }
    expect(pages.map((page) => page.ok)).toEqual([true, false, true, true]);
    expect(devicesOf(pages)).toHaveLength(250);
  });

  it('is given up after two failures, or at once when asking on cannot help', async () => {
    const simulator = await start();
    const { connector } = sign(simulator, projectKey, project);
    simulator.fault({ kind: 'status', status: 409, path: '/devices' });
    expect(await collect(connector.listDevices(signal))).toHaveLength(2);
    simulator.faults.clear();
    simulator.fault({ kind: 'revoked' });
    expect(await collect(connector.listDevices(signal))).toMatchObject([{ error: { kind: 'unauthorized' } }]);
  });

  it('is in words of ours', async () => {
    const simulator = await start({
      devices: makeFleet(60, now).map((device) => ({ ...device, online: device.index !== 2 })),
    });
    const pages = await collect(sign(simulator, projectKey, project).connector.listDevices(signal));
    const device = (id: string) => devicesOf(pages).find((candidate) => candidate.id === id);
    const row = simulator.fleet.find('34256')!;
    expect(device('34256')).toMatchObject({
      name: row.name,
      description: row.deviceClass,
      groups: ['Plant 1'],
      tags: [row.tag],
      presence: { state: 'online', source: 'vendor-list' },
    });
    expect(device('34258')?.presence).toMatchObject({ state: 'offline', lastOnlineAt: expect.any(Number) });
    // No home, never connected; the id of another is a text.
    expect(device('34261')).toMatchObject({ groups: [], presence: { state: 'offline' } });
    expect(device('34261')?.presence).not.toHaveProperty('lastOnlineAt');
    expect(device('85d1d')).toBeDefined();
    expect(JSON.stringify(pages)).not.toContain(row.apiKey);
    expect(JSON.stringify(pages)).not.toContain(row.claimCode);
  });

  it('of a user are the devices of all homes, by name', async () => {
    const simulator = await start();
    const pages = await collect(sign(simulator, userKey, { keyKind: 'user' }).connector.listDevices(signal));
    const expected = simulator.fleet.ids.filter((id) => [1701, 1702].includes(simulator.fleet.find(id)?.homeId ?? 0));
    expect(devicesOf(pages).map((device) => device.id)).toEqual(expected);
    expect(new Set(devicesOf(pages).flatMap((device) => device.groups))).toEqual(
      new Set([simulator.fleet.homes.get(1701), simulator.fleet.homes.get(1702)]),
    );
  });

  it('of a user is, where not all homes could be read, that of those that were', async () => {
    const simulator = await start();
    const body = JSON.stringify([{ id: 1701, name: 'Plant 1' }]);
    simulator.fault({ kind: 'status', status: 200, body, count: 1, path: '/homes' });
    simulator.fault({ kind: 'status', status: 403, path: '/homes' });
    const pages = await collect(sign(simulator, userKey, { keyKind: 'user' }).connector.listDevices(signal));
    expect(pages[0]).toMatchObject({ ok: false, error: { kind: 'forbidden' } });
    expect(devicesOf(pages).length).toBeGreaterThan(0);
    expect(new Set(devicesOf(pages).flatMap((device) => device.groups))).toEqual(new Set(['Plant 1']));
  });

  it('of a home is that home', async () => {
    const simulator = await start();
    const pages = await collect(sign(simulator, projectKey, { homeId: '1702' }).connector.listDevices(signal));
    expect(new Set(devicesOf(pages).flatMap((device) => device.groups))).toEqual(
      new Set([simulator.fleet.homes.get(1702)]),
    );
  });

  it('names homes for a project key, asks for the names now and then, and does without them', async () => {
    const simulator = await start();
    simulator.deactivatedHomes.add(1702);
    const { connector } = sign(simulator, projectKey);
    const groups = async () =>
      new Set(devicesOf(await collect(connector.listDevices(signal))).flatMap((device) => device.groups));
    const refused = simulator.fault({ kind: 'status', status: 403, path: '/homes' });
    const { connector: other } = sign(simulator, projectKey);
    const pages = await collect(other.listDevices(signal));
    expect(pages.every((page) => page.ok)).toBe(true);
    expect(devicesOf(pages)[0]?.groups).toEqual(['Home 1701']);
    refused();
    expect(await groups()).toEqual(new Set(simulator.fleet.homes.values()));
    const asked = simulator.requestsTo('/homes').length;
    expect(await groups()).toEqual(new Set(simulator.fleet.homes.values()));
    expect(simulator.requestsTo('/homes')).toHaveLength(asked);
    const closed = devicesOf(await collect(connector.listDevices(signal))).filter(
      ({ facts }) => facts?.attributes?.['home deactivated'] === 'true',
    );
    expect(new Set(closed.flatMap((device) => device.groups))).toEqual(new Set([simulator.fleet.homes.get(1702)]));
  });

  it('of a device key is that device', async () => {
    const simulator = await start();
    const session = sign(simulator, simulator.fleet.find('85d1d')!.apiKey, { keyKind: 'device' });
    const pages = await collect(session.connector.listDevices(signal));
    const row = simulator.fleet.find('85d1d')!;
    expect(devicesOf(pages)).toMatchObject([
      {
        id: '85d1d',
        name: row.name,
        tags: [row.tag],
        presence: { state: row.isConnected === true ? 'online' : 'offline' },
      },
    ]);
    expect(simulator.requests.map((request) => request.path)).toEqual(['/auth', '/devices/85d1d']);
  });

  it('may be empty', async () => {
    const simulator = await start({ devices: 0 });
    expect(await collect(sign(simulator, projectKey, project).connector.listDevices(signal))).toEqual([
      { ok: true, value: { devices: [] } },
    ]);
  });

  it('of 100,000 devices arrives', async () => {
    const simulator = await start({ devices: 100_000 });
    const fields = { ...project, pageLimit: '1000', requestsPerMinute: '6000' };
    const pages = await collect(sign(simulator, projectKey, fields).connector.listDevices(signal));
    expect(new Set(devicesOf(pages).map((device) => device.id)).size).toBe(100_000);
  });
});

describe('web requests to a device', () => {
  const upstream = (
    target: string,
    method = 'GET',
    headers: Record<string, string> = {},
    fields: Record<string, string> = { appProxyPath: '/my+ui/v1/' },
  ) => {
    const session = openSession(mode, {
      baseUrl: 'https://api.tinkermode.com',
      secrets: { apiKey: 'k-12345' },
      fields,
    });
    session.dispose();
    return session.connector.webRequests!.upstream('85d1d', appProxyService, { method, target, headers });
  };

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('%s goes below the app proxy, with the key', (method) => {
    expect(upstream('/status/all?x=1&y=%2F', method)).toEqual({
      ok: true,
      value: {
        method,
        url: 'https://api.tinkermode.com/devices/85d1d/appProxy/my%2Bui/v1/status/all?x=1&y=%2F',
        prefix: 'https://api.tinkermode.com/devices/85d1d/appProxy/my%2Bui/v1',
        headers: { authorization: 'ModeCloud k-12345' },
        secrets: ['k-12345'],
      },
    });
  });

  it('take along what is about the content, and nothing that is about this computer', () => {
    const sent = {
      'content-type': 'application/json',
      'content-length': '2',
      accept: '*/*',
      host: '127.0.0.1:4000',
      cookie: 'quayside=secret',
      authorization: 'Bearer mine',
      origin: 'http://127.0.0.1:4000',
      connection: 'keep-alive',
    };
    expect(upstream('/a', 'POST', sent)).toMatchObject({
      value: {
        headers: {
          'content-type': 'application/json',
          'content-length': '2',
          accept: '*/*',
          authorization: 'ModeCloud k-12345',
        },
      },
    });
    expect(JSON.stringify(upstream('/a', 'POST', sent))).not.toMatch(/quayside|mine|127\.0\.0\.1/);
  });

  it.each(['/../../devices', '/a/%2e%2e/%2E%2e/x', '/a%2f..%2f..', '/..\\..', 'https://example.com/', '/%zz', '*'])(
    'never lead out of the device: %s',
    (target) => {
      expect(upstream(target)).toMatchObject({ ok: false, error: { kind: 'invalid-input' } });
    },
  );

  it('are offered where the account names a path of the App Proxy, and nowhere else', async () => {
    const simulator = await start();
    const services = async (fields: Record<string, string>) =>
      devicesOf(await collect(sign(simulator, projectKey, fields).connector.listDevices(signal)))[0]?.services;
    expect(await services({})).toEqual([]);
    expect(await services({ appProxyPath: 'app' })).toEqual([appProxyService]);
    expect(mode.defaultServices).toEqual([]);
    expect(upstream('/', 'GET', {}, {})).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
    for (const wrong of ['a/../b', '..', 'a b', 'a?b', '/'])
      expect(mode.fields.safeParse({ appProxyPath: wrong }).success).toBe(false);
  });

  it.each(['HEAD', 'OPTIONS', 'CONNECT', 'TRACE'])('%s is not passed on', (method) => {
    expect(upstream('/a', method)).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
  });
});
