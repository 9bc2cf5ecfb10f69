import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dialTcp } from '../../src-main/node/net/stream-channel.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { recogniseService } from '../../src-main/services/forward/recognise-service.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { startCliFromSource } from '../support/cli-process.ts';
import { makeCertificate } from '../support/company-network.ts';
import { endProcess, processFile, processIds } from '../support/process-tree.ts';
import { startRdpServer } from '../support/rdp-server.ts';
import { startSshd } from '../support/sshd.ts';
import { startXvfb } from '../support/xvfb.ts';
import { startXvnc } from '../support/xvnc.ts';
import type { AddressInfo } from 'node:net';
import type { SniffedKind } from '../../src-main/core/forward/sniff-service.ts';
import type { Sshd } from '../support/sshd.ts';
import type { Xvfb } from '../support/xvfb.ts';

const ask = (port: number): Promise<SniffedKind | undefined> => {
  const dial = (limit: AbortSignal) => dialTcp({ host: '127.0.0.1', port }, limit);
  return recogniseService({ dial, clock: systemClock }, undefined, new AbortController().signal);
};

it('tells real servers apart by what they say first, or answer', async () => {
  const sshd = await startSshd();
  const xvnc = await startXvnc({ password: 'whatever' });
  const rdp = await startRdpServer({ user: 'tester', password: 'whatever' });
  const web = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
  const { key, certificate } = makeCertificate('localhost');
  const secureWeb = createSecureServer({ key, cert: certificate }).listen(0, '127.0.0.1');
  await Promise.all([once(web, 'listening'), once(secureWeb, 'listening')]);
  try {
    const ports = [sshd, xvnc, rdp].map(({ port }) => port);
    const webPorts = [web, secureWeb].map((server) => (server.address() as AddressInfo).port);
    expect(await Promise.all([...ports, ...webPorts].map((port) => ask(port)))).toEqual([
      ...['ssh', 'vnc', 'rdp', 'http', 'tls'],
    ]);
  } finally {
    secureWeb.close();
    web.close();
    await rdp.dispose();
    await xvnc.dispose();
    await sshd.dispose();
  }
});

describe('quayside connect', () => {
  let folder: string;
  let sshd: Sshd;
  let screen: Xvfb;
  let vendor: RemoteIotSimulator;
  let agent: ReturnType<typeof spawn>;
  let env: Record<string, string>;
  const token = 'a-token-of-the-connect-test-99';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quayside-connect-'));
    sshd = await startSshd({
      forcedCommand: `hostname > ${folder}/part; mv ${folder}/part ${folder}/said; cat`,
    });
    screen = await startXvfb();
    vendor = new RemoteIotSimulator({
      token,
      devices: 2,
      target: (_unit, port) => (port === 22 ? { host: '127.0.0.1', port: sshd.port } : undefined),
    });
    await vendor.listen();
    const socket = join(folder, 'agent');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(agent.stdout!, 'data');
    env = {
      HOME: folder,
      DISPLAY: screen.display,
      SSH_AUTH_SOCK: socket,
      QUAYSIDE_VAULT_PASSPHRASE: 'a passphrase of the connect test',
      QS_TEST_MARK: folder,
    };
    const added = spawn('ssh-add', ['-q', sshd.clientKey], { env: { ...process.env, ...env }, stdio: 'ignore' });
    await once(added, 'exit');
  });
  afterAll(async () => {
    for (const pid of processIds()) {
      if (processFile(pid, 'environ').includes(`QS_TEST_MARK=${folder}`)) endProcess(pid);
    }
    const ended = once(agent, 'exit');
    agent.kill();
    await ended;
    await vendor.dispose();
    await screen.dispose();
    await sshd.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('opens the default service in a window, and keeps the way open until it is told to end', async () => {
    const profile = join(folder, 'profile');
    const cli = (args: readonly string[], stdin = '') =>
      startCliFromSource(['--profile', profile, '--vault', 'file', ...args], { env, stdin });
    const words = ['accounts', 'add', 'remoteiot', '--label', 'Plant', '--base-url', vendor.baseUrl];
    expect(await cli(words, JSON.stringify({ token })).ended()).toBe(0);
    const unit = vendor.unitIds.find((candidate) => vendor.isOnline(candidate)) ?? '';
    const opened = cli(['connect', unit, '--user', sshd.user, '--json']);
    const told = JSON.parse(await opened.firstLine()) as Record<string, string>;
    expect(told).toMatchObject({ device: unit, service: 'ssh:22', launcher: expect.any(String) as string });
    await vi.waitFor(async () => expect(await readFile(join(folder, 'said'), 'utf8')).toContain(hostname()), 20_000);
    // The command that began it need not be there for a second one.
    const second = cli(['connect', unit, '--user', sshd.user]);
    expect(await second.ended()).toBe(0);
    expect(second.stdout()).toMatch(/^SSH on \S+ is open in .+\.\n$/);
    opened.signal('SIGTERM');
    expect(await opened.ended()).toBe(0);
  }, 60_000);
});
