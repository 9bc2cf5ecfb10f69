import { RotateCw } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Failure } from '../../ui/controls.tsx';
import { modKey } from '../../ui/shortcuts.ts';
import type { SessionControl } from './use-session.ts';
import { QuestionView } from './questions.tsx';
import { classNames } from '../../ui/class-names.ts';
import sessionBodyStyles from './session-body.module.css';
import questionsStyles from './questions.module.css';

/** The key that leads out of what takes every other one. */
export const LeavingKey = ({ from }: { readonly from: string }): React.ReactNode => (
  <span className={sessionBodyStyles['session-keys']}>
    <kbd>{modKey}</kbd> <kbd>F6</kbd> leaves the {from}
  </span>
);

/** Milliseconds without a key after which one is meant for what has appeared, not for what was there before. */
const quietMs = 500;

/**
 * Takes the keyboard when it appears, unless somebody is writing elsewhere; Enter is enough then. Whoever was typing
 * when the session ended has not decided anything: keys count only after a moment without one.
 */
const ReconnectButton = ({
  label,
  onClick,
}: {
  readonly label: string;
  readonly onClick: () => void;
}): React.ReactNode => {
  const button = useRef<HTMLButtonElement>(null);
  const [keys, setKeys] = useState(0);
  const [isQuiet, setIsQuiet] = useState(false);
  useEffect(() => {
    const { activeElement } = document;
    const isWriting =
      activeElement instanceof HTMLElement &&
      (activeElement.matches('input, select, textarea:not(.xterm-helper-textarea)') ||
        activeElement.closest('dialog, [role=menu]') !== null);
    if (!isWriting) button.current?.focus();
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => setIsQuiet(true), quietMs);
    return () => clearTimeout(timer);
  }, [keys]);
  return (
    <button
      ref={button}
      type="button"
      className="button primary"
      data-quiet={isQuiet}
      onKeyDown={(event) => {
        if (isQuiet || (event.key !== 'Enter' && event.key !== ' ' && event.key.length > 1)) return;
        event.preventDefault();
        setKeys((count) => count + 1);
      }}
      onClick={onClick}
    >
      <RotateCw size={14} aria-hidden="true" />
      {label}
    </button>
  );
};

const endedWords = (left: boolean, waits: boolean): string => {
  if (waits) return 'Press Enter to connect.';
  return left ? 'Not connected.' : 'The device ended this session.';
};

/** Seconds until a moment, counted down. */
const Countdown = ({ at }: { readonly at: number }): React.ReactNode => {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return <span aria-hidden="true"> in {Math.max(1, Math.ceil((at - now) / 1000))} s</span>;
};

/** What lies over a tab while its session is not open: what is being done, what is asked, how it ended. */
export const SessionCover = ({
  device,
  session,
  elsewhere,
}: {
  readonly device: string;
  readonly session: SessionControl;
  /** Where to go on with what cannot be shown here. */
  readonly elsewhere?: { readonly label: string; readonly run: () => void };
}): React.ReactNode => {
  const { phase } = session;
  switch (phase.name) {
    case 'open':
      return null;
    case 'working': {
      const step = (
        <p className={sessionBodyStyles['session-step']} role="status">
          <span className={sessionBodyStyles['session-dot']} aria-hidden="true" />
          {phase.text}
        </p>
      );
      const cancel = (
        <button type="button" className="button small" onClick={session.leave}>
          Cancel
        </button>
      );
      return (
        <div
          className={phase.again ? sessionBodyStyles['session-ended'] : sessionBodyStyles['session-cover']}
          data-part={phase.again ? 'ended' : 'cover'}
        >
          {phase.again ? (
            <>
              {step}
              {cancel}
            </>
          ) : (
            <div className={sessionBodyStyles['session-step']}>
              {step}
              {cancel}
            </div>
          )}
        </div>
      );
    }
    case 'asking':
      return (
        <div
          className={classNames(sessionBodyStyles['session-cover'], phase.again ? sessionBodyStyles['over'] : '')}
          data-part="cover"
        >
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
        <div className={sessionBodyStyles['session-ended']} data-part="ended">
          {phase.error === undefined ? (
            <p role="status">{endedWords(phase.left === true, phase.waits === true)}</p>
          ) : (
            <Failure error={phase.error} />
          )}
          <div className={questionsStyles['question-actions']}>
            {elsewhere === undefined || phase.error?.kind !== 'unsupported' ? null : (
              <button type="button" className="button" onClick={elsewhere.run}>
                {elsewhere.label}
              </button>
            )}
            <ReconnectButton label={phase.left === true ? 'Connect' : 'Reconnect'} onClick={session.reconnect} />
          </div>
        </div>
      );
    case 'lost':
      return (
        <div className={sessionBodyStyles['session-ended']} data-part="ended">
          <div className={sessionBodyStyles['session-lost']}>
            <p role="status">{phase.error?.message ?? 'The device ended the connection.'}</p>
            <p>
              {phase.at === undefined ? 'Reconnecting' : 'Reconnecting by itself'}
              {phase.at === undefined ? null : <Countdown at={phase.at} />}
            </p>
          </div>
          <div className={questionsStyles['question-actions']}>
            <button type="button" className="button" onClick={session.leave}>
              Stop
            </button>
            <button
              type="button"
              className="button"
              aria-disabled={phase.at === undefined}
              onClick={() => {
                if (phase.at !== undefined) session.reconnect();
              }}
            >
              Reconnect now
            </button>
          </div>
        </div>
      );
    default:
      return phase satisfies never;
  }
};
