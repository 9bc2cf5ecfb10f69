import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { composeCore } from '../../src-main/compose/compose-core.ts';
import { createExecutables } from '../../src-main/node/desktop/executables.ts';
import { createProcesses } from '../../src-main/node/desktop/processes.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { readRdpCertificate } from '../../src-main/node/net/rdp-certificate.ts';
import { Launches } from '../../src-main/services/launch/launches.ts';
import type { HostKeyPin } from '../../src-main/core/ssh/host-key-pins.ts';
import { HostKeys } from '../../src-main/services/ssh/host-keys.ts';
import { sha256 } from '../../src-main/compose/sha256.ts';
import { MemoryDocument } from '../support/memory-document.ts';
import { RdpCertificates } from '../../src-main/services/launch/rdp-certificates.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { workerUrl } from '../support/forward-rig.ts';
import { endProcess, processFile, processIds } from '../support/process-tree.ts';
import { startRdpServer } from '../support/rdp-server.ts';
import { paint, shareOf } from '../support/screenshot.ts';
import { startSshd } from '../support/sshd.ts';
import { startXvfb } from '../support/xvfb.ts';
import { startXvnc } from '../support/xvnc.ts';
import type { Core } from '../../src-main/compose/core.ts';
import type { RdpServer } from '../support/rdp-server.ts';
import type { Sshd } from '../support/sshd.ts';
import type { Xvfb } from '../support/xvfb.ts';
import type { Xvnc } from '../support/xvnc.ts';

const run = promisify(execFile);
const signal = new AbortController().signal;
const token = 'a-token-of-the-viewers-test-0815';
// VNC's own authentication takes eight bytes.
const secrets = { vnc: 'Vn9!geh?', rdp: `rdp secret ${randomUUID()} "$HOME"` };
const red = { red: 0xc4, green: 0x3b, blue: 0x2f };
const blue = { red: 0x2f, green: 0x5b, blue: 0xc4 };
const green = { red: 0x2f, green: 0xa4, blue: 0x4b };

const hostKeys = (): HostKeys =>
  new HostKeys({ document: new MemoryDocument<readonly HostKeyPin[]>([]), sha256, clock: systemClock });

const must = <T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T => {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

/** Looks at the arguments and the environment of every process, over and over, until told to stop. */
const watchProcesses = (words: readonly string[], control: string) => {
  const seen: string[] = [];
  let controls = 0;
  const look = (): void => {
    for (const pid of processIds()) {
      const command = processFile(pid, 'cmdline');
      const text = `${command}\0${processFile(pid, 'environ')}`;
      if (text.includes(control)) controls += 1;
      if (words.some((word) => text.includes(word))) seen.push(command.replaceAll('\0', ' '));
    }
  };
  const timer = setInterval(look, 15);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return { seen, controls };
    },
  };
};

describe('clients of VNC and RDP, through a forward and the vendor’s proxy', () => {
  let xvnc: Xvnc;
  let rdp: RdpServer;
  let screen: Xvfb;
  /** What answers for RDP at present. */
  let rdpNow: RdpServer;
  let sshd: Sshd;
  let agent: ReturnType<typeof spawn>;
  let folder: string;
  let vendor: RemoteIotSimulator;
  let core: Core;
  let launches: Launches;
  let deviceKey: string;
  /** In the environment of everything a test launches, so that it is found again. */
  let mark: string;

  const marked = (): readonly number[] =>
    processIds().filter((pid) => processFile(pid, 'environ').includes(`QS_TEST_MARK=${mark}`));
  const endClients = async (): Promise<void> => {
    for (const pid of marked()) endProcess(pid);
    await vi.waitFor(() => expect(marked()).toEqual([]), 10_000);
  };

  beforeAll(async () => {
    [xvnc, rdp] = await Promise.all([
      startXvnc({ password: secrets.vnc }),
      startRdpServer({ user: 'tester', password: secrets.rdp }),
    ]);
  });
  afterAll(async () => {
    await xvnc.dispose();
    await rdp.dispose();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quayside-viewers-'));
    screen = await startXvfb();
    sshd = await startSshd({
      forcedCommand: `{ hostname; echo "$SSH_CONNECTION"; } > ${folder}/part; mv ${folder}/part ${folder}/said; cat`,
    });
    mark = randomUUID();
    rdpNow = rdp;
    vendor = new RemoteIotSimulator({
      token,
      devices: 3,
      target: (_unit, port) => {
        const far = new Map([
          [22, sshd.port],
          [5900, xvnc.port],
          [3389, rdpNow.port],
        ]).get(port);
        return far === undefined ? undefined : { host: '127.0.0.1', port: far };
      },
    });
    await vendor.listen();
    core = must(
      await composeCore({
        profile: join(folder, 'profile'),
        vault: 'memory',
        host: 'cli',
        longLived: false,
        forwardWorker: workerUrl,
      }),
    );
    const account = must(
      await core.accounts.add(
        { vendor: 'remoteiot', label: 'Plant', baseUrl: vendor.baseUrl, fields: {}, secrets: { token } },
        signal,
      ),
    );
    must(await core.inventory.refresh(account.id, signal));
    deviceKey = [...core.inventory.devices.keys()].find((key) => vendor.isOnline(key.split('/')[1] ?? '')) ?? '';
    for (const [kind, port] of [
      ['vnc', 5900],
      ['rdp', 3389],
    ] as const) {
      if (!core.inventory.servicesOf(deviceKey).some((service) => service.kind === kind)) {
        must(await core.preferences.addService(deviceKey, { kind, port }));
      }
    }
    const idOf = (kind: string) => core.inventory.servicesOf(deviceKey).find((one) => one.kind === kind)?.id ?? '';
    const agentSocket = join(folder, 'agent');
    agent = spawn('ssh-agent', ['-D', '-a', agentSocket], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(agent.stdout!, 'data');
    await run('ssh-add', ['-q', sshd.clientKey], { env: { PATH: process.env['PATH'], SSH_AUTH_SOCK: agentSocket } });
    must(await core.credentials.change(deviceKey, idOf('vnc'), { password: secrets.vnc }));
    must(await core.credentials.change(deviceKey, idOf('rdp'), { user: 'tester', password: secrets.rdp }));
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      TMPDIR: folder,
      DISPLAY: screen.display,
      SSH_AUTH_SOCK: agentSocket,
      QS_TEST_MARK: mark,
    };
    launches = new Launches({
      forwards: core.forwards,
      inventory: core.inventory,
      settings: core.settings,
      credentials: core.credentials,
      executables: createExecutables({ platform: 'linux', env }),
      processes: createProcesses({ clock: systemClock, env: { ...env, XDG_RUNTIME_DIR: folder }, platform: 'linux' }),
      platform: 'linux',
      certificates: new RdpCertificates({ read: readRdpCertificate, hostKeys: hostKeys() }),
      knownHostsFile: core.paths.knownHosts,
      env,
    });
  });
  afterEach(async () => {
    await endClients();
    await core.dispose();
    await vendor.dispose();
    await screen.dispose();
    await sshd.dispose();
    const ended = once(agent, 'exit');
    agent.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  });

  const serviceId = (kind: 'vnc' | 'rdp'): string =>
    core.inventory.servicesOf(deviceKey).find((service) => service.kind === kind)?.id ?? '';

  it.each([
    ['vnc', 'TigerVNC', /xtigervncviewer/, () => xvnc.display],
    ['rdp', 'FreeRDP', /xfreerdp/, () => rdp.display],
  ] as const)(
    'show what only the far end has painted, by %s, also after the tunnel was replaced and moved',
    async (kind, launcher, program, far) => {
      const seesFarEnd = async (colour: typeof red): Promise<void> => {
        await paint(far(), colour);
        expect(await shareOf(screen.display, colour)).toBe(0);
        const watch = watchProcesses([secrets.vnc, secrets.rdp], `QS_TEST_MARK=${mark}`);
        const opened = await launches.open({ deviceKey, serviceId: serviceId(kind) }, signal);
        expect(opened).toMatchObject({ ok: true, value: { launcher } });
        // The window may be larger than what it shows.
        await vi.waitFor(async () => expect(await shareOf(screen.display, colour)).toBeGreaterThan(0.15), {
          timeout: 25_000,
          interval: 250,
        });
        const { seen, controls } = watch.stop();
        // What is there is found, so that finding nothing means something.
        expect(controls).toBeGreaterThan(5);
        expect(seen).toEqual([]);
        expect(marked().some((pid) => program.test(processFile(pid, 'cmdline')))).toBe(true);
        await endClients();
        await vi.waitFor(async () => expect(await shareOf(screen.display, colour)).toBe(0), 5_000);
      };
      await seesFarEnd(red);
      const [before] = core.forwards.list();

      const [tunnel] = vendor.tunnels.list();
      await vendor.tunnels.move();
      expect(vendor.tunnels.list()[0]?.port).not.toBe(tunnel?.port);
      await seesFarEnd(blue);

      await vendor.tunnels.kill();
      await seesFarEnd(green);

      const forwards = core.forwards.list();
      expect(forwards).toHaveLength(1);
      expect(forwards[0]).toMatchObject({ id: before?.id, port: before?.port });
      // Nothing of the password is left behind in a file.
      expect((await readdir(folder)).filter((name) => name.startsWith('quayside-'))).toEqual([]);
    },
    120_000,
  );

  it('ssh in a terminal says what only the far end knows, also after the tunnel was replaced and moved', async () => {
    const ssh = core.inventory.servicesOf(deviceKey).find((service) => service.kind === 'ssh')?.id ?? '';
    must(await core.settings.change({ sshUser: sshd.user, terminal: 'xterm' }));
    const said = (): Promise<string> => readFile(join(folder, 'said'), 'utf8').catch(() => '');
    const logIn = async (): Promise<void> => {
      await rm(join(folder, 'said'), { force: true });
      expect(await launches.open({ deviceKey, serviceId: ssh }, signal)).toMatchObject({
        ok: true,
        value: { launcher: 'xterm' },
      });
      await vi.waitFor(async () => expect(await said()).toContain(`127.0.0.1 ${sshd.port}`), 25_000);
      expect((await said()).split('\n')[0]).toBe(hostname());
      expect(marked().some((pid) => /^[^\0]*\bxterm\0/.test(processFile(pid, 'cmdline')))).toBe(true);
      await endClients();
    };
    await logIn();
    const [before] = core.forwards.list();
    await vendor.tunnels.move();
    await logIn();
    await vendor.tunnels.kill();
    await logIn();
    expect(core.forwards.list()).toMatchObject([{ id: before?.id, port: before?.port }]);
  }, 90_000);

  it('pin the certificate by device: a renewed one stops the launch until it is trusted, and is no matter for the next device', async () => {
    const place = () => ({ deviceKey, serviceId: serviceId('rdp') });
    const seen = async (key: string): Promise<boolean> => {
      must(await launches.open({ deviceKey: key, serviceId: serviceId('rdp') }, signal));
      const over = await vi.waitFor(
        async () => {
          const shown = (await shareOf(screen.display, red)) > 0.15;
          const running = marked().some((pid) => processFile(pid, 'cmdline').includes('xfreerdp'));
          if (!shown && running) throw new Error('undecided');
          return shown;
        },
        { timeout: 25_000, interval: 250 },
      );
      await endClients();
      return over;
    };
    await paint(rdp.display, red);
    expect(await seen(deviceKey)).toBe(true);
    const renewed = await startRdpServer({ user: 'tester', password: secrets.rdp });
    try {
      await paint(renewed.display, red);
      rdpNow = renewed;
      const refused = await launches.open(place(), signal);
      // Nothing was started, so nothing of the password was sent.
      expect(marked()).toEqual([]);
      const certificate = !refused.ok && refused.error.kind === 'forbidden' ? refused.error.certificate : undefined;
      expect(certificate).toMatchObject({ pinned: await rdp.fingerprint(), shown: await renewed.fingerprint() });
      expect(!refused.ok && refused.error.message).toContain(certificate?.shown ?? 'one');
      expect(await launches.trust(place(), await rdp.fingerprint())).toMatchObject({ ok: false });
      must(await launches.trust(place(), certificate?.shown ?? ''));
      expect(await seen(deviceKey)).toBe(true);
      const other = [...core.inventory.devices.keys()].find((key) => key !== deviceKey) ?? '';
      must(await core.credentials.change(other, serviceId('rdp'), { user: 'tester', password: secrets.rdp }));
      vendor.setOnline(other.split('/')[1] ?? '', true);
      expect(await seen(other)).toBe(true);
    } finally {
      await renewed.dispose();
    }
  }, 90_000);

  it('let nobody in with a wrong password', async () => {
    await paint(rdp.display, red);
    await paint(xvnc.display, red);
    for (const kind of ['vnc', 'rdp'] as const) {
      must(await core.credentials.change(deviceKey, serviceId(kind), { password: 'not it' }));
      await launches.open({ deviceKey, serviceId: serviceId(kind) }, signal);
      const forward = () => core.forwards.list().find((one) => one.serviceId === serviceId(kind));
      await vi.waitFor(() => expect(forward()?.bytesDown).toBeGreaterThan(0), 10_000);
      await vi.waitFor(() => expect(forward()?.connections).toBe(0), 10_000).catch(() => undefined);
      expect(await shareOf(screen.display, red)).toBe(0);
      await endClients();
    }
  });
});
