import { useId } from 'react';
import type { SettingsView } from '../../src-preload/contract/views.ts';
import { ask, useHost } from '../bridge/store.ts';
import { setOverlay, toastError } from '../ui/view-store.ts';
import { DesktopSettings } from './desktop-settings.tsx';

const change = async (patch: Partial<SettingsView>): Promise<void> => {
  const answer = await ask('settings.change', patch);
  if (!answer.ok) toastError(answer.error);
};

const themes = ['system', 'light', 'dark'] as const;

const idleChoices = [
  [300_000, '5 minutes'],
  [900_000, '15 minutes'],
  [3_600_000, '1 hour'],
  [28_800_000, '8 hours'],
  [0, 'Never'],
] as const;

const pollChoices = [
  [1, 'As often as the vendor allows'],
  [2, 'Half as often'],
  [5, 'A fifth as often'],
  [15, 'Rarely'],
] as const;

const Setting = ({
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
  <div className="setting">
    <div>
      <label htmlFor={id}>{label}</label>
      <p id={`${id}-help`}>{help}</p>
    </div>
    {children}
  </div>
);

const NumberSelect = ({
  id,
  value,
  choices,
  words,
  onChange,
}: {
  readonly id: string;
  readonly value: number;
  readonly choices: readonly (readonly [number, string])[];
  readonly words: (value: number) => string;
  readonly onChange: (value: number) => void;
}): React.ReactNode => (
  <select
    id={id}
    className="select"
    aria-describedby={`${id}-help`}
    value={value}
    onChange={(event) => onChange(Number(event.target.value))}
  >
    {choices.some(([choice]) => choice === value) ? null : <option value={value}>{words(value)}</option>}
    {choices.map(([choice, text]) => (
      <option key={choice} value={choice}>
        {text}
      </option>
    ))}
  </select>
);

/** Settings: each takes effect at once. */
export const SettingsPage = (): React.ReactNode => {
  const app = useHost((host) => host.app);
  const id = useId();
  return (
    <>
      <header className="page-head">
        <h1>Settings</h1>
      </header>
      {app === undefined ? null : (
        <div className="page-scroll">
          <div className="settings">
            <fieldset className="setting">
              <div>
                <legend>Theme</legend>
                <p>System follows your computer between day and night.</p>
              </div>
              <div className="segmented">
                {themes.map((theme) => (
                  <label key={theme}>
                    <input
                      type="radio"
                      name="theme"
                      value={theme}
                      checked={app.settings.theme === theme}
                      onChange={() => void change({ theme })}
                    />
                    {theme.charAt(0).toUpperCase() + theme.slice(1)}
                  </label>
                ))}
              </div>
            </fieldset>
            <Setting
              id={`${id}-user`}
              label="SSH user"
              help="The user name offered first. Empty leaves it to your SSH configuration."
            >
              <input
                id={`${id}-user`}
                className="input mono"
                key={app.settings.sshUser}
                defaultValue={app.settings.sshUser}
                maxLength={64}
                autoComplete="off"
                spellCheck={false}
                aria-describedby={`${id}-user-help`}
                onBlur={(event) => {
                  if (event.target.value !== app.settings.sshUser) void change({ sshUser: event.target.value.trim() });
                }}
                onKeyDown={(event) => {
                  if (event.key === 'Enter') event.currentTarget.blur();
                }}
              />
            </Setting>
            <Setting
              id={`${id}-host-keys`}
              label="First host keys"
              help="What Quayside’s own terminal and files do with a key they see for the first time. A changed key always asks."
            >
              <select
                id={`${id}-host-keys`}
                className="select"
                aria-describedby={`${id}-host-keys-help`}
                value={app.settings.acceptNewHostKeys === true ? 'accept' : 'ask'}
                onChange={(event) => void change({ acceptNewHostKeys: event.target.value === 'accept' })}
              >
                <option value="ask">Show them and ask</option>
                <option value="accept">Accept them</option>
              </select>
            </Setting>
            <Setting
              id={`${id}-terminal`}
              label="Terminal"
              help={
                app.terminals.length === 0
                  ? 'None was found on this computer. Commands can still be copied.'
                  : 'Where SSH sessions open.'
              }
            >
              <select
                id={`${id}-terminal`}
                className="select"
                aria-describedby={`${id}-terminal-help`}
                value={app.settings.terminal}
                onChange={(event) => void change({ terminal: event.target.value })}
              >
                <option value="auto">
                  {app.terminals[0] === undefined ? 'First one found' : `First one found (${app.terminals[0]})`}
                </option>
                {app.settings.terminal === 'auto' || app.terminals.includes(app.settings.terminal) ? null : (
                  <option value={app.settings.terminal}>{app.settings.terminal} (not found)</option>
                )}
                {app.terminals.map((terminal) => (
                  <option key={terminal} value={terminal}>
                    {terminal}
                  </option>
                ))}
              </select>
            </Setting>
            <Setting
              id={`${id}-idle`}
              label="Close idle tunnels after"
              help="The local port stays; the vendor’s tunnel opens again with the next connection."
            >
              <NumberSelect
                id={`${id}-idle`}
                value={app.settings.idleTimeoutMs}
                choices={idleChoices}
                words={(ms) => `${Math.round(ms / 60_000)} minutes`}
                onChange={(idleTimeoutMs) => void change({ idleTimeoutMs })}
              />
            </Setting>
            <Setting
              id={`${id}-poll`}
              label="Ask vendors for devices"
              help="Fewer questions spare an account with a tight rate limit; presence is older then."
            >
              <NumberSelect
                id={`${id}-poll`}
                value={app.settings.pollFactor}
                choices={pollChoices}
                words={(factor) => `${factor} times less often`}
                onChange={(pollFactor) => void change({ pollFactor })}
              />
            </Setting>
            {app.host === 'desktop' ? <DesktopSettings app={app} /> : null}
            <p className="about">
              Quayside {app.version} · secrets in{' '}
              {app.vault.kind === 'keychain'
                ? 'the keychain of this computer'
                : app.vault.kind === 'file'
                  ? 'an encrypted file'
                  : 'memory only, gone after this session'}{' '}
              ·{' '}
              <button type="button" className="link-button" data-keys="?" onClick={() => setOverlay('shortcuts')}>
                Keyboard shortcuts
              </button>
            </p>
          </div>
        </div>
      )}
    </>
  );
};
