import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { socketChannel } from './cli/channel-pair.ts';
import { composeCore } from './compose/compose-core.ts';
import { openLinuxDesktop, startHeadlessDesktop } from './compose/compose-headless-desktop.ts';
import { startHeadless } from './compose/compose-headless.ts';
import { sleep } from './core/base/clock.ts';
import { writeDemoHistory, type DemoPast } from './demo/demo-history.ts';
import { startDemoScreen } from './demo/demo-screen.ts';
import { startDemoSsh } from './demo/demo-ssh.ts';
import { startDemoVendors, type DemoVendor } from './demo/demo-vendors.ts';
import { locate } from './compose/locations.ts';
import { hasDisplay } from './core/launch/launch-plan.ts';
import { controlPaths } from './node/control/control-socket-path.ts';
import { connectControlSocket } from './node/control/control-socket.ts';
import { historyStore } from './node/storage/history-store.ts';
import { systemClock } from './node/runtime/system-clock.ts';
import { FrameClient } from '../src-preload/contract/client.ts';

const maxDevices = 100_000;
const electronStartMs = 30_000;

const complain = (text: string, hint: string): void => void process.stderr.write(`${text}\n${hint}\n`);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Gives the accounts a week behind them, in the file where the application keeps what happens. */
const writePast = (profile: string, past: readonly DemoPast[]): Promise<void> =>
  writeDemoHistory(
    historyStore({ path: join(profile, 'history.db'), onProblem: ({ message, hint }) => complain(message, hint) }),
    past,
    systemClock.now(),
  );

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
    const past: DemoPast[] = [];
    for (const { account, devices } of vendors) {
      const { secrets, ...draft } = account;
      const handed = await client.request('secrets.hand', { secrets: { ...secrets } });
      if (!handed.ok) continue;
      const added = await client.request('accounts.add', { ...draft, ticket: handed.value.ticket });
      if (added.ok) past.push({ accountId: added.value.id, label: draft.label, devices });
    }
    await writePast(profile, past);
    client.close();
    return true;
  }
  return false;
};

/** Runs the desktop application on the fleet. Answers false if it could not be had. */
const runDesktop = async (
  binary: string,
  profile: string,
  vendors: readonly DemoVendor[],
  signal: AbortSignal,
): Promise<boolean> => {
  // The folder, not its script: so Electron takes name and version from our package.json.
  const checkout = join(import.meta.dirname, '../..');
  const { ELECTRON_RUN_AS_NODE: _inherited, ...env } = process.env;
  const child: ChildProcess = spawn(binary, [checkout, '--profile', profile, '--vault', 'memory', '--demo'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
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

/** Serves the fleet to a window of a browser, with a tray where this desktop has one. */
const runBrowser = async (profile: string, vendors: readonly DemoVendor[], signal: AbortSignal): Promise<void> => {
  const { forwardWorker, renderer, resources } = locate();
  const session = await openLinuxDesktop(resources);
  const quitting = new AbortController();
  const opened: (() => unknown)[] = [() => session?.dispose()];
  try {
    const composed = await composeCore({
      profile,
      vault: 'memory',
      host: 'headless',
      longLived: true,
      demo: true,
      crashes: {
        source: process,
        notify: complain,
        giveUp: (text, hint) => {
          complain(text, hint);
          process.exitCode = 1;
          quitting.abort();
        },
      },
      forwardWorker,
      notifier: session?.notifier,
    });
    if (!composed.ok) throw new Error(composed.error.message);
    const core = composed.value;
    opened.push(() => core.dispose());
    const host = await startHeadless(core, { port: 0, renderer });
    if (!host.ok) throw new Error(host.error.message);
    opened.push(() => host.value.dispose());
    const past: DemoPast[] = [];
    for (const { account, devices } of vendors) {
      const added = await core.accounts.add(account, signal);
      if (added.ok) past.push({ accountId: added.value.id, label: account.label, devices });
      else if (!signal.aborted) throw new Error(added.error.message);
    }
    await writePast(profile, past);
    await core.start();
    const desktop = await startHeadlessDesktop({
      core,
      host: host.value,
      session,
      resources,
      quit: () => quitting.abort(),
      say,
    });
    opened.push(() => desktop.dispose());
    say(`Quayside is at ${host.value.link()}`);
    if (hasDisplay(process.platform, process.env)) await desktop.show();
    await ended(AbortSignal.any([signal, quitting.signal]));
  } finally {
    for (const close of opened.reverse()) await close();
  }
};

/** What `npm run demo` asks for: build/electron.mjs has decided how the window is shown. */
interface Wanted {
  readonly devices: number;
  readonly trouble: boolean;
  /** Electron's binary. */
  readonly electron: string | undefined;
  /** The sentence that says why the desktop is missing. */
  readonly because: string | undefined;
}

const run = async ({ devices, trouble, electron, because }: Wanted, signal: AbortSignal): Promise<void> => {
  const opened: (() => Promise<void>)[] = [];
  try {
    const profile = await mkdtemp(join(tmpdir(), 'quayside-demo-'));
    opened.push(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
    const ssh = await startDemoSsh();
    opened.push(() => ssh.dispose());
    const screen = await startDemoScreen();
    opened.push(() => screen.dispose());
    const vendors: DemoVendor[] = [];
    await startDemoVendors(devices, { ssh, screen, trouble }, (vendor) => {
      opened.push(() => vendor.dispose());
      vendors.push(vendor);
    });
    say(`A demo fleet of ${devices} devices, in a profile that goes when this ends: ${profile}`);
    if (electron !== undefined) {
      if (await runDesktop(electron, profile, vendors, signal)) return;
      say('The window opens in a browser, because Electron could not be started. The lines above are its own.');
    } else if (because !== undefined) say(because);
    await runBrowser(profile, vendors, signal);
  } finally {
    for (const close of opened.reverse()) await close();
  }
};

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
let given: { devices: string; trouble: boolean; electron?: string; because?: string } | undefined;
try {
  given = parseArgs({
    options: {
      devices: { type: 'string', default: '240' },
      trouble: { type: 'boolean', default: false },
      electron: { type: 'string' },
      because: { type: 'string' },
    },
  }).values;
} catch {
  given = undefined;
}
const count = given !== undefined && /^\d{1,6}$/.test(given.devices) ? Number(given.devices) : 0;
if (given === undefined || count < 1 || count > maxDevices) {
  process.stderr.write(
    `The demo takes --devices N, from 1 to ${maxDevices}, --trouble, which gets one account into trouble, and --browser.\n`,
  );
  process.exitCode = 2;
} else {
  const { trouble, electron, because } = given;
  await run({ devices: count, trouble, electron, because }, stop.signal);
  // Whatever a library still holds, the demo is over.
  process.exit();
}
