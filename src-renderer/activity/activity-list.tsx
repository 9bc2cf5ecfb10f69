import { CircleAlert, ListFilter, Play, PlugZap, Siren, Unplug, Waves, Wrench, type LucideIcon } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { ActivityView } from '../../src-preload/contract/history.ts';
import { request, useDevice, useMainState } from '../state/main-state.ts';
import { connect } from '../commands/device-commands.ts';
import { useNow } from '../ui/clock.ts';
import { Failure, IconButton, PresenceMark } from '../ui/controls.tsx';
import { absolute, clockWords } from '../ui/format.ts';
import { openPanel } from '../state/view-store.ts';
import { byDay, dayWords, queryOf, type ActivityFilter } from './activity-filter.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './activity-page.module.css';

/** Lines asked for at once, and how often the first of them are asked for again, milliseconds. */
const pageSize = 100;
const againMs = 10_000;

const icons: Readonly<Record<ActivityView['kind'], LucideIcon | 'online' | 'offline'>> = {
  offline: 'offline',
  online: 'online',
  flapping: Waves,
  calm: Waves,
  incident: Siren,
  resolved: 'online',
  connected: PlugZap,
  disconnected: Unplug,
  'connect-failed': CircleAlert,
  operation: Wrench,
};

const Mark = ({ kind }: { readonly kind: ActivityView['kind'] }): React.ReactNode => {
  const icon = icons[kind];
  if (icon === 'online' || icon === 'offline') return <PresenceMark state={icon} />;
  const Icon = icon;
  return <Icon size={14} strokeWidth={1.75} role="img" aria-label={kind.replace('-', ' ')} />;
};

const Line = ({
  entry,
  onDevice,
}: {
  readonly entry: ActivityView;
  readonly onDevice: (deviceKey: string) => void;
}): React.ReactNode => {
  const account = useMainState((host) => host.accountsById.get(entry.accountId ?? '')?.label);
  const key = entry.deviceKey;
  const device = useDevice(key);
  // The text of an incident is what stands below its name.
  const text = entry.incidentId === undefined ? entry.text : `${entry.name}. ${entry.text}`;
  return (
    <li className={styles['activity-line']} data-part="line" data-kind={entry.kind}>
      <time dateTime={new Date(entry.at).toISOString()} data-tip={absolute(entry.at)}>
        {clockWords(entry.at)}
      </time>
      <span className={styles['activity-mark']}>
        <Mark kind={entry.kind} />
      </span>
      <span className="activity-text ellipsis" data-tip={text}>
        {text}
      </span>
      <span className={classNames('faint ellipsis', styles['activity-account'])}>{account ?? ''}</span>
      <span className={styles['activity-actions']}>
        {device === undefined || key === undefined ? null : (
          <>
            <IconButton icon={ListFilter} label={`Only ${device.name}`} onClick={() => onDevice(key)} />
            <IconButton
              icon={Play}
              label={`Connect to ${device.name}`}
              onClick={() => {
                openPanel(key);
                void connect(key);
              }}
            />
          </>
        )}
      </span>
    </li>
  );
};

interface Pages {
  readonly entries: readonly ActivityView[];
  readonly next: string | undefined;
}

/** The history by day, newest first; older pages on demand. Give it a new key for a new filter. */
export const ActivityList = ({
  filter,
  onDevice,
  onClear,
}: {
  readonly filter: ActivityFilter;
  readonly onDevice: (deviceKey: string) => void;
  readonly onClear: (() => void) | undefined;
}): React.ReactNode => {
  const [pages, setPages] = useState<Pages>();
  const [error, setError] = useState<ErrorView>();
  const now = useNow((clock) => clock.now);
  /** Pages are asked for one after the other: which lines are new is seen from those before. */
  const turn = useRef(Promise.resolve());
  const loadNow = useCallback(
    async (cursor: string | undefined, signal?: AbortSignal) => {
      const query = { ...queryOf(filter, Date.now()), limit: pageSize };
      const answer = await request('history.query', cursor === undefined ? query : { ...query, cursor }, signal);
      if (signal?.aborted === true) return;
      setError(answer.ok ? undefined : answer.error);
      if (!answer.ok) return;
      const { entries, next } = answer.value;
      setPages((before) => {
        if (before === undefined) return { entries, next };
        const known = new Set(before.entries.map(({ id }) => id));
        const fresh = entries.filter(({ id }) => !known.has(id));
        // More came than a page holds: what lies between is not known, so the list begins again.
        if (cursor === undefined && fresh.length === entries.length && entries.length === pageSize)
          return { entries, next };
        return cursor === undefined
          ? { entries: [...fresh, ...before.entries], next: before.next }
          : { entries: [...before.entries, ...fresh], next };
      });
    },
    [filter],
  );
  const load = useCallback(
    (cursor: string | undefined, signal?: AbortSignal) => {
      turn.current = turn.current.then(() => (signal?.aborted === true ? undefined : loadNow(cursor, signal)));
    },
    [loadNow],
  );
  useEffect(() => {
    const ended = new AbortController();
    load(undefined, ended.signal);
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') load(undefined, ended.signal);
    }, againMs);
    return () => {
      clearInterval(timer);
      ended.abort();
    };
  }, [load]);
  const failure =
    error === undefined ? null : (
      <Failure error={error}>
        <button type="button" className="button small" onClick={() => load(undefined)}>
          Try again
        </button>
      </Failure>
    );
  if (pages === undefined)
    return (
      failure ?? (
        <div className={styles['activity-skeleton']} role="status" aria-busy="true" aria-label="Loading the activity">
          {Array.from({ length: 9 }, (_, index) => (
            <span key={index} className={`skeleton w${index % 4}`} aria-hidden="true" />
          ))}
        </div>
      )
    );
  const { entries, next } = pages;
  return (
    <>
      {failure}
      {entries.length === 0 ? (
        <div className="empty">
          <h2>{onClear === undefined ? 'Nothing happened yet' : 'Nothing matches'}</h2>
          <p>
            {onClear === undefined
              ? 'Devices that come and go, incidents, connections and actions appear here and stay after a restart.'
              : 'No line of the history has all of what you chose.'}
          </p>
          {onClear === undefined ? null : (
            <button type="button" className="button" onClick={onClear}>
              Clear the filter
            </button>
          )}
        </div>
      ) : null}
      {byDay(entries).map((day) => (
        <section key={day.key} className={styles['activity-day']} aria-label={dayWords(day.at, now)}>
          <h2>{dayWords(day.at, now)}</h2>
          <ul>
            {day.entries.map((entry) => (
              <Line key={entry.id} entry={entry} onDevice={onDevice} />
            ))}
          </ul>
        </section>
      ))}
      {next === undefined ? null : (
        <button type="button" className={classNames('button', styles['activity-older'])} onClick={() => load(next)}>
          Show older
        </button>
      )}
    </>
  );
};
