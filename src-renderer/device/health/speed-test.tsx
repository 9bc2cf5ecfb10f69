import { Gauge } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { request } from '../../state/main-state.ts';
import { duration } from '../../ui/format.ts';
import { announce } from '../../state/view-store.ts';
import { callOperation, useLoaded } from '../../commands/operation-call.ts';
import { rowOf, textOf, timeOf } from '../tabs/read-output.ts';
import { Moment, Nothing, Part, RowsSkeleton, TabFailure } from '../../ui/parts.tsx';
import styles from './speed-test.module.css';

/** Milliseconds between two looks for the result, and how long it is waited for. */
const lookMs = 4000;
const maxMs = 180_000;

type Result = Readonly<Record<string, string>>;

/** The vendor's fields that can be shown, as texts. */
const resultOf = (output: unknown): Result =>
  Object.fromEntries(
    Object.keys(rowOf(output))
      .map((name) => [name, textOf(rowOf(output), name)] as const)
      .filter(([, text]) => text !== ''),
  );

const submittedAt = (result: Result): number | undefined => timeOf(result['Submission Time'] ?? '');

const main = ['Download', 'Upload', 'Ping'] as const;

/** Tests the network of a device: how far it is, and how the tests before went. */
export const SpeedTest = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const [running, setRunning] = useState<{ readonly since: number; readonly elapsed: number }>();
  const [error, setError] = useState<ErrorView>();
  const ending = useRef<AbortController>(undefined);
  const { reload, ...history } = useLoaded(`${device.key}\nspeed-tests`, async () => {
    // The vendor keeps the last test only; one that was run elsewhere joins the history when it is seen.
    const newest = await callOperation(device, 'GetSpeedTestResult', { UnitId: device.id });
    if (newest.ok) await request('speedTests.keep', { deviceKey: device.key, result: resultOf(newest.value) });
    return request('speedTests.list', { deviceKey: device.key });
  });
  useEffect(() => () => ending.current?.abort(), []);

  const run = async (): Promise<void> => {
    const controller = new AbortController();
    ending.current = controller;
    const { signal } = controller;
    setError(undefined);
    const before = await callOperation(device, 'GetSpeedTestResult', { UnitId: device.id });
    const old = before.ok ? JSON.stringify(before.value) : undefined;
    const since = Date.now();
    setRunning({ since, elapsed: 0 });
    const submitted = await callOperation(device, 'SubmitSpeedTest', { UnitId: device.id });
    let failure = submitted.ok ? undefined : submitted.error;
    let done = false;
    while (failure === undefined && !done && !signal.aborted && Date.now() - since < maxMs) {
      const answer = await callOperation(device, 'GetSpeedTestResult', { UnitId: device.id });
      // Until the device has answered, there is no result, or only the previous one.
      if (answer.ok && JSON.stringify(answer.value) !== old) {
        done = true;
        await request('speedTests.keep', { deviceKey: device.key, result: resultOf(answer.value) });
        break;
      }
      if (!answer.ok && answer.error.kind !== 'not-found') failure = answer.error;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, lookMs);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      });
      setRunning({ since, elapsed: Date.now() - since });
    }
    setRunning(undefined);
    if (signal.aborted) return;
    if (!done)
      setError(
        failure ?? {
          kind: 'timeout',
          message: `${device.name} sent no result within ${duration(maxMs)}.`,
          hint: 'It may still come: look here again later. A device that is offline tests nothing.',
        },
      );
    else announce('The speed test is done.');
    await reload();
  };

  const tests = history.value?.tests;
  return (
    <Part
      title="Speed test"
      actions={
        running === undefined ? (
          <button type="button" className="button small" onClick={() => void run()}>
            <Gauge size={13} aria-hidden="true" />
            Run a test
          </button>
        ) : (
          <button type="button" className="button small" onClick={() => ending.current?.abort()}>
            Stop waiting
          </button>
        )
      }
    >
      {running === undefined ? null : (
        <div className={styles['progress']} role="status">
          <progress
            className={styles['progress-bar']}
            aria-label="Waiting for the device"
            max={maxMs}
            value={Math.max(running.elapsed, maxMs / 50)}
          />
          <span className="faint">
            {device.name} tests its network, {duration(running.elapsed)} so far. It uses the device’s data volume.
          </span>
        </div>
      )}
      {error === undefined ? null : <TabFailure error={error} retry={() => void run()} />}
      {tests === undefined ? (
        history.error === undefined ? (
          <RowsSkeleton label="the tests" rows={2} />
        ) : (
          <TabFailure error={history.error} retry={() => void reload()} />
        )
      ) : tests.length === 0 ? (
        running === undefined ? (
          <Nothing title="No test yet">A test measures download, upload and delay from the device itself.</Nothing>
        ) : null
      ) : (
        <div className={styles['table-scroll']} data-part="wide">
          <table className="table small" aria-label="Speed tests">
            <thead>
              <tr>
                <th scope="col">When</th>
                {main.map((name) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
                <th scope="col" className={styles['roomy']}>
                  Provider
                </th>
                <th scope="col" className={styles['roomy']}>
                  Wireless
                </th>
              </tr>
            </thead>
            <tbody>
              {tests.map((test) => (
                <tr key={test.at}>
                  <td>
                    <Moment at={submittedAt(test.result) ?? test.at} />
                  </td>
                  {main.map((name) => (
                    <td key={name}>{test.result[name] ?? '–'}</td>
                  ))}
                  <td className={styles['roomy']}>{test.result['ISP'] ?? '–'}</td>
                  <td className={styles['roomy']}>{test.result['Wireless Quality'] ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Part>
  );
};
