import { ChevronDown, ChevronRight, RotateCw, Square, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import { adviceOf } from '../../src-preload/contract/error-view.ts';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import { isLive } from '../state/main-state.ts';
import { copyText, openPort, stopForward } from '../commands/device-commands.ts';
import { IconButton } from '../ui/controls.tsx';
import { bytes, forwardWords } from '../ui/format.ts';
import { openPanel } from '../state/view-store.ts';
import { ForwardDetail } from './forward-detail.tsx';
import { ForwardBadges, Reconnecting } from './forward-health.tsx';
import { endpointText, serviceWords } from './forward-words.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './forwards-page.module.css';

const Traffic = ({ value }: { readonly value: number }): React.ReactNode => (
  <td className={classNames('number', styles['forwards-bytes'], value === 0 ? 'faint' : '')}>{bytes(value)}</td>
);

/** One forward as a row of the page, and its details below when it is opened. */
export const ForwardLine = ({
  forward,
  onForget,
}: {
  readonly forward: ForwardView;
  readonly onForget: (forward: ForwardView) => void;
}): React.ReactNode => {
  const live = isLive(forward);
  const detail = useId();
  const [open, setOpen] = useState(false);
  const endpoint = endpointText(forward.address, forward.port);
  return (
    <>
      <tr
        className={classNames(styles['forward-line'], styles[forward.state])}
        data-forward={forward.id}
        onClick={(event) => {
          // The buttons of the line have their own action; a click elsewhere opens it.
          if (event.target instanceof Element && event.target.closest('button') === null) setOpen(!open);
        }}
      >
        <td>
          <span className={styles['forward-address']}>
            <IconButton
              icon={open ? ChevronDown : ChevronRight}
              label={`Details of port ${forward.port}`}
              aria-expanded={open}
              aria-controls={detail}
              onClick={() => setOpen(!open)}
            />
            <button
              type="button"
              className="copyable mono ellipsis"
              aria-label={`Copy ${endpoint}`}
              data-tip={`Copy ${endpoint}`}
              onClick={() => void copyText(endpoint, 'the address')}
            >
              <span className={styles['forward-more']}>{endpoint.slice(0, -String(forward.port).length - 1)}</span>:
              {forward.port}
            </button>
          </span>
        </td>
        <th scope="row">
          <button
            type="button"
            className="copyable ellipsis"
            title={forward.deviceName}
            onClick={() => openPanel(forward.deviceKey)}
          >
            {forward.deviceName}
          </button>
        </th>
        <td className="faint ellipsis" title={serviceWords(forward)}>
          {forward.recognised === undefined || forward.serviceKind !== 'tcp' ? (
            serviceWords(forward)
          ) : (
            <>
              <span className={styles['forward-more']}>TCP · </span>
              {forward.recognised.toUpperCase()}
            </>
          )}
        </td>
        <td className={styles['forward-state']}>
          <span className={styles['forward-state-cell']}>
            <span className={styles['state-word']}>{forwardWords(forward)}</span>
            <ForwardBadges forward={forward} />
          </span>
          {forward.state === 'reconnecting' && !open ? <Reconnecting forward={forward} /> : null}
          {forward.state === 'failed' && forward.error !== undefined && !open ? (
            <p className={styles['forward-why']} title={`${forward.error.message} ${adviceOf(forward.error)}`}>
              {forward.error.message} {adviceOf(forward.error)}
            </p>
          ) : null}
        </td>
        <td className={classNames('number', styles['forwards-clients'], forward.connections === 0 ? 'faint' : '')}>
          {forward.connections}
        </td>
        <Traffic value={forward.bytesUp} />
        <Traffic value={forward.bytesDown} />
        <td className="line-actions">
          <span>
            {live ? (
              <IconButton
                icon={Square}
                label={`Stop ${forward.deviceName}, port ${forward.port}`}
                onClick={() => void stopForward(forward)}
              />
            ) : (
              <IconButton
                icon={RotateCw}
                label={`Open ${forward.deviceName}, port ${forward.port} again`}
                onClick={() => void openPort(forward.deviceKey, forward.serviceId, forward.port)}
              />
            )}
            <IconButton icon={Trash2} label={`Forget port ${forward.port}`} onClick={() => onForget(forward)} />
          </span>
        </td>
      </tr>
      <tr
        id={detail}
        className={styles['forward-open']}
        hidden={!open}
        onKeyDown={(event) => {
          // One level up is the line it belongs to.
          if (event.key !== 'Escape' || event.defaultPrevented) return;
          event.preventDefault();
          setOpen(false);
          document.querySelector<HTMLElement>(`[data-forward="${CSS.escape(forward.id)}"] [aria-expanded]`)?.focus();
        }}
      >
        {open ? (
          <td colSpan={8}>
            <ForwardDetail forward={forward} withTimings />
          </td>
        ) : null}
      </tr>
    </>
  );
};
