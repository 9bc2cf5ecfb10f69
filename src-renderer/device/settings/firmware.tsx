import { useId, useState } from 'react';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { Failure } from '../../ui/controls.tsx';
import { toast } from '../../state/view-store.ts';
import { callOperation, useOperation } from '../../commands/operation-call.ts';
import { rowOf, textOf, timeOf } from '../tabs/read-output.ts';
import { Moment, RowsSkeleton, TabFailure } from '../../ui/parts.tsx';
import styles from './settings-tab.module.css';

/** Which firmware MODE has on record for a device, and, with the device's own key, a way to record another. */
export const Firmware = ({
  device,
  refusal,
}: {
  readonly device: DeviceView;
  readonly refusal: string | undefined;
}): React.ReactNode => {
  const id = useId();
  const loaded = useOperation(device, 'getDevice', { deviceId: device.id }, rowOf);
  const [bundle, setBundle] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorView>();
  const save = async (): Promise<void> => {
    setBusy(true);
    const answer = await callOperation(device, 'recordFirmware', { deviceId: device.id, bundleId: bundle.trim() });
    setBusy(false);
    setError(answer.ok ? undefined : answer.error);
    if (!answer.ok) return;
    setBundle('');
    toast({ tone: 'done', text: `Recorded ${bundle.trim()} for ${device.name}.` });
    await loaded.reload();
  };
  const installed = loaded.value === undefined ? '' : textOf(loaded.value, 'bundleInstalled');
  const channel = loaded.value === undefined ? '' : textOf(loaded.value, 'channel');
  const installedAt = loaded.value === undefined ? undefined : timeOf(textOf(loaded.value, 'bundleInstallTime'));
  return (
    <>
      {loaded.error === undefined ? null : <TabFailure error={loaded.error} retry={() => void loaded.reload()} />}
      {loaded.value === undefined ? (
        loaded.error === undefined ? (
          <RowsSkeleton label="the firmware" rows={2} />
        ) : null
      ) : (
        <dl className="facts">
          <div>
            <dt>Installed</dt>
            <dd className="mono">{installed || 'none on record'}</dd>
          </div>
          {installedAt === undefined ? null : (
            <div>
              <dt>Since</dt>
              <dd>
                <Moment at={installedAt} />
              </dd>
            </div>
          )}
          {channel === '' ? null : (
            <div>
              <dt>Channel</dt>
              <dd className="mono">{channel}</dd>
            </div>
          )}
        </dl>
      )}
      {refusal === undefined ? (
        <form
          className={styles['setting-form']}
          aria-label="Record firmware"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <fieldset disabled={busy}>
            <div className="field">
              <label htmlFor={id}>Bundle that is installed</label>
              <input
                id={id}
                className="input mono"
                autoComplete="off"
                spellCheck={false}
                pattern="[A-Za-z0-9]+(?:[\-_.]+[A-Za-z0-9]+)*"
                title="Letters and digits, with - _ . only in between"
                value={bundle}
                onChange={(event) => setBundle(event.target.value)}
              />
            </div>
            <button type="submit" className="button high" disabled={bundle.trim() === ''}>
              Record
            </button>
          </fieldset>
          {error === undefined ? null : <Failure error={error} />}
        </form>
      ) : (
        <p className="faint">Recording another is for the device itself. {refusal}</p>
      )}
    </>
  );
};
