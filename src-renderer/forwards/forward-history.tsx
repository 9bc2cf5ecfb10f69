import { ChevronDown, ChevronRight } from 'lucide-react';
import { useEffect, useEffectEvent, useId, useState } from 'react';
import type { ForwardAttemptView, ForwardView } from '../../src-preload/contract/forward.ts';
import { request } from '../state/main-state.ts';
import { useLoaded } from '../commands/operation-call.ts';
import { waterfall } from './timings.tsx';
import { useNow } from '../ui/clock.ts';
import { Failure } from '../ui/controls.tsx';
import { absolute, ago, millis } from '../ui/format.ts';
import { hopWords } from './forward-words.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './forward-detail.module.css';

const outcomes = { running: 'under way', open: 'connected', failed: 'failed' } as const;

const Attempt = ({ attempt }: { readonly attempt: ForwardAttemptView }): React.ReactNode => {
  const now = useNow((clock) => clock.now);
  const { totalMs } = waterfall(attempt.timings);
  return (
    <li className={classNames(styles['attempt'], styles[attempt.outcome])}>
      <p className={styles['attempt-line']}>
        <span className={styles['state-word']}>{outcomes[attempt.outcome]}</span>
        {attempt.hop === undefined ? null : <span className="tag">{hopWords[attempt.hop]}</span>}
        <span className={classNames('faint', styles['attempt-took'])}>{totalMs === 0 ? '' : millis(totalMs)}</span>
        <time className="faint" dateTime={new Date(attempt.at).toISOString()} title={absolute(attempt.at)}>
          {ago(attempt.at, now)}
        </time>
      </p>
      {attempt.sentence === undefined ? null : <p className={styles['forward-note']}>{attempt.sentence}</p>}
    </li>
  );
};

const Attempts = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  const { value, error, reload } = useLoaded(`${forward.id}\nforward-history`, () =>
    request('forwards.history', { forwardId: forward.id }),
  );
  const loadAgain = useEffectEvent(reload);
  useEffect(() => {
    void loadAgain();
  }, [forward.state, forward.attempt]);
  if (error !== undefined)
    return (
      <Failure error={error}>
        <button type="button" className="button small" onClick={() => void reload()}>
          Try again
        </button>
      </Failure>
    );
  if (value === undefined)
    return (
      <p className={styles['forward-note']} role="status">
        Reading the history.
      </p>
    );
  if (value.length === 0) return <p className={styles['forward-note']}>No attempts yet. The first client makes one.</p>;
  return (
    // Scrolls by itself, so it takes the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <ol className={styles['attempts']} aria-label="Attempts, newest first" tabIndex={0}>
      {value.toReversed().map((attempt) => (
        <Attempt key={attempt.at} attempt={attempt} />
      ))}
    </ol>
  );
};

/** The last 50 attempts to reach the device, asked for when they are opened. */
export const ForwardHistory = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  const id = useId();
  const [open, setOpen] = useState(false);
  const Icon = open ? ChevronDown : ChevronRight;
  return (
    <section aria-label="History">
      <h4>
        <button
          type="button"
          className={styles['disclosure']}
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          <Icon size={14} aria-hidden="true" />
          History
        </button>
        {open ? <span className="faint">the last 50 attempts</span> : null}
      </h4>
      <div id={id}>{open ? <Attempts forward={forward} /> : null}</div>
    </section>
  );
};
