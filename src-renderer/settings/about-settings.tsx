import { useState } from 'react';
import type { AppView } from '../../src-preload/contract/views.ts';
import { ask } from '../bridge/store.ts';
import { copyText } from '../device/actions.ts';
import { toastError } from '../ui/view-store.ts';
import { answerUpdate } from '../ui/update-banner.tsx';
import { LicencesDialog } from './licences-dialog.tsx';
import { Group } from './setting.tsx';

const vaults = {
  keychain: 'Secrets are in the keychain of this computer.',
  file: 'Secrets are in an encrypted file.',
  memory: 'Secrets are in memory only and gone after this session.',
} as const;

/** What this is, where secrets are, and a report for when something is wrong. */
export const AboutSettings = ({ app }: { readonly app: AppView }): React.ReactNode => {
  const [path, setPath] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [licences, setLicences] = useState(false);
  const report = async (): Promise<void> => {
    setBusy(true);
    const answer = await ask('diagnostics.report', {});
    setBusy(false);
    if (answer.ok) setPath(answer.value.path);
    else toastError(answer.error);
  };
  return (
    <Group id="about" title="About">
      <div className="setting">
        <div>
          <p className="setting-name">Quayside {app.version}</p>
          <p>{app.update?.ready === undefined ? vaults[app.vault.kind] : app.update.ready.text}</p>
        </div>
        {app.update?.way === 'itself' && app.update.ready !== undefined ? (
          <button type="button" className="button" onClick={() => void answerUpdate('restart')}>
            Restart now
          </button>
        ) : null}
      </div>
      <div className="setting">
        <div>
          <p className="setting-name">Report of a problem</p>
          <p role="status">
            {path === undefined ? (
              'Versions, timings and the newest lines of the log, without secrets. It stays on this computer.'
            ) : (
              <>
                Written to{' '}
                <button
                  type="button"
                  className="copyable mono"
                  data-tip="Copy path"
                  onClick={() => void copyText(path, 'the path')}
                >
                  {path}
                </button>
              </>
            )}
          </p>
        </div>
        <button type="button" className="button" disabled={busy} onClick={() => void report()}>
          Write report
        </button>
      </div>
      <div className="setting">
        <div>
          <p className="setting-name">Licences</p>
          <p>Quayside is MIT licensed, and made with packages of others.</p>
        </div>
        <button type="button" className="button" onClick={() => setLicences(true)}>
          Show licences
        </button>
      </div>
      {licences ? <LicencesDialog desktop={app.host === 'desktop'} onClose={() => setLicences(false)} /> : null}
    </Group>
  );
};
