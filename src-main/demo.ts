import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { socketChannel } from './cli/channel-pair.ts';
import { composeCore } from './compose.ts';
import { startHeadless } from './compose-headless.ts';
import type { VendorId } from './core/device.ts';
import { sleep } from './core/ports.ts';
import { startDemoSsh, type DemoSsh } from './demo-ssh.ts';
import { locate } from './locations.ts';
import { openInBrowser } from './node/browser-open.ts';
import { controlPaths } from './node/control-socket-path.ts';
import { connectControlSocket } from './node/control-socket.ts';
import { systemClock } from './node/system-clock.ts';
import { makeFleet } from './simulators/fleet.ts';
import { ModeSimulator } from './simulators/mode.ts';
import { RemoteIotSimulator } from './simulators/remoteiot.ts';
import { FrameClient } from '../src-preload/contract/client.ts';

/** One make-believe vendor with the account that belongs to it. */
interface DemoVendor {
  readonly account: {
    readonly vendor: VendorId;
    readonly label: string;
    readonly baseUrl: string;
    readonly fields?: Readonly<Record<string, string>>;
    readonly secrets: Readonly<Record<string, string>>;
  };
  dispose(): Promise<void>;
}

type StartVendor = (devices: number, ssh: DemoSsh) => Promise<DemoVendor>;

const mostDevices = 100_000;
/** How often some devices change sides, milliseconds, and every how many devices does. */
const flapMs = 20_000;
const flapEvery = 40;
const electronStartMs = 30_000;

const startRemoteIot: StartVendor = async (devices, ssh) => {
  const token = randomBytes(24).toString('base64url');
  const simulator: RemoteIotSimulator = new RemoteIotSimulator({
    token,
    devices,
    target: (unitId, port) => {
      if (port !== 22) return undefined;
      ssh.expect(simulator.deviceName(unitId) ?? unitId);
      return { host: '127.0.0.1', port: ssh.port };
    },
  });
  await simulator.listen();
  simulator.setFlapping(
    simulator.unitIds.filter((_unitId, index) => index % flapEvery === flapEvery - 1),
    flapMs,
  );
  return {
    account: { vendor: 'remoteiot', label: 'Demo fleet', baseUrl: simulator.baseUrl, secrets: { token } },
    dispose: () => simulator.dispose(),
  };
};

/** MODE with a user key, so that devices that come and go are told at once. */
const startMode: StartVendor = async (devices) => {
  const apiKey = `v1.${randomBytes(24).toString('base64url')}`;
  const projectId = 1265;
  const simulator = new ModeSimulator({
    projectId,
    devices: makeFleet(devices, systemClock.now(), 11),
    user: { key: apiKey, homes: 'project' },
  });
  await simulator.listen();
  const restless = simulator.fleet.ids.filter((_id, index) => index % flapEvery === 7);
  let turn = 0;
  const flapping = setInterval(() => {
    const id = restless[turn % restless.length] ?? '';
    turn += 1;
    simulator.setOnline(id, simulator.fleet.find(id)?.isConnected === false);
  }, flapMs / 4);
  return {
    account: {
      vendor: 'mode',
      label: 'Demo sensors',
      baseUrl: simulator.baseUrl,
      fields: { keyKind: 'user', projectId: String(projectId) },
      secrets: { apiKey },
    },
    dispose: () => {
      clearInterval(flapping);
      return simulator.dispose();
    },
  };
};

/** A vendor joins the demo with one line here; the fleet is divided by the shares. */
const demoVendors: readonly { readonly start: StartVendor; readonly share: number }[] = [
  { start: startRemoteIot, share: 3 },
  { start: startMode, share: 1 },
];

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** The Electron binary, where this checkout has one. */
const findElectron = (): string | undefined => {
  const names: Partial<Record<NodeJS.Platform, string>> = {
    darwin: 'Electron.app/Contents/MacOS/Electron',
    win32: 'electron.exe',
  };
  const name = names[process.platform] ?? 'electron';
  const chosen = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const here = import.meta.dirname;
  const folders =
    chosen === undefined ? ['../..', '..'].map((up) => join(here, up, 'node_modules/electron/dist')) : [chosen];
  return folders.map((folder) => join(folder, name)).find((binary) => existsSync(binary));
};

const hasDisplay = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env['DISPLAY']) || Boolean(process.env['WAYLAND_DISPLAY']);

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Adds the accounts through the control socket of the application once it answers. */
const addAccounts = async (profile: string, vendors: readonly DemoVendor[], signal: AbortSignal): Promise<boolean> => {
  const paths = await controlPaths(profile);
  const until = systemClock.monotonic() + electronStartMs;
  while (paths.ok && !signal.aborted && systemClock.monotonic() < until) {
    const connection = await connectControlSocket(paths.value.socket);
    if (connection === undefined) {
      await sleep(systemClock, 100, signal);
      continue;
    }
    const client = new FrameClient(socketChannel(connection.socket));
    for (const { account } of vendors) {
      const { secrets, ...draft } = account;
      const handed = await client.request('secrets.hand', { secrets: { ...secrets } });
      if (handed.ok) await client.request('accounts.add', { ...draft, ticket: handed.value.ticket });
    }
    client.close();
    return true;
  }
  return false;
};

/** Runs the desktop application on the fleet. Answers false where it could not be had. */
const runDesktop = async (
  binary: string,
  profile: string,
  vendors: readonly DemoVendor[],
  signal: AbortSignal,
): Promise<boolean> => {
  const main = join(import.meta.dirname, 'index.js');
  const child: ChildProcess = spawn(binary, [main, '--profile', profile, '--vault', 'memory', '--demo'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const gone = new AbortController();
  child.once('error', () => gone.abort());
  child.once('exit', () => gone.abort());
  const either = AbortSignal.any([signal, gone.signal]);
  const added = await addAccounts(profile, vendors, either);
  if (added) {
    say('The Quayside window is open. Quit it from the tray, or press Ctrl-C here.');
    await ended(either);
  }
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await once(child, 'exit');
    clearTimeout(patience);
  }
  return added || signal.aborted;
};

/** Serves the fleet to a browser. */
const runBrowser = async (profile: string, vendors: readonly DemoVendor[], signal: AbortSignal): Promise<void> => {
  const { forwardWorker, renderer } = locate();
  const composed = await composeCore({
    profile,
    vault: 'memory',
    host: 'headless',
    lasting: true,
    demo: true,
    forwardWorker,
  });
  if (!composed.ok) throw new Error(composed.error.message);
  const core = composed.value;
  try {
    const host = await startHeadless(core, { port: 0, renderer });
    if (!host.ok) throw new Error(host.error.message);
    try {
      for (const { account } of vendors) {
        const added = await core.accounts.add(account, signal);
        if (!added.ok && !signal.aborted) throw new Error(added.error.message);
      }
      await core.start();
      const link = host.value.link();
      say(`Quayside is at ${link}`);
      if (hasDisplay()) await openInBrowser(new URL(link));
      await ended(signal);
    } finally {
      await host.value.dispose();
    }
  } finally {
    await core.dispose();
  }
};

const run = async (devices: number, signal: AbortSignal): Promise<void> => {
  const opened: (() => Promise<void>)[] = [];
  try {
    const profile = await mkdtemp(join(tmpdir(), 'quayside-demo-'));
    opened.push(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
    const ssh = await startDemoSsh();
    opened.push(() => ssh.dispose());
    const vendors: DemoVendor[] = [];
    let left = devices;
    let shares = demoVendors.reduce((sum, { share }) => sum + share, 0);
    for (const { start, share } of demoVendors) {
      const own = Math.round((left * share) / shares);
      left -= own;
      shares -= share;
      const vendor = await start(own, ssh);
      opened.push(() => vendor.dispose());
      vendors.push(vendor);
    }
    say(`A demo fleet of ${devices} devices, in a profile that goes when this ends: ${profile}`);
    const electron = findElectron();
    if (electron === undefined) say('The Electron binary is not in this checkout, so the window opens in a browser.');
    else if (!hasDisplay()) say('There is no display here, so the window is served to a browser.');
    else if (await runDesktop(electron, profile, vendors, signal)) return;
    else say('Electron could not be started, so the window opens in a browser.');
    await runBrowser(profile, vendors, signal);
  } finally {
    for (const close of opened.reverse()) await close();
  }
};

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
let wanted = '240';
try {
  wanted = parseArgs({ options: { devices: { type: 'string', default: wanted } } }).values.devices;
} catch {
  wanted = '';
}
const count = /^\d{1,6}$/.test(wanted) ? Number(wanted) : 0;
if (count < 1 || count > mostDevices) {
  process.stderr.write(`The demo takes one option: --devices N, from 1 to ${mostDevices}.\n`);
  process.exitCode = 2;
} else {
  await run(count, stop.signal);
  // Whatever a library still holds, the demo is over.
  process.exit();
}
