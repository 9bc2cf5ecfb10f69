import { useId } from 'react';
import type { AppView } from '../../src-preload/contract/app.ts';
import { DesktopSettings } from './desktop-settings.tsx';
import { Choice, Group, Setting, changeSettings } from './setting.tsx';
import styles from './settings.module.css';

const themes = ['system', 'light', 'dark'] as const;

const updateChoices = [
  ['latest', 'Finished versions'],
  ['beta', 'Test versions too'],
  ['off', 'Do not look for updates'],
] as const;

const updateHelp = {
  itself: 'A new version is installed when you quit, or at once if you say so.',
  system: 'You are told of a new version; your package manager installs it.',
} as const;

const pollChoices = [
  [1, 'As often as the vendor allows'],
  [2, 'Half as often'],
  [5, 'A fifth as often'],
  [15, 'Rarely'],
] as const;

/** How the window looks and how Quayside starts. */
export const GeneralSettings = ({ app }: { readonly app: AppView }): React.ReactNode => {
  const id = useId();
  const { settings } = app;
  return (
    <Group id="general" title="General">
      <fieldset className={styles['setting']}>
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
                checked={settings.theme === theme}
                onChange={() => void changeSettings({ theme })}
              />
              {theme.charAt(0).toUpperCase() + theme.slice(1)}
            </label>
          ))}
        </div>
      </fieldset>
      {app.update === undefined ? null : (
        <Setting id={`${id}-updates`} label="Updates" help={updateHelp[app.update.method]}>
          <Choice
            id={`${id}-updates`}
            value={settings.updates ?? 'latest'}
            choices={updateChoices}
            words={String}
            onChange={(updates) => void changeSettings({ updates })}
          />
        </Setting>
      )}
      <Setting
        id={`${id}-poll`}
        label="Ask vendors for devices"
        help="Fewer questions spare an account with a tight rate limit; presence is older then."
      >
        <Choice
          id={`${id}-poll`}
          value={settings.pollFactor}
          choices={pollChoices}
          words={(factor) => `${factor} times less often`}
          onChange={(pollFactor) => void changeSettings({ pollFactor })}
        />
      </Setting>
    </Group>
  );
};

/** Where the desktop can be reached from anywhere, and the keys of the window. */
export const ShortcutSettings = ({
  app,
  onShow,
}: {
  readonly app: AppView;
  readonly onShow: () => void;
}): React.ReactNode => {
  return (
    <Group id="shortcuts" title="Shortcuts">
      {app.host === 'desktop' ? <DesktopSettings app={app} /> : null}
      <div className={styles['setting']}>
        <div>
          <p className={styles['setting-name']}>In the window</p>
          <p>Every shortcut of the list, the device and the pages.</p>
        </div>
        <button type="button" className="button" data-keys="?" onClick={onShow}>
          Keyboard shortcuts
        </button>
      </div>
    </Group>
  );
};
