import { useId, useState } from 'react';
import type { AppView } from '../../src-preload/contract/app.ts';
import { request } from '../state/main-state.ts';
import { toastError } from '../state/view-store.ts';
import { Toggle } from './setting.tsx';
import styles from './settings.module.css';

const named: Readonly<Record<string, string>> = {
  ' ': 'Space',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
};

/** The keys that are down in Electron's words; undefined while only modifiers are. */
const shortcutOf = (event: React.KeyboardEvent): string | undefined => {
  if (['Control', 'Alt', 'Shift', 'Meta'].includes(event.key)) return undefined;
  // With Alt down, the letter itself may be another one; the code says which key it is.
  const letter = /^(?:Key|Digit)([A-Z0-9])$/.exec(event.code)?.[1];
  const parts = [
    ...(event.ctrlKey ? ['Control'] : []),
    ...(event.altKey ? ['Alt'] : []),
    ...(event.shiftKey ? ['Shift'] : []),
    ...(event.metaKey ? ['Super'] : []),
    letter ?? named[event.key] ?? event.key,
  ];
  return parts.join('+');
};

const change = async (patch: { readonly shortcut: string } | { readonly startAtLogin: boolean }): Promise<void> => {
  const answer = await request('settings.change', patch);
  if (!answer.ok) toastError(answer.error);
};

/** Settings that only the desktop application has. */
export const DesktopSettings = ({ app }: { readonly app: AppView }): React.ReactNode => {
  const id = useId();
  const [listening, setListening] = useState(false);
  const shortcut = app.settings.shortcut ?? '';
  return (
    <>
      <div className={styles['setting']}>
        <div>
          <label htmlFor={`${id}-shortcut`}>Quick connect shortcut</label>
          <p id={`${id}-shortcut-help`}>
            {app.shortcut === 'taken'
              ? 'Another program has taken this one. Choose another.'
              : 'Opens quick connect from any program. Press the keys here; Backspace takes it away.'}
          </p>
          {app.shortcut !== 'asked' || app.shortcutCommand === undefined ? null : (
            <p>
              Quayside asked the desktop for it. If it does nothing, bind this command in the system’s keyboard
              settings: <code className="mono">{app.shortcutCommand}</code>
            </p>
          )}
        </div>
        <input
          id={`${id}-shortcut`}
          className="input mono"
          readOnly
          aria-describedby={`${id}-shortcut-help`}
          aria-invalid={app.shortcut === 'taken'}
          value={
            listening ? 'Press the keys' : shortcut === '' ? 'None' : shortcut.replaceAll('CommandOrControl', 'Ctrl')
          }
          onFocus={() => setListening(true)}
          onBlur={() => setListening(false)}
          onKeyDown={(event) => {
            if (event.key === 'Tab' || event.key === 'Escape') return;
            event.preventDefault();
            event.stopPropagation();
            const next = event.key === 'Backspace' || event.key === 'Delete' ? '' : shortcutOf(event);
            if (next === undefined) return;
            event.currentTarget.blur();
            void change({ shortcut: next });
          }}
        />
      </div>
      <Toggle
        id={`${id}-login`}
        label="Start at login"
        help="Quayside starts in the tray, without its window."
        checked={app.settings.startAtLogin === true}
        onChange={(startAtLogin) => void change({ startAtLogin })}
      />
    </>
  );
};
