import { RotateCw } from 'lucide-react';
import type { SessionControl } from './use-session.ts';
import { Failure } from '../ui/controls.tsx';
import { modKey } from '../ui/keys.ts';
import { QuestionView } from './questions.tsx';

/** The key that leads out of what takes every other one. */
export const LeavingKey = ({ from }: { readonly from: string }): React.ReactNode => (
  <span className="session-keys">
    <kbd>{modKey}</kbd> <kbd>F6</kbd> leaves the {from}
  </span>
);

/** What lies over a tab while its session is not open: what is being done, what is asked, how it ended. */
export const SessionCover = ({
  device,
  session,
}: {
  readonly device: string;
  readonly session: SessionControl;
}): React.ReactNode => {
  const { phase } = session;
  switch (phase.name) {
    case 'open':
      return null;
    case 'working':
      return (
        <div className="session-cover">
          <p className="session-step" role="status">
            <span className="session-dot" aria-hidden="true" />
            {phase.text}
            <button type="button" className="button small" onClick={session.leave}>
              Cancel
            </button>
          </p>
        </div>
      );
    case 'asking':
      return (
        <div className="session-cover">
          <QuestionView
            key={phase.ask}
            device={device}
            question={phase.question}
            onAnswer={session.answer}
            onLeave={session.leave}
          />
        </div>
      );
    case 'ended':
      return (
        <div className="session-ended">
          {phase.error === undefined ? (
            <p role="status">{phase.left === true ? 'Not connected.' : 'The device ended this session.'}</p>
          ) : (
            <Failure error={phase.error} />
          )}
          <button type="button" className="button primary" autoFocus onClick={session.reconnect}>
            <RotateCw size={14} aria-hidden="true" />
            {phase.left === true ? 'Connect' : 'Reconnect'}
          </button>
        </div>
      );
    default:
      return phase satisfies never;
  }
};
