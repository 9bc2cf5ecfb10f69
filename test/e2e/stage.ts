import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from '@playwright/test';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { runCli, startCli, type RunningCli } from '../support/app-process.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import { startXvfb } from '../support/xvfb.ts';

/** An account's token that no file, log, message or argument may hold; long and odd enough to be found anywhere. */
export const token = 'eyJhbGciOiJIUzI1NiJ9.e2e-token-4711.QWxsZXMgZ2VoZWlt';
/** A project key of MODE, the same in that respect. */
export const modeKey = 'v1.cHJvamVjdA==.1600.e2e-mode-key-4711';
export const passphrase = 'a passphrase only the e2e suite knows';

/** What every test starts from: a vendor's cloud with real machines behind it, and an empty profile. */
export interface Stage {
  readonly vendor: RemoteIotSimulator;
  readonly sshd: Sshd;
  readonly profile: string;
  /** Environment of a person at a desktop: a display and an ssh agent with the key. */
  readonly env: Readonly<Record<string, string>>;
  /** MODE's cloud, started on first use. */
  mode(): Promise<ModeSimulator>;
  /** Adds an account by the command line, before `serve`. */
  addAccount(
    vendor: string,
    label: string,
    baseUrl: string,
    secrets: Readonly<Record<string, string>>,
    fields?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** `quayside serve` on the profile, started on first use. */
  serve(): Promise<{ readonly cli: RunningCli; readonly url: string }>;
}

const startAgent = async (folder: string, key: string): Promise<{ socket: string; dispose(): Promise<void> }> => {
  const socket = join(folder, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(agent, 'exit');
  // It prints its variables once the socket is there.
  await once(agent.stdout, 'data');
  const added = spawn('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
  const [code] = (await once(added, 'exit')) as [number];
  if (code !== 0 || !existsSync(socket)) throw new Error('ssh-add refused the key');
  return {
    socket,
    dispose: async () => {
      agent.kill();
      await ended;
    },
  };
};

/** Other systems run the tests that reach no machine; the rest is tagged `@linux`. */
const noMachines = {
  sshd: undefined,
  env: {},
  dispose: () => Promise.resolve(),
};

/** A real sshd, an agent with its key and a display, from Debian. */
const startMachines = async (folder: string) => {
  const sshd = await startSshd();
  const agent = await startAgent(folder, sshd.clientKey);
  const display = await startXvfb();
  return {
    sshd,
    env: { DISPLAY: display.display, SSH_AUTH_SOCK: agent.socket },
    dispose: async () => {
      await display.dispose();
      await agent.dispose();
      await sshd.dispose();
    },
  };
};

export const test = base.extend<{ stage: Stage }>({
  // Playwright reads the names of the fixtures a fixture needs from this very pattern.
  // oxlint-disable-next-line no-empty-pattern
  stage: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'quayside-e2e-'));
    const machines = process.platform === 'linux' ? await startMachines(folder) : noMachines;
    const { sshd } = machines;
    const vendor = new RemoteIotSimulator({
      token,
      devices: 240,
      target: (_unitId, port) =>
        sshd !== undefined && port === 22 ? { host: '127.0.0.1', port: sshd.port } : undefined,
    });
    await vendor.listen();
    const profile = join(folder, 'profile');
    const env = { ...machines.env, QUAYSIDE_VAULT_PASSPHRASE: passphrase };
    let running: Promise<{ readonly cli: RunningCli; readonly url: string }> | undefined;
    const serve = async (): Promise<{ readonly cli: RunningCli; readonly url: string }> => {
      const cli = startCli(['serve'], { profile, vault: 'file', env });
      const [, url = ''] = await cli.waitFor(/Quayside is at (\S+)/);
      return { cli, url };
    };
    let startedMode: Promise<ModeSimulator> | undefined;
    const mode = async (): Promise<ModeSimulator> => {
      const simulator = new ModeSimulator({ devices: 60, projectKey: modeKey });
      await simulator.listen();
      return simulator;
    };
    const addAccount: Stage['addAccount'] = async (id, label, baseUrl, secrets, fields = {}) => {
      const given = Object.entries(fields).flatMap(([name, value]) => ['--field', `${name}=${value}`]);
      const added = await runCli(['accounts', 'add', id, '--label', label, '--base-url', baseUrl, ...given], {
        profile,
        vault: 'file',
        env,
        stdin: JSON.stringify(secrets),
      });
      if (added.code !== 0) throw new Error(added.stderr);
    };
    await use({
      vendor,
      mode: () => (startedMode ??= mode()),
      addAccount,
      get sshd() {
        if (sshd === undefined) throw new Error('This test wants an sshd and is not tagged @linux.');
        return sshd;
      },
      profile,
      env,
      serve: () => (running ??= serve()),
    });
    if (running !== undefined) await (await running).cli.stop();
    await vendor.dispose();
    if (startedMode !== undefined) await (await startedMode).dispose();
    await machines.dispose();
    await rm(folder, { recursive: true });
  },
});

export { expect } from '@playwright/test';
