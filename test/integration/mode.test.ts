import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { cliMs, HeadlessRig, patient } from '../support/headless-rig.ts';
import type { RigAccount } from '../support/headless-rig.ts';

/** MODE from the account to bytes of a device's application, through a browser's socket and on the command line. */

const apiKey = 'v1.dXNl.user-key-9f31c7';
const fields = { keyKind: 'user', projectId: '1265', appProxyPath: 'app' };
const deviceId = '34256';
let simulator: ModeSimulator;
let rig: HeadlessRig;
const account = (): RigAccount => ({
  vendor: 'mode',
  label: 'Sensors',
  baseUrl: simulator.baseUrl,
  fields,
  secrets: { apiKey },
});

beforeEach(async () => {
  simulator = new ModeSimulator({ devices: 230, user: { key: apiKey, homes: 'project' } });
  await simulator.listen();
  simulator.setOnline(deviceId, true);
  rig = await HeadlessRig.make();
});

afterEach(async () => {
  await rig.dispose();
  await simulator.dispose();
});

describe('in the headless host', () => {
  test('MODE’s fleet is listed, told of live, and its applications are reached', async () => {
    const { client, devices, add } = await rig.browser();
    const key = `${await add(account())}/${deviceId}`;

    await expect.poll(() => devices.size, patient).toBe(230);
    const pages = simulator.requests.filter((request) => request.path === '/devices');
    expect(new Set(pages.map((request) => request.query['skip']))).toEqual(new Set(['0', '100', '200']));
    expect(devices.get(key)?.presence.state).toBe('online');

    // Told, not asked for: the next poll is a minute away.
    await expect.poll(() => simulator.userSockets.count, patient).toBe(1);
    simulator.setOnline(deviceId, false);
    await expect.poll(() => devices.get(key)?.presence.state, patient).toBe('offline');

    // What happens while the connection is down is found by listing again.
    for (const socket of simulator.userSockets.all()) socket.cut();
    simulator.setOnline(deviceId, true);
    await expect.poll(() => devices.get(key)?.presence.state, patient).toBe('online');

    const forward = await client.request('forwards.open', { deviceKey: key, serviceId: 'http:app-proxy' });
    if (!forward.ok) throw new Error(forward.error.message);
    const local = `http://127.0.0.1:${forward.value.port}`;
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const body = method === 'GET' || method === 'DELETE' ? {} : { body: `by ${method}` };
      const answer = await fetch(`${local}/status/now?x=1`, { method, ...body });
      const text = await answer.text();
      expect(JSON.parse(text)).toMatchObject({ method, path: 'status/now', query: { x: '1' }, ...body });
      expect(text).not.toContain(apiKey);
    }
  });
});

describe('on the command line', { timeout: cliMs }, () => {
  test('an account is added, its devices listed, an operation called and an application reached', async () => {
    const added = await rig.addByCli(account());
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect((await rig.run(['accounts', 'test', 'Sensors'])).code).toBe(0);

    const listed = await rig.run(['devices', '--timeout', '100', '--json']);
    const rows = JSON.parse(listed.stdout) as { id: string; presence: { state: string } }[];
    expect(rows).toHaveLength(230);
    expect(rows.find((row) => row.id === deviceId)?.presence.state).toBe('online');
    simulator.setOnline(deviceId, false);
    const after = JSON.parse((await rig.run(['devices', '--timeout', '100', '--json'])).stdout) as typeof rows;
    expect(after.find((row) => row.id === deviceId)?.presence.state).toBe('offline');

    const call = (operation: string, input: unknown, ...more: string[]) =>
      rig.run(['api', 'mode', operation, '--input', JSON.stringify(input), '--json', ...more]);
    const refused = await call('sendCommand', { deviceId, action: 'go' });
    expect(refused.stderr).toContain('confirmation-required');
    const offline = await call('sendCommand', { deviceId, action: 'go' }, '--yes');
    expect(offline.stderr).toContain('device-offline');
    simulator.setOnline(deviceId, true);
    expect((await call('sendCommand', { deviceId, action: 'go' }, '--yes')).code).toBe(0);
    expect(simulator.commands).toEqual([{ deviceId, command: { action: 'go' } }]);
    const told = await call('getDevice', { deviceId, includeAdminInfo: true });
    expect(told.code).toBe(0);
    expect(told.stdout).not.toContain(simulator.fleet.find(deviceId)?.apiKey);

    const forward = rig.start(['forward', deviceId, '--service', 'http:app-proxy', '--json']);
    const { port } = JSON.parse(await forward.firstLine()) as { port: number };
    const answer = await fetch(`http://127.0.0.1:${port}/a`, { method: 'POST', body: 'bytes' });
    expect(await answer.json()).toMatchObject({ path: 'a', body: 'bytes' });
    forward.signal('SIGINT');
    expect(await forward.ended()).toBe(0);

    // Neither a file nor what any command said.
    expect(await rig.endAndScan([apiKey])).toEqual([]);
  });
});
