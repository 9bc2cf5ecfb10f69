import type { SessionAnswer, SessionQuestion } from '../../../src-preload/contract/session.ts';

/** What a form of a question gets. */
export interface Asked<Q> {
  readonly device: string;
  readonly question: Q;
  readonly onAnswer: (answer: SessionAnswer) => void;
  /** Gives up the attempt. */
  readonly onLeave: () => void;
}
export type Question<T extends SessionQuestion['type']> = Extract<SessionQuestion, { type: T }>;

/** The control that has the keyboard first, now and when its tab is shown again. */
export const first = (isFirst: boolean): { readonly autoFocus?: true; readonly 'data-first'?: '' } =>
  isFirst ? { autoFocus: true, 'data-first': '' } : {};

/** Escape gives up, as the button does. */
export const leaveByEscape =
  (leave: () => void) =>
  (event: React.KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    leave();
  };

export const Cancel = ({ onLeave }: { readonly onLeave: () => void }): React.ReactNode => (
  <button type="button" className="button" onClick={onLeave}>
    Cancel
  </button>
);
