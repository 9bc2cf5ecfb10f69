import { useState } from 'react';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import type { ActivityView } from '../../src-preload/contract/history.ts';
import { request, isLive, useMainState } from '../state/main-state.ts';
import { bytes, duration, forwardWords, plural } from '../ui/format.ts';
import { connect } from '../commands/device-commands.ts';
import { useLoaded } from '../commands/operation-call.ts';
import type { TabProps } from './tabs/tab-context.ts';
import { Moment, Nothing, Part, RowsSkeleton, Segmented, TabFailure } from '../ui/parts.tsx';
import { classNames } from '../ui/class-names.ts';
import styles from './tabs/lines.module.css';

const none: readonly ForwardView[] = [];

const ForwardItem = ({
  forward,
  service,
}: {
  readonly forward: ForwardView;
  readonly service: string;
}): React.ReactNode => (
  <li className={styles['line']}>
    <span
      className={classNames(
        styles['status'],
        isLive(forward) ? styles['good'] : forward.state === 'failed' ? styles['bad'] : '',
      )}
    >
      {forwardWords(forward)}
    </span>
    <span className={styles['line-main']}>
      {service}{' '}
      <span className="mono faint">
        {forward.address}:{forward.port}
      </span>
    </span>
    <span className="faint">
      ↑ {bytes(forward.bytesUp)} ↓ {bytes(forward.bytesDown)}
    </span>
  </li>
);

const day = 86_400_000;
/** Milliseconds of watching that say something. */
const minMs = 600_000;

/** How much of the last week the device was online, as far as Quayside watched. */
const Week = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const week = useLoaded(`${device.key}\nuptime`, () =>
    request('history.uptime', { deviceKey: device.key, since: Date.now() - 7 * day, until: Date.now() }),
  );
  const { value } = week;
  if (value === undefined) return week.error === undefined ? <RowsSkeleton label="the week" rows={1} /> : null;
  const watched = value.onlineMs + value.offlineMs;
  return (
    <p>
      {value.ratio === undefined || watched < minMs ? (
        <span className="faint">
          Quayside has watched this device for {duration(watched)}; how much it is online shows here later.
        </span>
      ) : (
        <>
          Online {(value.ratio * 100).toFixed(value.ratio > 0.999 && value.ratio < 1 ? 2 : 1).replace(/\.0$/, '')} % of
          the {duration(watched)} that Quayside watched in the last 7 days
          {value.outages.length === 0 ? ', without an outage.' : `, with ${plural(value.outages.length, 'outage')}.`}
        </>
      )}
    </p>
  );
};

type Show = 'all' | 'connections' | 'presence' | 'operations';

const kindsOf: Readonly<Record<Show, readonly ActivityView['kind'][] | undefined>> = {
  all: undefined,
  connections: ['connected', 'disconnected', 'connect-failed'],
  presence: ['offline', 'online', 'flapping', 'calm', 'incident', 'resolved'],
  operations: ['operation'],
};

const toneOf: Readonly<Record<ActivityView['kind'], '' | 'good' | 'bad' | 'waiting'>> = {
  offline: 'bad',
  online: 'good',
  flapping: 'bad',
  calm: '',
  incident: 'bad',
  resolved: 'good',
  connected: 'good',
  disconnected: '',
  'connect-failed': 'bad',
  operation: 'waiting',
};

/** Lines asked for at once. */
const pageSize = 50;

const HistoryList = ({ device, show }: { readonly device: DeviceView; readonly show: Show }): React.ReactNode => {
  const kinds = kindsOf[show];
  const filter = {
    deviceKey: device.key,
    limit: pageSize,
    ...(kinds === undefined ? {} : { kinds: [...kinds] }),
  };
  const first = useLoaded(`${device.key}\nhistory\n${show}`, () => request('history.query', filter), 10_000);
  /** What "Show older" loaded after the first page; that page alone is asked for again every 10 s. */
  const [older, setOlder] = useState<{
    readonly entries: readonly ActivityView[];
    readonly next: string | undefined;
  }>();
  const [error, setError] = useState<ErrorView>();
  const next = older === undefined ? first.value?.next : older.next;
  const more = async (cursor: string): Promise<void> => {
    const answer = await request('history.query', { ...filter, cursor });
    setError(answer.ok ? undefined : answer.error);
    if (answer.ok) setOlder({ entries: [...(older?.entries ?? []), ...answer.value.entries], next: answer.value.next });
  };
  const seen = new Set<number>();
  const entries = [...(first.value?.entries ?? []), ...(older?.entries ?? [])].filter(
    (entry) => !seen.has(entry.id) && seen.add(entry.id),
  );
  return (
    <>
      {first.error === undefined ? null : <TabFailure error={first.error} retry={() => void first.reload()} />}
      {first.value === undefined ? (
        first.error === undefined ? (
          <RowsSkeleton label="the history" rows={5} />
        ) : null
      ) : entries.length === 0 ? (
        <Nothing title="Nothing happened yet">
          Connections, operations and changes of presence appear here and stay after a restart.
        </Nothing>
      ) : (
        <ul className={styles['lines']} aria-label="History">
          {entries.map((entry) => (
            <li className={styles['line']} key={entry.id}>
              <span className={classNames(styles['status'], styles[toneOf[entry.kind]])}>
                {entry.kind.replace('-', ' ')}
              </span>
              <span className={styles['line-main']} data-tip={entry.text}>
                {entry.text}
              </span>
              <span className="faint">
                <Moment at={entry.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {error === undefined ? null : <TabFailure error={error} />}
      {next === undefined ? null : (
        <button type="button" className="button small" onClick={() => void more(next)}>
          Show older
        </button>
      )}
    </>
  );
};

/** What was done with a device and how it was: its connections, operations and presence. */
export const ActivityTab = ({ device }: TabProps): React.ReactNode => {
  const [show, setShow] = useState<Show>('all');
  const forwards = useMainState((host) => host.forwardsByDevice.get(device.key)) ?? none;
  const clients = forwards.reduce((sum, forward) => sum + forward.connections, 0);
  return (
    <div className={styles['stack']}>
      <Part
        title="Local ports"
        actions={clients === 0 ? undefined : <span className="faint part-note">{plural(clients, 'client')} now</span>}
      >
        {forwards.length === 0 ? (
          <Nothing title="No local port yet">
            <button type="button" className="button small" onClick={() => void connect(device.key)}>
              Connect
            </button>
          </Nothing>
        ) : (
          <ul className={styles['lines']} aria-label="Local ports">
            {forwards.map((forward) => (
              <ForwardItem
                key={forward.id}
                forward={forward}
                service={
                  device.services.find((service) => service.id === forward.serviceId)?.name ??
                  forward.serviceKind.toUpperCase()
                }
              />
            ))}
          </ul>
        )}
      </Part>
      <Part title="History">
        <Week device={device} />
        <Segmented
          label="Show"
          value={show}
          options={[
            ['all', 'All'],
            ['connections', 'Connections'],
            ['presence', 'Presence'],
            ['operations', 'Operations'],
          ]}
          onChange={setShow}
        />
        <HistoryList key={show} device={device} show={show} />
      </Part>
    </div>
  );
};
