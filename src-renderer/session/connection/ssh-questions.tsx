import { Cancel, first, leaveByEscape, type Asked, type Question } from './question-parts.tsx';
import styles from './questions.module.css';

/** A device of another age. */
export const Outdated = ({ device, question, onAnswer, onLeave }: Asked<Question<'outdated'>>): React.ReactNode => (
  <section
    className={styles['question']}
    data-part="question"
    role="dialog"
    aria-label={`Outdated SSH of ${device}`}
    onKeyDown={leaveByEscape(onLeave)}
  >
    <h2>{device} speaks only outdated SSH</h2>
    <p>
      It uses <span className="mono">{question.algorithms.join(', ')}</span>. Whoever is on the way to the device may be
      able to read or change what is sent. Update the device if you can.
    </p>
    <div className={styles['question-actions']}>
      <Cancel onLeave={onLeave} />
      <button
        type="button"
        className="button primary"
        {...first(true)}
        onClick={() => onAnswer({ type: 'outdated', allow: true })}
      >
        Allow for this device
      </button>
    </div>
  </section>
);

/** An agent that takes its time. */
export const Agent = ({ onAnswer, onLeave }: Asked<Question<'agent'>>): React.ReactNode => (
  <section
    className={styles['question']}
    data-part="question"
    role="dialog"
    aria-label="SSH agent"
    onKeyDown={leaveByEscape(onLeave)}
  >
    <h2>Waiting for the SSH agent</h2>
    <p>
      It may want something of you: to be unlocked, a confirmation, a touch of the key. Other ways are tried without it.
    </p>
    <div className={styles['question-actions']}>
      <Cancel onLeave={onLeave} />
      <button type="button" className="button primary" {...first(true)} onClick={() => onAnswer({ type: 'agent' })}>
        Skip the agent
      </button>
    </div>
  </section>
);
