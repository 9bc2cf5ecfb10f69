import { useMainState } from '../state/main-state.ts';
import { setOverlay } from '../state/view-store.ts';
import { AboutSettings } from './about-settings.tsx';
import { ConnectionSettings } from './connection-settings.tsx';
import { GeneralSettings, ShortcutSettings } from './general-settings.tsx';
import { NotificationSettings } from './notification-settings.tsx';
import styles from './settings.module.css';

const groups = [
  ['general', 'General'],
  ['notifications', 'Notifications'],
  ['connections', 'Connections'],
  ['shortcuts', 'Shortcuts'],
  ['about', 'About'],
] as const;

/** Settings: each takes effect at once. */
export const SettingsPage = (): React.ReactNode => {
  const app = useMainState((host) => host.app);
  return (
    <>
      <header className="page-head">
        <h1>Settings</h1>
        <nav className={styles['settings-nav']} aria-label="Groups of settings">
          {groups.map(([id, title]) => (
            <button
              key={id}
              type="button"
              className="link-button"
              onClick={() => document.getElementById(`settings-${id}`)?.scrollIntoView({ block: 'start' })}
            >
              {title}
            </button>
          ))}
        </nav>
      </header>
      {app === undefined ? null : (
        <div className="page-scroll">
          <div className={styles['settings']}>
            <GeneralSettings app={app} />
            <NotificationSettings />
            <ConnectionSettings app={app} />
            <ShortcutSettings app={app} onShow={() => setOverlay('shortcuts')} />
            <AboutSettings app={app} />
          </div>
        </div>
      )}
    </>
  );
};
