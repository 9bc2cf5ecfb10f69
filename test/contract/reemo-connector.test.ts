import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DeviceRecord } from '../../src-main/core/fleet/device.ts';
import type { AppError, Result } from '../../src-main/core/base/errors.ts';
import { ReemoSimulator, simulatedReemoId, simulatedSignalId } from '../../src-main/simulators/reemo/reemo.ts';
import type { ReemoOptions } from '../../src-main/simulators/reemo/reemo.ts';
import { reemo } from '../../src-main/vendors/reemo/connector.ts';
import type { FleetPage, WebSession } from '../../src-main/vendors/vendor.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import type { OpenSession } from '../support/vendor-session.ts';

/** Reemo's computers and sessions in Quayside's words, against the simulator. */

const secretKey = 'sk_live_test-key-4711';
const id = simulatedReemoId(0);
const signal = new AbortController().signal;

let simulator: ReemoSimulator;
let session: OpenSession;
let now: number;

const start = async (options: Partial<ReemoOptions> = {}, fields: Record<string, string> = {}): Promise<void> => {
  session?.dispose();
  await simulator?.dispose();
  simulator = new ReemoSimulator({ secretKey, devices: 60, now: () => now, ...options });
  await simulator.listen();
  simulator.setOnline(id, true);
  session = openSession(reemo, { baseUrl: simulator.baseUrl, secrets: { secretKey }, fields });
};

beforeEach(async () => {
  now = Date.UTC(2026, 10, 20, 12);
  await start();
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

const errorOf = (result: Result<unknown> | undefined): AppError | undefined =>
  result?.ok === false ? result.error : undefined;
const list = (): Promise<readonly Result<FleetPage>[]> => collect(session.connector.listDevices(signal));
const devicesOf = (pages: readonly Result<FleetPage>[]): readonly DeviceRecord[] =>
  pages.flatMap((page) => (page.ok ? page.value.devices : []));
const problemOf = (pages: readonly Result<FleetPage>[]): AppError | undefined => {
  const last = pages.at(-1);
  return last?.ok === true ? last.value.problem : last?.error;
};
const queries = (): readonly unknown[] => simulator.requests.map((request) => request.query);
const answer = (value: unknown, count?: number) =>
  ({
    kind: 'status',
    status: 200,
    body: JSON.stringify(value),
    path: '/computers',
    ...(count === undefined ? {} : { count }),
  }) as const;

describe('listing', () => {
  it('gives computers in our words, by id and never by _id', async () => {
    const devices = devicesOf(await list());
    expect(devices.map((device) => device.id)).toEqual(simulator.ids);
    expect(devices[0]).toEqual({
      id,
      name: simulator.computer(id)?.name,
      description: simulator.computer(id)?.hostname,
      groups: [],
      tags: [],
      presence: { state: 'online', observedAt: expect.any(Number), source: 'vendor-list' },
      services: [],
      internalAddress: simulator.computer(id)?.ip,
      facts: { attributes: expect.objectContaining({ _id: simulatedSignalId(0) }) },
    });
    for (const device of devices)
      expect(device.presence.state).toBe(simulator.computer(device.id)?.online === true ? 'online' : 'offline');
    expect(devices.some((device) => device.presence.state === 'offline')).toBe(true);
  });

  it('asks first without any parameter, then for the pages the vendor names', async () => {
    await list();
    expect(queries()).toEqual([{}, { page: '2' }, { page: '3' }]);
  });

  it.each<readonly [Partial<ReemoOptions>, readonly unknown[]]>([
    [{ paging: 'total', wrapper: 'data' }, [{}, { page: '2' }, { page: '3' }]],
    [{ paging: 'pages', wrapper: 'docs' }, [{}, { page: '2' }, { page: '3' }]],
    [{ paging: 'silent', wrapper: 'items' }, [{}, { page: '2' }, { page: '3' }, { page: '4' }]],
    [{ paging: 'array' }, [{}, { page: '2' }, { page: '3' }, { page: '4' }]],
    [{ paging: 'next', wrapper: 'results' }, [{}, { page: '2' }, { page: '3' }]],
    [{ paging: 'total', pageSize: 60 }, [{}]],
  ])('pages that come as %j', async (options, asked) => {
    await start(options);
    const pages = await list();
    expect(devicesOf(pages).map((device) => device.id)).toEqual(simulator.ids);
    expect(problemOf(pages)).toBeUndefined();
    expect(queries()).toEqual(asked);
  });

  it.each([
    ['a bare array', [{ id: 'a' }, { id: 'b' }]],
    ['a wrapper', { computers: [{ id: 'a' }, { id: 'b' }] }],
    ['a wrapper in a wrapper', { data: { computers: [{ id: 'a' }, { id: 'b' }], count: 2 } }],
  ])('ends where the next page of %s is the same again, and says that there may be more', async (_name, value) => {
    simulator.fault(answer(value));
    const pages = await list();
    expect(devicesOf(pages).map((device) => device.id)).toEqual(['a', 'b']);
    expect(pages.at(-1)).toMatchObject({
      ok: true,
      value: {
        devices: [],
        incomplete: true,
        problem: {
          message: expect.stringContaining('there may be more'),
          hint: expect.stringContaining('page parameter'),
        },
      },
    });
    expect(simulator.requests).toHaveLength(2);
  });

  it('says so where the guess at the next page is refused and the first looks full', async () => {
    const rows = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `c${at}` }));
    for (const [count, more] of [
      [25, true],
      [64, true],
      [37, false],
    ] as const) {
      const undo = [
        simulator.fault(answer(rows(count), 1)),
        simulator.fault({ kind: 'status', status: 400, path: '/computers' }),
      ];
      const pages = await list();
      expect(devicesOf(pages)).toHaveLength(count);
      expect(problemOf(pages) !== undefined, String(count)).toBe(more);
      for (const end of undo) end();
    }
  });

  it('asks with the parameters of the account', async () => {
    const rows = Array.from({ length: 100 }, (_, at) => ({ id: `c${at}` }));
    const asked = async (fields: Record<string, string>): Promise<readonly unknown[]> => {
      await start({}, fields);
      simulator.fault(answer(rows, 1));
      simulator.fault(
        answer(
          rows.slice(0, 7).map(({ id: name }) => ({ id: `${name}x` })),
          1,
        ),
      );
      simulator.fault(answer([]));
      const pages = await list();
      expect(problemOf(pages)).toBeUndefined();
      return queries();
    };
    expect(await asked({ pageParameter: 'p' })).toEqual([{}, { p: '2' }, { p: '3' }]);
    expect(await asked({ offsetParameter: '$skip', pageSize: '$limit=100' })).toEqual([
      { $limit: '100' },
      { $limit: '100', $skip: '100' },
      { $limit: '100', $skip: '107' },
    ]);
    expect(await asked({ pageParameter: 'none' })).toEqual([{}]);
  });

  it.each(['page size=3', 'limit=0', 'limit'])('takes no page size %s', (pageSize) =>
    expect(reemo.fields.safeParse({ pageSize }).success).toBe(false),
  );

  it('keeps what a computer tells besides: its other id, a status in the vendor’s words, and no token', async () => {
    simulator.fault(
      answer({
        computers: [
          { id: 'a', _id: 'signal-a', status: 'MAINTENANCE', os: { name: 'Linux' }, accessToken: 's3cret' },
          { id: 'b', status: 'ONLINE' },
        ],
        next: null,
      }),
    );
    const devices = devicesOf(await list());
    expect(devices[0]?.facts).toEqual({ attributes: { _id: 'signal-a', status: 'MAINTENANCE', 'os.name': 'Linux' } });
    expect(devices[1]).not.toHaveProperty('facts');
    expect(JSON.stringify(devices)).not.toContain('s3cret');
  });

  it('passes on no list without one object in it', async () => {
    simulator.fault(answer([3, 'x', null, []]));
    expect(errorOf((await list())[0])).toMatchObject({
      kind: 'bad-response',
      message: expect.stringContaining('found a number, a text, null, a list'),
    });
  });

  it('takes a refused guess as the end, and a refused page of which the vendor spoke as a failure', async () => {
    await start({ paging: 'array' });
    simulator.fault(answer([{ id: 'a' }], 1));
    simulator.fault({ kind: 'status', status: 400, path: '/computers' });
    expect(await list()).toMatchObject([{ ok: true, value: { devices: [{ id: 'a' }] } }]);
  });

  it('leaves the rest standing when a page fails', async () => {
    await start({ paging: 'total', pageSize: 20 });
    simulator.fault(answer({ computers: [{ id: 'first' }], total: 41 }, 1));
    simulator.fault({ kind: 'status', status: 400, path: '/computers', count: 1 });
    const pages = await list();
    expect(pages.map((page) => page.ok)).toEqual([true, false, true, true]);
    expect(devicesOf(pages).map((device) => device.id)).toEqual(['first', ...simulator.ids.slice(40)]);
  });

  it('says when the vendor has more than it lists', async () => {
    simulator.fault(answer({ computers: [{ id: 'a' }], total: 3 }));
    const pages = await list();
    expect(pages.at(-1)).toMatchObject({
      ok: true,
      value: { incomplete: true, problem: { kind: 'bad-response', message: expect.stringContaining('3 computers') } },
    });
  });

  it('follows no address but its own, and says so where it cannot go on', async () => {
    simulator.fault(answer({ computers: [{ id: 'a' }], next: 'https://evil.example/v1/computers?cursor=zz' }, 1));
    simulator.fault(answer({ computers: [{ id: 'b' }], next: { token: 'x' } }));
    const pages = await list();
    expect(queries()).toEqual([{}, { cursor: 'zz' }]);
    expect(devicesOf(pages).map((device) => device.id)).toEqual(['a', 'b']);
    expect(pages.at(-1)).toMatchObject({ ok: true, value: { incomplete: true, problem: { kind: 'bad-response' } } });
  });

  it('leaves out computers without an id, and says so', async () => {
    simulator.fault(answer({ computers: [{ id: 7, hostname: 'seven' }, { _id: 'x' }, null], next: null }));
    expect(await list()).toMatchObject([
      {
        ok: true,
        value: { devices: [{ id: '7', name: 'seven' }], incomplete: true, problem: { kind: 'bad-response' } },
      },
    ]);
  });

  it.each([
    [{ status: 'OFFLINE' }, 'offline', 'vendor-list'],
    [{ status: 'offline' }, 'offline', 'vendor-list'],
    [{ state: 'Online' }, 'online', 'vendor-list'],
    [{ status: 'IN_USE' }, 'online', 'vendor-list'],
    [{ status: 'something new' }, 'unknown', 'vendor-list'],
    [{ status: { deep: 1 } }, 'unknown', 'none'],
    [{}, 'unknown', 'none'],
  ])('reads the status of %j as %s', async (fields, state, source) => {
    simulator.fault(answer({ computers: [{ id: 'a', ...fields }], next: null }));
    expect(devicesOf(await list())[0]?.presence).toMatchObject({ state, source });
  });

  it('of 100,000 computers takes seconds', async () => {
    await start({ devices: 100_000, pageSize: 5_000 });
    expect(devicesOf(await list())).toHaveLength(100_000);
  });
});

const open = (): Promise<Result<WebSession>> => session.connector.webSession!.open(id, signal);
const computerObject = z.looseObject({ id: z.string(), _id: z.string(), signal: z.looseObject({ token: z.string() }) });
const opened = async () => {
  const result = await open();
  if (!result.ok) throw new Error(result.error.message);
  return { ...result.value, object: computerObject.parse(result.value.computer) };
};

describe('sessions', () => {
  it('get a fresh object each time, unchanged, whose _id is nobody’s identity', async () => {
    const first = await opened();
    const second = await opened();
    expect(first.clientScript).toBe('https://static.reemo.io/reemo.min.js');
    expect(first.object.id).toBe(id);
    expect(first.object._id).not.toBe(simulatedSignalId(0));
    expect(first.object._id).not.toBe(second.object._id);
    expect(simulator.useToken(first.object.signal.token)).toBe('accepted');
    expect(simulator.useToken(first.object.signal.token)).toBe('used');
    expect(simulator.useToken(second.object.signal.token)).toBe('accepted');
    expect(simulator.sessions).toEqual([id, id]);
    // The fleet is the same fleet after it.
    expect(devicesOf(await list())[0]?.id).toBe(id);
  });

  it('are good for a short time only', async () => {
    const { object } = await opened();
    now += 31_000;
    expect(simulator.useToken(object.signal.token)).toBe('expired');
    expect(simulator.useToken((await opened()).object.signal.token)).toBe('accepted');
  });

  it('leave no trace of their tokens', async () => {
    const { object } = await opened();
    expect(JSON.stringify(session.records)).not.toContain(object.signal.token);
    expect(JSON.stringify(session.records)).not.toContain(object._id);
  });

  it('load the script of the account', async () => {
    const clientScript = simulator.clientScript;
    session.dispose();
    session = openSession(reemo, { baseUrl: simulator.baseUrl, secrets: { secretKey }, fields: { clientScript } });
    expect((await opened()).clientScript).toBe(clientScript);
    const script = await fetch(clientScript);
    expect(script.headers.get('content-type')).toBe('text/javascript');
    expect(await script.text()).toContain('WebClient');
  });

  it('hand their object to the signal server once', async () => {
    const { computer } = await opened();
    const hand = (): Promise<Response> =>
      fetch(`${simulator.origin}/signal`, { method: 'POST', body: JSON.stringify(computer) });
    expect((await hand()).status).toBe(200);
    expect(await (await hand()).text()).toBe('used');
  });

  it('run in the stand-in for the web client: a fresh object connects, the same one again does not', async () => {
    const script = await (await fetch(simulator.clientScript)).text();
    const element = { textContent: '' };
    const document = { currentScript: { src: simulator.clientScript }, getElementById: () => element };
    const states: unknown[] = [];
    const { computer, object } = await opened();
    const window = { computer, states };
    runInNewContext(
      `${script}
      const client = new window.Reemo.WebClient();
      client.on('state', ({ state }) => window.states.push(state));
      client.init('session', { backButton: false });
      window.done = client.connect(window.computer).then(() => client.connect(window.computer));`,
      { window, document, URL, fetch },
    );
    await (window as { done?: Promise<void> }).done;
    expect(states).toEqual(['STATE_CONNECTING', 'STATE_CONNECTED', 'STATE_CONNECTING', 'STATE_ERROR']);
    expect(element.textContent).toBe('used');
    expect(simulator.sessions).toEqual([object.id]);
  });

  it('to an offline computer are refused as such, also before one is asked for', async () => {
    const ready = () => session.connector.webSession!.ready(id, signal);
    expect(await ready()).toMatchObject({ ok: true });
    simulator.setOnline(id, false);
    expect(await ready()).toMatchObject({ ok: false, error: { kind: 'device-offline' } });
    expect(simulator.requestsTo('/connect')).toHaveLength(0);
    expect(await open()).toMatchObject({ ok: false, error: { kind: 'device-offline' } });
  });

  it('may connect to the servers of the vendor, and to those of the account', async () => {
    expect((await opened()).servers).toEqual(['*.reemo.io']);
    await start({}, { clientServers: '*.acme.example, sig.acme.example:8443' });
    expect((await opened()).servers).toEqual(['*.reemo.io', '*.acme.example', 'sig.acme.example:8443']);
    expect(reemo.fields.safeParse({ clientServers: 'https://acme.example' }).success).toBe(false);
  });

  it('to an unknown computer are not found', async () => {
    expect(await session.connector.webSession!.open('nobody', signal)).toMatchObject({
      ok: false,
      error: { kind: 'not-found' },
    });
  });

  it.each(['[]', '"x"', ''])('are not made of the answer %j', async (body) => {
    simulator.fault({ kind: 'status', status: 200, body, path: '/connect' });
    expect(errorOf(await open())).toMatchObject({ kind: 'bad-response' });
    expect(simulator.requestsTo('/connect')).toHaveLength(1);
  });
});
