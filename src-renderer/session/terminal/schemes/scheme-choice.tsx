import { useId, useState } from 'react';
import { Callout, Field } from '../../../ui/controls.tsx';
import { chooseForTerminals, useChoices, usualChoices } from '../terminal-choices.ts';
import { importScheme } from './import-scheme.ts';
import { addScheme, removeScheme, useSchemes } from './imported-schemes.ts';
import type { SchemeResult } from './scheme.ts';
import styles from '../terminal-settings.module.css';

/** Chooses the colours of terminals, and brings in those of other programs. */
export const SchemeChoice = (): React.ReactNode => {
  const id = useId();
  const chosen = useChoices((choices) => choices.scheme);
  const schemes = useSchemes((state) => state.schemes);
  const [refused, setRefused] = useState<Exclude<SchemeResult, { ok: true }>>();
  const bringIn = async (file: File): Promise<void> => {
    const result = importScheme(file.name, new Uint8Array(await file.arrayBuffer()));
    if (!result.ok) return setRefused(result);
    setRefused(undefined);
    addScheme(result.scheme);
    chooseForTerminals({ scheme: result.scheme.name });
  };
  const isImported = schemes.some(({ name }) => name === chosen);
  return (
    <>
      <Field id={`${id}-scheme`} label="Colours">
        <select
          id={`${id}-scheme`}
          className="select"
          value={isImported || chosen === 'light' || chosen === 'dark' ? chosen : usualChoices.scheme}
          onChange={(event) => chooseForTerminals({ scheme: event.target.value })}
        >
          <option value="theme">As the window, light or dark</option>
          <option value="light">Quayside light</option>
          <option value="dark">Quayside dark</option>
          {schemes.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <div className={styles['scheme-deeds']}>
        <label className="button">
          Import colours…
          <input
            type="file"
            className="hidden-text"
            accept=".itermcolors,.yaml,.yml"
            onChange={({ target }) => {
              const [file] = target.files ?? [];
              target.value = '';
              if (file !== undefined) void bringIn(file);
            }}
          />
        </label>
        {isImported ? (
          <button
            type="button"
            className="button"
            onClick={() => {
              removeScheme(chosen);
              chooseForTerminals({ scheme: usualChoices.scheme });
            }}
          >
            Remove {chosen}
          </button>
        ) : null}
      </div>
      {refused === undefined ? (
        <p className="help">From iTerm (.itermcolors) or base16 (.yaml).</p>
      ) : (
        <Callout tone="danger" text={refused.message} hint={refused.hint} />
      )}
    </>
  );
};
