import { useId, useState } from 'react';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { Failure, Field } from '../../ui/controls.tsx';
import { toast } from '../../state/view-store.ts';
import { callOperation } from '../../commands/operation-call.ts';
import { editText, parseEdited, typesFor, type ValueType } from './value-types.ts';
import styles from './values.module.css';
import linesStyles from '../tabs/lines.module.css';

/** Changes the value of a key, or creates one. Text unless the key holds something else already. */
export const ValueEditor = ({
  device,
  pair,
  taken = [],
  onDone,
  onCancel,
}: {
  readonly device: DeviceView;
  /** Absent for a new key. */
  readonly pair: { readonly key: string; readonly value: unknown } | undefined;
  /** Keys there are, which a new one must not overwrite. */
  readonly taken?: readonly string[];
  readonly onDone: () => Promise<void>;
  readonly onCancel: () => void;
}): React.ReactNode => {
  const id = useId();
  const types = typesFor(pair === undefined ? '' : pair.value);
  const [type, setType] = useState<ValueType>(types[0] ?? 'text');
  const [key, setKey] = useState(pair?.key ?? '');
  const [text, setText] = useState(() => editText(pair?.value));
  const [why, setWhy] = useState<string>();
  const [error, setError] = useState<ErrorView>();
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    const name = key.trim();
    if (pair === undefined && taken.includes(name)) {
      setWhy(`There already is a key ${name}. Edit it in the list.`);
      return;
    }
    const parsed = parseEdited(text, type);
    setWhy(parsed.ok ? undefined : parsed.why);
    if (!parsed.ok) return;
    setBusy(true);
    const answer = await callOperation(device, 'setKeyValue', { deviceId: device.id, key: name, value: parsed.value });
    setBusy(false);
    if (!answer.ok) {
      setError(answer.error);
      return;
    }
    toast({ tone: 'done', text: `Saved ${name}. ${device.name} is told when it is connected.` });
    await onDone();
  };
  const described = why === undefined ? undefined : `${id}-why`;
  return (
    <form
      className={styles['editor']}
      aria-label={pair === undefined ? 'New key' : `Edit ${pair.key}`}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onCancel();
      }}
    >
      {pair === undefined ? (
        <Field id={`${id}-key`} label="Key">
          <input
            id={`${id}-key`}
            className="input mono"
            required
            maxLength={1000}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        </Field>
      ) : null}
      <div className="field">
        <div className={styles['label-line']}>
          <label htmlFor={`${id}-value`}>Value</label>
          {types.length > 1 ? (
            <select
              className="select small"
              aria-label="Type"
              value={type}
              onChange={(event) => setType(types.find((name) => name === event.target.value) ?? 'text')}
            >
              {types.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          ) : (
            <span className="faint">text</span>
          )}
        </div>
        {type === 'yes or no' ? (
          <select
            id={`${id}-value`}
            className="select mono"
            value={text}
            onChange={(event) => setText(event.target.value)}
          >
            <option value="true">true</option>
            <option value="false">false</option>
          </select>
        ) : type === 'number' ? (
          <input
            id={`${id}-value`}
            className="input mono"
            inputMode="decimal"
            autoFocus={pair !== undefined}
            aria-describedby={described}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        ) : (
          <textarea
            id={`${id}-value`}
            className="input area mono"
            rows={Math.min(14, Math.max(type === 'JSON' ? 6 : 2, text.split('\n').length))}
            autoFocus={pair !== undefined}
            spellCheck={false}
            aria-describedby={described}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </div>
      {why === undefined ? null : (
        <p className={styles['wrong']} id={`${id}-why`} role="alert">
          {why}
        </p>
      )}
      {error === undefined ? null : <Failure error={error} />}
      <div className={linesStyles['editor-actions']}>
        <button type="button" className="button plain" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? 'Saving' : 'Save'}
        </button>
      </div>
    </form>
  );
};
