import { app, Notification, type Event } from 'electron';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppUpdater } from 'electron-updater';
import type { AppState } from '../services/app/app-state.ts';
import { fail, ok } from '../core/base/errors.ts';
import type { Clock } from '../core/base/clock.ts';
import { updateMethod, type Installation } from '../core/app/update-policy.ts';
import { Updates, type UpdatesOptions, type UpdateSource } from '../services/app/updates.ts';

export interface StartUpdatesDeps extends Pick<
  UpdatesOptions,
  'settings' | 'clock' | 'random' | 'log' | 'openForwards'
> {
  readonly app: Pick<AppState, 'setUpdate' | 'updateAnswered'>;
  /** Where the window asks about it. */
  readonly showWindow: () => void;
}

/** Milliseconds the installer has to take over. */
const installPatienceMs = 15_000;

const installation = (): Installation => {
  const packageType = join(process.resourcesPath, 'package-type');
  return {
    platform: process.platform,
    hasFeed: existsSync(join(process.resourcesPath, 'app-update.yml')),
    packageType: existsSync(packageType) ? readFileSync(packageType, 'utf8').trim() : undefined,
    appImage: process.env['APPIMAGE'] !== undefined,
    // Made by build/mark-unsigned.mjs.
    isUnsigned: existsSync(join(process.resourcesPath, 'unsigned')),
    portable: process.env['PORTABLE_EXECUTABLE_FILE'] !== undefined,
  };
};

const sourceOf = (method: UpdateSource['method'], clock: Clock): UpdateSource => {
  let installs = method === 'itself';
  let loaded: AppUpdater | undefined;
  const updater = async () => {
    const { default: library } = await import('electron-updater');
    const { autoUpdater } = library;
    autoUpdater.logger = null;
    autoUpdater.autoDownload = method === 'itself';
    autoUpdater.autoInstallOnAppQuit = installs;
    loaded = autoUpdater;
    return autoUpdater;
  };
  return {
    method,
    check: async (channel) => {
      try {
        const autoUpdater = await updater();
        autoUpdater.channel = channel;
        autoUpdater.allowPrerelease = channel === 'beta';
        // Setting a channel would allow downgrades.
        autoUpdater.allowDowngrade = false;
        const found = await autoUpdater.checkForUpdates();
        await found?.downloadPromise;
        return ok(found?.isUpdateAvailable === true ? found.updateInfo.version : undefined);
      } catch (thrown) {
        // The feed's message may quote an address; the name of the failure is enough.
        return fail('unreachable', thrown instanceof Error ? thrown.name : 'unknown', 'It is tried again by itself.');
      }
    },
    installOnQuit: (on) => {
      installs = on && method === 'itself';
      // If the updater was never loaded, it has fetched nothing.
      if (loaded !== undefined) loaded.autoInstallOnAppQuit = installs;
    },
    // Quitting closes tunnels and files as usual; the new version starts once this one has released its lock.
    restart: () => {
      app.once('will-quit', (event: Event) => {
        event.preventDefault();
        app.releaseSingleInstanceLock();
        // The process has to end even without an installer.
        clock.after(installPatienceMs, () => app.exit(0));
        void updater().then(
          (autoUpdater) => autoUpdater.quitAndInstall(true, true),
          () => app.exit(0),
        );
      });
      app.quit();
    },
  };
};

/**
 * Looks for new versions if the package names a feed, and announces them in the window and by one notice. The returned
 * function stops looking. A checkout, an unpacked archive and a portable copy never look.
 */
export const startUpdates = (deps: StartUpdatesDeps): (() => void) => {
  // A checkout is updated by its developer.
  const method = app.isPackaged ? updateMethod(installation()) : 'never';
  if (method === 'never') return () => undefined;
  let notice: Notification | undefined;
  const updates = new Updates({
    ...deps,
    source: sourceOf(method, deps.clock),
    show: (state) => deps.app.setUpdate(state),
    notify: ({ text, hint }) => {
      notice?.close();
      notice = new Notification({ title: text, body: hint, silent: true });
      notice.on('click', deps.showWindow);
      notice.show();
    },
  });
  const stopHearing = deps.app.updateAnswered.on((answer) =>
    answer === 'restart' ? updates.restart() : updates.later(),
  );
  return () => {
    stopHearing();
    updates.dispose();
    notice?.close();
  };
};
