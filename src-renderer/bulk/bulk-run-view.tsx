import { Ban, Check, CircleAlert, CircleHelp, Download, LoaderCircle, RotateCcw, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import type { BulkItemView, BulkRunView } from '../../src-preload/contract/bulk.ts';
import { adviceOf } from '../../src-preload/contract/error-view.ts';
import { request, useMainState } from '../state/main-state.ts';
import { saveText } from '../ui/save-file.ts';
import { Segmented } from '../ui/parts.tsx';
import { Callout } from '../ui/controls.tsx';
import { count, duration, millis, plural } from '../ui/format.ts';
import { toastError } from '../state/view-store.ts';
import { countWords } from './bulk-actions.ts';
import { closeBulk, followRun, useBulk } from './bulk-store.ts';
import { VirtualRows } from '../ui/virtual-rows.tsx';
import { classNames } from '../ui/class-names.ts';
import styles from './bulk.module.css';
import operationFormStyles from '../actions/operation-form.module.css';

const marks: Readonly<Record<BulkItemView['state'], readonly [LucideIcon | undefined, string]>> = {
  waiting: [undefined, 'Waiting'],
  running: [LoaderCircle, 'Running'],
  done: [Check, 'Done'],
  failed: [CircleAlert, 'Failed'],
  uncertain: [CircleHelp, 'Not known'],
  cancelled: [Ban, 'Cancelled'],
};

const State = ({ item }: { readonly item: BulkItemView }): React.ReactNode => {
  const [Icon, word] = marks[item.state];
  return (
    <span className={classNames(styles['bulk-state'], styles[item.state])}>
      {Icon === undefined ? <span className={styles['bulk-dot']} /> : <Icon size={13} aria-hidden="true" />}
      {word}
    </span>
  );
};

/** How a run stands, in a line. */
export const runWords = (run: BulkRunView): string => {
  if (run.state === 'ended') return countWords(run);
  const finished = run.done + run.failed + run.uncertain + run.cancelled;
  const parts = [`${count(finished)} of ${count(run.total)}`];
  if (run.failed + run.uncertain > 0) parts.push(`${count(run.failed + run.uncertain)} failed`);
  if (run.state === 'cancelling') parts.push('waiting for what was sent');
  else if (run.pausedMs !== undefined) parts.push(`the vendor asked for a pause of ${duration(run.pausedMs)}`);
  else if (run.remainingMs !== undefined) parts.push(`about ${duration(Math.max(1000, run.remainingMs))} left`);
  return parts.join(' · ');
};

/** How much of a run is through, as a bar of three parts. */
export const Progress = ({ run }: { readonly run: BulkRunView }): React.ReactNode => {
  const share = (part: number): string => `${run.total === 0 ? 0 : (part / run.total) * 100}%`;
  const finished = run.done + run.failed + run.uncertain + run.cancelled;
  return (
    <div
      className={styles['bulk-bar']}
      role="progressbar"
      aria-label={run.title}
      aria-valuemin={0}
      aria-valuemax={run.total}
      aria-valuenow={finished}
      aria-valuetext={runWords(run)}
    >
      <span className={styles['bar-done']} style={{ width: share(run.done) }} />
      <span className={styles['bar-failed']} style={{ width: share(run.failed + run.uncertain) }} />
      <span className={styles['bar-cancelled']} style={{ width: share(run.cancelled) }} />
    </div>
  );
};

const reasonOf = (item: BulkItemView): string =>
  item.error === undefined
    ? ''
    : `${item.error.message} ${item.state === 'uncertain' ? 'It may have been done: look before you do it again.' : adviceOf(item.error)}`;

/** A run: how far it is, what came of each device, and what can be done about the rest. */
export const BulkRun = ({ runId }: { readonly runId: string }): React.ReactNode => {
  const followed = useBulk((state) => state.runs.get(runId));
  const accounts = useMainState((host) => host.accountsById);
  const [part, setPart] = useState<'all' | 'failed'>('all');
  if (followed === undefined) return <p className={styles['bulk-hint']}>This run is no longer here.</p>;
  const { run, items } = followed;
  const failed = items.filter(
    (item) => item.state === 'failed' || item.state === 'uncertain' || item.state === 'cancelled',
  );
  const shown = part === 'failed' ? failed : items;
  const ended = run.state === 'ended';

  const send = async (name: 'bulk.cancel' | 'bulk.retry'): Promise<void> => {
    const answer = await request(name, { runId });
    if (answer.ok) followRun(answer.value);
    else toastError(answer.error);
  };
  const save = async (format: 'csv' | 'json'): Promise<void> => {
    const answer = await request('bulk.report', { runId, format });
    if (answer.ok) saveText(answer.value.name, answer.value.text, format === 'csv' ? 'text/csv' : 'application/json');
    else toastError(answer.error);
  };

  return (
    <div className={styles['bulk-run']}>
      <div className={styles['bulk-progress']}>
        <Progress run={run} />
        <p role="status">{runWords(run)}</p>
      </div>
      {ended && run.uncertain > 0 ? (
        <div className={styles['bulk-trouble']}>
          <Callout
            tone="warn"
            text={`${plural(run.uncertain, 'device')} may have been changed or not: the answer was lost.`}
            hint="These are not tried again by themselves. Look at each first."
          />
        </div>
      ) : null}
      <header className={styles['bulk-results-head']}>
        <Segmented
          small
          label="Show"
          value={part}
          options={[
            ['all', `All ${count(run.total)}`],
            ['failed', `Not done ${count(failed.length)}`],
          ]}
          onChange={setPart}
        />
      </header>
      {shown.length === 0 ? (
        <p className={styles['bulk-hint']}>{part === 'failed' ? 'Nothing failed.' : 'Nothing has begun yet.'}</p>
      ) : (
        <VirtualRows
          label="Results"
          columns={['Device', 'Account', 'Result', 'What']}
          count={shown.length}
          rowClass={(index) => `result ${shown[index]?.state ?? ''}`}
          row={(index) => {
            const item = shown[index];
            if (item === undefined) return [];
            const reason = reasonOf(item);
            return [
              item.deviceName,
              accounts.get(item.accountId)?.label ?? 'a removed account',
              <State key="state" item={item} />,
              reason === '' ? (
                <span key="what">
                  {item.after}
                  {item.tookMs === undefined ? null : <span className="faint"> · {millis(item.tookMs)}</span>}
                </span>
              ) : (
                <span key="what" className={styles['bulk-reason']} title={reason}>
                  {reason}
                </span>
              ),
            ];
          }}
        />
      )}
      <footer className={operationFormStyles['operation-foot']}>
        <button type="button" className="button plain small" disabled={!ended} onClick={() => void save('csv')}>
          <Download size={13} aria-hidden="true" />
          Save CSV
        </button>
        <button type="button" className="button plain small" disabled={!ended} onClick={() => void save('json')}>
          <Download size={13} aria-hidden="true" />
          Save JSON
        </button>
        <span className={classNames('faint', operationFormStyles['operation-note'])}>
          {ended ? '' : 'It goes on when this is closed.'}
        </span>
        {ended && run.retryable > 0 ? (
          <button type="button" className="button" onClick={() => void send('bulk.retry')}>
            <RotateCcw size={13} aria-hidden="true" />
            Retry {count(run.retryable)}
          </button>
        ) : null}
        {ended ? null : (
          <button
            type="button"
            className="button"
            disabled={run.state === 'cancelling'}
            onClick={() => void send('bulk.cancel')}
          >
            {run.state === 'cancelling' ? 'Cancelling' : 'Cancel'}
          </button>
        )}
        <button type="button" className="button primary" onClick={closeBulk}>
          {ended ? 'Close' : 'Hide'}
        </button>
      </footer>
    </div>
  );
};
