import { join } from 'node:path';
import type { Core } from './core.ts';
import type { Notifier } from '../core/alert/notifier.ts';
import type { NavigationIntent } from '../core/app/navigation-intent.ts';
import { hasDisplay } from '../core/launch/launch-plan.ts';
import { openInBrowser } from '../node/desktop/browser-open.ts';
import { ChromiumWindow, findChromium } from '../node/desktop/chromium-window.ts';
import { copyWithProgram } from '../node/desktop/copy-text.ts';
import { SessionBus } from '../node/dbus/session-bus.ts';
import { DBusNotifier } from '../node/dbus/dbus-notifier.ts';
import { DBusTray } from '../node/dbus/dbus-tray.ts';
import { createExecutables } from '../node/desktop/executables.ts';
import { systemClock } from '../node/runtime/system-clock.ts';
import type { WebHost } from '../node/web-host/websocket-host.ts';
import { noticePause } from '../services/app/notice-pause.ts';
import { TrayController } from '../services/app/tray-controller.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The desktop session that a headless host runs in, if any: a user at a screen, with a session bus. */
export interface LinuxDesktop {
  readonly bus: SessionBus;
  readonly notifier: Notifier;
  dispose(): void;
}

/** Looks for a desktop with a session bus; undefined on servers and on systems with another kind of tray. */
export const openLinuxDesktop = async (
  resources: string,
  environment: Environment = process.env,
): Promise<LinuxDesktop | undefined> => {
  if (process.platform !== 'linux' || !hasDisplay(process.platform, environment)) return undefined;
  const bus = await SessionBus.open(environment, systemClock);
  if (bus === undefined) return undefined;
  const notifier = new DBusNotifier(bus, join(resources, 'app/icon.png'));
  return {
    bus,
    notifier,
    dispose: () => {
      notifier.dispose();
      bus.dispose();
    },
  };
};

export interface HeadlessDesktopOptions {
  readonly core: Core;
  readonly host: WebHost;
  /** Absent: no tray, and notices go into the window. */
  readonly session: LinuxDesktop | undefined;
  readonly resources: string;
  /** What the tray's Quit does. */
  readonly quit: () => void;
  /** Prints one sentence for the person who started the host. */
  readonly say: (sentence: string) => void;
  readonly environment?: Environment;
}

/** The window and the tray of a headless host. */
export interface HeadlessDesktop {
  /** Opens the window, or brings it to the front. Answers whether a program was found for it. */
  show(intent?: NavigationIntent): Promise<boolean>;
  dispose(): Promise<void>;
}

/** Opens the window: in Chromium's application mode if there is a Chromium, else in a tab of the browser. */
const openWindows = async ({ core, host, say, environment = process.env }: HeadlessDesktopOptions) => {
  const executables = createExecutables({ platform: process.platform, env: environment });
  const program =
    process.platform === 'linux' && hasDisplay(process.platform, environment)
      ? await findChromium(executables)
      : undefined;
  const chromium =
    program === undefined
      ? undefined
      : new ChromiumWindow({
          program,
          folder: join(core.paths.profile, 'browser'),
          environment,
          clock: systemClock,
        });
  let closePage: (() => Promise<void>) | undefined;
  const stop = chromium?.closed.on(() =>
    say(`The window is closed, and Quayside keeps running. To open it again: ${host.link()}`),
  );
  return {
    copyText: (text: string) => copyWithProgram(text, executables, environment),
    show: async (): Promise<boolean> => {
      if ((await chromium?.show({ waiting: host.waiting, link: () => host.link() })) === true) return true;
      // The browser that opens tabs on this desktop may be of the same kind and would refuse silently.
      if (chromium !== undefined && process.getuid?.() === 0)
        say(`Chromium does not start as root. If no tab opens either, open this as an ordinary user: ${host.link()}`);
      await closePage?.();
      closePage = await openInBrowser(new URL(host.link()), process.platform, environment);
      return closePage !== undefined;
    },
    dispose: async () => {
      stop?.();
      await closePage?.();
      await chromium?.dispose();
    },
  };
};

/** Gives a headless host a window of its own, and a tray where the session has one. */
export const startHeadlessDesktop = async (options: HeadlessDesktopOptions): Promise<HeadlessDesktop> => {
  const { core, session, resources, environment = process.env } = options;
  const { app, alerts, log } = core;
  const windows = await openWindows(options);
  const show = async (intent?: NavigationIntent): Promise<boolean> => {
    if (intent !== undefined) app.requestNavigation(intent);
    const isShown = await windows.show();
    if (!isShown) log.write('warn', 'window.not-opened');
    return isShown;
  };
  core.offerWindow(() => show());
  if (session === undefined) {
    log.write('info', 'tray.no-session');
    return { show, dispose: windows.dispose };
  }

  const desk = new TrayController({
    ...core,
    clock: systemClock,
    pause: noticePause(alerts, systemClock),
    shell: {
      quickConnect: () => void show({ show: 'palette' }),
      openWindow: (intent) => void show(intent),
      copyText: windows.copyText,
      failed: (error) => {
        app.addNotice({ id: 'tray-action', text: error.message, hint: error.hint });
        void show();
      },
      quit: options.quit,
    },
  });
  const tray = await DBusTray.open(session.bus, { resources, environment, state: desk.state() });
  const stops = [
    tray.clicked.on((action) => void desk.act(action)),
    desk.changed.on(() => tray.show(desk.state())),
    alerts.requested.on((request) => desk.follow(request)),
    tray.presence.on((presence) => {
      log.write('info', 'tray.presence', { presence });
      if (presence === 'shown') return app.dismissNotice('no-tray');
      app.addNotice({
        id: 'no-tray',
        text:
          presence === 'lost'
            ? 'The session bus of this desktop is gone, and with it the tray icon.'
            : 'This desktop shows no tray icons.',
        hint: 'Quayside runs until you end it where you started it. On GNOME, the AppIndicator extension adds a tray.',
      });
    }),
  ];
  await tray.start();
  return {
    show,
    dispose: async () => {
      for (const stop of stops) stop();
      desk.dispose();
      tray.dispose();
      await windows.dispose();
    },
  };
};
