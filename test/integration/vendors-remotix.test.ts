import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { simulatedComputerId, simulatedConnectionUid } from '../../src-main/simulators/remotix/book.ts';
import { RemotixSimulator } from '../../src-main/simulators/remotix/remotix.ts';
import { cliMs, HeadlessRig } from '../support/headless-rig.ts';
import type { RigAccount } from '../support/headless-rig.ts';

/** Remotix from the account to an ACTION it received, through a browser's socket and on the command line. */

const header = { name: 'X-Remotix-Key', value: 'integration-header-4711' };
const computer = simulatedComputerId(0);
const connection = simulatedConnectionUid(3);
let simulator: RemotixSimulator;
let rig: HeadlessRig;
let account: RigAccount;

beforeEach(async () => {
  const fleet = makeFleet(60, 0).map((device) => ({ ...device, online: true, kind: 'kiosk' as const }));
  simulator = new RemotixSimulator({ devices: fleet, header });
  await simulator.listen();
  rig = await HeadlessRig.make();
  account = {
    vendor: 'remotix',
    label: 'Address book',
    baseUrl: simulator.baseUrl,
    fields: { headerName: header.name },
    secrets: { headerValue: header.value },
  };
});

afterEach(async () => {
  await rig.dispose();
  await simulator.dispose();
});

describe('in the headless host', () => {
  test('groups are listed, and an action that /actions offers arrives as ACTION', async () => {
    const browser = await rig.browser();
    const accountId = await browser.add(account);
    await expect.poll(() => browser.devices.size, { timeout: 10_000 }).toBe(60);
    // One request for each group, and none for each computer.
    expect(simulator.requests.filter(({ path }) => path.startsWith('/group/')).length).toBeGreaterThanOrEqual(2);
    expect(simulator.requests.filter(({ path }) => path.startsWith('/computer/'))).toEqual([]);
    const deviceKey = `${accountId}/${computer}`;

    const listed = await browser.client.request('actions.list', { deviceKey });
    if (!listed.ok) throw new Error(listed.error.message);
    const ids = listed.value.actions.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['NEAR/control', 'NEAR/observe', 'RDP_3390/control', 'chat']));
    for (const actionId of ids) {
      const ran = await browser.client.request('actions.run', { deviceKey, actionId });
      expect(ran, actionId).toMatchObject({ ok: true });
    }
    expect(simulator.actions).toHaveLength(ids.length);
    expect(simulator.actions[0]).toEqual({ target: computer, type: 'NEAR', action: 'control' });
    const acted = simulator.requests.filter(({ method }) => method === 'ACTION');
    expect(acted.map(({ path }) => path)).toContain(`/computer/${computer}/NEAR/control`);

    // What is not offered is not tried.
    simulator.book.setActions(computer, [{ action: 'chat' }]);
    const refused = await browser.client.request('actions.run', { deviceKey, actionId: 'NEAR/control' });
    expect(refused).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
    expect(simulator.requests.filter(({ method }) => method === 'ACTION')).toHaveLength(acted.length);

    // The pane of what is near changes; what was asked for of a computer is a service of it from then on.
    const near = [...browser.devices.values()].filter(({ tags }) => tags.includes('Nearby')).length;
    simulator.book.setNearby([computer]);
    await browser.client.request('accounts.refresh', { accountId });
    await expect
      .poll(() => [...browser.devices.values()].filter(({ tags }) => tags.includes('Nearby')).map(({ id }) => id))
      .toEqual([computer]);
    expect(near).toBeGreaterThan(1);

    // Connect, on a connection: its one service runs the action.
    const key = `${accountId}/${connection}`;
    const service = browser.devices.get(key)?.services[0];
    expect(service).toMatchObject({ route: 'local-action' });
    const opened = await browser.client.request('launch.open', { deviceKey: key, serviceId: service?.id ?? '' });
    expect(opened).toMatchObject({ ok: true, value: { launcher: 'Remotix' } });
    expect(simulator.actions.at(-1)).toEqual({ target: connection, action: 'connect' });
    expect(await browser.client.request('webSession.open', { deviceKey })).toMatchObject({
      ok: false,
      error: { kind: 'unsupported' },
    });

    simulator.setApi(false);
    const off = await browser.client.request('actions.list', { deviceKey });
    expect(off).toMatchObject({ ok: false });
    expect(simulator.requests.some(({ path }) => path.endsWith('/credentials'))).toBe(false);
    expect(await rig.endAndScan([header.value, 'near-', 'rdp-KIOSK'])).toEqual([]);
  });
});

describe('on the command line', () => {
  test('an account is added, devices listed, and actions listed and done', { timeout: cliMs }, async () => {
    expect(await rig.addByCli(account)).toMatchObject({ code: 0, stderr: '' });
    const listed = await rig.run(['devices', '--timeout', '100', '--json']);
    const rows = JSON.parse(listed.stdout) as { id: string; tags: string[] }[];
    expect(rows).toHaveLength(60);
    simulator.book.setNearby([connection]);
    const after = JSON.parse((await rig.run(['devices', '--timeout', '100', '--json'])).stdout) as typeof rows;
    expect(after.filter(({ tags }) => tags.includes('Nearby')).map(({ id }) => id)).toEqual([connection]);

    const offered = await rig.run(['action', computer, '--list', '--json']);
    expect(offered.code).toBe(0);
    expect((JSON.parse(offered.stdout) as { id: string }[]).map(({ id }) => id)).toContain('NEAR/observe');
    const done = await rig.run(['action', computer, 'observe', '--json']);
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(done.stdout)).toEqual({ device: computer, action: 'NEAR/observe' });
    expect(simulator.actions).toEqual([{ target: computer, type: 'NEAR', action: 'observe' }]);
    expect(await rig.run(['action', connection, 'connect'])).toMatchObject({ code: 0 });
    expect(simulator.actions.at(-1)).toEqual({ target: connection, action: 'connect' });
    expect(await rig.run(['connect', connection, '--json'])).toMatchObject({ code: 0 });
    expect(simulator.actions).toHaveLength(3);

    // Ambiguous, not offered, wrong usage, unknown.
    expect(await rig.run(['action', computer, 'control', '--json'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('"ambiguous"'),
    });
    expect((await rig.run(['action', computer, 'dance', '--json'])).code).toBe(3);
    expect((await rig.run(['action', computer, '--json'])).code).toBe(2);
    expect((await rig.run(['action', computer, 'chat', '--list', '--json'])).code).toBe(2);
    expect((await rig.run(['action', 'nobody', '--list', '--json'])).code).toBe(3);
    expect((await rig.run(['session', computer, '--json'])).code).toBe(1);
    expect(simulator.actions).toHaveLength(3);

    // A body that is a free-form object with nulls; a write that destroys.
    const near = { computer_id: computer, connection_type: 'NEAR' };
    const call = (operation: string, input: unknown, ...more: string[]) =>
      rig.run(['api', 'remotix', operation, '--input', JSON.stringify(input), '--json', ...more]);
    expect(await call('updateComputerConnection', { ...near, body: { quality: null, colors: 'low' } })).toMatchObject({
      code: 0,
    });
    expect(simulator.book.computer(computer)?.types.get('NEAR')?.settings).toEqual({ colors: 'low' });
    expect(await call('deleteComputer', { computer_id: computer })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('confirmation-required'),
    });
    expect(simulator.trustLost).toEqual([]);
    expect(await call('deleteComputer', { computer_id: computer }, '--yes')).toMatchObject({ code: 0 });
    expect(simulator.trustLost).toEqual([computer]);

    expect(await rig.endAndScan([header.value])).toEqual([]);
  });

  test('a Remotix without a header needs no secret at all', { timeout: cliMs }, async () => {
    const open = new RemotixSimulator({ devices: 3 });
    await open.listen();
    rig.onEnd(() => open.dispose());
    expect(await rig.addByCli({ vendor: 'remotix', label: 'Open', baseUrl: open.baseUrl, secrets: {} })).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect((await rig.run(['accounts', 'test', 'Open'])).code).toBe(0);
    open.setApi(false);
    const off = await rig.run(['accounts', 'test', 'Open', '--json']);
    expect(off).toMatchObject({ code: 1, stderr: expect.stringMatching(/HTTP API/) });
  });
});
