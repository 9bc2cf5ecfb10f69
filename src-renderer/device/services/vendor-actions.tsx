import { AppWindow, Play } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { Answer } from '../../../src-preload/contract/client.ts';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import type { RequestOutput } from '../../../src-preload/contract/requests.ts';
import { request, useVendorName } from '../../state/main-state.ts';
import { Failure, IconButton } from '../../ui/controls.tsx';
import { busyKey, runAction, useBusy } from '../../commands/device-commands.ts';
import { classNames } from '../../ui/class-names.ts';
import styles from './services.module.css';

type Listed = Answer<RequestOutput<'actions.list'>>;
type Action = RequestOutput<'actions.list'>['actions'][number];

const ActionItem = ({ device, action }: { readonly device: DeviceView; readonly action: Action }): React.ReactNode => {
  const busy = useBusy((state) => state.keys.has(busyKey(device.key, action.id)));
  return (
    <li className={styles['service']} aria-label={action.label}>
      <div className={styles['service-line']}>
        <AppWindow size={15} strokeWidth={1.75} aria-hidden="true" />
        <span className={classNames('ellipsis', styles['service-name'])}>{action.label}</span>
        <span className={classNames('mono ellipsis', styles['service-target'])}>{action.type}</span>
        <span className={styles['service-actions']}>
          <IconButton
            icon={Play}
            label={`Run ${action.label}`}
            disabled={busy}
            onClick={() => void runAction(device, action)}
          />
        </span>
      </div>
    </li>
  );
};

/** What the vendor's program on this computer can do with the device now; asked for when somebody looks. */
export const VendorActions = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const { key } = device;
  const name = useVendorName(device.vendor);
  const [listed, setListed] = useState<{ readonly key: string; readonly answer: Listed }>();
  const look = useCallback(
    async (signal?: AbortSignal): Promise<void> => {
      const answer = await request('actions.list', { deviceKey: key }, signal);
      if (signal?.aborted !== true) setListed({ key, answer });
    },
    [key],
  );
  useEffect(() => {
    const controller = new AbortController();
    void look(controller.signal);
    return () => controller.abort();
  }, [look]);
  const answer = listed?.key === key ? listed.answer : undefined;
  if (answer === undefined) return <p className="faint">Asking {name} what it can do.</p>;
  if (!answer.ok)
    return (
      <Failure error={answer.error}>
        <button type="button" className="button small" onClick={() => void look()}>
          Try again
        </button>
      </Failure>
    );
  const { actions } = answer.value;
  if (actions.length === 0) return <p className="faint">{name} can do nothing with it now.</p>;
  return (
    <ul className="services">
      {actions.map((action) => (
        <ActionItem key={action.id} device={device} action={action} />
      ))}
    </ul>
  );
};
