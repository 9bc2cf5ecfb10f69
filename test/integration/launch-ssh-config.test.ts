import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, lstat, mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { startCliFromSource } from '../support/cli-process.ts';
import { processFile, processIds, endProcess } from '../support/process-tree.ts';
import { startFarEnd } from '../support/forward-rig.ts';
import { startSshd } from '../support/sshd.ts';
import type { FarEnd } from '../support/forward-rig.ts';
import type { Sshd } from '../support/sshd.ts';

const run = promisify(execFile);
const cliEntry = join(import.meta.dirname, '../../src-main/cli.ts');
const token = 'a-token-of-the-ssh-config-test-42';
// Carriage returns, bytes that are no UTF-8, no line end at the end: all of it must survive. What a company sets for all
// hosts must lead no connection of ours elsewhere.
const original = Buffer.from(
  '# mine \xff\r\nHost nas\n  HostName 10.0.0.9\nHost *\n  ProxyJump jump.invalid\n  RemoteCommand false\n' +
    '  HostName %h.corp.invalid\n  CanonicalizeHostname always\n  ServerAliveInterval 30',
  'latin1',
);

describe('the user’s own ssh', () => {
  let folder: string;
  let profile: string;
  let config: string;
  let sshd: Sshd;
  let vendor: RemoteIotSimulator;
  let agent: ReturnType<typeof spawn>;
  let env: Record<string, string>;
  let alias: string;
  let mirror: FarEnd;
  let parting: FarEnd;
  let heard = '';

  const noise = async (bytes: Buffer, unit: string): Promise<readonly string[]> => {
    await writeFile(join(folder, 'noise'), bytes);
    return [process.execPath, cliEntry, '--profile', profile, 'proxy', unit, '--service', 'tcp:7001'];
  };
  const cli = async (args: readonly string[], stdin?: string) => {
    const child = startCliFromSource(['--profile', profile, ...args], {
      env,
      ...(stdin === undefined ? {} : { stdin }),
    });
    const code = await child.ended();
    return { code, stdout: child.stdout(), stderr: child.stderr() };
  };
  const must = async (args: readonly string[], stdin?: string): Promise<string> => {
    const { code, stdout, stderr } = await cli(args, stdin);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const ssh = (...args: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
    run('ssh', ['-F', config, '-o', 'BatchMode=yes', ...args], { env });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quayside-sshconfig-'));
    profile = join(folder, 'a profile');
    await mkdir(join(folder, 'dotfiles'));
    config = join(folder, 'config');
    await writeFile(join(folder, 'dotfiles', 'ssh_config'), original);
    await chmod(join(folder, 'dotfiles', 'ssh_config'), 0o640);
    await symlink('dotfiles/ssh_config', config);
    sshd = await startSshd();
    mirror = await startFarEnd((socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('end', () => socket.end(Buffer.concat([...chunks, Buffer.from('that was all')])));
    });
    parting = await startFarEnd((socket) => {
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
      socket.end('goodbye');
    });
    vendor = new RemoteIotSimulator({
      token,
      devices: 3,
      target: (_unit, port) => {
        const far = port === 22 ? sshd : port === 7001 ? mirror : port === 7002 ? parting : undefined;
        return far === undefined ? undefined : { host: '127.0.0.1', port: far.port };
      },
    });
    await vendor.listen();
    const socket = join(folder, 'agent');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(agent.stdout!, 'data');
    env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      SSH_AUTH_SOCK: socket,
      QUAYSIDE_VAULT_PASSPHRASE: 'a passphrase of the ssh-config test',
    };
    await run('ssh-add', ['-q', sshd.clientKey], { env });
    const secrets = JSON.stringify({ token });
    await must(
      ['--vault', 'file', 'accounts', 'add', 'remoteiot', '--label', 'Plant', '--base-url', vendor.baseUrl],
      secrets,
    );
    const devices = JSON.parse(await must(['devices', '--json'])) as readonly { id: string; name: string }[];
    expect(devices).toHaveLength(3);
  }, 60_000);

  afterAll(async () => {
    for (const pid of processIds()) if (processFile(pid, 'cmdline').includes(profile)) endProcess(pid);
    const ended = once(agent, 'exit');
    agent.kill();
    await ended;
    await vendor.dispose();
    await mirror.dispose();
    await parting.dispose();
    await sshd.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('is shown what would be written, and nothing is', async () => {
    const shown = await must(['ssh-config', '--config', config]);
    expect(shown).toContain(`Include "${profile}/ssh_config"`);
    expect(shown).toMatch(/\nHost \S+\n {2}HostKeyAlias remoteiot\./);
    expect(await readFile(config)).toEqual(original);
    await expect(stat(join(profile, 'ssh_config'))).rejects.toThrow('ENOENT');
    const facts = JSON.parse(await must(['ssh-config', '--config', config, '--json'])) as {
      written: boolean;
      hosts: readonly { alias: string; device: string }[];
    };
    expect(facts.written).toBe(false);
    const online = vendor.unitIds.find((unit) => vendor.isOnline(unit)) ?? '';
    alias = facts.hosts.find(({ device }) => device.endsWith(`/${online}`))?.alias ?? '';
    expect(alias).not.toBe('');
  });

  it('reaches a device by its name: ssh, scp, sftp and rsync, with nothing of Quayside running', async () => {
    await must(['ssh-config', '--write', '--config', config]);
    const written = await readFile(config);
    expect(written.toString('latin1')).toBe(`Include "${profile}/ssh_config"\n${original.toString('latin1')}`);
    expect(await readlink(config)).toBe('dotfiles/ssh_config');
    expect((await stat(config)).mode & 0o777).toBe(0o640);
    expect((await stat(join(profile, 'ssh_config'))).mode & 0o777).toBe(0o600);

    expect((await ssh(alias, 'hostname')).stdout.trim()).toBe(hostname());
    // All else in the configuration is as in force as before.
    expect((await ssh('-G', 'nas')).stdout).toMatch(/^hostname 10\.0\.0\.9$/m);
    expect((await ssh('-G', alias)).stdout).toMatch(/^serveraliveinterval 30$/m);
    expect((await ssh('-G', 'elsewhere.example')).stdout).not.toMatch(/proxycommand/);
    // The command of ours that opens a session goes by the forward too.
    const mine = ['-F', config, '-o', 'BatchMode=yes', 'echo', 'by command'];
    const unit = vendor.unitIds.find((candidate) => vendor.isOnline(candidate)) ?? '';
    expect(await must(['ssh', unit, '--user', sshd.user, '--', ...mine])).toBe('by command\n');

    const content = Buffer.alloc(300_000, 'far end\n');
    await writeFile(join(folder, 'sent'), content);
    await run('scp', ['-q', '-F', config, join(folder, 'sent'), `${alias}:${folder}/by-scp`], { env });
    expect(await readFile(join(folder, 'by-scp'))).toEqual(content);
    await writeFile(join(folder, 'batch'), `get ${folder}/by-scp ${folder}/by-sftp\n`);
    await run('sftp', ['-q', '-F', config, '-b', join(folder, 'batch'), alias], { env });
    expect(await readFile(join(folder, 'by-sftp'))).toEqual(content);
    await run('rsync', ['-e', `ssh -F ${config}`, join(folder, 'sent'), `${alias}:${folder}/by-rsync`], { env });
    expect(await readFile(join(folder, 'by-rsync'))).toEqual(content);
  }, 90_000);

  it('goes on for one session when the one whose process holds the core has ended, and after the tunnel has moved', async () => {
    const session = (): { child: ReturnType<typeof spawn>; said: () => string } => {
      const child = spawn('ssh', ['-F', config, '-o', 'BatchMode=yes', alias, 'echo ready; cat'], { env });
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
      return { child, said: () => said };
    };
    const first = session();
    await vi.waitFor(() => expect(first.said()).toBe('ready\n'), 20_000);
    const second = session();
    await vi.waitFor(() => expect(second.said()).toBe('ready\n'), 20_000);
    const ended = once(first.child, 'exit');
    first.child.stdin?.end('one\n');
    await ended;
    expect(first.said()).toBe('ready\none\n');
    second.child.stdin?.write('two\n');
    await vi.waitFor(() => expect(second.said()).toBe('ready\ntwo\n'), 10_000);
    const over = once(second.child, 'exit');
    second.child.stdin?.end();
    await over;
    // Whoever lingered for the second session is gone with it.
    await vi.waitFor(() => {
      const left = processIds().filter((pid) => processFile(pid, 'cmdline').includes(`\0proxy\0`));
      expect(left.filter((pid) => processFile(pid, 'cmdline').includes(profile))).toEqual([]);
    }, 15_000);

    await vendor.tunnels.move();
    await vendor.tunnels.kill();
    expect((await ssh(alias, 'echo again')).stdout).toBe('again\n');
  }, 90_000);

  it('is only the beginning: any port is proxied, each end closing when it is done, byte for byte', async () => {
    const unit = vendor.unitIds.find((candidate) => vendor.isOnline(candidate)) ?? '';
    const sent = randomBytes(3_000_000);
    const answered = await run('sh', ['-c', `"$@" < ${join(folder, 'noise')}`, 'sh', ...(await noise(sent, unit))], {
      env,
      encoding: 'buffer',
      maxBuffer: 8_000_000,
    });
    // The far end answers only after it has seen our end of the stream.
    expect(answered.stdout.equals(Buffer.concat([sent, Buffer.from('that was all')]))).toBe(true);

    const child = spawn(process.execPath, [cliEntry, '--profile', profile, 'proxy', unit, '--service', 'tcp:7002'], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const over = once(child, 'exit');
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    // Its end comes while ours is still open.
    await once(child.stdout, 'end');
    expect(said).toBe('goodbye');
    expect(child.exitCode).toBeNull();
    child.stdin.end('but listening');
    expect(await over).toEqual([0, null]);
    await vi.waitFor(() => expect(heard).toBe('but listening'), 10_000);
  }, 60_000);

  it('has one place on this computer for each service, kept', async () => {
    const unit = vendor.unitIds.find((candidate) => vendor.isOnline(candidate)) ?? '';
    const ask = async (): Promise<unknown> => JSON.parse(await must(['resolve', unit, '--service', 'ssh', '--json']));
    const place = await ask();
    expect(place).toMatchObject([{ address: expect.stringMatching(/^127\./) as string, device: unit }]);
    expect(await ask()).toEqual(place);
    const [row] = (await must(['resolve', unit, '--service', 'ssh'])).split('\n');
    expect(row).toMatch(/^127\.\d+\.\d+\.\d+ +\d+ +\S+ +ssh\S*$/);
  }, 60_000);

  it('is as it was once all is taken back', async () => {
    await must(['ssh-config', '--remove', '--config', config]);
    expect(await readFile(config)).toEqual(original);
    expect((await lstat(config)).isSymbolicLink()).toBe(true);
    expect((await stat(config)).mode & 0o777).toBe(0o640);
    await expect(stat(join(profile, 'ssh_config'))).rejects.toThrow('ENOENT');

    const none = join(folder, 'none', 'config');
    await must(['ssh-config', '--write', '--config', none]);
    expect(await readFile(none, 'utf8')).toBe(`Include "${profile}/ssh_config"\n`);
    await must(['ssh-config', '--remove', '--config', none]);
    await expect(stat(none)).rejects.toThrow('ENOENT');

    const nowhere = join(folder, 'nowhere');
    await symlink('dotfiles/not-there-yet', nowhere);
    const refused = await cli(['ssh-config', '--write', '--config', nowhere]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('a link to a file that is not there')]);
    expect(await readlink(nowhere)).toBe('dotfiles/not-there-yet');
    await expect(stat(join(profile, 'ssh_config'))).rejects.toThrow('ENOENT');
  }, 60_000);
});
