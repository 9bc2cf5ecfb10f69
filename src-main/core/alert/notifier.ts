import type { Result } from '../base/errors.ts';

/** What a person can do in a notice. */
export type NoticeAction = 'connect' | 'snooze' | 'mute';

/** One notification for the person at this computer. */
export interface DesktopNotice {
  /** A later notice with the same id replaces it. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
  /** Without sound. */
  readonly silent: boolean;
  readonly actions: readonly NoticeAction[];
}

/**
 * The notifications of the system. Errors of `show` and `update`: unsupported (no daemon, the application is not
 * signed, the person does not allow it), with the reason; the notice is then shown in the window.
 */
export interface Notifier {
  show(notice: DesktopNotice): Promise<Result<void>>;
  /** Updates a notice; if it is gone, it is shown again. */
  update(notice: DesktopNotice): Promise<Result<void>>;
  /** Removes a notice; it may be gone already. */
  close(id: string): Promise<void>;
  /**
   * Calls `listener` when a notice is clicked (`open`) or one of its actions is chosen; the returned function stops
   * that.
   */
  onAction(listener: (id: string, action: NoticeAction | 'open') => void): () => void;
}
