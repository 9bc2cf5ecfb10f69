import { useId, useState } from 'react';
import { Field } from '../../ui/controls.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { fontsHere, measureInPage } from './font-families.ts';
import type { OptionKey } from './keyboard.ts';
import { chooseForDevice, chooseForTerminals, choicesOf, terms, useChoices } from './terminal-choices.ts';
import type { TerminalFont } from './terminal-look.ts';
import { SchemeChoice } from './schemes/scheme-choice.tsx';
import { isMac } from './terminal-menu.tsx';
import styles from './terminal-settings.module.css';

const optionKeys: readonly (readonly [OptionKey, string])[] = [
  ['characters', 'Types characters'],
  ['left', 'Left is Meta, right types characters'],
  ['right', 'Right is Meta, left types characters'],
  ['both', 'Is Meta'],
];

const ForDevice = ({ deviceKey, device }: { readonly deviceKey: string; readonly device: string }): React.ReactNode => {
  const id = useId();
  const [chosen, setChosen] = useState(() => choicesOf(deviceKey));
  const [isRefused, setIsRefused] = useState(false);
  const choose = (patch: Parameters<typeof chooseForDevice>[1]): void => setChosen(chooseForDevice(deviceKey, patch));
  return (
    <fieldset className={styles['part']}>
      <legend className="ellipsis">On {device}</legend>
      <Field
        id={`${id}-term`}
        label="TERM"
        help={
          isRefused
            ? 'A name has letters, digits and . _ + - only. The one before is kept.'
            : 'What the device is told of this terminal, from the next connection on.'
        }
      >
        <input
          id={`${id}-term`}
          className="input mono"
          list={`${id}-terms`}
          defaultValue={chosen.term}
          maxLength={64}
          aria-describedby={`${id}-term-help`}
          aria-invalid={isRefused}
          onChange={({ target: { value } }) => {
            const kept = chooseForDevice(deviceKey, { term: value });
            setChosen(kept);
            setIsRefused(kept.term !== value);
          }}
        />
        <datalist id={`${id}-terms`}>
          {terms.map((term) => (
            <option key={term} value={term} />
          ))}
        </datalist>
      </Field>
      <Field id={`${id}-backspace`} label="Backspace sends">
        <select
          id={`${id}-backspace`}
          className="select"
          value={chosen.backspace}
          onChange={(event) => choose({ backspace: event.target.value === 'bs' ? 'bs' : 'del' })}
        >
          <option value="del">Delete (^?), as most systems want</option>
          <option value="bs">^H, as older systems want</option>
        </select>
      </Field>
      <label className="check">
        <input
          type="checkbox"
          checked={chosen.fillsClipboard}
          onChange={(event) => choose({ fillsClipboard: event.target.checked })}
        />
        Programs there may fill the clipboard
      </label>
    </fieldset>
  );
};

/** What can be chosen for terminals, and for those of one device. Each takes effect at once. */
export const TerminalSettings = ({
  deviceKey,
  device,
  font,
  onFont,
  onClose,
}: {
  readonly deviceKey: string;
  readonly device: string;
  readonly font: TerminalFont;
  readonly onFont: (font: TerminalFont) => void;
  readonly onClose: () => void;
}): React.ReactNode => {
  const id = useId();
  const optionKey = useChoices((choices) => choices.optionKey);
  const [fonts] = useState(() => fontsHere(measureInPage()));
  return (
    <Dialog label="Terminal settings" className={classNames('confirm', styles['settings'])} onClose={onClose}>
      <h2>Terminal settings</h2>
      <fieldset className={styles['part']}>
        <legend>All terminals</legend>
        <Field id={`${id}-font`} label="Font" help="A font of this computer; empty for Quayside’s own.">
          <input
            id={`${id}-font`}
            className="input"
            list={`${id}-fonts`}
            defaultValue={font.family}
            onChange={(event) => onFont({ ...font, family: event.target.value })}
          />
          <datalist id={`${id}-fonts`}>
            {fonts.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </Field>
        <Field id={`${id}-size`} label="Size" help="8 to 32 pixels.">
          <input
            id={`${id}-size`}
            className="input"
            type="number"
            min={8}
            max={32}
            defaultValue={font.size}
            onChange={(event) => onFont({ ...font, size: Number(event.target.value) || font.size })}
          />
        </Field>
        <SchemeChoice />
        {isMac ? (
          <Field id={`${id}-option`} label="Option key">
            <select
              id={`${id}-option`}
              className="select"
              value={optionKey}
              onChange={(event) => {
                const chosen = optionKeys.find(([value]) => value === event.target.value);
                if (chosen !== undefined) chooseForTerminals({ optionKey: chosen[0] });
              }}
            >
              {optionKeys.map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          </Field>
        ) : null}
      </fieldset>
      <ForDevice deviceKey={deviceKey} device={device} />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
};
