import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { simulatedDeviceId, simulatedServiceId } from '../../src-main/simulators/remoteit/fleet.ts';
import type { RemoteItSimulator } from '../../src-main/simulators/remoteit/remoteit.ts';
import type { FarEnd } from '../support/forward-rig.ts';
import { shout, startUpperCaseServer } from '../support/upper-case-server.ts';
import { cliMs, HeadlessRig, patient } from '../support/headless-rig.ts';
import type { RigAccount } from '../support/headless-rig.ts';
import { remoteItAccount, remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';
import { startSshd } from '../support/sshd.ts';

/** remote.it from the account to bytes of a device's service, through a browser's socket and on the command line. */

const { secretAccessKey } = remoteItSecrets.accessKey;
const deviceId = simulatedDeviceId(7);
const serviceId = simulatedServiceId(7, 0);
let simulator: RemoteItSimulator;
let fields: Readonly<Record<string, string>>;
let rig: HeadlessRig;
/** Stands for the device: answers with what it got, in capitals. */
let capitals: FarEnd;
/** Where an sshd stands for the device instead. */
let sshPort: number | undefined;
const account = (secrets: Readonly<Record<string, string>> = remoteItSecrets.accessKey): RigAccount => ({
  vendor: 'remoteit',
  label: 'Plants',
  baseUrl: simulator.baseUrl,
  fields,
  secrets,
});

beforeEach(async () => {
  capitals = await startUpperCaseServer();
  const { port } = capitals;
  simulator = await startRemoteIt({
    devices: 230,
    target: (id) => (id === serviceId ? { host: '127.0.0.1', port: sshPort ?? port } : undefined),
  });
  simulator.fleet.setOnline(deviceId, true);
  sshPort = undefined;
  fields = { pageSize: '100', eventsUrl: simulator.eventsUrl };
  rig = await HeadlessRig.make();
});

afterEach(async () => {
  await rig.dispose();
  await simulator.dispose();
  await capitals.dispose();
});

describe('in the headless host', () => {
  test('remote.it’s fleet is listed, told of live, and its services are reached', async () => {
    const { client, devices, add } = await rig.browser();
    const key = `${await add(account())}/${deviceId}`;

    await expect.poll(() => devices.size, patient).toBe(230);
    const froms = simulator.requests.flatMap(({ path, body }) => {
      const { variables } =
        path === '/graphql/v1' ? (JSON.parse(body.toString()) as { variables: { from?: number } }) : { variables: {} };
      return variables.from ?? [];
    });
    expect(new Set(froms)).toEqual(new Set([0, 100, 200]));
    expect(devices.get(key)?.presence.state).toBe('online');

    // Told, not asked for: the next poll is a minute away.
    await expect.poll(() => simulator.events.listeners, patient).toBe(1);
    simulator.setOnline(deviceId, false);
    await expect.poll(() => devices.get(key)?.presence.state, patient).toBe('offline');

    // What happens while the connection is down is found by listing again.
    simulator.events.cut();
    simulator.setOnline(deviceId, true);
    await expect.poll(() => devices.get(key)?.presence.state, patient).toBe('online');

    const forward = await client.request('forwards.open', { deviceKey: key, serviceId });
    if (!forward.ok) throw new Error(forward.error.message);
    expect(await shout(forward.value, 'through the tunnel')).toBe('THROUGH THE TUNNEL');
    expect(simulator.connections.list()).toMatchObject([{ serviceId, hostIP: '255.255.255.255' }]);
    // The proxy dies as after 15 idle minutes; the local port stays.
    await simulator.connections.kill();
    await expect.poll(() => shout(forward.value, 'again').catch(() => 'not yet'), patient).toBe('AGAIN');
    expect((await client.request('forwards.stop', { forwardId: forward.value.id })).ok).toBe(true);
    await expect.poll(() => simulator.connections.list(), patient).toEqual([]);
  });
});

describe('on the command line', { timeout: cliMs }, () => {
  test('an account is added, its devices listed, operations called and a service reached', async () => {
    const { developerKey } = remoteItAccount;
    const added = await rig.addByCli(account({ ...remoteItSecrets.accessKey, developerKey }));
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect((await rig.run(['accounts', 'test', 'Plants'])).code).toBe(0);

    const listed = await rig.run(['devices', '--timeout', '100', '--json']);
    const rows = JSON.parse(listed.stdout) as { id: string; presence: { state: string } }[];
    expect(rows).toHaveLength(230);
    expect(rows.find((row) => row.id === deviceId)?.presence.state).toBe('online');
    simulator.setOnline(deviceId, false);
    const after = JSON.parse((await rig.run(['devices', '--timeout', '100', '--json'])).stdout) as typeof rows;
    expect(after.find((row) => row.id === deviceId)?.presence.state).toBe('offline');
    simulator.setOnline(deviceId, true);

    const call = (operation: string, input: unknown) =>
      rig.run(['api', 'remoteit', operation, '--input', JSON.stringify(input), '--json']);
    const connection = await simulator.connections.connect(serviceId, 22, '255.255.255.255');
    const stopped = await call('device/connect/stop', { deviceaddress: serviceId, connectionid: connection.id });
    expect(stopped).toMatchObject({ code: 0, stderr: '' });
    expect(simulator.connections.list()).toEqual([]);
    const { username, password } = remoteItAccount;
    const signedIn = await call('user/login', { username, password });
    expect(JSON.parse(signedIn.stdout)).toMatchObject({ status: 'true', token: '[secret]' });
    expect((await call('renameService', { serviceId: deviceId, name: 'renamed-gw' })).code).toBe(0);
    expect(simulator.fleet.locate(deviceId)?.device.name).toBe('renamed-gw');

    const forward = rig.start(['forward', deviceId, '--service', serviceId, '--json']);
    const { port } = JSON.parse(await forward.firstLine()) as { port: number };
    expect(await shout({ port }, 'bytes')).toBe('BYTES');
    forward.signal('SIGINT');
    expect(await forward.ended()).toBe(0);
    expect(simulator.connections.list()).toEqual([]);

    // Neither a file nor what any command said.
    expect(await rig.endAndScan([secretAccessKey, developerKey, password])).toEqual([]);
  });

  test('ssh with an access key runs a command on the device, and leaves no connection behind', async () => {
    const sshd = await startSshd();
    rig.onEnd(() => sshd.dispose());
    sshPort = sshd.port;
    await rig.addByCli(account());
    const mine = ['-i', sshd.clientKey, '-l', sshd.user, '-o', 'StrictHostKeyChecking=accept-new'];
    const ran = await rig.run(['ssh', deviceId, '--', ...mine, 'echo', 'on the device']);
    expect(ran).toMatchObject({ code: 0, stdout: 'on the device\n' });
    const connects = simulator.requests.filter(({ body }) => body.toString().includes('mutation Connect'));
    expect(connects.map(({ body }) => (JSON.parse(body.toString()) as { variables: unknown }).variables)).toEqual([
      { serviceId, hostIP: '255.255.255.255', type: 'PORT_PROXY' },
    ]);
    expect(simulator.connections.list()).toEqual([]);
  });

  test('the vendor’s own words about a refusal are told', async () => {
    await rig.addByCli(account());
    const message = 'Field "session" of type "Session" must have a selection of subfields.';
    simulator.fault({ kind: 'status', status: 400, body: JSON.stringify({ errors: [{ message }] }) });
    const call = ['api', 'remoteit', 'connect', '--input', JSON.stringify({ serviceId })];
    const refused = await rig.run(call);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`The vendor said: “${message}”`);
    const asJson = JSON.parse((await rig.run([...call, '--json'])).stderr) as { error: unknown };
    expect(asJson.error).toMatchObject({ kind: 'invalid-input', vendorMessage: message });
  });
});
