import type { SettingsView } from '../../src-preload/contract/app.ts';
import { request } from '../state/main-state.ts';
import { toastError } from '../state/view-store.ts';
import styles from './settings.module.css';

/** Changes settings; each takes effect at once. Answers whether main took it. */
export const changeSettings = async (patch: Partial<SettingsView>): Promise<boolean> => {
  const answer = await request('settings.change', patch);
  if (!answer.ok) toastError(answer.error);
  return answer.ok;
};

/** Settings that belong together. */
export const Group = ({
  id,
  title,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly children: React.ReactNode;
}): React.ReactNode => (
  <section id={`settings-${id}`} className={styles['settings-group']} aria-labelledby={`settings-${id}-title`}>
    <h2 id={`settings-${id}-title`}>{title}</h2>
    {children}
  </section>
);

/** One setting: its name and what it means, and its control on the right. */
export const Setting = ({
  id,
  label,
  help,
  children,
}: {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  readonly children: React.ReactNode;
}): React.ReactNode => (
  <div className={styles['setting']}>
    <div>
      <label htmlFor={id}>{label}</label>
      <p id={`${id}-help`}>{help}</p>
    </div>
    {children}
  </div>
);

/** A setting that is on or off. */
export const Toggle = ({
  id,
  label,
  help,
  checked,
  onChange,
}: {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}): React.ReactNode => (
  <Setting id={id} label={label} help={help}>
    <input
      id={id}
      className={styles['switch']}
      type="checkbox"
      role="switch"
      aria-describedby={`${id}-help`}
      checked={checked}
      onChange={(event) => onChange(event.target.checked)}
    />
  </Setting>
);

/** A choice among values in words; another value that is set already is shown as it is. */
export const Choice = <T extends string | number>({
  id,
  value,
  choices,
  words,
  onChange,
}: {
  readonly id: string;
  readonly value: T;
  readonly choices: readonly (readonly [T, string])[];
  readonly words: (value: T) => string;
  readonly onChange: (value: T) => void;
}): React.ReactNode => (
  <select
    id={id}
    className="select"
    aria-describedby={`${id}-help`}
    value={value}
    onChange={(event) => {
      const chosen = choices.find(([choice]) => String(choice) === event.target.value);
      if (chosen !== undefined) onChange(chosen[0]);
    }}
  >
    {choices.some(([choice]) => choice === value) ? null : <option value={value}>{words(value)}</option>}
    {choices.map(([choice, text]) => (
      <option key={choice} value={choice}>
        {text}
      </option>
    ))}
  </select>
);

/** A text that is taken when the field is left or Enter is pressed. */
export const TextSetting = ({
  id,
  value,
  maxLength,
  placeholder,
  onChange,
}: {
  readonly id: string;
  readonly value: string;
  readonly maxLength: number;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}): React.ReactNode => (
  <input
    id={id}
    className="input mono"
    key={value}
    defaultValue={value}
    maxLength={maxLength}
    placeholder={placeholder}
    autoComplete="off"
    spellCheck={false}
    aria-describedby={`${id}-help`}
    onBlur={(event) => {
      const next = event.target.value.trim();
      if (next !== value) onChange(next);
    }}
    onKeyDown={(event) => {
      if (event.key === 'Enter') event.currentTarget.blur();
    }}
  />
);
