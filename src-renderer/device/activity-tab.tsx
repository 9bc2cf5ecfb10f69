import type { ForwardView } from '../../src-preload/contract/views.ts';
import { isLive, useHost } from '../bridge/store.ts';
import { bytes, forwardWords, millis, plural } from '../ui/format.ts';
import { connect } from './actions.ts';
import type { TabProps } from './tab-context.ts';
import { Nothing, Part } from './tab-parts.tsx';

const none: readonly ForwardView[] = [];

const ForwardItem = ({
  forward,
  service,
}: {
  readonly forward: ForwardView;
  readonly service: string;
}): React.ReactNode => {
  const { bindMs = 0, vendorMs, dialMs, firstByteMs } = forward.timings;
  const took =
    vendorMs === undefined && dialMs === undefined
      ? undefined
      : bindMs + (vendorMs ?? 0) + (dialMs ?? 0) + (firstByteMs ?? 0);
  return (
    <li className="line">
      <span className={`status ${isLive(forward) ? 'good' : forward.state === 'failed' ? 'bad' : ''}`}>
        {forwardWords(forward)}
      </span>
      <span className="line-main ellipsis">
        {service}{' '}
        <span className="mono faint">
          {forward.address}:{forward.port}
        </span>
      </span>
      <span className="faint">
        ↑ {bytes(forward.bytesUp)} ↓ {bytes(forward.bytesDown)}
        {took === undefined ? '' : ` · connected in ${millis(took)}`}
      </span>
    </li>
  );
};

/** What was done with a device: its connections. */
export const ActivityTab = ({ device }: TabProps): React.ReactNode => {
  const forwards = useHost((host) => host.forwardsByDevice.get(device.key)) ?? none;
  const clients = forwards.reduce((sum, forward) => sum + forward.connections, 0);
  return (
    <div className="stack">
      <Part
        title="Connections"
        actions={clients === 0 ? undefined : <span className="faint">{plural(clients, 'client')} now</span>}
      >
        {forwards.length === 0 ? (
          <Nothing title="Nobody connected yet">
            <button type="button" className="button small" onClick={() => void connect(device.key)}>
              Connect
            </button>
          </Nothing>
        ) : (
          <ul className="lines" aria-label="Connections">
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
    </div>
  );
};
