import { useMainState } from '../state/main-state.ts';
import { showIncident, useView } from '../state/view-store.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './incidents.module.css';

/** A quiet line while something is offline that should not be. A click shows it. */
export const IncidentStrip = (): React.ReactNode => {
  const incidents = useMainState((host) => host.incidents);
  const notices = useMainState((host) => host.app?.notices);
  const page = useView((view) => view.page);
  // What the user put aside is on the activity page, and nowhere else; what a notice above says is not said twice.
  const open = incidents.filter(
    ({ id, resolvedAt, snoozedUntil }) =>
      resolvedAt === undefined && snoozedUntil === undefined && notices?.some((notice) => notice.id === id) !== true,
  );
  const [first] = open;
  if (first === undefined || page === 'activity') return null;
  return (
    <div className={classNames('strip', styles['incident-strip'])} role="status">
      <svg className="presence offline" viewBox="0 0 10 10" aria-hidden="true">
        <circle cx="5" cy="5" r="3.5" strokeWidth="1.5" />
      </svg>
      <span className="ellipsis">
        {first.title}
        {open.length > 1 ? ` · ${open.length - 1} more` : ''}
      </span>
      <button type="button" className="link-button" onClick={() => showIncident(first.id)}>
        Show
      </button>
    </div>
  );
};
