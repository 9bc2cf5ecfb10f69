import { app, dialog, Notification, type Event } from 'electron';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppState } from '../bridge/app-state.ts';
import type { Clock, Log, Random } from '../core/ports.ts';
import {
  afterUpdate,
  freshUpdates,
  tellsOfUpdate,
  updateText,
  updateWay,
  waitForCheck,
  type Installation,
  type UpdateEvent,
} from '../core/update-policy.ts';
import type { SettingsStore } from '../services/settings-store.ts';

export interface UpdatesNeeds {
  readonly app: Pick<AppState, 'addNotice' | 'dismissNotice'>;
  readonly settings: Pick<SettingsStore, 'get' | 'changed'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** How many forwards a restart would interrupt. */
  readonly openForwards: () => number;
}

/** Milliseconds between two looks at whether "Later" is over. */
const lookEveryMs = 3_600_000;
/** Milliseconds an installer is given to take over. */
const installPatienceMs = 15_000;

const installation = (): Installation => {
  const packageType = join(process.resourcesPath, 'package-type');
  return {
    platform: process.platform,
    hasFeed: existsSync(join(process.resourcesPath, 'app-update.yml')),
    packageType: existsSync(packageType) ? readFileSync(packageType, 'utf8').trim() : undefined,
    appImage: process.env['APPIMAGE'] !== undefined,
    portable: process.env['PORTABLE_EXECUTABLE_FILE'] !== undefined,
  };
};

/**
 * Looks for new versions where the package names a feed, and says so in the window and by one notice. Nothing is
 * installed before the user quits or asks for a restart. The returned function stops looking.
 */
export const startUpdates = (needs: UpdatesNeeds): (() => void) => {
  const { settings, clock, random, log } = needs;
  // A checkout is brought up to date by whoever works in it.
  const way = app.isPackaged ? updateWay(installation()) : 'never';
  if (way === 'never') return () => undefined;

  let memory = freshUpdates;
  let stopped = false;
  let isFirst = true;
  let cancelCheck = (): void => undefined;
  let cancelLook = (): void => undefined;
  let channel = settings.get().updates;
  let notice: Notification | undefined;

  const updater = async () => {
    const { default: library } = await import('electron-updater');
    const { autoUpdater } = library;
    autoUpdater.logger = null;
    autoUpdater.autoDownload = way === 'itself';
    autoUpdater.autoInstallOnAppQuit = way === 'itself';
    return autoUpdater;
  };

  /** The quit closes tunnels and files as ever; the new version starts when this one has let go of its lock. */
  const restart = (): void => {
    app.once('will-quit', (event: Event) => {
      event.preventDefault();
      app.releaseSingleInstanceLock();
      // Without an installer to hand over to, it has to end all the same.
      clock.after(installPatienceMs, () => app.exit(0));
      void updater().then(
        (autoUpdater) => autoUpdater.quitAndInstall(true, true),
        () => app.exit(0),
      );
    });
    app.quit();
  };

  const ask = async (): Promise<void> => {
    const { ready } = memory;
    if (ready === undefined) return;
    const { text, hint } = updateText(ready, way, needs.openForwards());
    const { response } = await dialog.showMessageBox({
      type: 'info',
      message: text,
      detail: hint,
      buttons: way === 'itself' ? ['Restart now', 'Later'] : ['Later'],
      defaultId: way === 'itself' ? 1 : 0,
      cancelId: way === 'itself' ? 1 : 0,
    });
    if (way === 'itself' && response === 0) return restart();
    take({ kind: 'deferred', at: clock.now() });
  };

  const tell = (): void => {
    cancelLook();
    if (stopped || memory.ready === undefined) return;
    cancelLook = clock.after(lookEveryMs, tell);
    if (!tellsOfUpdate(memory, clock.now())) return;
    const { text, hint } = updateText(memory.ready, way, needs.openForwards());
    needs.app.addNotice({ id: 'update', text, hint });
    notice?.close();
    notice = new Notification({ title: text, body: hint, silent: true });
    notice.on('click', () => void ask());
    notice.show();
    // Told is told: the next time is tomorrow.
    memory = afterUpdate(memory, { kind: 'deferred', at: clock.now() });
  };

  const take = (event: UpdateEvent): void => {
    memory = afterUpdate(memory, event);
    if (event.kind === 'ready') tell();
  };

  const check = async (): Promise<void> => {
    try {
      const autoUpdater = await updater();
      autoUpdater.channel = channel === 'off' ? 'latest' : channel;
      // Choosing a channel would allow it.
      autoUpdater.allowDowngrade = false;
      const found = await autoUpdater.checkForUpdates();
      await found?.downloadPromise;
      take(found?.isUpdateAvailable === true ? { kind: 'ready', version: found.updateInfo.version } : { kind: 'none' });
    } catch (thrown) {
      // The feed's words may quote an address; the name of the failure is enough.
      log.write('warn', 'update.failed', { name: thrown instanceof Error ? thrown.name : 'unknown' });
      take({ kind: 'failed' });
    }
    schedule();
  };

  const schedule = (): void => {
    cancelCheck();
    if (stopped || channel === 'off') return;
    cancelCheck = clock.after(waitForCheck(memory, isFirst, random), () => void check());
    isFirst = false;
  };

  const stopHearing = settings.changed.on(({ updates }) => {
    if (updates === channel) return;
    channel = updates;
    isFirst = true;
    if (updates === 'off') needs.app.dismissNotice('update');
    schedule();
  });
  schedule();
  return () => {
    stopped = true;
    cancelCheck();
    cancelLook();
    stopHearing();
    notice?.close();
  };
};
