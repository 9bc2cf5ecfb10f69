import { app, Notification } from 'electron';
import { fail, ok, type Result } from '../core/base/errors.ts';
import type { DesktopNotice, NoticeAction, Notifier } from '../core/alert/notifier.ts';
import { Emitter } from '../core/base/emitter.ts';

const actionNames: Readonly<Record<NoticeAction, string>> = { connect: 'Connect', snooze: 'Snooze', mute: 'Mute' };

/** Milliseconds in which a system reports that it cannot show a notice; silence means it did. */
const doubtMs = 2000;

/**
 * Whether Windows silently drops notices: it shows only those of programs with a shortcut in the Start menu
 * (docs/tutorial/notifications.md), which only the installer creates.
 */
const areDropped = (env: Readonly<Record<string, string | undefined>>): boolean =>
  process.platform === 'win32' && (!app.isPackaged || env['PORTABLE_EXECUTABLE_FILE'] !== undefined);

/** The system's notifications through Electron. */
export const createSystemNotifier = (env: Readonly<Record<string, string | undefined>> = process.env): Notifier => {
  const shown = new Map<string, Notification>();
  const acted = new Emitter<{ readonly id: string; readonly action: NoticeAction | 'open' }>();

  const close = (id: string): void => {
    const before = shown.get(id);
    shown.delete(id);
    before?.close();
  };

  const show = (notice: DesktopNotice): Promise<Result<void>> => {
    if (areDropped(env))
      return Promise.resolve(
        fail(
          'unsupported',
          'Windows shows notifications only of programs that were installed.',
          'Notices appear in the Quayside window instead.',
        ),
      );
    if (!Notification.isSupported())
      return Promise.resolve(
        fail('unsupported', 'This system shows no notifications.', 'Notices appear in the Quayside window instead.'),
      );
    close(notice.id);
    const notification = new Notification({
      // macOS and Windows keep one notice per id.
      id: notice.id,
      title: notice.title,
      body: notice.body,
      silent: notice.silent,
      actions: notice.actions.map((action) => ({ type: 'button', text: actionNames[action] })),
    });
    shown.set(notice.id, notification);
    const forget = (): void => {
      if (shown.get(notice.id) === notification) shown.delete(notice.id);
    };
    notification.on('click', () => {
      forget();
      acted.emit({ id: notice.id, action: 'open' });
    });
    notification.on('action', (details) => {
      const action = notice.actions[details.actionIndex];
      if (action !== undefined) acted.emit({ id: notice.id, action });
    });
    return new Promise((resolve) => {
      // Only this event reports an unsigned application on macOS or a missing daemon.
      const patience = setTimeout(() => resolve(ok(undefined)), doubtMs);
      notification.once('show', () => {
        clearTimeout(patience);
        resolve(ok(undefined));
      });
      notification.once('failed', (_event, error) => {
        clearTimeout(patience);
        forget();
        resolve(
          fail(
            'unsupported',
            `The system refused a notification (${error}).`,
            'Allow notifications for Quayside in the system settings. Until then they appear in the window.',
          ),
        );
      });
      notification.show();
    });
  };

  return {
    show,
    update: show,
    close: async (id) => close(id),
    onAction: (listener) => acted.on(({ id, action }) => listener(id, action)),
  };
};
