import type { Result } from '../base/errors.ts';

/** What a person can do about a notice right there. */
export type NoticeAction = 'connect' | 'snooze' | 'mute';

/** One message to the person at this computer. */
export interface DesktopNotice {
  /** A later notice of the same id takes its place. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
  /** Without sound. */
  readonly silent: boolean;
  readonly actions: readonly NoticeAction[];
}

/**
 * The system's notifications. Errors of `show` and `update`: unsupported (there is no daemon, the application is
 * not signed, the person does not allow it), with the reason in words; the notice then goes into the window.
 */
export interface Notifier {
  show(notice: DesktopNotice): Promise<Result<void>>;
  /** Replaces a notice shown before; shows it again where it is gone already. */
  update(notice: DesktopNotice): Promise<Result<void>>;
  /** Takes a notice back; one that is gone is fine. */
  close(id: string): Promise<void>;
  /** Calls `listener` when a notice is clicked (`open`) or one of its actions is chosen; the answer ends that. */
  onAction(listener: (id: string, action: NoticeAction | 'open') => void): () => void;
}
