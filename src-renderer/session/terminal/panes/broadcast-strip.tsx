import { plural } from '../../../ui/format.ts';
import { unmarkAll } from './broadcast.ts';
import styles from './panes.module.css';

/** Says in a marked pane where its input goes. */
export const BroadcastStrip = ({ count }: { readonly count: number }): React.ReactNode => (
  <p className={styles['strip']} role="status">
    <span>
      {count === 1 ? 'Marked. Mark another pane to type into both.' : `What you type goes to ${plural(count, 'pane')}.`}
    </span>
    <button type="button" className="button small" onClick={unmarkAll}>
      Stop
    </button>
  </p>
);
