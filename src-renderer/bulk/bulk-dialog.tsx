import { X } from 'lucide-react';
import { IconButton } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { plural } from '../ui/format.ts';
import { BulkChoose } from './bulk-choose.tsx';
import { BulkRun } from './bulk-run-view.tsx';
import { closeBulk, useBulk } from './bulk-store.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './bulk.module.css';

/** Actions on many devices: choosing one with its preview, and the run that follows. */
export const BulkDialog = (): React.ReactNode => {
  const open = useBulk((state) => state.open);
  const run = useBulk((state) => (open?.kind === 'run' ? state.runs.get(open.runId)?.run : undefined));
  if (open === undefined) return null;
  const title = open.kind === 'choose' ? plural(open.deviceKeys.length, 'device') : (run?.title ?? 'Run');
  return (
    <Dialog
      label={open.kind === 'choose' ? 'Change many devices' : title}
      className={classNames('workbench', styles['bulk'])}
      onClose={closeBulk}
    >
      <header className="workbench-head">
        <h1 className="ellipsis">{title}</h1>
        {open.kind === 'choose' ? <span className="faint">selected</span> : null}
        <IconButton icon={X} label="Close" onClick={closeBulk} />
      </header>
      {open.kind === 'choose' ? (
        <BulkChoose deviceKeys={open.deviceKeys} />
      ) : (
        <BulkRun key={open.runId} runId={open.runId} />
      )}
    </Dialog>
  );
};
