import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { simulatedUnitId } from '../../src-main/simulators/remoteiot/devices.ts';
import type { FarEnd } from '../support/forward-rig.ts';
import { shout, startUpperCaseServer } from '../support/upper-case-server.ts';
import { cliMs, HeadlessRig } from '../support/headless-rig.ts';
import type { RigAccount } from '../support/headless-rig.ts';

/** RemoteIoT from the account to bytes of a device's port, through a browser's socket and on the command line. */

const token = 'eyJhbGciOiJIUzI1NiJ9.vendors-token-4711';
const id = simulatedUnitId(2);
let simulator: RemoteIotSimulator;
let rig: HeadlessRig;
let account: RigAccount;
/** Stands for the device: answers with what it got, in capitals. */
let capitals: FarEnd;

beforeEach(async () => {
  capitals = await startUpperCaseServer();
  const { port } = capitals;
  simulator = new RemoteIotSimulator({
    token,
    devices: 230,
    target: (unitId) => (unitId === id ? { host: '127.0.0.1', port } : undefined),
  });
  await simulator.listen();
  simulator.setOnline(id, true);
  rig = await HeadlessRig.make();
  account = {
    vendor: 'remoteiot',
    label: 'Gateways',
    baseUrl: simulator.baseUrl,
    fields: { statusBatch: '100' },
    secrets: { token },
  };
});

afterEach(async () => {
  await rig.dispose();
  await simulator.dispose();
  await capitals.dispose();
});

describe('in the headless host', () => {
  test('RemoteIoT’s fleet is listed with its presence page by page, and a port of it is reached', async () => {
    const browser = await rig.browser();
    const accountId = await browser.add(account);
    await expect.poll(() => browser.devices.size, { timeout: 10_000 }).toBe(230);
    expect(simulator.requestsTo('/status').length).toBeGreaterThanOrEqual(3);
    const deviceKey = `${accountId}/${id}`;
    await expect.poll(() => browser.devices.get(deviceKey)?.presence.state).toBe('online');

    const service = browser.devices.get(deviceKey)?.services.find(({ kind }) => kind === 'ssh');
    const forward = await browser.client.request('forwards.open', { deviceKey, serviceId: service?.id ?? '' });
    if (!forward.ok) throw new Error(forward.error.message);
    expect(await shout(forward.value, 'through the tunnel')).toBe('THROUGH THE TUNNEL');
    expect(simulator.tunnels.list()).toHaveLength(1);
    expect((await browser.client.request('forwards.stop', { forwardId: forward.value.id })).ok).toBe(true);
    await expect.poll(() => simulator.tunnels.list(), { timeout: 5_000 }).toEqual([]);

    simulator.setOnline(id, false);
    await browser.client.request('accounts.refresh', { accountId });
    await expect.poll(() => browser.devices.get(deviceKey)?.presence.state).toBe('offline');
    for (const name of ['actions.list', 'webSession.open'] as const)
      expect(await browser.client.request(name, { deviceKey })).toMatchObject({
        ok: false,
        error: { kind: 'unsupported' },
      });
    expect(await rig.endAndScan([token])).toEqual([]);
  });
});

describe('on the command line', () => {
  test(
    'an account is added, its devices listed, operations called and a port reached',
    { timeout: cliMs },
    async () => {
      expect(await rig.addByCli(account)).toMatchObject({ code: 0, stderr: '' });
      const rows = async () =>
        JSON.parse((await rig.run(['devices', '--timeout', '100', '--json'])).stdout) as {
          id: string;
          presence: { state: string };
        }[];
      expect(await rows()).toHaveLength(230);
      simulator.setOnline(id, false);
      expect((await rows()).find((row) => row.id === id)?.presence.state).toBe('offline');
      simulator.setOnline(id, true);

      const call = (operation: string, input: unknown, ...more: string[]) =>
        rig.run(['api', 'remoteiot', operation, '--input', JSON.stringify(input), '--json', ...more]);
      // A body that is a bare array, and a file.
      const status = await call('status', { body: [{ UnitId: id }] });
      expect(status).toMatchObject({ code: 0, stderr: '' });
      expect(simulator.requestsTo('/status').at(-1)?.body.toString()).toBe(`[{"UnitId":"${id}"}]`);
      const file = { name: 'fw.bin', base64: Buffer.from([0, 255, 1]).toString('base64') };
      const upload = { File: file, Folder: '/tmp/', Unit: [id], ExecuteTime: '2026-11-20 12:00:00' };
      const uploaded = await call('FileUpload', upload, '--yes');
      expect(uploaded).toMatchObject({ code: 0 });
      expect(simulator.files[0]).toMatchObject({ name: 'fw.bin', content: Buffer.from([0, 255, 1]) });
      const refused = await call('DeleteDevice', { UnitId: simulatedUnitId(9) });
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('confirmation-required') });
      expect(simulator.requestsTo('/DeleteDevice')).toEqual([]);
      expect(await call('DeleteDevice', { UnitId: simulatedUnitId(9) }, '--yes')).toMatchObject({ code: 0 });
      // What a vendor hands out once is on disk before it is printed.
      simulator.appendLog(id, 'System error', 'the only copy of this line');
      const log = await call('log', { UnitId: id, File: 'System error' });
      expect(log.stdout).toContain('the only copy of this line');

      const forward = rig.start(['forward', id, '--service', 'ssh', '--json']);
      const { port } = JSON.parse(await forward.firstLine()) as { port: number };
      expect(await shout({ port }, 'bytes')).toBe('BYTES');
      forward.signal('SIGINT');
      expect(await forward.ended()).toBe(0);
      expect(simulator.tunnels.list()).toEqual([]);
      const places = await rig.endAndScan(['the only copy of this line']);
      // Besides on the standard output.
      expect(places.filter((place) => !place.includes('{'))).toHaveLength(1);
      expect(await rig.endAndScan([token])).toEqual([]);
    },
  );
});
