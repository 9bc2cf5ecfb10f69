import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import type * as Electron from 'electron';
import { socketChannel } from '../../src-main/cli/channel-pair.ts';
import { controlPaths } from '../../src-main/node/control/control-socket-path.ts';
import { connectControlSocket } from '../../src-main/node/control/control-socket.ts';
import { FrameClient } from '../../src-preload/contract/client.ts';
import { standInArgs } from '../support/electron-stand-in/compiled.ts';
import { Machine } from '../support/electron-stand-in/machine.ts';
import config from './playwright.config.ts';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'out/main/index.js');
const recorder = join(root, 'test/support/electron-stand-in/record.cjs');

/** What record.cjs keeps; named by functions that are evaluated in main. */
export interface Recorded {
  readonly tray: Electron.Tray | undefined;
  readonly menu: Electron.Menu | undefined;
  /** Milliseconds from the start of the process. */
  readonly firstMenuAt: number | undefined;
  readonly toolTip: string;
  readonly shortcuts: ReadonlyMap<string, () => void>;
  readonly taken: Set<string>;
  readonly dialogs: readonly string[];
  readonly external: readonly string[];
}

declare global {
  var recorded: Recorded;
}

/** Electron's binary, where there is one: that of the environment, or the installed one. */
export const electronBinary = (): string | undefined => {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(root, 'node_modules/electron/dist');
  const name =
    process.platform === 'win32'
      ? 'electron.exe'
      : process.platform === 'darwin'
        ? 'Electron.app/Contents/MacOS/Electron'
        : 'electron';
  const binary = join(folder, name);
  return existsSync(binary) ? binary : undefined;
};

/** The running desktop, on the stand-in or on a real Electron: a test does not ask which. */
export interface DesktopApp {
  readonly pid: number;
  /** Runs a function in main. It is passed by its text, so it uses nothing from outside itself. */
  evaluate<R, A = undefined>(run: (electron: typeof Electron, argument: A) => R, argument?: A): Promise<Awaited<R>>;
  /** The window, quick connect or the window of sessions, once its page is there. */
  page(which: 'window' | 'palette' | 'session'): Promise<Page>;
  windows(): readonly Page[];
  /** Launches the same application again; answers how that ended. */
  second(args: readonly string[]): Promise<number | null>;
  /** A client of the bridge beside the window. */
  client(): Promise<FrameClient>;
  output(): string;
  exited(): Promise<number | null>;
  dispose(): Promise<void>;
}

export interface DesktopStart {
  readonly profile: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether this desktop draws tray icons; it does unless told otherwise. */
  readonly hasTray?: boolean;
}

const kindOf = (page: Page): 'window' | 'palette' | 'session' =>
  page.url().includes('?palette') ? 'palette' : page.url().includes('?session') ? 'session' : 'window';

const until = async <T>(look: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> => {
  const end = performance.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** A client of the bridge of whatever runs on a profile. */
export const clientOf = async (profile: string): Promise<FrameClient> => {
  const connection = await until(async () => {
    // The application may not have made the folder of its profile yet.
    const paths = await controlPaths(profile);
    return paths.ok ? connectControlSocket(paths.value.socket) : undefined;
  }, 'the control socket');
  return new FrameClient(socketChannel(connection.socket));
};

const runToEnd = async (
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number | null> => {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
};

/** A program that answers for the session bus whether somebody draws tray icons: the machine's part, not ours. */
const fakeBus = async (folder: string, hasTray: boolean): Promise<void> => {
  await writeFile(join(folder, 'dbus-send'), `#!/bin/sh\necho "   boolean ${String(hasTray)}"\n`, { mode: 0o755 });
};

const onStandIn = async (
  start: DesktopStart,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Omit<DesktopApp, 'client' | 'page'>> => {
  const launch = config.use?.launchOptions;
  const machine = new Machine({
    main,
    args,
    env,
    browser: { executablePath: launch?.executablePath ?? '', args: launch?.args ?? [] },
  });
  await machine.ready();
  return {
    pid: machine.pid,
    evaluate: (run, argument) => machine.evaluate(run as never, argument) as never,
    windows: () => machine.windows(),
    second: (more) => runToEnd(process.execPath, [...standInArgs(), main, '--profile', start.profile, ...more], env),
    output: () => machine.output(),
    exited: () => machine.exited(),
    dispose: () => machine.dispose(),
  };
};

const onElectron = async (
  binary: string,
  start: DesktopStart,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Omit<DesktopApp, 'client' | 'page'>> => {
  const sandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const electron: ElectronApplication = await _electron.launch({
    executablePath: binary,
    args: ['-r', recorder, ...sandbox, main, ...args],
    env: { ...(process.env as Record<string, string>), ...env },
  });
  const child = electron.process();
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  return {
    pid: child.pid ?? 0,
    evaluate: (run, argument) => electron.evaluate(run as never, argument) as never,
    windows: () => electron.windows(),
    second: (more) => runToEnd(binary, [...sandbox, main, '--profile', start.profile, ...more], env),
    output: () => output,
    exited: async () => (await exited)[0],
    dispose: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await exited;
    },
  };
};

/** Starts the built desktop: on Electron's binary where there is one, else on the stand-in. */
export const startDesktopApp = async (start: DesktopStart): Promise<DesktopApp> => {
  const bin = await mkdtemp(join(tmpdir(), 'quayside-desktop-'));
  await fakeBus(bin, start.hasTray !== false);
  const env = {
    // The desktop of whoever runs the tests gets no icons and no notices.
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    ...start.env,
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    XDG_CONFIG_HOME: bin,
  };
  const args = ['--profile', start.profile, '--vault', 'memory', ...(start.args ?? [])];
  const binary = electronBinary();
  const running = binary === undefined ? await onStandIn(start, args, env) : await onElectron(binary, start, args, env);
  const clients: FrameClient[] = [];
  return {
    ...running,
    page: async (which) => {
      const page = await until(
        () => running.windows().find((known) => /quayside/.test(known.url()) && kindOf(known) === which),
        `the page of the ${which}`,
      );
      await page.waitForLoadState();
      return page;
    },
    client: async () => {
      const client = await clientOf(start.profile);
      clients.push(client);
      return client;
    },
    dispose: async () => {
      for (const client of clients) client.close();
      await running.dispose();
      await rm(bin, { recursive: true, force: true });
    },
  };
};
