import { X } from 'lucide-react';
import { IconButton } from '../ui/controls.tsx';
import { Progress, runWords } from './bulk-run-view.tsx';
import { dismissRun, showRun, useBulk } from './bulk-store.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './bulk.module.css';

/** Runs that go on, or ended unseen, while their dialog is closed. */
export const BulkStrips = (): React.ReactNode => {
  const open = useBulk((state) => state.open);
  const runs = useBulk((state) => state.runs);
  const seen = useBulk((state) => state.seen);
  const shown = [...runs.values()].filter(
    ({ run }) => !seen.has(run.id) && !(open?.kind === 'run' && open.runId === run.id),
  );
  return shown.map(({ run }) => (
    <div className={classNames('strip', styles['bulk-strip'])} key={run.id} role="status">
      <strong>{run.title}</strong>
      <Progress run={run} />
      <span className="ellipsis">{runWords(run)}</span>
      <button type="button" className="link-button" onClick={() => showRun(run.id)}>
        Show
      </button>
      {run.state === 'ended' ? <IconButton icon={X} label="Dismiss" onClick={() => dismissRun(run.id)} /> : null}
    </div>
  ));
};
