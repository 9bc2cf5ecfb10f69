import { RotateCw } from 'lucide-react';
import type { SessionControl } from './use-session.ts';
import { Failure } from '../ui/controls.tsx';
import { QuestionView } from './questions.tsx';

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
          </p>
        </div>
      );
    case 'asking':
      return (
        <div className="session-cover">
          <QuestionView key={phase.ask} device={device} question={phase.question} onAnswer={session.answer} />
        </div>
      );
    case 'ended':
      return (
        <div className="session-ended">
          {phase.error === undefined ? (
            <p role="status">The device ended this session.</p>
          ) : (
            <Failure error={phase.error} />
          )}
          <button type="button" className="button primary" autoFocus onClick={session.reconnect}>
            <RotateCw size={14} aria-hidden="true" />
            Reconnect
          </button>
        </div>
      );
    default:
      return phase satisfies never;
  }
};
