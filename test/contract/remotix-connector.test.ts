import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceRecord } from '../../src-main/core/fleet/device.ts';
import type { AppError, Result } from '../../src-main/core/base/errors.ts';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { simulatedComputerId, simulatedConnectionUid } from '../../src-main/simulators/remotix/book.ts';
import { RemotixSimulator } from '../../src-main/simulators/remotix/remotix.ts';
import { remotix } from '../../src-main/vendors/remotix/connector.ts';
import type { FleetPage, LocalAction } from '../../src-main/vendors/vendor.ts';
import { collect, good, openSession } from '../support/vendor-session.ts';
import type { OpenSession } from '../support/vendor-session.ts';

/** Remotix's address book and actions in Quayside's words, against the simulator. */

const computer = simulatedComputerId(0);
const connection = simulatedConnectionUid(3);
const signal = new AbortController().signal;

let simulator: RemotixSimulator;
let session: OpenSession;

const start = async (devices: number): Promise<void> => {
  const fleet = makeFleet(devices, 0).map((device) => ({ ...device, online: true, kind: 'panel' as const }));
  simulator = new RemotixSimulator({ devices: fleet });
  await simulator.listen();
  session = openSession(remotix, { baseUrl: simulator.baseUrl, secrets: {} });
};

beforeEach(() => start(60));

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

const errorOf = (result: Result<unknown> | undefined): AppError | undefined =>
  result?.ok === false ? result.error : undefined;
const list = (): Promise<readonly Result<FleetPage>[]> => collect(session.connector.listDevices(signal));
const devicesOf = (pages: readonly Result<FleetPage>[]): readonly DeviceRecord[] =>
  pages.flatMap((page) => (page.ok ? page.value.devices : []));
const actionsOf = async (id: string): Promise<readonly LocalAction[]> =>
  good(await session.connector.actions!.list(id, signal));
const run = (id: string, action: string): Promise<Result<void>> => session.connector.actions!.run(id, action, signal);

describe('listing', () => {
  it('gives computers and connections by id, with groups, the nearby pane as a tag, and presence unknown', async () => {
    const devices = devicesOf(await list());
    expect(devices.map((device) => device.id).toSorted()).toEqual(simulator.book.ids.toSorted());
    expect(devices.find((device) => device.id === computer)).toEqual({
      id: computer,
      name: simulator.book.computer(computer)?.name,
      groups: ['Plant 1'],
      tags: ['Nearby'],
      presence: { state: 'unknown', observedAt: expect.any(Number), source: 'none' },
      services: [],
      facts: { attributes: expect.objectContaining({ waking: 'false' }) },
    });
    expect(devices.find((device) => device.id === connection)).toMatchObject({
      name: simulator.book.connection(connection)?.name,
      tags: [],
      services: [{ id: 'connect', kind: 'vnc', name: 'Open in Remotix', route: 'local-action' }],
    });
    expect(devices.every((device) => device.presence.state === 'unknown')).toBe(true);
  });

  it('takes what an item tells besides as its attributes, and no password of it', async () => {
    const body = (value: unknown) => ({ kind: 'status', status: 200, body: JSON.stringify(value) }) as const;
    simulator.fault({ ...body([{ group_uid: 'a', name: 'A' }]), path: '/groups' });
    simulator.fault({
      ...body({
        items: [
          {
            computer_id: '1',
            name: 'One',
            os: { name: 'Windows', version: 11 },
            'rdp.password': 'sesame',
            category_uid: 'a',
          },
          { uid: '2', title: 'Two', type: 'VNC', credentials: { username: 'u', password: 'sesame' } },
        ],
      }),
      path: '/group/a',
    });
    simulator.fault({ ...body([]), path: '/nearby' });
    const devices = devicesOf(await list());
    expect(devices[0]?.facts).toEqual({ attributes: { 'os.name': 'Windows', 'os.version': '11' } });
    expect(devices[1]).not.toHaveProperty('facts');
    expect(JSON.stringify(devices)).not.toContain('sesame');
  });

  it('asks once for each group and never for a computer or its credentials', async () => {
    await list();
    await list();
    const paths = simulator.requests.map((request) => request.path.replace(/\/group\/.*/, '/group/…'));
    expect(paths).toEqual(
      Array(2)
        .fill(['/groups', ...Array(3).fill('/group/…'), '/nearby'])
        .flat(),
    );
  });

  it('leaves the rest standing when a group fails', async () => {
    simulator.fault({ kind: 'status', status: 400, path: '/group/0123-0002' });
    const pages = await list();
    expect(pages.filter((page) => !page.ok)).toHaveLength(1);
    expect(errorOf(pages[0])).toMatchObject({ kind: 'invalid-input' });
    // Two groups of the three, and those of the failed one that are nearby.
    expect(devicesOf(pages).filter((device) => device.groups.length > 0)).toHaveLength(36);
  });

  it('does not mind a group that was deleted meanwhile', async () => {
    simulator.fault({ kind: 'status', status: 404, path: '/group/0123-0002' });
    expect((await list()).every((page) => page.ok)).toBe(true);
  });

  it('shows the address book when the nearby pane fails, and the pane when the groups fail', async () => {
    const undo = simulator.fault({ kind: 'status', status: 400, path: '/nearby' });
    expect(devicesOf(await list())).toHaveLength(60);
    undo();
    simulator.fault({ kind: 'malformed', path: '/groups' });
    const pages = await list();
    expect(errorOf(pages[0])).toMatchObject({ kind: 'bad-response' });
    expect(devicesOf(pages)).toHaveLength(6);
  });

  it('merges a device of two groups and takes groups within groups', async () => {
    const body = (value: unknown) => ({ kind: 'status', status: 200, body: JSON.stringify(value) }) as const;
    simulator.fault({ ...body({ groups: [{ uid: 'a', title: 'A' }, { id: 7, name: 'B' }, {}] }), path: '/groups' });
    simulator.fault({
      ...body([{ computer_id: 5, title: 'Five' }, { group_uid: 'c', name: 'C' }, 'nonsense']),
      path: '/group/a',
    });
    simulator.fault({ ...body({ computers: [{ id: '5' }], connections: [{ id: 'x', name: ' ' }] }), path: '/group/7' });
    simulator.fault({ ...body({ items: [{ uid: 'y', name: 'Why' }, { group_uid: 'a' }] }), path: '/group/c' });
    simulator.fault({ ...body([]), path: '/nearby' });
    const pages = await list();
    expect(pages).toMatchObject([{ ok: true, value: { incomplete: true, problem: { kind: 'bad-response' } } }]);
    expect(devicesOf(pages).map(({ id, name, groups }) => [id, name, groups])).toEqual([
      ['5', 'Five', ['A', 'B']],
      ['x', 'x', ['B']],
      ['y', 'Why', ['C']],
    ]);
  });

  it('follows what was renamed', async () => {
    simulator.book.place(simulator.book.computer(computer)!, { name: 'Renamed', category_uid: '0123-0002' });
    expect(devicesOf(await list()).find((device) => device.id === computer)).toMatchObject({
      name: 'Renamed',
      groups: ['Store 1'],
    });
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    const pages = await collect(session.connector.listDevices(controller.signal));
    expect(errorOf(pages.at(-1))).toMatchObject({ kind: 'cancelled' });
  });
});

describe('a large address book', () => {
  it('of 100,000 devices is listed in seconds', async () => {
    session.dispose();
    await simulator.dispose();
    await start(100_000);
    expect(devicesOf(await list())).toHaveLength(100_000);
    expect(simulator.requests.length).toBeLessThan(250);
  });
});

describe('actions', () => {
  it('of a computer are those it lists, and no others', async () => {
    await list();
    expect(await actionsOf(computer)).toEqual([
      { id: 'NEAR/control', label: 'Control (NEAR)', type: 'NEAR' },
      { id: 'NEAR/curtain', label: 'Control behind a curtain (NEAR)', type: 'NEAR' },
      { id: 'NEAR/observe', label: 'Observe (NEAR)', type: 'NEAR' },
      { id: 'NEAR/ft', label: 'Transfer files (NEAR)', type: 'NEAR' },
      { id: 'RDP_3390/control', label: 'Control (RDP, port 3390)', type: 'RDP_3390' },
      { id: 'chat', label: 'Chat', type: '' },
    ]);
    simulator.forgetRequests();
    expect(await run(computer, 'VNC/control')).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
    expect(simulator.requests.map((request) => request.method)).toEqual(['GET']);
  });

  it('become services of the computer once they were asked for', async () => {
    await actionsOf(computer);
    expect(devicesOf(await list()).find((device) => device.id === computer)?.services).toContainEqual({
      id: 'RDP_3390/control',
      kind: 'rdp',
      name: 'Control (RDP, port 3390)',
      route: 'local-action',
      port: 3390,
    });
  });

  it.each(['NEAR/control', 'NEAR/curtain', 'NEAR/observe', 'NEAR/ft', 'RDP_3390/control', 'chat'])(
    '%s arrives, once',
    async (id) => {
      good(await run(computer, id));
      const [action, type] = id.split('/').toReversed();
      expect(simulator.actions).toEqual([{ target: computer, ...(type === undefined ? {} : { type }), action }]);
      expect(simulator.requests.filter((request) => request.method === 'ACTION')).toHaveLength(1);
    },
  );

  it('of a connection are opening it, listed before or not', async () => {
    for (const isListed of [false, true]) {
      if (isListed) await list();
      expect(await actionsOf(connection)).toEqual([{ id: 'connect', label: 'Open in Remotix', type: '' }]);
      good(await run(connection, 'connect'));
    }
    expect(simulator.actions).toEqual(Array(2).fill({ target: connection, action: 'connect' }));
    expect(await run(connection, 'NEAR/control')).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
    expect(await run('ffff-ffff', 'connect')).toMatchObject({ ok: false, error: { kind: 'not-found' } });
  });

  it.each<readonly [string, unknown, readonly string[]]>([
    ['words', ['control', 'observe', 'chat'], ['NEAR/control', 'RDP_3390/control', 'NEAR/observe', 'chat']],
    ['paths', [`ACTION /computer/${computer}/NEAR/ft`, `/computer/${computer}/chat`], ['NEAR/ft', 'chat']],
    [
      'types with actions',
      { NEAR: ['control'], RDP_3390: [{ action: 'control' }], chat: true },
      ['NEAR/control', 'RDP_3390/control', 'chat'],
    ],
    ['rows with actions', { actions: [{ type: 'NEAR', actions: ['control', 'ft'] }] }, ['NEAR/control', 'NEAR/ft']],
    ['names for people', [{ name: 'Take control', id: 'control', type: 'RDP', port: 3390 }], ['RDP_3390/control']],
    ['unknown words', [{ type: 'NEAR', action: 'wake' }, 'reboot'], ['NEAR/wake', 'reboot']],
    ['nonsense', [null, 4, '../x', { type: 'credentials' }, []], []],
  ])('are read from %s', async (_name, answer, ids) => {
    simulator.book.setActions(computer, answer);
    expect((await actionsOf(computer)).map((action) => action.id)).toEqual(ids);
  });

  it('that the document does not know can be seen, and run where their path is clear', async () => {
    simulator.book.setActions(computer, [{ type: 'NEAR', action: 'wake' }, 'reboot']);
    expect(await actionsOf(computer)).toMatchObject([{ label: 'wake (NEAR)' }, { label: 'reboot' }]);
    good(await run(computer, 'NEAR/wake'));
    expect(simulator.actions).toEqual([{ target: computer, type: 'NEAR', action: 'wake' }]);
    expect(await run(computer, 'reboot')).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
    const services = devicesOf(await list()).find((device) => device.id === computer)?.services;
    expect(services?.map((service) => service.id)).toEqual(['NEAR/wake']);
  });
});

describe('the simulator’s own HTTP', () => {
  it('takes chunks, a request in pieces and several on one connection', async () => {
    const socket = connect(simulator.port, '127.0.0.1');
    const answered = text(socket);
    socket.write('PUT /group/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"name":\r\n');
    await expect.poll(() => socket.bytesWritten).toBeGreaterThan(70);
    socket.write(`4\r\n"A"}\r\n0\r\n\r\nACTION /computer/${computer}/chat HTTP/1.1\r\n\r\n`);
    socket.write('GET /groups HTTP/1.1\r\nConnection: close\r\n\r\n');
    const answers = (await answered).split(/(?=HTTP\/1\.1 )/);
    expect(answers.map((answer) => answer.slice(0, 15))).toEqual(Array(3).fill('HTTP/1.1 200 OK'));
    expect(answers[2]).toContain('"name":"A"');
    expect(simulator.actions).toEqual([{ target: computer, action: 'chat' }]);
  });

  it('refuses what is not HTTP', async () => {
    const socket = connect(simulator.port, '127.0.0.1');
    socket.write('RFB 003.008\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });
});
