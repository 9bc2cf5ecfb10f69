import { ChevronDown, ChevronRight, Copy, RotateCw, Square, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import type { ForwardView } from '../../src-preload/contract/views.ts';
import { isLive, useHost } from '../bridge/store.ts';
import { copyText, openPort, removeForward, stopForward } from '../device/actions.ts';
import { IconButton } from '../ui/controls.tsx';
import { bytes, forwardWords, plural } from '../ui/format.ts';
import { goTo, openPanel } from '../ui/view-store.ts';
import { ForwardDetail } from './forward-detail.tsx';
import { ForwardBadges, Healing } from './forward-health.tsx';

const ForwardLine = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  const live = isLive(forward);
  const detail = useId();
  const [open, setOpen] = useState(false);
  const line = (
    <tr
      className={`forward-line ${forward.state}`}
      onClick={(event) => {
        // The buttons of the line do what they say; the rest of it opens.
        if (event.target instanceof Element && event.target.closest('button') === null) setOpen(!open);
      }}
    >
      <td>
        <span className="forward-address">
          <IconButton
            icon={open ? ChevronDown : ChevronRight}
            label={`Details of port ${forward.port}`}
            aria-expanded={open}
            aria-controls={detail}
            onClick={() => setOpen(!open)}
          />
          <button
            type="button"
            className="copyable mono"
            data-tip="Copy address"
            onClick={() => void copyText(`${forward.address}:${forward.port}`, 'the address')}
          >
            {forward.address}:{forward.port}
          </button>
        </span>
      </td>
      <th scope="row">
        <button type="button" className="copyable ellipsis" onClick={() => openPanel(forward.deviceKey)}>
          {forward.deviceName}
        </button>
      </th>
      <td className="faint wide">{forward.serviceKind.toUpperCase()}</td>
      <td>
        <span className="forward-state-cell">
          <span className="state-word">{forwardWords(forward)}</span>
          <ForwardBadges forward={forward} />
        </span>
        {forward.state === 'healing' ? <Healing forward={forward} /> : null}
        {forward.state === 'failed' && forward.error !== undefined ? (
          <p className="forward-why">
            {forward.error.message} {forward.error.hint}
          </p>
        ) : null}
      </td>
      <td className="number">{forward.connections}</td>
      <td className="number wide">{bytes(forward.bytesUp)}</td>
      <td className="number wide">{bytes(forward.bytesDown)}</td>
      <td className="line-actions">
        <span>
          <IconButton
            icon={Copy}
            label="Copy address"
            onClick={() => void copyText(`${forward.address}:${forward.port}`, 'the address')}
          />
          {live ? (
            <IconButton icon={Square} label={`Stop ${forward.deviceName}`} onClick={() => void stopForward(forward)} />
          ) : (
            <IconButton
              icon={RotateCw}
              label={`Open ${forward.deviceName} again`}
              onClick={() => void openPort(forward.deviceKey, forward.serviceId, forward.port)}
            />
          )}
          <IconButton icon={Trash2} label={`Forget port ${forward.port}`} onClick={() => void removeForward(forward)} />
        </span>
      </td>
    </tr>
  );
  return (
    <>
      {line}
      <tr id={detail} className="forward-open" hidden={!open}>
        {open ? (
          <td colSpan={8}>
            <ForwardDetail forward={forward} withTimings />
          </td>
        ) : null}
      </tr>
    </>
  );
};

/** Every local port, what it leads to and how it is doing. */
export const ForwardsPage = (): React.ReactNode => {
  const forwards = useHost((host) => host.forwards);
  const sorted = [...forwards].sort((a, b) => Number(isLive(b)) - Number(isLive(a)) || a.port - b.port);
  const live = forwards.filter(isLive).length;
  return (
    <>
      <header className="page-head">
        <h1>Forwards</h1>
        <span className="faint">
          {forwards.length === 0 ? '' : `${live} of ${plural(forwards.length, 'port')} in use`}
        </span>
      </header>
      {sorted.length === 0 ? (
        <div className="empty">
          <h2>No local ports yet</h2>
          <p>
            Connect to a device and its port appears here. It stays the same after a restart, so scripts can rely on it.
          </p>
          <button type="button" className="button" onClick={() => goTo('devices')}>
            Show devices
          </button>
        </div>
      ) : (
        <div className="page-scroll flush">
          <table className="table" aria-label="Forwards">
            <thead>
              <tr>
                <th scope="col">Local address</th>
                <th scope="col">Device</th>
                <th scope="col" className="wide">
                  Service
                </th>
                <th scope="col">State</th>
                <th scope="col" className="number">
                  Clients
                </th>
                <th scope="col" className="number wide">
                  Sent
                </th>
                <th scope="col" className="number wide">
                  Received
                </th>
                <th scope="col">
                  <span className="hidden-text">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {sorted.map((forward) => (
                <ForwardLine key={forward.id} forward={forward} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
};
