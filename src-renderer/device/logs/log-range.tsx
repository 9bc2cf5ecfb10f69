import { useId, useState } from 'react';
import type { CapabilityView } from '../../../src-preload/contract/account.ts';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import { LogViewer } from './log-viewer.tsx';
import type { LogEntry } from './log-text.ts';
import { useOperation } from '../../commands/operation-call.ts';
import { readLine } from '../tabs/read-output.ts';
import { Nothing, ReloadButton, RowsSkeleton, TabFailure } from '../../ui/parts.tsx';
import linesStyles from '../tabs/lines.module.css';
import styles from './logs.module.css';

const hour = 3_600_000;
const spans = [
  ['1', '1 h', hour],
  ['6', '6 h', 6 * hour],
  ['24', '1 d', 24 * hour],
  ['168', '7 d', 168 * hour],
] as const;
/** Entries asked for at once. */
const maxRecords = 1000;

/** A moment for an input of the type `datetime-local`, in local time. */
const localInput = (at: number): string => {
  const then = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return then.toISOString().slice(0, 16);
};

/** RFC 3339 without a fraction. */
const rfc3339 = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const linesOf = (output: unknown): readonly LogEntry[] =>
  (Array.isArray(output) ? output : []).map((entry: unknown) => ({ kind: 'line', ...readLine(entry) }));

/** A log between two times. */
export const LogRange = ({
  device,
  capability,
  operation,
  label,
}: {
  readonly device: DeviceView;
  readonly capability: CapabilityView | undefined;
  readonly operation: string;
  readonly label: string;
}): React.ReactNode => {
  const id = useId();
  const [span, setSpan] = useState<string>('1');
  // The end is fixed when it is chosen, so that a range is one question and not a new one each second.
  const [end, setEnd] = useState(() => Date.now());
  const [begin, setBegin] = useState(() => Date.now() - hour);
  const loaded = useOperation(
    device,
    operation,
    { deviceId: device.id, begin: rfc3339(begin), end: rfc3339(end), maxEntries: maxRecords },
    linesOf,
  );
  const choose = (choice: string): void => {
    setSpan(choice);
    const length = spans.find(([name]) => name === choice)?.[2];
    if (length === undefined) return;
    const now = Date.now();
    setEnd(now);
    setBegin(now - length);
  };
  return (
    <div className={linesStyles['stack']}>
      <div className={styles['range-bar']}>
        <select
          className="select"
          aria-label="Time range"
          value={span}
          onChange={(event) => choose(event.target.value)}
        >
          {spans.map(([name, words]) => (
            <option key={name} value={name}>
              Last {words}
            </option>
          ))}
          <option value="own">From … to …</option>
        </select>
        {span === 'own' ? (
          <>
            <input
              id={`${id}-from`}
              className="input"
              type="datetime-local"
              aria-label="From"
              value={localInput(begin)}
              max={localInput(end)}
              onChange={(event) => {
                const at = Date.parse(event.target.value);
                if (!Number.isNaN(at)) setBegin(at);
              }}
            />
            <input
              id={`${id}-to`}
              className="input"
              type="datetime-local"
              aria-label="To"
              value={localInput(end)}
              min={localInput(begin)}
              onChange={(event) => {
                const at = Date.parse(event.target.value);
                if (!Number.isNaN(at)) setEnd(at);
              }}
            />
          </>
        ) : null}
        <ReloadButton
          what="the log"
          loading={loaded.loading}
          at={loaded.at}
          onReload={() => {
            if (span === 'own') void loaded.reload();
            else choose(span);
          }}
        />
      </div>
      {loaded.error === undefined ? null : (
        <TabFailure error={loaded.error} capability={capability} retry={() => void loaded.reload()} />
      )}
      {loaded.value === undefined ? (
        loaded.error === undefined ? (
          <RowsSkeleton label="the log" rows={8} />
        ) : null
      ) : loaded.value.length === 0 ? (
        <Nothing title="No entries in this range">Choose a longer one.</Nothing>
      ) : (
        <>
          {loaded.value.length >= maxRecords ? (
            <p className="faint">
              The range holds more than {maxRecords.toLocaleString('en')} entries; narrow it to see the rest.
            </p>
          ) : null}
          <LogViewer label={label} entries={loaded.value} fileName={`${device.name} ${label}.log`} />
        </>
      )}
    </div>
  );
};
