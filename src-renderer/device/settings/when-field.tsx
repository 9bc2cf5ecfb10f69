import { useId } from 'react';
import { vendorTime } from '../tabs/read-output.ts';
import styles from './settings-tab.module.css';

/** When something runs: at once, or at a local time (as the input has it). */
export interface When {
  readonly later: boolean;
  readonly at: string;
}

export const now: When = { later: false, at: '' };

/** The time as RemoteIoT takes it, GMT; undefined if the local time cannot be read. */
export const executeTime = (when: When): string | undefined => {
  if (!when.later) return vendorTime(Date.now());
  const at = Date.parse(when.at);
  return Number.isNaN(at) ? undefined : vendorTime(at);
};

/** Chooses between now and a time of this computer's clock. */
export const WhenField = ({
  value,
  onChange,
}: {
  readonly value: When;
  readonly onChange: (when: When) => void;
}): React.ReactNode => {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>When</label>
      <div className={styles['when']}>
        <select
          id={id}
          className="select"
          value={value.later ? 'later' : 'now'}
          onChange={(event) => onChange({ ...value, later: event.target.value === 'later' })}
        >
          <option value="now">Now</option>
          <option value="later">At a time</option>
        </select>
        {value.later ? (
          <input
            className="input"
            type="datetime-local"
            aria-label="Time, by the clock of this computer"
            required
            value={value.at}
            onChange={(event) => onChange({ ...value, at: event.target.value })}
          />
        ) : null}
      </div>
    </div>
  );
};
