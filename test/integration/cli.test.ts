import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import packageFacts from '../../package.json' with { type: 'json' };
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { startCliFromSource, type CliProcess } from '../support/cli-process.ts';
import { claimPorts } from '../support/own-ports.ts';

const token = 'integration-token-4b1f09c2';
const passphrase = 'correct horse battery';
const running: CliProcess[] = [];
let echo: Server;
let simulator: RemoteIotSimulator;
let profile: string;

const start = (args: readonly string[], stdin = '', env: Record<string, string> = {}): CliProcess => {
  const cli = startCliFromSource(['--profile', profile, '--vault', 'file', ...args], {
    stdin,
    env: { QUAYSIDE_VAULT_PASSPHRASE: passphrase, ...env },
  });
  running.push(cli);
  return cli;
};

const run = async (args: readonly string[], stdin = '', env: Record<string, string> = {}) => {
  const cli = start(args, stdin, env);
  const code = await cli.ended();
  return { code, stdout: cli.stdout(), stderr: cli.stderr() };
};

const addAccount = (label = 'Acme') =>
  run(['accounts', 'add', 'remoteiot', '--label', label, '--base-url', simulator.baseUrl], JSON.stringify({ token }));

const errorOf = (stderr: string): { kind: string; message: string; hint: string } =>
  (JSON.parse(stderr) as { error: { kind: string; message: string; hint: string } }).error;

/** Sends through a port and answers what came back until the far end closed. */
const roundTrip = async (port: number, text: string): Promise<string> => {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.end(text);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  await once(socket, 'end');
  return answer;
};

beforeAll(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
});

afterAll(() => {
  echo.close();
});

beforeEach(async () => {
  const target = { host: '127.0.0.1', port: (echo.address() as AddressInfo).port };
  simulator = new RemoteIotSimulator({ token, devices: 30, target: () => target });
  await simulator.listen();
  profile = await mkdtemp(join(tmpdir(), 'quayside-cli-'));
});

afterEach(async () => {
  for (const cli of running.splice(0)) {
    cli.signal('SIGKILL');
    await cli.ended();
  }
  await simulator.dispose();
  await rm(profile, { recursive: true, force: true });
});

/** Index of a device that is online, by its place in the fleet. */
const onlineDevice = (): { id: string; name: string } => {
  const id = simulator.unitIds.find((unitId) => simulator.isOnline(unitId))!;
  return { id, name: simulator.deviceName(id)! };
};

describe('accounts', () => {
  test('are added from standard input, listed, tested, renamed and removed', async () => {
    const added = await addAccount();
    expect(added).toMatchObject({ code: 0, stderr: '' });
    const tested = await run(['accounts', 'test', 'acme', '--json']);
    expect(tested.code).toBe(0);
    expect(JSON.parse(tested.stdout)).toMatchObject({ label: 'Acme', ok: true });
    expect((await run(['accounts', 'rename', 'Acme', 'Plant'])).code).toBe(0);
    const list = await run(['accounts', 'list', '--json']);
    expect(JSON.parse(list.stdout)).toMatchObject([
      { vendor: 'remoteiot', label: 'Plant', baseUrl: simulator.baseUrl },
    ]);
    const refused = await run(['accounts', 'remove', 'Plant', '--json']);
    expect([refused.code, errorOf(refused.stderr).kind]).toEqual([2, 'confirmation-required']);
    expect((await run(['accounts', 'remove', 'Plant', '--yes'])).code).toBe(0);
    expect(JSON.parse((await run(['accounts', 'list', '--json'])).stdout)).toEqual([]);
  });

  test('never show their token, in no file and on no stream', async () => {
    const outputs = [await addAccount(), await run(['devices', '--json']), await run(['accounts', 'test', 'Acme'])];
    simulator.faults.add({ kind: 'revoked' });
    outputs.push(await run(['devices', '--json']), await run(['accounts', 'test', 'Acme', '--json']));
    const names = (await readdir(profile, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const files = await Promise.all(names.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')));
    expect(files.length).toBeGreaterThan(2);
    for (const text of [...files, ...outputs.flatMap(({ stdout, stderr }) => [stdout, stderr])]) {
      expect(text.includes(token)).toBe(false);
      expect(text.includes(passphrase)).toBe(false);
    }
  });

  test('refuse what is wrong by exit code and kind', async () => {
    const wrong: readonly (readonly [readonly string[], string, number, string])[] = [
      [['accounts', 'add', 'nobody', '--label', 'x'], '{}', 2, 'invalid-input'],
      [['accounts', 'add', 'remoteiot'], '{"token":"x"}', 2, 'invalid-input'],
      [['accounts', 'add', 'remoteiot', '--label', 'x'], 'no json', 2, 'invalid-input'],
      [
        ['accounts', 'add', 'remoteiot', '--label', 'x', '--base-url', 'http://example.com/portal/api'],
        '{"token":"abcdef"}',
        2,
        'invalid-input',
      ],
      [['accounts', 'test', 'nobody'], '', 3, 'not-found'],
      [['devices', '--port', '1'], '', 2, 'invalid-input'],
      [['--wrong'], '', 2, 'invalid-input'],
      [['forward', 'nothing'], '', 3, 'not-found'],
      [['api', 'remoteiot', 'nonsense'], '', 3, 'not-found'],
    ];
    const seen = await Promise.all(wrong.map(([args, stdin]) => run([...args, '--json'], stdin)));
    expect(seen.map(({ code, stderr }) => [code, errorOf(stderr).kind])).toEqual(
      wrong.map(([, , code, kind]) => [code, kind]),
    );
    for (const { stdout } of seen) expect(stdout).toBe('');
  });

  test('tell a vault without its passphrase by exit code 4', async () => {
    await addAccount();
    const locked = startCliFromSource(['--profile', profile, '--vault', 'file', 'accounts', 'test', 'Acme', '--json']);
    expect(await locked.ended()).toBe(4);
    expect(errorOf(locked.stderr()).kind).toBe('vault-locked');
    const wrong = await run(['accounts', 'test', 'Acme', '--json'], '', { QUAYSIDE_VAULT_PASSPHRASE: 'another one' });
    expect([wrong.code, errorOf(wrong.stderr).kind]).toEqual([4, 'vault-denied']);
  });
});

describe('devices', () => {
  test('are one array of the promised shape, narrowed by a query', async () => {
    await addAccount();
    const all = await run(['devices', '--json']);
    expect(all).toMatchObject({ code: 0, stderr: '' });
    const names = new Set(simulator.requests.map(({ headers }) => headers['user-agent']));
    expect([...names]).toEqual([`Quayside/${packageFacts.version}`]);
    const devices = JSON.parse(all.stdout) as {
      id: string;
      name: string;
      presence: { state: string; observedAt: string };
    }[];
    expect(devices.map((device) => device.id).sort()).toEqual([...simulator.unitIds].sort());
    const { id, name } = onlineDevice();
    expect(devices.find((device) => device.id === id)).toMatchObject({
      name,
      vendor: 'remoteiot',
      account: 'Acme',
      presence: { state: 'online', source: 'vendor-status', observedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      groups: [expect.any(String)],
      tags: [],
      services: expect.arrayContaining([expect.objectContaining({ kind: 'ssh', port: 22 })]),
    });
    const some = JSON.parse((await run(['devices', name, '--json'])).stdout) as { id: string }[];
    expect(some.map((device) => device.id)).toContain(id);
    expect(some.length).toBeLessThan(devices.length);
  });

  test('come with the error of each account that fails, and exit code 1', async () => {
    await addAccount();
    await run(
      ['accounts', 'add', 'remoteiot', '--label', 'Broken', '--base-url', simulator.baseUrl],
      '{"token":"not-this-one"}',
    );
    const some = await run(['devices', '--json']);
    expect(some.code).toBe(1);
    expect((JSON.parse(some.stdout) as unknown[]).length).toBe(30);
    expect(JSON.parse(some.stderr)).toMatchObject({ error: { accounts: [{ account: 'Broken', devices: 0 }] } });
    const tested = await run(['accounts', 'test', '--json']);
    expect([tested.code, errorOf(tested.stderr).kind]).toEqual([1, 'unauthorized']);
    expect(JSON.parse(tested.stdout)).toMatchObject([
      { label: 'Acme', ok: true },
      { label: 'Broken', ok: false, error: { kind: 'unauthorized' } },
    ]);
    await run(['accounts', 'remove', 'Acme', '--yes']);
    const none = await run(['devices', '--json']);
    expect([none.code, errorOf(none.stderr).kind, none.stdout]).toEqual([1, 'unauthorized', '[]\n']);
  });

  test('that can be read are shown although others of the account cannot', async () => {
    await addAccount();
    const [first] = simulator.unitIds;
    simulator.faults.add({ kind: 'status', status: 500, path: '/status' });
    const end = await run(['devices', '--json']);
    expect([end.code, (JSON.parse(end.stdout) as unknown[]).length]).toEqual([1, 30]);
    expect(end.stdout).toContain(first);
    expect(errorOf(end.stderr).kind).toBe('vendor-unavailable');
  });
});

describe('forward', () => {
  test('carries real bytes and closes the tunnel at the vendor on Ctrl-C', async () => {
    await addAccount();
    const { id, name } = onlineDevice();
    const forward = start(['forward', name, '--service', 'ssh', '--json']);
    const ready = JSON.parse(await forward.firstLine()) as {
      port: number;
      address: string;
      device: string;
      service: string;
    };
    expect(ready).toEqual({ port: expect.any(Number), address: '127.0.0.1', device: id, service: expect.any(String) });
    expect(await roundTrip(ready.port, 'hello')).toBe('hello');
    expect(simulator.tunnels.list()).toHaveLength(1);
    forward.signal('SIGINT');
    expect(await forward.ended()).toBe(0);
    expect(simulator.tunnels.list()).toEqual([]);
    expect(forward.stdout().trim().split('\n')).toHaveLength(1);
  });

  test('opens a port nobody listed, and offers a free one for a port in use', async () => {
    await addAccount();
    const { id } = onlineDevice();
    const taken = (echo.address() as AddressInfo).port;
    const busy = await run(['forward', id, '--service', '8022', '--port', String(taken), '--json']);
    expect([busy.code, errorOf(busy.stderr).kind]).toEqual([1, 'port-in-use']);
    expect(errorOf(busy.stderr).hint).toMatch(/\d{4,5}/);
    const forward = start(['forward', id, '--service', '8022', '--json']);
    const ready = JSON.parse(await forward.firstLine()) as { port: number };
    expect(await roundTrip(ready.port, 'custom')).toBe('custom');
    expect(simulator.tunnels.list()).toMatchObject([{ localPort: 8022 }]);
    forward.signal('SIGTERM');
    expect(await forward.ended()).toBe(0);
  });

  test('is refused where its own port is taken, which is no matter for a proxy', async () => {
    await addAccount();
    const { id } = onlineDevice();
    const own = await claimPorts(1);
    const [port] = own.ports;
    const before = start(['forward', id, '--port', String(port), '--json']);
    await before.firstLine();
    before.signal('SIGINT');
    expect(await before.ended()).toBe(0);
    const holder = createServer().listen(port, '127.0.0.1');
    await once(holder, 'listening');
    try {
      const refused = await run(['forward', id, '--json']);
      expect(errorOf(refused.stderr)).toMatchObject({ kind: 'port-in-use' });
      expect(await run(['proxy', id], 'by another way')).toEqual({ code: 0, stdout: 'by another way', stderr: '' });
      expect(JSON.parse((await run(['resolve', id, '--json'])).stdout)).toMatchObject([{ port }]);
    } finally {
      holder.close();
      await own.dispose();
    }
  });

  test('shares one core with other commands, and takes over when its owner ends', async () => {
    await addAccount();
    const [first, second] = simulator.unitIds.filter((unitId) => simulator.isOnline(unitId));
    const owner = start(['forward', first!, '--json']);
    await owner.firstLine();
    const guest = start(['forward', second!, '--json']);
    const ready = JSON.parse(await guest.firstLine()) as { port: number };
    const both = await Promise.all([run(['devices', '--json']), run(['accounts', 'list', '--json'])]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(await roundTrip(ready.port, 'by the owner')).toBe('by the owner');
    owner.signal('SIGINT');
    expect(await owner.ended()).toBe(0);
    // The port comes back as soon as the guest has taken the profile over.
    await expect.poll(() => roundTrip(ready.port, 'by itself').catch(() => ''), { timeout: 10_000 }).toBe('by itself');
    guest.signal('SIGINT');
    expect(await guest.ended()).toBe(0);
    expect(simulator.tunnels.list()).toEqual([]);
  });

  test('replaces the socket of an owner that was killed', async () => {
    await addAccount();
    const { id } = onlineDevice();
    const owner = start(['forward', id, '--json']);
    await owner.firstLine();
    owner.signal('SIGKILL');
    await owner.ended();
    expect((await run(['accounts', 'list', '--json'])).code).toBe(0);
  });
});

test('two commands at once on one profile both do their work', async () => {
  await addAccount();
  const results = await Promise.all(
    Array.from({ length: 4 }, (_, index) =>
      run(index % 2 === 0 ? ['devices', '--json'] : ['accounts', 'test', 'Acme']),
    ),
  );
  expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(results.map(() => [0, '']));
});

describe('api', () => {
  test('lists the catalogue without a profile or a vault', async () => {
    const cli = startCliFromSource(['--profile', join(profile, 'never'), 'api', 'remoteiot', '--list', '--json']);
    expect(await cli.ended()).toBe(0);
    const rows = JSON.parse(cli.stdout()) as Record<string, unknown>[];
    expect(rows.find((row) => row['operation'] === 'device')).toEqual({
      operation: 'device',
      number: 'RIOT-01',
      method: 'POST',
      path: expect.any(String),
      danger: 'none',
      callers: ['user'],
    });
    expect(await readdir(profile)).toEqual([]);
  });

  test('calls an operation, and one that destroys only when confirmed', async () => {
    await addAccount();
    const id = simulator.unitIds[0]!;
    const call = (operation: string, input: unknown, ...more: string[]) =>
      run(['api', 'remoteiot', operation, '--account', 'Acme', '--input', JSON.stringify(input), '--json', ...more]);
    const listed = await call('device', {});
    expect([listed.code, (JSON.parse(listed.stdout) as unknown[]).length]).toEqual([0, 30]);
    const wrong = await call('DeleteDevice', { Nonsense: 1 }, '--yes');
    expect([wrong.code, errorOf(wrong.stderr).kind]).toEqual([2, 'invalid-input']);
    const refused = await call('DeleteDevice', { UnitId: id });
    expect([refused.code, errorOf(refused.stderr).kind]).toEqual([2, 'confirmation-required']);
    expect(simulator.requestsTo('/DeleteDevice')).toEqual([]);
    expect((await call('DeleteDevice', { UnitId: id }, '--yes')).code).toBe(0);
    expect(simulator.requestsTo('/DeleteDevice')).toHaveLength(1);
  });

  test('a file is given by its path', async () => {
    await addAccount();
    const [id = ''] = simulator.unitIds;
    const path = join(profile, 'a.sh');
    await writeFile(path, 'echo hello\n');
    const upload = (file: string) =>
      run([
        ...['api', 'remoteiot', 'FileUpload', '--account', 'Acme', '--yes', '--json', '--input'],
        JSON.stringify({ File: { path: file }, Folder: '/tmp/', Unit: [id] }),
      ]);
    expect((await upload(path)).code).toBe(0);
    expect(simulator.files).toMatchObject([{ name: 'a.sh', content: Buffer.from('echo hello\n'), unitIds: [id] }]);
    const missing = await upload(join(profile, 'b.sh'));
    expect([missing.code, errorOf(missing.stderr).kind]).toEqual([3, 'not-found']);
    expect(simulator.files).toHaveLength(1);
  });
});
