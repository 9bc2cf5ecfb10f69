import { execFile, spawnSync } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { startCliFromSource, type CliProcess } from '../support/cli-process.ts';
import { echo, startFarEnd } from '../support/forward-rig.ts';
import { claimPorts } from '../support/own-ports.ts';
import { SessionClient } from '../support/session-client.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import { makeSystemUser } from '../support/system-user.ts';

const run = promisify(execFile);
const token = 'a-token-of-the-two-profiles-test-7';
const isRoot = process.getuid?.() === 0;

/** Somebody with a profile: their own files, and the user they work as. */
interface Person {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
}

// The first one has the port that the second one's forward had the day before. Only root can make another user; without,
// the second person is somebody else's profile again.
/** Whether another user of this system can run these very sources: only root can try, and the checkout may be private. */
const canBeOther =
  isRoot &&
  spawnSync(process.execPath, [join(import.meta.dirname, '../../src-main/cli.ts'), '--help'], {
    uid: 65_534,
    gid: 65_534,
    stdio: 'ignore',
  }).status === 0;

const sideBySide = (asUser: boolean, holder: RegExp): void => {
  const ends = new AsyncDisposableStack();
  let sshd: Sshd;
  let first: Person;
  let second: Person;
  let device: string;
  let port: number;
  let key: string;
  let holding: CliProcess;

  const start = ({ folder, env, ids }: Person, args: readonly string[], stdin = ''): CliProcess => {
    const cli = startCliFromSource(['--profile', join(folder, 'profile'), '--vault', 'file', ...args], {
      stdin,
      env,
      ...(ids === undefined ? {} : { ids }),
    });
    ends.defer(async () => {
      cli.signal('SIGKILL');
      await cli.ended();
    });
    return cli;
  };
  const finish = async (person: Person, args: readonly string[], stdin = '') => {
    const cli = start(person, args, stdin);
    return { code: await cli.ended(), stdout: cli.stdout(), stderr: cli.stderr() };
  };
  const makePerson = async (ids: Person['ids']): Promise<Person> => {
    const folder = await mkdtemp(join(tmpdir(), 'quayside-beside-'));
    ends.defer(() => rm(folder, { recursive: true, force: true }));
    if (ids !== undefined) await chown(folder, ids.uid, ids.gid);
    const env = { HOME: folder, TMPDIR: folder, SSH_AUTH_SOCK: '', QUAYSIDE_VAULT_PASSPHRASE: 'of this very test' };
    return { folder, env, ids };
  };
  /** ssh asks only for this key, and keeps nothing. */
  const sshOptions = (): readonly string[] => ['-i', key, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'];

  beforeAll(async () => {
    sshd = await startSshd();
    ends.defer(() => sshd.dispose());
    const mirror = await startFarEnd(echo);
    ends.defer(() => mirror.dispose());
    const vendor = new RemoteIotSimulator({
      token,
      devices: 3,
      target: (_unit, to) => ({ host: '127.0.0.1', port: to === 22 ? sshd.port : mirror.port }),
    });
    await vendor.listen();
    ends.defer(() => vendor.dispose());
    const user = asUser ? await makeSystemUser() : undefined;
    if (user !== undefined) ends.defer(() => user.dispose());
    first = await makePerson(undefined);
    second = await makePerson(await user?.ids());
    key = join(second.folder, 'key');
    await copyFile(sshd.clientKey, key);
    await chmod(key, 0o600);
    if (second.ids !== undefined) await chown(key, second.ids.uid, second.ids.gid);
    device = vendor.unitIds.find((unit) => vendor.isOnline(unit)) ?? '';
    const own = await claimPorts(1);
    ends.defer(() => own.dispose());
    port = own.ports[0] ?? 0;
    // Each of them has used the device by this very port before.
    for (const person of [first, second]) {
      const account = ['accounts', 'add', 'remoteiot', '--label', 'Plant', '--base-url', vendor.baseUrl];
      expect(await finish(person, account, JSON.stringify({ token }))).toMatchObject({ code: 0 });
      const forward = start(person, ['forward', device, '--service', 'ssh', '--port', String(port), '--json']);
      await forward.firstLine();
      forward.signal('SIGINT');
      expect(await forward.ended()).toBe(0);
    }
    holding = start(first, ['forward', device, '--service', 'ssh', '--json']);
    await holding.firstLine();
  }, 120_000);
  afterAll(() => ends.disposeAsync());

  it('ssh and proxy go by another port, whether Quayside runs or not', async () => {
    const ssh = ['ssh', device, '--user', sshd.user, '--', ...sshOptions(), 'hostname'];
    const proxy = ['proxy', device, '--service', 'tcp:7001'];
    expect(await finish(second, ssh)).toMatchObject({ code: 0, stdout: `${hostname()}\n` });
    expect(await finish(second, proxy, 'by proxy')).toEqual({ code: 0, stdout: 'by proxy', stderr: '' });
    const serve = start(second, ['serve']);
    await serve.firstLine();
    expect(await finish(second, ssh)).toMatchObject({ code: 0, stdout: `${hostname()}\n` });
    expect(await finish(second, proxy, 'by proxy')).toEqual({ code: 0, stdout: 'by proxy', stderr: '' });
    serve.signal('SIGTERM');
    expect(await serve.ended()).toBe(0);
  });

  it('ssh by the device’s name goes by another port', async () => {
    const config = join(second.folder, 'config');
    await writeFile(config, '');
    if (second.ids !== undefined) await chown(config, second.ids.uid, second.ids.gid);
    await finish(second, ['devices', '--json']);
    const written = await finish(second, ['ssh-config', '--write', '--config', config, '--json']);
    const { hosts } = JSON.parse(written.stdout) as { hosts: readonly { alias: string; device: string }[] };
    const alias = hosts.find((host) => host.device.endsWith(`/${device}`))?.alias ?? '';
    const { stdout } = await run(
      'ssh',
      ['-F', config, ...sshOptions(), '-o', 'StrictHostKeyChecking=accept-new', '-l', sshd.user, alias, 'hostname'],
      { env: { PATH: process.env['PATH'], ...second.env }, ...second.ids },
    );
    expect(stdout).toBe(`${hostname()}\n`);
  });

  it('a terminal and files inside the application go by another port, and the forward says why', async () => {
    const serve = start(second, ['serve']);
    const [, link = ''] = /^Quayside is at (\S+)/.exec(await serve.firstLine()) ?? [];
    const window = await SessionClient.enter(link);
    const { client } = window;
    const [shown] = await new Promise<readonly { key: string }[]>((resolve) => {
      const look = async (): Promise<void> => {
        const found = await client.request('devices.query', { query: device });
        if (found.ok && found.value.devices.length > 0) resolve(found.value.devices);
        else setImmediate(() => void look());
      };
      void look();
    });
    const place = { deviceKey: shown?.key ?? '', serviceId: 'ssh:22', user: sshd.user, keyFile: key };
    const shell = await window.open({ kind: 'terminal', ...place });
    const said = new Promise<void>((resolve) => {
      let text = '';
      shell.onBytes((bytes) => {
        text += Buffer.from(bytes).toString();
        if (text.includes('terminal-42')) resolve();
      });
    });
    shell.send(Buffer.from('echo terminal-$((40 + 2))\n'));
    await said;
    const files = await window.open({ kind: 'files', ...place });
    await mkdir(join(first.folder, 'seen'));
    expect(await files.call({ op: 'list', path: first.folder })).toMatchObject({
      entries: expect.arrayContaining([expect.objectContaining({ name: 'seen', kind: 'folder' })]),
    });
    const forwards = await client.request('forwards.list', {});
    const forward = forwards.ok ? forwards.value.find(({ serviceId }) => serviceId === 'ssh:22') : undefined;
    expect(forward?.port).not.toBe(port);
    const [, named = ''] =
      /^Port \d+ is used by (.+?)\. So this forward has port \d+ for now\.$/.exec(forward?.portReason ?? '') ?? [];
    expect(named).toMatch(holder);
    window.close();
    serve.signal('SIGTERM');
    expect(await serve.ended()).toBe(0);
  });

  it('a forward that listens says who has its port and takes another; a new one has its own from the start', async () => {
    const taken = await finish(second, ['forward', device, '--service', 'ssh', '--json']);
    const { error } = JSON.parse(taken.stderr) as { error: { kind: string; message: string; hint: string } };
    const [, named = ''] = new RegExp(`^Port ${port} is used by (.+)\\.$`).exec(error.message) ?? [];
    expect([error.kind, named]).toEqual(['port-in-use', expect.stringMatching(holder)]);
    const [free = ''] = /\d{4,5}/.exec(error.hint) ?? [];
    const moved = start(second, ['forward', device, '--service', 'ssh', '--port', free, '--json']);
    expect(JSON.parse(await moved.firstLine())).toMatchObject({ port: Number(free) });
    const fresh = start(second, ['forward', device, '--service', 'tcp:7003', '--json']);
    const { port: other } = JSON.parse(await fresh.firstLine()) as { port: number };
    const socket = connect({ host: '127.0.0.1', port: other });
    socket.end('mine');
    expect(Buffer.concat(await socket.toArray()).toString()).toBe('mine');
    for (const cli of [moved, fresh, holding]) {
      cli.signal('SIGINT');
      expect(await cli.ended()).toBe(0);
    }
  });
};

describe('beside another profile of the same user', () => sideBySide(false, /^another Quayside \(process \d+\)$/));
describe.runIf(canBeOther)('beside another user of this computer', () => sideBySide(true, /^a program of root$/));
