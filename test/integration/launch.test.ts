import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ok } from '../../src-main/core/base/errors.ts';
import { createExecutables } from '../../src-main/node/desktop/executables.ts';
import { createProcesses } from '../../src-main/node/desktop/processes.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { Launches } from '../../src-main/services/launch/launches.ts';
import { endProcess, processFile, processIds } from '../support/process-tree.ts';
import { startSshd } from '../support/sshd.ts';
import { startXvfb } from '../support/xvfb.ts';
import type { AddressInfo } from 'node:net';
import type { Device, Service, ServiceKind } from '../../src-main/core/fleet/device.ts';
import type { Sshd } from '../support/sshd.ts';
import type { Xvfb } from '../support/xvfb.ts';

const run = promisify(execFile);
const signal = new AbortController().signal;
// By the start of /proc/PID/cmdline.
const isXterm = /^[^\0]*\bxterm\0/;
const isSsh = /^[^\0]*\/ssh\0/;
const passphrase = 'correct horse battery staple';

const device = (id: string): Device => ({
  key: `acme-1/${id}`,
  accountId: 'acme-1',
  vendor: 'remoteiot',
  id,
  name: `Device ${id}`,
  groups: [],
  tags: [],
  presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
  services: [],
});

const service = (kind: ServiceKind, port: number): Service => ({
  id: `${kind}:${port}`,
  kind,
  name: kind.toUpperCase(),
  route: 'tunnel',
  port,
});

/** A local port that leads to sshd, as a forward does. */
const startPort = async (target: () => number): Promise<{ port: number; dispose(): Promise<void> }> => {
  const sockets = new Set<{ destroy(): unknown }>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: target(), allowHalfOpen: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => [near, far].forEach((end) => end.destroy())).on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    dispose: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

describe('launching', () => {
  let folder: string;
  let xvfb: Xvfb;
  let sshd: Sshd;
  let agent: ReturnType<typeof spawn>;
  let forward: Awaited<ReturnType<typeof startPort>>;
  let knownHosts: string;
  /** In the environment of everything a test launches, so that it is found again. */
  let mark: string;
  let env: Record<string, string | undefined>;

  const marked = (): readonly number[] =>
    processIds().filter((pid) => processFile(pid, 'environ').includes(`QS_TEST_MARK=${mark}`));
  const marker = (): Promise<string> => readFile(join(folder, 'marker'), 'utf8').catch(() => '');

  const open = async () => ok({ address: '127.0.0.1', port: forward.port });
  const launches = (terminal = 'auto'): Launches =>
    new Launches({
      forwards: { open, acquire: open },
      inventory: {
        device: (key) => device(key.slice('acme-1/'.length)),
        servicesOf: () => [service('ssh', 22), service('tcp', 4000), service('http', 80)],
      },
      settings: { get: () => ({ sshUser: sshd.user, terminal }) },
      executables: createExecutables({ platform: process.platform, env }),
      processes: createProcesses({ clock: systemClock, env, platform: process.platform }),
      platform: 'linux',
      knownHostsFile: knownHosts,
      env,
    });
  const request = (id: string): { deviceKey: string; serviceId: string } => ({
    deviceKey: `acme-1/${id}`,
    serviceId: 'ssh:22',
  });

  /** Runs ssh as the command line does, without a terminal, and answers what came of it. */
  const ssh = async (id: string, ...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> => {
    const plan = await launches().sshPlan({ ...request(id), args: ['-o', 'BatchMode=yes', ...args] }, {}, signal);
    if (!plan.ok) throw new Error(plan.error.message);
    return run(plan.value.program, plan.value.args, { env: { ...env } }).then(
      ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
      (failure: { code: number; stdout: string; stderr: string }) => ({
        status: failure.code,
        stdout: failure.stdout,
        stderr: failure.stderr,
      }),
    );
  };

  beforeAll(async () => {
    xvfb = await startXvfb();
  });
  afterAll(async () => {
    await xvfb.dispose();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quayside-launch-'));
    // What ssh must take literally in the path of its known_hosts.
    const profile = join(folder, `my "profile" 100%d 'x' #1 back\\slash $HOME ~ é`);
    await mkdir(profile);
    knownHosts = join(profile, 'known_hosts');
    mark = randomUUID();
    const far = `printf '%s|%s|%s' "$USER" "$SSH_ORIGINAL_COMMAND" "$SSH_CONNECTION" > ${join(folder, 'part')}; mv ${join(folder, 'part')} ${join(folder, 'marker')}; echo far-end; if [ -n "$SSH_TTY" ]; then cat; fi`;
    sshd = await startSshd({ forcedCommand: far });
    forward = await startPort(() => sshd.port);
    // ssh takes the home folder from the user database, so its key comes from an agent.
    const socket = join(folder, 'agent');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(agent.stdout!, 'data');
    env = {
      PATH: process.env['PATH'],
      HOME: folder,
      DISPLAY: xvfb.display,
      SSH_AUTH_SOCK: socket,
      QS_TEST_MARK: mark,
      QUAYSIDE_VAULT_PASSPHRASE: passphrase,
    };
    await run('ssh-add', ['-q', sshd.clientKey], { env: { ...env } });
  });
  afterEach(async () => {
    for (const pid of marked()) endProcess(pid);
    await vi.waitFor(() => expect(marked()).toEqual([]), 10_000);
    const ended = once(agent, 'exit');
    agent.kill();
    await ended;
    await forward.dispose();
    await sshd.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('logs in to a real sshd from the xterm it found, and no child sees the passphrase of the vault', async () => {
    expect(await launches().terminals()).toContain('xterm');
    const opened = await launches('xterm').open(request('a1'), signal);
    expect(opened).toEqual(
      ok({
        launcher: 'xterm',
        command: `ssh -p ${forward.port} -o HostKeyAlias=remoteiot.acme-1.a1 -o ProxyCommand=none ${sshd.user}@localhost`,
      }),
    );
    await vi.waitFor(async () => expect(await marker()).toContain(`127.0.0.1 ${sshd.port}`), 20_000);

    const children = marked().map((pid) => ({
      command: processFile(pid, 'cmdline'),
      environment: processFile(pid, 'environ'),
    }));
    for (const program of [isXterm, isSsh]) expect(children.some(({ command }) => program.test(command))).toBe(true);
    for (const child of children) {
      expect(child.environment).not.toContain('QUAYSIDE_');
      expect(child.environment + child.command).not.toContain(passphrase);
    }
    const pinned = await run('ssh-keygen', ['-F', 'remoteiot.acme-1.a1', '-f', knownHosts]);
    expect(pinned.stdout).toContain(await sshd.hostPublicKey());
  });

  it('runs ssh in the foreground with what the person typed for it', async () => {
    expect(await ssh('a1', '-v', 'echo', '$(id)', '-l', 'x')).toMatchObject({ status: 0, stdout: 'far-end\n' });
    expect((await marker()).split('|')[1]).toBe('echo $(id) -l x');
  });

  it('refuses a changed host key loudly', async () => {
    expect((await ssh('a1', 'true')).status).toBe(0);
    await rm(join(folder, 'marker'));
    await sshd.restart({ newHostKey: true });
    const refused = await ssh('a1', 'true');
    expect(refused.status).toBe(255);
    expect(refused.stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
    expect(refused.stderr).toContain('remoteiot.acme-1.a1');
    expect(await marker()).toBe('');
  });

  it('keeps the window of a refused session open until somebody has read it', async () => {
    expect((await ssh('a1', 'true')).status).toBe(0);
    await sshd.restart({ newHostKey: true });
    const before = sshd.log().length;
    expect((await launches('xterm').open(request('a1'), signal)).ok).toBe(true);
    await vi.waitFor(() => expect(sshd.log().slice(before)).toContain('[preauth]'), 20_000);
    const commands = (): readonly string[] => marked().map((pid) => processFile(pid, 'cmdline'));
    await vi.waitFor(() => expect(commands().some((command) => isSsh.test(command))).toBe(false), 10_000);
    expect(commands().some((command) => isXterm.test(command))).toBe(true);
    const type = { env: { ...env } };
    await run('xdotool', ['search', '--sync', '--onlyvisible', '--class', 'xterm', 'windowfocus', '--sync'], type);
    // Without a window: the keyboard's way, since xterm ignores what other programs send it.
    await run('xdotool', ['key', 'Return'], type);
    await vi.waitFor(() => expect(commands().some((command) => isXterm.test(command))).toBe(false), 10_000);
  });

  it('raises no alarm where another device has got the address', async () => {
    expect((await ssh('a1', 'true')).status).toBe(0);
    await sshd.restart({ newHostKey: true });
    const other = await ssh('A1', 'true');
    expect(other.status).toBe(0);
    expect(other.stderr).not.toContain('CHANGED');
    expect((await readFile(knownHosts, 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  it('says what a missing or failing program said', async () => {
    const processes = createProcesses({ clock: systemClock, env, platform: process.platform });
    const absent = await processes.start({ program: '/nonexistent/xterm', args: [], detached: true }, signal);
    expect(absent).toMatchObject({
      ok: false,
      error: { kind: 'launcher-missing', message: 'xterm could not be started: it is not on this computer.' },
    });
    env['DISPLAY'] = ':987';
    const failing = await createProcesses({ clock: systemClock, env, platform: process.platform }).start(
      { program: 'xterm', args: ['-e', 'true'], detached: true },
      signal,
    );
    expect(failing).toMatchObject({ ok: false, error: { kind: 'launcher-missing' } });
    expect(failing.ok ? '' : failing.error.message).toMatch(/status 1: .*(?:display|DISPLAY)/);
  });

  it('says what to do where there is no display and where there is no launcher yet', async () => {
    expect(await launches().open({ ...request('a1'), serviceId: 'tcp:4000' }, signal)).toMatchObject({
      ok: false,
      error: { kind: 'unsupported', hint: expect.stringContaining(`127.0.0.1:${forward.port}`) as string },
    });
    env['DISPLAY'] = '';
    expect(await launches().terminals()).toEqual([]);
    expect(await launches().open({ ...request('a1'), serviceId: 'http:80' }, signal)).toMatchObject({
      ok: false,
      error: { kind: 'launcher-missing', hint: expect.stringContaining(`http://127.0.0.1:${forward.port}/`) as string },
    });
  });
});
