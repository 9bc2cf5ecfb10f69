import { Download, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { PresenceBucketView, UptimeView } from '../../src-preload/contract/history.ts';
import { request, useMainState } from '../state/main-state.ts';
import { saveText } from '../ui/save-file.ts';
import { loadAlertChoices } from '../incidents/alert-choices.ts';
import { IncidentItem } from '../incidents/incident-item.tsx';
import { IconButton } from '../ui/controls.tsx';
import { duration, plural } from '../ui/format.ts';
import { openPanel, toast, toastError } from '../state/view-store.ts';
import { kindGroups, noFilter, percent, queryOf, rangeMs, ranges, type ActivityFilter } from './activity-filter.ts';
import { ActivityList } from './activity-list.tsx';
import { PresenceStrip } from './presence-strip.tsx';
import { classNames } from '../ui/class-names.ts';
import styles from './activity-page.module.css';
import presenceStripStyles from './presence-strip.module.css';

/** Milliseconds of rest after which typed text is searched for. */
const restMs = 200;
/** How often pictures are drawn again while they are looked at, milliseconds. */
const againMs = 60_000;
/** Milliseconds of watching that say something about a device. */
const minMs = 600_000;

const Incidents = (): React.ReactNode => {
  const incidents = useMainState((host) => host.incidents);
  useEffect(() => void loadAlertChoices(), []);
  if (incidents.length === 0) return null;
  const sorted = incidents.toSorted((a, b) => Number(a.resolvedAt !== undefined) - Number(b.resolvedAt !== undefined));
  return (
    <section className={styles['incidents']} aria-label="Incidents">
      <ul>
        {sorted.map((incident) => (
          <IncidentItem key={incident.id} incident={incident} />
        ))}
      </ul>
    </section>
  );
};

/** Counts up while the page is open and in sight: what is drawn from the history is asked for again. */
const useAgain = (): number => {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setTurn((before) => before + 1);
    }, againMs);
    return () => clearInterval(timer);
  }, []);
  return turn;
};

const Timeline = ({ filter }: { readonly filter: ActivityFilter }): React.ReactNode => {
  const [state, setState] = useState<{ buckets: readonly PresenceBucketView[]; until: number } | ErrorView>();
  const { accountId, range } = filter;
  const turn = useAgain();
  useEffect(() => {
    const ended = new AbortController();
    const until = Date.now();
    const input = {
      since: until - rangeMs(range),
      until,
      bucket: range === 'day' || range === 'week' ? ('hour' as const) : ('day' as const),
      ...(accountId === '' ? {} : { accountId }),
    };
    void request('history.timeline', input, ended.signal).then((answer) => {
      if (!ended.signal.aborted) setState(answer.ok ? { buckets: answer.value.buckets, until } : answer.error);
    });
    return () => ended.abort();
  }, [accountId, range, turn]);
  if (state === undefined)
    return <div className={classNames('skeleton', presenceStripStyles['presence-strip'])} aria-hidden="true" />;
  if (!('buckets' in state))
    return <p className={classNames('faint', styles['presence-missing'])}>No picture of the fleet: {state.message}</p>;
  return <PresenceStrip buckets={state.buckets} until={state.until} />;
};

const DeviceUptime = ({
  filter,
  onClear,
}: {
  readonly filter: ActivityFilter;
  readonly onClear: () => void;
}): React.ReactNode => {
  const { deviceKey, range } = filter;
  const name = useMainState((host) => host.devices.nameOf(deviceKey));
  const [uptime, setUptime] = useState<UptimeView | ErrorView>();
  const turn = useAgain();
  useEffect(() => {
    const ended = new AbortController();
    const until = Date.now();
    void request('history.uptime', { deviceKey, since: until - rangeMs(range), until }, ended.signal).then((answer) => {
      if (!ended.signal.aborted) setUptime(answer.ok ? answer.value : answer.error);
    });
    return () => ended.abort();
  }, [deviceKey, range, turn]);
  return (
    <div className={styles['device-uptime']} role="status">
      <button type="button" className="copyable" onClick={() => openPanel(deviceKey)}>
        {name}
      </button>
      <span className="faint">
        {uptime === undefined
          ? ''
          : 'message' in uptime
            ? uptime.message
            : uptime.ratio === undefined || uptime.onlineMs + uptime.offlineMs < minMs
              ? `watched for ${duration(uptime.onlineMs + uptime.offlineMs)}, too short to say how much it is online`
              : `online ${percent(uptime.ratio)} of the ${duration(uptime.onlineMs + uptime.offlineMs)} that Quayside watched, ${
                  uptime.outages.length === 0 ? 'no outage' : plural(uptime.outages.length, 'outage')
                }`}
      </span>
      <IconButton icon={X} label="All devices again" onClick={onClear} />
    </div>
  );
};

/** Asks for the history piece by piece and saves it as one file. */
const useExport = (filter: ActivityFilter): { readonly busy: boolean; readonly save: () => Promise<void> } => {
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    const query = queryOf(filter, Date.now());
    const pieces: string[] = [];
    let cursor: string | undefined;
    do {
      const answer = await request('history.export', cursor === undefined ? query : { ...query, cursor });
      if (!answer.ok) {
        toastError(answer.error);
        setBusy(false);
        return;
      }
      pieces.push(answer.value.csv);
      cursor = answer.value.next;
    } while (cursor !== undefined);
    saveText(`quayside-activity-${new Date().toISOString().slice(0, 10)}.csv`, pieces.join(''), 'text/csv');
    toast({ tone: 'done', text: 'The activity was saved as a file.' });
    setBusy(false);
  };
  return { busy, save };
};

/** Everything that happened: incidents first, the fleet over time, then every line, searched and narrowed. */
export const ActivityPage = (): React.ReactNode => {
  const accounts = useMainState((host) => host.accounts);
  const [filter, setFilter] = useState<ActivityFilter>(noFilter);
  const [text, setText] = useState('');
  const narrow = (patch: Partial<ActivityFilter>): void => setFilter((before) => ({ ...before, ...patch }));
  useEffect(() => {
    const timer = setTimeout(
      () => setFilter((before) => (before.text === text ? before : { ...before, text })),
      restMs,
    );
    return () => clearTimeout(timer);
  }, [text]);
  const { busy, save } = useExport(filter);
  const clear = (): void => {
    setText('');
    setFilter({ ...noFilter, range: filter.range });
  };
  const narrowed = filter.text !== '' || filter.kind !== 'all' || filter.accountId !== '' || filter.deviceKey !== '';
  return (
    <>
      <header className={classNames('page-head', styles['activity-head'])}>
        <h1>Activity</h1>
        <input
          className="input"
          type="search"
          aria-label="Search the activity"
          placeholder="Search the activity"
          maxLength={256}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <div className={styles['activity-narrow']}>
          <select
            className="select"
            aria-label="Kind"
            value={filter.kind}
            onChange={(event) =>
              narrow({ kind: kindGroups.find(([id]) => id === event.target.value)?.[0] ?? noFilter.kind })
            }
          >
            {kindGroups.map(([id, words]) => (
              <option key={id} value={id}>
                {words}
              </option>
            ))}
          </select>
          <select
            className="select"
            aria-label="Account"
            value={filter.accountId}
            onChange={(event) => narrow({ accountId: event.target.value })}
          >
            <option value="">All accounts</option>
            {accounts.map((account) => (
              <option key={account.id} value={account.id}>
                {account.label}
              </option>
            ))}
          </select>
          <select
            className="select"
            aria-label="Time"
            value={filter.range}
            onChange={(event) => narrow({ range: ranges.find(([id]) => id === event.target.value)?.[0] ?? 'week' })}
          >
            {ranges.map(([id, words]) => (
              <option key={id} value={id}>
                {words}
              </option>
            ))}
          </select>
        </div>
        <IconButton
          icon={Download}
          label="Save as CSV"
          className="page-action"
          disabled={busy}
          onClick={() => void save()}
        />
      </header>
      <div className={classNames('page-scroll', styles['activity-scroll'])}>
        <Incidents />
        <Timeline filter={filter} />
        {filter.deviceKey === '' ? null : <DeviceUptime filter={filter} onClear={() => narrow({ deviceKey: '' })} />}
        <ActivityList
          key={JSON.stringify(filter)}
          filter={filter}
          onDevice={(deviceKey) => narrow({ deviceKey })}
          onClear={narrowed ? clear : undefined}
        />
      </div>
    </>
  );
};
