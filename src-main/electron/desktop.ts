import { app, clipboard, ipcMain, powerMonitor, session } from 'electron';
import type { Bridge } from '../bridge/bridge.ts';
import type { Device } from '../core/device.ts';
import type { Document, Log } from '../core/ports.ts';
import { ok, type Result } from '../core/errors.ts';
import type { Accounts } from '../services/accounts.ts';
import type { Forwards } from '../services/forwards.ts';
import type { Inventory } from '../services/inventory.ts';
import { serveApp, type ReadAsset } from './app-scheme.ts';
import { AppWindow } from './app-window.ts';
import { denyPermissions } from './hardening.ts';
import { acceptWindows } from './message-port-channel.ts';
import { AppTray } from './tray.ts';
import type { TrayAction, TrayState } from './tray-menu.ts';
import type { WindowState } from './window-state.ts';

/** Milliseconds between a change and the tray that shows it: a fleet changes in bursts. */
const trayDelayMs = 250;

export interface DesktopOptions {
  readonly bridge: Bridge;
  readonly accounts: Pick<Accounts, 'list'>;
  readonly inventory: Pick<Inventory, 'devices' | 'device' | 'health' | 'changed'>;
  readonly forwards: Pick<Forwards, 'list' | 'stop' | 'changed'>;
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
}

/** The running desktop: what a second launch and the end of the application act on. */
export interface Desktop {
  showWindow(): void;
  dispose(): void;
}

/** Copies text through the system's clipboard. */
export const copyText = async (text: string): Promise<Result<void>> => {
  await clipboard.writeText(text);
  return ok(undefined);
};

const countOffline = (devices: Iterable<Device>): number => {
  let offline = 0;
  for (const device of devices) if (device.presence.state === 'offline') offline += 1;
  return offline;
};

/** Puts the window and the tray in front of a core. Electron must be ready. */
export const startDesktop = (options: DesktopOptions): Desktop => {
  const { bridge, accounts, inventory, forwards, log } = options;
  denyPermissions(session.defaultSession);
  serveApp(session.defaultSession, options.readAsset);
  acceptWindows(
    ipcMain,
    (channel) => void bridge.connect(channel),
    (origin) => log.write('warn', 'window.refused', { origin }),
  );

  const window = new AppWindow({
    preload: options.preload,
    icon: `${options.resources}/app/icon.png`,
    document: options.windowState,
    state: options.initialState,
    log,
  });

  const act = (action: TrayAction): void => {
    switch (action.type) {
      case 'open-window':
        window.show();
        return;
      case 'stop-forward':
        void forwards.stop(action.forwardId);
        return;
      case 'copy-address':
        void copyText(`localhost:${action.port}`);
        return;
      case 'quit':
        app.quit();
        return;
      default:
        action satisfies never;
    }
  };
  const tray = new AppTray(options.resources, act);
  const trayState = (): TrayState => ({
    forwards: forwards.list().map((forward) => ({
      id: forward.id,
      deviceName: inventory.device(forward.deviceKey)?.name ?? forward.deviceKey,
      serviceKind: forward.serviceKind,
      port: forward.port,
      state: forward.state,
    })),
    troubled: accounts.list().flatMap((account) => {
      const { error } = inventory.health(account.id);
      return error === undefined ? [] : [{ label: account.label, message: error.message }];
    }),
    offline: countOffline(inventory.devices.values()),
  });
  let drawing: NodeJS.Timeout | undefined;
  const draw = (): void => {
    drawing ??= setTimeout(() => {
      drawing = undefined;
      tray.show(trayState());
    }, trayDelayMs);
  };
  const stops = [inventory.changed.on(draw), forwards.changed.on(draw)];
  tray.show(trayState());

  powerMonitor.on('suspend', options.suspend);
  powerMonitor.on('resume', options.resume);
  app.on('activate', () => window.show());
  // The tray keeps the application alive; without this listener Electron would end it with the window.
  app.on('window-all-closed', () => undefined);
  if (!options.hidden) window.show();

  return {
    showWindow: () => window.show(),
    dispose: () => {
      for (const stop of stops) stop();
      clearTimeout(drawing);
      powerMonitor.off('suspend', options.suspend);
      powerMonitor.off('resume', options.resume);
      window.quit();
      tray.dispose();
    },
  };
};
