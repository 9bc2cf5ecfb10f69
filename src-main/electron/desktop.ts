import { basename, dirname } from 'node:path';
import { app, clipboard, ipcMain, powerMonitor, session } from 'electron';
import type { AppState } from '../services/app/app-state.ts';
import type { Bridge } from '../bridge/bridge.ts';
import type { DeepLink } from '../core/app/deep-link.ts';
import { ok, type Result } from '../core/base/errors.ts';
import type { Clock } from '../core/base/clock.ts';
import type { Document } from '../core/base/document.ts';
import type { Log } from '../core/base/log.ts';
import { shortcutText } from '../core/app/shortcut.ts';
import type { NavigationIntent } from '../core/app/navigation-intent.ts';
import type { Alerts } from '../services/alert/alerts.ts';
import { noticePause } from '../services/app/notice-pause.ts';
import type { SettingsStore } from '../services/app/settings-store.ts';
import { TrayController, type TrayControllerDeps } from '../services/app/tray-controller.ts';
import { setAppMenu } from './app-menu.ts';
import { serveApp, type ReadAsset } from './app-scheme.ts';
import { AppWindow } from './app-window.ts';
import { DesktopTray, type DesktopTrayOptions } from './desktop-tray.ts';
import { saveDownloads } from './downloads.ts';
import { permitOwnPage } from './hardening.ts';
import { acceptWindows } from './message-port-channel.ts';
import { PaletteWindow } from './palette-window.ts';
import { QuickShortcut } from './quick-shortcut.ts';
import type { WindowState } from './window-state.ts';
import { defined } from '../core/base/defined.ts';

/** Milliseconds after the start at which the palette is loaded, when nothing else is loading. */
const warmPaletteMs = 1500;

export interface DesktopOptions
  extends
    Pick<TrayControllerDeps, 'accounts' | 'inventory' | 'preferences' | 'forwards' | 'launches' | 'recents'>,
    Pick<DesktopTrayOptions, 'openPanelTray' | 'hasTray'> {
  readonly bridge: Bridge;
  readonly app: AppState;
  readonly settings: Pick<SettingsStore, 'get' | 'changed'>;
  readonly alerts: Pick<Alerts, 'get' | 'snooze' | 'settingsChanged' | 'requested'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly readAsset: ReadAsset;
  readonly windowState: Document<WindowState>;
  readonly initialState: WindowState;
  readonly preload: string;
  readonly resources: string;
  /** Start in the tray, without the window. */
  readonly hidden: boolean;
  readonly suspend: () => void;
  readonly resume: () => void;
  /** The command for the user to bind in the system's settings, if the desktop may not grant the shortcut. */
  readonly shortcutCommand: string | undefined;
  /** Sets whether Quayside starts hidden at login. */
  readonly setStartAtLogin: (on: boolean) => Promise<Result<void>>;
}

/** The running desktop: what a second start, a link and the end of the application act on. */
export interface Desktop {
  showWindow(intent?: NavigationIntent): void;
  quickConnect(): void;
  openLink(link: DeepLink): void;
  dispose(): void;
}

/** Copies text through the system's clipboard. */
export const copyText = async (text: string): Promise<Result<void>> => {
  await clipboard.writeText(text);
  return ok(undefined);
};

/** Shows the target of a link. Nothing is opened: the window asks before it connects. */
const intentOf = (link: DeepLink): NavigationIntent | undefined => {
  switch (link.kind) {
    case 'window':
      return undefined;
    case 'search':
      return { show: 'devices', query: link.query };
    case 'device':
      return { show: 'device', deviceKey: link.deviceKey };
    case 'connect':
      return {
        show: 'connect',
        deviceKey: link.deviceKey,
        ...defined({ service: link.service }),
      };
    default:
      return link satisfies never;
  }
};

/** Creates the window, the palette and the tray for a core. Electron must be ready. */
export const startDesktop = (options: DesktopOptions): Desktop => {
  const { bridge, app: facts, settings, alerts, clock, log } = options;
  permitOwnPage(session.defaultSession);
  serveApp(session.defaultSession, options.readAsset);
  saveDownloads(session.defaultSession, (file, complete) => {
    log.write('info', 'download.ended', { complete });
    facts.addNotice({
      id: 'download',
      text: complete ? `${basename(file)} was saved.` : `${basename(file)} could not be saved.`,
      hint: complete ? `It is in ${dirname(file)}.` : 'Check the room on the disk and try again.',
    });
  });
  acceptWindows(
    ipcMain,
    (channel) => void bridge.connect(channel),
    (origin) => log.write('warn', 'window.refused', { origin }),
  );

  let trayIsThere = true;
  const tellOfTray = (state: WindowState): Partial<WindowState> => {
    if (state.toldOfTray === true) return {};
    facts.addNotice({
      id: 'in-tray',
      text: 'Closing the window leaves Quayside running in the tray.',
      hint: 'Forwards stay open. Quit is in the menu of the tray icon.',
    });
    return { toldOfTray: true };
  };
  const window = new AppWindow({
    preload: options.preload,
    icon: `${options.resources}/app/icon.png`,
    document: options.windowState,
    state: options.initialState,
    log,
    closing: () => (trayIsThere ? 'hide' : 'minimise'),
    hidden: tellOfTray,
  });
  const showWindow = (intent?: NavigationIntent): void => {
    if (intent !== undefined) facts.requestNavigation(intent);
    window.show();
  };
  const palette = new PaletteWindow({ preload: options.preload, log });

  const desk = new TrayController({
    accounts: options.accounts,
    inventory: options.inventory,
    preferences: options.preferences,
    forwards: options.forwards,
    launches: options.launches,
    recents: options.recents,
    clock,
    pause: noticePause(alerts, clock),
    shell: {
      quickConnect: () => palette.toggle(),
      openWindow: showWindow,
      copyText,
      failed: (error) => {
        facts.addNotice({ id: 'tray-action', text: error.message, hint: error.hint });
        window.show();
      },
      quit: () => app.quit(),
    },
    shortcut: () =>
      facts.get().shortcut === 'on' ? shortcutText(settings.get().shortcut, process.platform) : undefined,
  });
  let isStarting = true;
  const tellOfPresence = (isThere: boolean): void => {
    trayIsThere = isThere;
    log.write('info', 'tray.presence', { isThere });
    if (isThere) facts.dismissNotice('no-tray');
    else
      facts.addNotice({
        id: 'no-tray',
        text: 'This desktop shows no tray icons, so closing the window minimises it.',
        hint: 'On GNOME, the AppIndicator extension adds a tray. Quit with Ctrl+Q.',
      });
    // If it started hidden without a tray, Quayside would be invisible.
    if (!isThere && isStarting && options.hidden) window.show();
    isStarting = false;
  };
  const tray = new DesktopTray({
    resources: options.resources,
    state: desk.state(),
    act: (action) => void desk.act(action),
    openPanelTray: options.openPanelTray,
    hasTray: options.hasTray,
    tell: tellOfPresence,
  });

  const shortcut = new QuickShortcut(() => palette.toggle());
  const takeShortcut = (): void => {
    const wanted = settings.get().shortcut;
    const state = shortcut.take(wanted);
    facts.setShortcut(
      state === 'on' && options.shortcutCommand !== undefined ? 'asked' : state,
      options.shortcutCommand,
    );
    if (state === 'taken')
      facts.addNotice({
        id: 'shortcut',
        text: `Another program has taken ${shortcutText(wanted, process.platform)}, so it does not open quick connect.`,
        hint: 'Choose another shortcut in the settings. Quick connect is in the menu of the tray icon, too.',
      });
    else facts.dismissNotice('shortcut');
    desk.touch();
  };
  let startsAtLogin = settings.get().startAtLogin;
  const setStartAtLogin = async (): Promise<void> => {
    const on = settings.get().startAtLogin;
    if (on === startsAtLogin) return;
    startsAtLogin = on;
    const set = await options.setStartAtLogin(on);
    if (!set.ok) facts.addNotice({ id: 'start-at-login', text: set.error.message, hint: set.error.hint });
  };

  const stops = [
    desk.changed.on(() => tray.show(desk.state())),
    settings.changed.on(() => {
      takeShortcut();
      void setStartAtLogin();
    }),
    alerts.requested.on((request) => desk.follow(request)),
  ];
  tray.show(desk.state());
  takeShortcut();
  setAppMenu(() => showWindow({ show: 'page', page: 'settings' }));
  const warming = setTimeout(() => {
    const { shortcut: held } = facts.get();
    if (held === 'on' || held === 'asked') palette.warm();
  }, warmPaletteMs);

  const activate = (): void => window.show();
  const stay = (): undefined => undefined;
  powerMonitor.on('suspend', options.suspend);
  powerMonitor.on('resume', options.resume);
  app.on('activate', activate);
  // The tray keeps the application alive; without this listener Electron would quit with the last window.
  app.on('window-all-closed', stay);
  if (!options.hidden) window.show();

  return {
    showWindow,
    quickConnect: () => palette.toggle(),
    openLink: (link) => showWindow(intentOf(link)),
    dispose: () => {
      for (const stop of stops) stop();
      clearTimeout(warming);
      powerMonitor.off('suspend', options.suspend);
      powerMonitor.off('resume', options.resume);
      app.off('activate', activate);
      shortcut.release();
      desk.dispose();
      palette.dispose();
      window.quit();
      tray.dispose();
    },
  };
};
