import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect as dial, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { composeCore } from '../../src-main/compose/compose-core.ts';
import { startHeadless } from '../../src-main/compose/compose-headless.ts';
import { locate } from '../../src-main/compose/locations.ts';
import { simulatedDeviceId, simulatedServiceId } from '../../src-main/simulators/remoteit/fleet.ts';
import type { RemoteItSimulator } from '../../src-main/simulators/remoteit/remoteit.ts';
import { FrameClient } from '../../src-preload/contract/client.ts';
import type { FrameChannel, HostFrame } from '../../src-preload/contract/frames.ts';
import { startCliFromSource } from '../support/cli-process.ts';
import type { CliProcess } from '../support/cli-process.ts';
import { remoteItAccount, remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';
import { startSshd } from '../support/sshd.ts';
import { enterByLink, writePage } from '../support/live-host.ts';

/** remote.it from the account to bytes of a device's service, through a browser's socket and on the command line. */

const passphrase = 'passphrase of the file vault';
const { secretAccessKey } = remoteItSecrets.accessKey;
const deviceId = simulatedDeviceId(7);
const serviceId = simulatedServiceId(7, 0);
let simulator: RemoteItSimulator;
let fields: Readonly<Record<string, string>>;
let folder: string;
/** Stands for the device: answers with what it got, in capitals. */
let shouter: Server;
/** Where an sshd stands for the device instead. */
let sshPort: number | undefined;
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  shouter = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    void text(socket).then(
      (got) => socket.end(got.toUpperCase()),
      () => socket.destroy(),
    );
  });
  await new Promise<void>((resolve) => shouter.listen(0, '127.0.0.1', resolve));
  const { port } = shouter.address() as AddressInfo;
  simulator = await startRemoteIt({
    devices: 230,
    target: (id) => (id === serviceId ? { host: '127.0.0.1', port: sshPort ?? port } : undefined),
  });
  simulator.fleet.setOnline(deviceId, true);
  sshPort = undefined;
  fields = { pageSize: '100', eventsUrl: simulator.eventsUrl };
  folder = await mkdtemp(join(tmpdir(), 'quayside-remoteit-'));
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  await simulator.dispose();
  await new Promise((resolve) => shouter.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const shout = (port: number, words: string): Promise<string> => {
  const socket = dial({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.end(words);
  return text(socket);
};

/** The bridge as a browser speaks it. */
const socketChannel = (socket: WebSocket): FrameChannel => ({
  send: (frame) => socket.send(JSON.stringify(frame)),
  onFrame: (listener) => {
    socket.on('message', (data: Buffer) => listener(JSON.parse(data.toString()) as HostFrame));
  },
  onClose: (listener) => {
    socket.on('close', listener);
  },
  close: () => socket.close(),
});

const startBrowser = async (): Promise<FrameClient> => {
  const { forwardWorker } = locate();
  const composed = await composeCore({
    profile: join(folder, 'profile'),
    vault: 'memory',
    host: 'headless',
    longLived: true,
    forwardWorker,
  });
  if (!composed.ok) throw new Error(composed.error.message);
  const core = composed.value;
  cleanups.push(() => core.dispose());
  await core.start();
  await writePage(folder);
  const host = await startHeadless(core, { port: 0, renderer: folder });
  if (!host.ok) throw new Error(host.error.message);
  cleanups.push(() => host.value.dispose());
  const enter = await enterByLink(host.value.link());
  const socket = await enter();
  cleanups.push(() => socket.terminate());
  return new FrameClient(socketChannel(socket));
};

describe('in the headless host', () => {
  test('remote.it’s fleet is listed, told of live, and its services are reached', async () => {
    const client = await startBrowser();
    const devices = new Map<string, { readonly presence: { readonly state: string } }>();
    const put = (rows: readonly unknown[]): void => {
      for (const row of rows as readonly { readonly key: string; readonly presence: { readonly state: string } }[])
        devices.set(row.key, row);
    };
    client.subscribe((event) => {
      if (event.type === 'rows' && event.collection === 'devices') put(event.rows);
      if (event.type === 'changes')
        for (const change of event.changes) if (change.collection === 'devices') put(change.upsert);
    });
    const handed = await client.request('secrets.hand', { secrets: remoteItSecrets.accessKey });
    if (!handed.ok) throw new Error(handed.error.message);
    const added = await client.request('accounts.add', {
      vendor: 'remoteit',
      label: 'Plants',
      baseUrl: simulator.baseUrl,
      fields,
      ticket: handed.value.ticket,
    });
    if (!added.ok) throw new Error(added.error.message);
    const key = `${added.value.id}/${deviceId}`;

    await expect.poll(() => devices.size, { timeout: 10_000 }).toBe(230);
    const froms = simulator.requests.flatMap(({ path, body }) => {
      const { variables } =
        path === '/graphql/v1' ? (JSON.parse(body.toString()) as { variables: { from?: number } }) : { variables: {} };
      return variables.from ?? [];
    });
    expect(new Set(froms)).toEqual(new Set([0, 100, 200]));
    expect(devices.get(key)?.presence.state).toBe('online');

    // Told, not asked for: the next poll is a minute away.
    await expect.poll(() => simulator.events.listeners, { timeout: 10_000 }).toBe(1);
    simulator.setOnline(deviceId, false);
    await expect.poll(() => devices.get(key)?.presence.state, { timeout: 5_000 }).toBe('offline');

    // What happens while the connection is down is found by listing again.
    simulator.events.cut();
    simulator.setOnline(deviceId, true);
    await expect.poll(() => devices.get(key)?.presence.state, { timeout: 15_000 }).toBe('online');

    const forward = await client.request('forwards.open', { deviceKey: key, serviceId });
    if (!forward.ok) throw new Error(forward.error.message);
    expect(await shout(forward.value.port, 'through the tunnel')).toBe('THROUGH THE TUNNEL');
    expect(simulator.connections.list()).toMatchObject([{ serviceId, hostIP: '255.255.255.255' }]);
    // The proxy dies as after 15 idle minutes; the local port stays.
    await simulator.connections.kill();
    await expect
      .poll(() => shout(forward.value.port, 'again').catch(() => 'not yet'), { timeout: 10_000 })
      .toBe('AGAIN');
    expect((await client.request('forwards.stop', { forwardId: forward.value.id })).ok).toBe(true);
    await expect.poll(() => simulator.connections.list(), { timeout: 5_000 }).toEqual([]);
  });
});

const running: CliProcess[] = [];
const start = (args: readonly string[], stdin = ''): CliProcess => {
  const cli = startCliFromSource(['--profile', join(folder, 'cli'), '--vault', 'file', ...args], {
    stdin,
    env: { QUAYSIDE_VAULT_PASSPHRASE: passphrase },
  });
  running.push(cli);
  return cli;
};
const run = async (args: readonly string[], stdin = '') => {
  const cli = start(args, stdin);
  return { code: await cli.ended(), stdout: cli.stdout(), stderr: cli.stderr() };
};

afterEach(async () => {
  for (const cli of running.splice(0)) {
    cli.signal('SIGKILL');
    await cli.ended();
  }
});

describe('on the command line', () => {
  test('an account is added, its devices listed, operations called and a service reached', async () => {
    const given = Object.entries(fields).flatMap(([name, value]) => ['--field', `${name}=${value}`]);
    const { developerKey } = remoteItAccount;
    const added = await run(
      ['accounts', 'add', 'remoteit', '--label', 'Plants', '--base-url', simulator.baseUrl, ...given],
      JSON.stringify({ ...remoteItSecrets.accessKey, developerKey }),
    );
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect((await run(['accounts', 'test', 'Plants'])).code).toBe(0);

    const listed = await run(['devices', '--json']);
    const rows = JSON.parse(listed.stdout) as { id: string; presence: { state: string } }[];
    expect(rows).toHaveLength(230);
    expect(rows.find((row) => row.id === deviceId)?.presence.state).toBe('online');
    simulator.setOnline(deviceId, false);
    const after = JSON.parse((await run(['devices', '--json'])).stdout) as typeof rows;
    expect(after.find((row) => row.id === deviceId)?.presence.state).toBe('offline');
    simulator.setOnline(deviceId, true);

    const call = (operation: string, input: unknown) =>
      run(['api', 'remoteit', operation, '--input', JSON.stringify(input), '--json']);
    const connection = await simulator.connections.connect(serviceId, 22, '255.255.255.255');
    const stopped = await call('device/connect/stop', { deviceaddress: serviceId, connectionid: connection.id });
    expect(stopped).toMatchObject({ code: 0, stderr: '' });
    expect(simulator.connections.list()).toEqual([]);
    const { username, password } = remoteItAccount;
    const signedIn = await call('user/login', { username, password });
    expect(JSON.parse(signedIn.stdout)).toMatchObject({ status: 'true', token: '[secret]' });
    expect((await call('renameService', { serviceId: deviceId, name: 'renamed-gw' })).code).toBe(0);
    expect(simulator.fleet.locate(deviceId)?.device.name).toBe('renamed-gw');

    const forward = start(['forward', deviceId, '--service', serviceId, '--json']);
    const { port } = JSON.parse(await forward.firstLine()) as { port: number };
    expect(await shout(port, 'bytes')).toBe('BYTES');
    forward.signal('SIGINT');
    expect(await forward.ended()).toBe(0);
    expect(simulator.connections.list()).toEqual([]);

    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const secrets = [secretAccessKey, developerKey, password];
    for (const file of files.filter((entry) => entry.isFile())) {
      const content = await readFile(join(file.parentPath, file.name), 'latin1');
      for (const secret of secrets) expect(content, file.name).not.toContain(secret);
    }
    for (const output of [added, listed, stopped, signedIn])
      for (const secret of secrets) expect(JSON.stringify(output)).not.toContain(secret);
  });

  test('ssh with an access key runs a command on the device, and leaves no connection behind', async () => {
    const sshd = await startSshd();
    cleanups.push(() => sshd.dispose());
    sshPort = sshd.port;
    await run(
      ['accounts', 'add', 'remoteit', '--label', 'Plants', '--base-url', simulator.baseUrl],
      JSON.stringify(remoteItSecrets.accessKey),
    );
    const mine = ['-i', sshd.clientKey, '-l', sshd.user, '-o', 'StrictHostKeyChecking=accept-new'];
    const ran = await run(['ssh', deviceId, '--', ...mine, 'echo', 'on the device']);
    expect(ran).toMatchObject({ code: 0, stdout: 'on the device\n' });
    const connects = simulator.requests.filter(({ body }) => body.toString().includes('mutation Connect'));
    expect(connects.map(({ body }) => (JSON.parse(body.toString()) as { variables: unknown }).variables)).toEqual([
      { serviceId, hostIP: '255.255.255.255', type: 'PORT_PROXY' },
    ]);
    expect(simulator.connections.list()).toEqual([]);
  });

  test('the vendor’s own words about a refusal are told', async () => {
    await run(
      ['accounts', 'add', 'remoteit', '--label', 'Plants', '--base-url', simulator.baseUrl],
      JSON.stringify(remoteItSecrets.accessKey),
    );
    const message = 'Field "session" of type "Session" must have a selection of subfields.';
    simulator.fault({ kind: 'status', status: 400, body: JSON.stringify({ errors: [{ message }] }) });
    const call = ['api', 'remoteit', 'connect', '--input', JSON.stringify({ serviceId })];
    const refused = await run(call);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`The vendor said: “${message}”`);
    const asJson = JSON.parse((await run([...call, '--json'])).stderr) as { error: unknown };
    expect(asJson.error).toMatchObject({ kind: 'invalid-input', vendorMessage: message });
  });
});
