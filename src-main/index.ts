import './node/runtime/small-heap.ts';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import packageFacts from '../package.json' with { type: 'json' };
import { chosenVault } from './compose/compose-vault.ts';
import { takeOver, type TakenOver } from './compose/compose-hand-over.ts';
import { composeCore } from './compose/compose-core.ts';
import type { Core } from './compose/core.ts';
import { commandArguments } from './core/base/command-arguments.ts';
import { ok, type Result } from './core/base/errors.ts';
import { sleep } from './core/base/clock.ts';
import type { Notifier } from './core/alert/notifier.ts';
import type { VaultKind } from './core/base/vault.ts';
import {
  endBroken,
  failApplication,
  prepareApplication,
  runApplication,
  type Running,
} from './electron/application.ts';
import { runCommandLine } from './electron/command-line.ts';
import { createCrashDialog } from './electron/crash-report.ts';
import { copyText, type Desktop } from './electron/desktop.ts';
import type { DesktopTrayOptions } from './electron/desktop-tray.ts';
import { developmentAssets, prepareDevelopment } from './electron/development.ts';
import { setLoginItem, wasOpenedAtLogin } from './electron/login-item.ts';
import { quickConnectCommand } from './electron/quick-shortcut.ts';
import { SessionWindow } from './electron/session-window.ts';
import { createSystemNotifier } from './electron/system-notifier.ts';
import { systemProxy } from './electron/system-proxy.ts';
import { startUpdates } from './electron/updates.ts';
import { createWebSessionWindows } from './electron/web-session-window.ts';
import { initialWindowState, parseWindowState } from './electron/window-state.ts';
import { locate } from './compose/locations.ts';
import { setAutostart } from './node/desktop/autostart.ts';
import { SessionBus } from './node/dbus/session-bus.ts';
import { DBusNotifier } from './node/dbus/dbus-notifier.ts';
import { DBusTray } from './node/dbus/dbus-tray.ts';
import { hasDesktopFile } from './node/desktop/desktop-file.ts';
import { StartTimings } from './node/runtime/runtime-report.ts';
import { jsonDocument } from './node/storage/json-document.ts';
import { openProfile, type ProfilePaths } from './node/storage/profile-paths.ts';
import { readStaticAsset } from './node/web-host/static-assets.ts';
import { hasTray } from './node/dbus/status-notifier.ts';
import { systemClock, systemRandom } from './node/runtime/system-clock.ts';

/** How long a command on the same profile may take before this gives up waiting for it, milliseconds. */
const patienceMs = 20_000;

/** What is said while this waits for a profile, after so many milliseconds. */
const untoldMs = 1500;
const waitingNotice = {
  id: 'waiting',
  title: 'Quayside waits for another one',
  body: 'A Quayside in a terminal or a browser works on this profile. The window opens when that has ended.',
  silent: true,
  actions: [],
} as const;

// Chromium's own switches share the command line, so what is not ours is let through.
const { values } = parseArgs({
  args: process.argv.slice(1),
  strict: false,
  options: {
    profile: { type: 'string' },
    vault: { type: 'string' },
    hidden: { type: 'boolean' },
    demo: { type: 'boolean' },
  },
});
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const vaultChoice = (name: string | undefined): VaultKind | undefined =>
  name === 'keychain' || name === 'file' || name === 'memory' ? name : undefined;

const resources = join(import.meta.dirname, '../../resources');

/** There is no window before there is a core to show in it. */
let desktop: Desktop | undefined;
const timings = new StartTimings();
const sessions = new SessionWindow({
  preload: join(import.meta.dirname, '../preload/index.cjs'),
  icon: join(import.meta.dirname, '../../resources/app/icon.png'),
});

const setStartAtLogin = (on: boolean): Promise<Result<void>> =>
  setLoginItem(on, (wanted) =>
    // An AppImage runs from a mount of its own; the file is what can be started again.
    setAutostart(wanted, [process.env['APPIMAGE'] ?? process.execPath, '--hidden']),
  );

/** The icon on the session bus of a Linux desktop; see `DesktopTrayOptions`. */
const panelTray = (bus: SessionBus | undefined): DesktopTrayOptions['openPanelTray'] =>
  bus === undefined ? undefined : (state) => DBusTray.open(bus, { resources, environment: process.env, state });

/** Where Wayland's portal may refuse the shortcut without a word, the command that does the same. */
const shortcutCommand = (): string | undefined =>
  process.platform !== 'linux' ||
  // So Electron itself decides whether it speaks Wayland (docs/breaking-changes.md, 38.0).
  process.env['XDG_SESSION_TYPE'] !== 'wayland' ||
  hasDesktopFile(packageFacts.desktopName, process.env)
    ? undefined
    : quickConnectCommand(process.env);

/** A command line call may own the profile: one that is soon done is waited for, one that stays hands it over. */
const compose = async (paths: ProfilePaths, notifier: Notifier): Promise<Result<Core>> => {
  const until = systemClock.monotonic() + patienceMs;
  const takenOver: TakenOver[] = [];
  let isTold = false;
  for (;;) {
    const core = await composeCore({
      profile: paths.profile,
      vault: vaultChoice(text(values['vault'])) ?? chosenVault(undefined, paths.vault),
      host: 'desktop',
      longLived: true,
      demo: values['demo'] === true,
      takenOver,
      crashes: { source: process, notify: createCrashDialog(), giveUp: endBroken },
      forwardWorker: locate().forwardWorker,
      systemProxy,
      copyText,
      notifier,
      showWindow: () => desktop?.showWindow(),
      showSession: (address) => sessions.show(address),
      timings,
      webSessionHost: (log) =>
        createWebSessionWindows({
          clock: systemClock,
          icon: join(import.meta.dirname, '../../resources/app/icon.png'),
          log,
        }),
    });
    if (core.ok || core.error.kind !== 'conflict' || systemClock.monotonic() > until) {
      if (isTold) await notifier.close(waitingNotice.id);
      return core;
    }
    // Until there is a core there is no window that could say it.
    if (!isTold && systemClock.monotonic() > until - patienceMs + untoldMs) {
      isTold = true;
      void notifier.show(waitingNotice);
    }
    const given = await takeOver(paths.profile, systemClock);
    if (given === undefined) await sleep(systemClock, 100);
    else takenOver.push(given);
  }
};

const build = async (paths: ProfilePaths): Promise<Result<Running>> => {
  timings.mark('until ready');
  const bus = process.platform === 'linux' ? await SessionBus.open(process.env, systemClock) : undefined;
  // Those of Electron have no buttons on Linux (docs/api/notification.md: `actions` are for macOS and Windows).
  const notifier = bus === undefined ? createSystemNotifier() : new DBusNotifier(bus, join(resources, 'app/icon.png'));
  const core = await compose(paths, notifier);
  if (!core.ok) return core;
  timings.mark('core with the cached fleet');
  const { renderer } = locate();
  const windowState = jsonDocument({
    path: join(paths.profile, 'window.json'),
    version: 1,
    migrations: [],
    parse: parseWindowState,
    fallback: initialWindowState,
  });
  const stored = await windowState.read();
  let stopUpdates = (): void => undefined;
  return ok({
    desktop: {
      ...core.value,
      readAsset: developmentAssets(process.env) ?? ((url) => readStaticAsset(renderer, url.pathname)),
      windowState,
      initialState: stored.ok ? stored.value : initialWindowState,
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      resources,
      hidden: values['hidden'] === true || wasOpenedAtLogin(),
      clock: systemClock,
      openPanelTray: panelTray(bus),
      hasTray: () => hasTray(),
      shortcutCommand: shortcutCommand(),
      setStartAtLogin,
    },
    started: (running) => {
      desktop = running;
      timings.mark('tray');
    },
    start: async () => {
      await core.value.start();
      const { app, settings, forwards, log } = core.value;
      const openForwards = (): number =>
        forwards.list().filter(({ state }) => state !== 'stopped' && state !== 'failed').length;
      stopUpdates = startUpdates({
        app,
        settings,
        clock: systemClock,
        random: systemRandom,
        log,
        openForwards,
        showWindow: () => desktop?.showWindow(),
      });
      timings.mark('polling, forwards of the last run');
    },
    dispose: () => {
      stopUpdates();
      sessions.dispose();
      return core.value.dispose().finally(() => bus?.dispose());
    },
  });
};

const startDesktopApplication = async (): Promise<void> => {
  prepareApplication();
  prepareDevelopment(process.env);
  const profile = await openProfile(text(values['profile']));
  // Not awaited: Electron is ready only after this module has been evaluated.
  if (profile.ok) void runApplication(join(profile.value.profile, 'chromium'), () => build(profile.value));
  else failApplication(profile.error);
};

const command = commandArguments(process.argv);
if (command === undefined) await startDesktopApplication();
else runCommandLine(process.resourcesPath, command);
