import type { DesktopNotice, Notifier } from '../../core/alert/notifier.ts';
import type { Log } from '../../core/base/log.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';

export interface NoticeDeliveryDeps {
  /** Absent if the host cannot show notices: they are shown in the window. */
  readonly notifier?: Notifier | undefined;
  /** Notices inside the window. */
  readonly inApp: {
    add(notice: { readonly id: string; readonly text: string; readonly hint: string }): void;
    dismiss(id: string): void;
  };
  readonly log: Log;
}

/** Where notices are shown: by the system, or in the window with the reason of the newest failure. */
export type NoticeChannel =
  | { readonly by: 'system' }
  /** Without a reason: this host cannot show notices. */
  | { readonly by: 'window'; readonly reason?: string };

/** The maximum of alert notices in the window; the activity page has them all. */
const maxInApp = 3;

/**
 * Shows notices one after another. A notice that the system does not show is put into the window with the reason; it
 * leaves the window when it is removed, shown by the system, or too old.
 */
export class NoticeDelivery {
  readonly #deps: NoticeDeliveryDeps;
  readonly #turns = new SerialQueue();
  /** In the order in which they were added. */
  readonly #inApp = new Set<string>();
  #channel: NoticeChannel;

  constructor(deps: NoticeDeliveryDeps) {
    this.#deps = deps;
    this.#channel = { by: deps.notifier === undefined ? 'window' : 'system' };
  }

  /** How the newest notice was shown, or how the first one will be tried. */
  get channel(): NoticeChannel {
    return this.#channel;
  }

  deliver(kind: 'show' | 'update', notice: DesktopNotice): void {
    void this.#turns.run(() => this.#deliver(kind, notice));
  }

  takeBack(id: string): void {
    void this.#turns.run(async () => {
      this.#dismiss(id);
      await this.#deps.notifier?.close(id);
    });
  }

  /** Resolves when everything added so far was delivered. */
  settled(): Promise<void> {
    return this.#turns.run(async () => undefined);
  }

  async #deliver(kind: 'show' | 'update', notice: DesktopNotice): Promise<void> {
    const { notifier, inApp, log } = this.#deps;
    const delivered = await notifier?.[kind](notice);
    this.#dismiss(notice.id);
    if (delivered?.ok === true) {
      this.#channel = { by: 'system' };
      return;
    }
    if (delivered !== undefined) {
      this.#channel = { by: 'window', reason: delivered.error.message };
      log.write('warn', 'alerts.not-shown', { kind: delivered.error.kind, reason: delivered.error.message });
    }
    const reason =
      delivered === undefined ? [] : [`It is shown here because: ${delivered.error.message}`, delivered.error.hint];
    this.#inApp.add(notice.id);
    inApp.add({ id: notice.id, text: notice.title, hint: [notice.body, ...reason].filter(Boolean).join(' ') });
    for (const id of this.#inApp) {
      if (this.#inApp.size <= maxInApp) break;
      this.#dismiss(id);
    }
  }

  #dismiss(id: string): void {
    if (this.#inApp.delete(id)) this.#deps.inApp.dismiss(id);
  }
}
