import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { DiagnosticsView } from '../../src-preload/contract/app.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import { request, vendorName } from '../state/main-state.ts';
import { copyText } from '../commands/device-commands.ts';
import { useNow } from '../ui/clock.ts';
import { Failure, IconButton } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ago, bytes, duration, millis, plural } from '../ui/format.ts';
import { toastError } from '../state/view-store.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './settings-dialogs.module.css';
import settingsStyles from './settings.module.css';

const vaults: Readonly<Record<string, string>> = {
  keychain: 'Keychain of this computer',
  file: 'Encrypted file',
  memory: 'Memory only',
};

/** Newest lines of the log that tell of trouble. */
const maxTroubles = 20;

interface Trouble {
  readonly time: string;
  readonly text: string;
}

/** What went wrong lately, from the lines of the log, newest first. */
const troublesOf = (log: readonly string[]): readonly Trouble[] =>
  log
    .toReversed()
    .filter((line) => /"level":"(?:warn|error)"/.test(line))
    .slice(0, maxTroubles)
    .map((line) => {
      const { time, level: _, event, ...rest } = JSON.parse(line) as Readonly<Record<string, unknown>>;
      const known = Object.entries(rest).map(([name, value]) => `${name}: ${String(value)}`);
      return { time: String(time).slice(11, 19), text: [String(event), ...known].join(' · ') };
    });

const Part = ({
  name,
  good,
  children,
}: {
  readonly name: string;
  readonly good: boolean;
  readonly children: React.ReactNode;
}): React.ReactNode => (
  <div className={styles['diagnosis']}>
    <dt>
      {good ? (
        <CircleCheck size={14} className={styles['diagnosis-good']} aria-label="in order" role="img" />
      ) : (
        <CircleAlert size={14} className={styles['diagnosis-bad']} aria-label="needs attention" role="img" />
      )}
      {name}
    </dt>
    <dd>{children}</dd>
  </div>
);

const Parts = ({ value }: { readonly value: DiagnosticsView }): React.ReactNode => {
  const now = useNow((clock) => clock.now);
  const { vault, notices, accounts, forwards } = value;
  const failed = forwards.filter(({ error }) => error !== undefined);
  return (
    <dl className="parts">
      <Part name="Vault" good={vault.error === undefined}>
        {vaults[vault.kind] ?? vault.kind}
        {vault.error === undefined ? '' : `: ${vault.error}`}
      </Part>
      <Part name="Notifications" good={notices.by === 'system' || notices.reason === undefined}>
        {notices.by === 'system'
          ? 'Shown by the system'
          : `Shown in this window${notices.reason === undefined ? '' : `: ${notices.reason}`}`}
      </Part>
      {accounts.map(({ vendor, devices, lastGoodAt, error }, index) => (
        <Part key={index} name={vendorName(vendor)} good={error === undefined}>
          {plural(devices, 'device')}
          {lastGoodAt === undefined ? ', never listed' : `, listed ${ago(lastGoodAt, now)}`}
          {error === undefined ? '' : `: ${error}`}
        </Part>
      ))}
      <Part name="Forwards" good={failed.length === 0}>
        {forwards.length === 0 ? 'None' : plural(forwards.length, 'local port')}
        {failed.length === 0
          ? ''
          : `, ${failed.length} in trouble: ${[...new Set(failed.map(({ error }) => error))].join(', ')}`}
      </Part>
    </dl>
  );
};

/** How every part of the application is, and a report of it as a file. */
export const DiagnosticsDialog = ({ onClose }: { readonly onClose: () => void }): React.ReactNode => {
  const [value, setValue] = useState<DiagnosticsView>();
  const [error, setError] = useState<ErrorView>();
  const [path, setPath] = useState<string>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const ended = new AbortController();
    void request('diagnostics.get', {}, ended.signal).then((answer) => {
      if (ended.signal.aborted) return;
      if (answer.ok) setValue(answer.value);
      else setError(answer.error);
    });
    return () => ended.abort();
  }, []);
  const report = async (): Promise<void> => {
    setBusy(true);
    const answer = await request('diagnostics.report', {});
    setBusy(false);
    if (answer.ok) setPath(answer.value.path);
    else toastError(answer.error);
  };
  const troubles = value === undefined ? [] : troublesOf(value.log);
  return (
    <Dialog label="Diagnostics" className={styles['diagnostics']} onClose={onClose}>
      <header>
        <h2>Diagnostics</h2>
        <IconButton icon={X} label="Close" keys="Esc" onClick={onClose} />
      </header>
      <div className={styles['diagnostics-body']}>
        {error === undefined ? null : <Failure error={error} />}
        {value === undefined ? (
          error === undefined ? (
            <div
              className={classNames('skeleton', settingsStyles['settings-skeleton'])}
              role="status"
              aria-label="Looking at every part"
            />
          ) : null
        ) : (
          <>
            <Parts value={value} />
            <h3>This run</h3>
            <p>
              For {duration(value.uptimeMs)}, {bytes(value.memoryBytes)} of memory, {plural(value.devices, 'device')}.{' '}
              {value.versions.map(({ name, version }) => `${name} ${version}`).join(', ')}.
              {value.timings.length === 0
                ? ''
                : ` Started in ${millis(value.timings.reduce((sum, { ms }) => sum + ms, 0))}: ${value.timings
                    .map(({ phase, ms }) => `${phase} ${millis(ms)}`)
                    .join(', ')}.`}
            </p>
            <h3>What went wrong lately</h3>
            {troubles.length === 0 ? <p>Nothing.</p> : null}
            <ol className={styles['troubles']} aria-label="What went wrong lately">
              {troubles.map(({ time, text }, index) => (
                <li key={index}>
                  <time>{time}</time> {text}
                </li>
              ))}
            </ol>
          </>
        )}
      </div>
      <footer>
        <p role="status">
          {path === undefined ? (
            'A report has all this and more of the log, without secrets, names or addresses. It stays on this computer.'
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
        <button type="button" className="button" disabled={busy} onClick={() => void report()}>
          Write report
        </button>
      </footer>
    </Dialog>
  );
};
