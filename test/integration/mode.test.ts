import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { composeCore } from '../../src-main/compose/compose-core.ts';
import { startHeadless } from '../../src-main/compose/compose-headless.ts';
import { locate } from '../../src-main/compose/locations.ts';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { FrameClient } from '../../src-preload/contract/client.ts';
import type { FrameChannel, HostFrame } from '../../src-preload/contract/frames.ts';
import { startCliFromSource } from '../support/cli-process.ts';
import type { CliProcess } from '../support/cli-process.ts';
import { enterByLink, writePage } from '../support/live-host.ts';

/** MODE from the account to bytes of a device's application, through a browser's socket and on the command line. */

const apiKey = 'v1.dXNl.user-key-9f31c7';
const passphrase = 'correct horse battery';
const fields = { keyKind: 'user', projectId: '1265', appProxyPath: 'app' };
const deviceId = '34256';
let simulator: ModeSimulator;
let folder: string;
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  simulator = new ModeSimulator({ devices: 230, user: { key: apiKey, homes: 'project' } });
  await simulator.listen();
  simulator.setOnline(deviceId, true);
  folder = await mkdtemp(join(tmpdir(), 'quayside-mode-'));
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  await simulator.dispose();
  await rm(folder, { recursive: true, force: true });
});

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
  test('MODE’s fleet is listed, told of live, and its applications are reached', async () => {
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
    const handed = await client.request('secrets.hand', { secrets: { apiKey } });
    if (!handed.ok) throw new Error(handed.error.message);
    const added = await client.request('accounts.add', {
      vendor: 'mode',
      label: 'Sensors',
      baseUrl: simulator.baseUrl,
      fields,
      ticket: handed.value.ticket,
    });
    if (!added.ok) throw new Error(added.error.message);
    const key = `${added.value.id}/${deviceId}`;

    await expect.poll(() => devices.size, { timeout: 10_000 }).toBe(230);
    const pages = simulator.requests.filter((request) => request.path === '/devices');
    expect(new Set(pages.map((request) => request.query['skip']))).toEqual(new Set(['0', '100', '200']));
    expect(devices.get(key)?.presence.state).toBe('online');

    // Told, not asked for: the next poll is a minute away.
    await expect.poll(() => simulator.userSockets.count, { timeout: 10_000 }).toBe(1);
    simulator.setOnline(deviceId, false);
    await expect.poll(() => devices.get(key)?.presence.state, { timeout: 5_000 }).toBe('offline');

    // What happens while the connection is down is found by listing again.
    for (const socket of simulator.userSockets.all()) socket.cut();
    simulator.setOnline(deviceId, true);
    await expect.poll(() => devices.get(key)?.presence.state, { timeout: 15_000 }).toBe('online');

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
  test('an account is added, its devices listed, an operation called and an application reached', async () => {
    const given = Object.entries(fields).flatMap(([name, value]) => ['--field', `${name}=${value}`]);
    const added = await run(
      ['accounts', 'add', 'mode', '--label', 'Sensors', '--base-url', simulator.baseUrl, ...given],
      JSON.stringify({ apiKey }),
    );
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect((await run(['accounts', 'test', 'Sensors'])).code).toBe(0);

    const listed = await run(['devices', '--json']);
    const rows = JSON.parse(listed.stdout) as { id: string; presence: { state: string } }[];
    expect(rows).toHaveLength(230);
    expect(rows.find((row) => row.id === deviceId)?.presence.state).toBe('online');
    simulator.setOnline(deviceId, false);
    const after = JSON.parse((await run(['devices', '--json'])).stdout) as typeof rows;
    expect(after.find((row) => row.id === deviceId)?.presence.state).toBe('offline');

    const call = (operation: string, input: unknown, ...more: string[]) =>
      run(['api', 'mode', operation, '--input', JSON.stringify(input), '--json', ...more]);
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

    const forward = start(['forward', deviceId, '--service', 'http:app-proxy', '--json']);
    const { port } = JSON.parse(await forward.firstLine()) as { port: number };
    const answer = await fetch(`http://127.0.0.1:${port}/a`, { method: 'POST', body: 'bytes' });
    expect(await answer.json()).toMatchObject({ path: 'a', body: 'bytes' });
    forward.signal('SIGINT');
    expect(await forward.ended()).toBe(0);

    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile()))
      expect(await readFile(join(file.parentPath, file.name), 'latin1'), file.name).not.toContain(apiKey);
    for (const output of [added, listed, refused, offline, told]) expect(JSON.stringify(output)).not.toContain(apiKey);
  });
});
