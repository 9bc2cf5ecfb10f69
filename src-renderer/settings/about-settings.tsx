import { useState } from 'react';
import type { AppView } from '../../src-preload/contract/app.ts';
import { answerUpdate } from '../ui/update-banner.tsx';
import { DiagnosticsDialog } from './diagnostics-dialog.tsx';
import { LicencesDialog } from './licences-dialog.tsx';
import { Group } from './setting.tsx';
import styles from './settings.module.css';

const vaults = {
  keychain: 'Secrets are in the keychain of this computer.',
  file: 'Secrets are in an encrypted file.',
  memory: 'Secrets are in memory only and gone after this session.',
} as const;

/** What this is, where secrets are, how its parts are, and whose work is in it. */
export const AboutSettings = ({ app }: { readonly app: AppView }): React.ReactNode => {
  const [diagnostics, setDiagnostics] = useState(false);
  const [licences, setLicences] = useState(false);
  return (
    <Group id="about" title="About">
      <div className={styles['setting']}>
        <div>
          <p className={styles['setting-name']}>Quayside {app.version}</p>
          <p>{app.update?.ready === undefined ? vaults[app.vault.kind] : app.update.ready.text}</p>
        </div>
        {app.update?.method === 'itself' && app.update.ready !== undefined ? (
          <button type="button" className="button" onClick={() => void answerUpdate('restart')}>
            Restart now
          </button>
        ) : null}
      </div>
      <div className={styles['setting']}>
        <div>
          <p className={styles['setting-name']}>Diagnostics</p>
          <p>How every part is, and a report without secrets for when something is wrong.</p>
        </div>
        <button type="button" className="button" onClick={() => setDiagnostics(true)}>
          Show diagnostics
        </button>
      </div>
      <div className={styles['setting']}>
        <div>
          <p className={styles['setting-name']}>Licences</p>
          <p>Quayside is MIT licensed, and made with packages of others.</p>
        </div>
        <button type="button" className="button" onClick={() => setLicences(true)}>
          Show licences
        </button>
      </div>
      {diagnostics ? <DiagnosticsDialog onClose={() => setDiagnostics(false)} /> : null}
      {licences ? <LicencesDialog desktop={app.host === 'desktop'} onClose={() => setLicences(false)} /> : null}
    </Group>
  );
};
