// Made by the build; this file of ours is no module that could be imported.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./licences.d.ts" />
import { ChevronRight, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { licences } from 'virtual:licences';
import { Callout, IconButton } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import styles from './settings-dialogs.module.css';

type Licences = typeof licences;

const Package = ({ name, version, licence, text }: Licences[number]): React.ReactNode => (
  // One open at a time: the name joins them.
  <details name="licence">
    <summary>
      <ChevronRight size={14} strokeWidth={1.75} aria-hidden="true" />
      {name}
      <span className={styles['licence-version']}>{version}</span>
      <span className={styles['licence-kind']}>{licence}</span>
    </summary>
    <pre>{text}</pre>
  </details>
);

/** Every package of others that is shipped, each with the text of its licence. */
export const LicencesDialog = ({
  desktop,
  onClose,
}: {
  readonly desktop: boolean;
  readonly onClose: () => void;
}): React.ReactNode => {
  const [all, setAll] = useState<Licences>();
  const [failed, setFailed] = useState(false);
  const [filter, setFilter] = useState('');
  useEffect(() => {
    void import('virtual:licences').then(
      (module) => setAll(module.licences),
      () => setFailed(true),
    );
  }, []);
  const wanted = filter.trim().toLowerCase();
  const found = all?.filter(({ name, licence }) => `${name} ${licence}`.toLowerCase().includes(wanted));
  return (
    <Dialog label="Licences" className={styles['licences']} onClose={onClose}>
      <header>
        <h2>Licences</h2>
        <input
          type="search"
          className="input"
          aria-label="Search packages"
          placeholder="Search packages"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <IconButton icon={X} label="Close" keys="Esc" onClick={onClose} />
      </header>
      {failed ? (
        <Callout
          tone="danger"
          text="The list could not be loaded."
          hint="Reload the window, and install Quayside again if that does not help."
        />
      ) : (
        <div className={styles['licence-list']} tabIndex={-1}>
          {desktop && wanted === '' ? (
            <p>The licences of Electron and Chromium are in LICENSES.chromium.html beside the program.</p>
          ) : null}
          {found?.map((entry) => (
            <Package key={`${entry.name} ${entry.version}`} {...entry} />
          ))}
          {found?.length === 0 ? <p role="status">No package of this name.</p> : null}
        </div>
      )}
    </Dialog>
  );
};
