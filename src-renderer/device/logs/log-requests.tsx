import { useState } from 'react';
import type { CapabilityView } from '../../../src-preload/contract/account.ts';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { Failure } from '../../ui/controls.tsx';
import { toast } from '../../state/view-store.ts';
import { callOperation, useOperation } from '../../commands/operation-call.ts';
import { rowsOf, textOf, timeOf, type Row } from '../tabs/read-output.ts';
import { Moment, Nothing, ReloadButton, RowsSkeleton, Part, TabFailure } from '../../ui/parts.tsx';
import { classNames } from '../../ui/class-names.ts';
import linesStyles from '../tabs/lines.module.css';
import styles from './logs.module.css';

const hour = 3_600_000;
const spans = [
  ['1', 'the last hour', hour],
  ['24', 'the last day', 24 * hour],
  ['168', 'the last 7 days', 168 * hour],
  ['all', 'everything', undefined],
] as const;

const rfc3339 = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
const idOf = (row: Row): string => textOf(row, 'id') || textOf(row, 'logRequestId');
/** MODE's own words for a request that is over. */
const isOpen = (row: Row): boolean => !/^(?:success|failure|cancelled)$/i.test(textOf(row, 'status'));

/** The file that came, or what was asked for where MODE tells it, in a few words. */
const fileOrWish = (row: Row): string => {
  const filename = textOf(row, 'filename');
  if (filename !== '') return filename;
  const prefixes = Array.isArray(row['prefixes']) ? row['prefixes'].filter((prefix) => typeof prefix === 'string') : [];
  const start = timeOf(textOf(row, 'start'));
  const end = timeOf(textOf(row, 'end'));
  const stamp = (at: number): string =>
    new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  const from = start === undefined ? '' : `from ${stamp(start)}`;
  const to = end === undefined ? '' : `to ${stamp(end)}`;
  const names = prefixes.length === 0 ? '' : `names beginning with ${prefixes.join(', ')}`;
  return [from, to, names].filter((part) => part !== '').join(' ');
};

/** Requests to a device to upload its logs: their status, a new one, and a way to cancel one. */
export const LogRequests = ({
  device,
  capability,
}: {
  readonly device: DeviceView;
  readonly capability: CapabilityView | undefined;
}): React.ReactNode => {
  const [span, setSpan] = useState<string>('24');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorView>();
  const list = useOperation(
    device,
    'listLogRequests',
    { deviceId: device.id, sortBy: 'ts:desc', limit: 50 },
    rowsOf,
    10_000,
  );
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const length = spans.find(([name]) => name === span)?.[2];
    const now = Date.now();
    const prefixes = String(new FormData(form).get('prefixes') ?? '')
      .split(',')
      .map((prefix) => prefix.trim())
      .filter((prefix) => prefix !== '');
    setBusy(true);
    const answer = await callOperation(device, 'requestLogs', {
      deviceId: device.id,
      ...(length === undefined ? {} : { start: rfc3339(now - length), end: rfc3339(now) }),
      ...(prefixes.length === 0 ? {} : { prefixes }),
    });
    setBusy(false);
    setError(answer.ok ? undefined : answer.error);
    if (answer.ok) toast({ tone: 'done', text: `${device.name} is asked to upload its logs.` });
    await list.reload();
  };
  const cancel = async (row: Row): Promise<void> => {
    setBusy(true);
    const answer = await callOperation(device, 'cancelLogRequest', { deviceId: device.id, logRequestId: idOf(row) });
    setBusy(false);
    setError(answer.ok ? undefined : answer.error);
    await list.reload();
  };
  return (
    <div className={linesStyles['stack']}>
      <form
        className={styles['request-form']}
        aria-label="Ask for logs"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <select className="select" aria-label="Logs of" value={span} onChange={(event) => setSpan(event.target.value)}>
          {spans.map(([name, words]) => (
            <option key={name} value={name}>
              Logs of {words}
            </option>
          ))}
        </select>
        <input
          className="input"
          name="prefixes"
          aria-label="Names beginning with, optional"
          placeholder="Names beginning with (optional)"
          autoComplete="off"
          spellCheck={false}
        />
        <button type="submit" className="button" disabled={busy}>
          Ask for logs
        </button>
      </form>
      {error === undefined ? null : (
        <Failure
          error={
            error.vendorMessage?.includes('BLOCKING_LOG_REQUEST') === true
              ? {
                  ...error,
                  message: 'Another request is still waiting for the device.',
                  hint: 'Wait until it is done, or cancel it below.',
                }
              : error
          }
        />
      )}
      <Part
        title="Requests"
        actions={
          <ReloadButton what="the requests" loading={list.loading} at={list.at} onReload={() => void list.reload()} />
        }
      >
        {list.error === undefined ? null : (
          <TabFailure error={list.error} capability={capability} retry={() => void list.reload()} />
        )}
        {list.value?.some((row) => textOf(row, 'filename') !== '') === true ? (
          <p className="faint">
            Uploaded logs are kept by MODE. Download them in the MODE console: an address of one would let anybody in.
          </p>
        ) : null}
        {list.value === undefined ? (
          list.error === undefined ? (
            <RowsSkeleton label="the requests" />
          ) : null
        ) : list.value.length === 0 ? (
          <Nothing title="No log was asked for yet">
            The device uploads its log files to MODE when it is asked and online.
          </Nothing>
        ) : (
          <ul className={linesStyles['lines']} aria-label="Log requests">
            {list.value.map((row) => {
              const asked = timeOf(textOf(row, 'ts'));
              const open = isOpen(row);
              return (
                <li key={idOf(row)} className={linesStyles['line']}>
                  <span className={classNames(linesStyles['status'], open ? linesStyles['waiting'] : '')}>
                    {textOf(row, 'status') || 'unknown'}
                  </span>
                  <span className={classNames('ellipsis', linesStyles['line-main'])} data-tip={fileOrWish(row)}>
                    {fileOrWish(row)}
                  </span>
                  <span className="faint">{asked === undefined ? '' : <Moment at={asked} />}</span>
                  {open ? (
                    <button
                      type="button"
                      className="button small"
                      aria-label={`Cancel the request ${idOf(row)}`}
                      disabled={busy}
                      onClick={() => void cancel(row)}
                    >
                      Cancel
                    </button>
                  ) : null}
                </li>
              );
            })}
          </ul>
        )}
      </Part>
    </div>
  );
};
