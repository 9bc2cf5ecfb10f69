import { ChevronDown, ChevronRight, Copy, Play, Plus, Square, Trash2, Waypoints } from 'lucide-react';
import { useId, useState } from 'react';
import {
  serviceKindSchema,
  type DeviceView,
  type ServiceKind,
  type ServiceView,
} from '../../../src-preload/contract/device.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { request, isLive, useMainState, vendorName } from '../../state/main-state.ts';
import { useNow } from '../../ui/clock.ts';
import { Failure, IconButton } from '../../ui/controls.tsx';
import { bytes, duration, forwardWords } from '../../ui/format.ts';
import { ForwardDetail } from '../../forwards/forward-detail.tsx';
import { ForwardBadges, Reconnecting } from '../../forwards/forward-health.tsx';
import { toast, toastError } from '../../state/view-store.ts';
import {
  busyKey,
  connect,
  copyCommand,
  copyText,
  forwardOf,
  hasActions,
  openPort,
  stopForward,
  useBusy,
} from '../../commands/device-commands.ts';
import { kindIcons } from '../../ui/kind-icons.ts';
import { ServiceCredentials } from './service-credentials.tsx';
import { VendorActions } from './vendor-actions.tsx';
import { classNames } from '../../ui/class-names.ts';
import styles from './services.module.css';
import trafficStyles from '../../forwards/traffic.module.css';

const Idle = ({ until }: { readonly until: number }): React.ReactNode => {
  const left = useNow((clock) => duration(Math.max(0, until - clock.now)));
  return <> · closes in {left} without use</>;
};

const ServiceItem = ({
  device,
  service,
}: {
  readonly device: DeviceView;
  readonly service: ServiceView;
}): React.ReactNode => {
  const Icon = kindIcons[service.kind];
  const forward = useMainState((host) => forwardOf(host.forwardsByDevice.get(device.key), service.id));
  const busy = useBusy((state) => state.keys.has(busyKey(device.key, service.id)));
  const [open, setOpen] = useState(false);
  const live = forward !== undefined && isLive(forward);
  // The others have no port on this computer, and no command that leads there.
  const isLocal = service.route === 'tunnel' || service.route === 'http';
  const target = [service.host, service.port].filter((part) => part !== undefined).join(':');
  const remove = async (): Promise<void> => {
    const answer = await request('services.remove', { deviceKey: device.key, serviceId: service.id });
    if (answer.ok) toast({ tone: 'done', text: `Removed ${service.name} from ${device.name}.` });
    else toastError(answer.error);
  };
  return (
    <li
      className={classNames(styles['service'], service.state === 'inactive' ? styles['inactive'] : '')}
      aria-label={service.state === 'inactive' ? `${service.name}, inactive` : service.name}
    >
      <div className={styles['service-line']}>
        <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
        <span className={classNames('ellipsis', styles['service-name'])}>{service.name}</span>
        {service.state === 'inactive' ? (
          <span className="tag" title={`${vendorName(device.vendor)} says that nothing answers there now.`}>
            inactive
          </span>
        ) : null}
        <span className={classNames('mono ellipsis', styles['service-target'])}>{target}</span>
        <span className={styles['service-actions']}>
          {service.custom && !live ? (
            <IconButton icon={Trash2} label={`Remove ${service.name}`} onClick={() => void remove()} />
          ) : null}
          {isLocal ? (
            <IconButton
              icon={Copy}
              label={service.kind === 'ssh' ? 'Copy command' : `Copy command for ${service.name}`}
              disabled={busy}
              onClick={() => void copyCommand(device.key, service.id)}
            />
          ) : null}
          {isLocal ? <ServiceCredentials device={device} service={service} /> : null}
          {live ? (
            <IconButton icon={Square} label={`Stop ${service.name}`} onClick={() => void stopForward(forward)} />
          ) : isLocal ? (
            <IconButton
              icon={Waypoints}
              label={`Open port for ${service.name}`}
              disabled={busy}
              onClick={() => void openPort(device.key, service.id)}
            />
          ) : null}
          <IconButton
            icon={Play}
            label={`Connect ${service.name}`}
            disabled={busy}
            onClick={() => void connect(device.key, service.id)}
          />
        </span>
      </div>
      {forward === undefined || forward.state === 'stopped' ? null : (
        <div className={classNames(styles['service-forward'], styles[forward.state])} data-part="service-forward">
          <button
            type="button"
            className="copyable mono"
            data-tip="Copy address"
            onClick={() => void copyText(`${forward.address}:${forward.port}`, 'the address')}
          >
            {forward.address}:{forward.port}
          </button>
          <span className={styles['state-word']}>{forwardWords(forward)}</span>
          <ForwardBadges forward={forward} />
          {live ? (
            <span className={trafficStyles['traffic']}>
              ↑ {bytes(forward.bytesUp)} ↓ {bytes(forward.bytesDown)}
            </span>
          ) : null}
          <IconButton
            icon={open ? ChevronDown : ChevronRight}
            label={`Details of port ${forward.port}`}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          />
        </div>
      )}
      {forward?.state === 'reconnecting' && !open ? <Reconnecting forward={forward} /> : null}
      {forward?.state === 'failed' && forward.error !== undefined && !open ? (
        <Failure error={forward.error}>
          <button type="button" className="button small" onClick={() => void openPort(device.key, service.id)}>
            Try again
          </button>
        </Failure>
      ) : null}
      {live && !open && (forward.exposureNotice !== undefined || forward.idleUntil !== undefined) ? (
        <p className={styles['service-note']}>
          {forward.exposureNotice}
          {forward.idleUntil === undefined ? null : <Idle until={forward.idleUntil} />}
        </p>
      ) : null}
      {open && forward !== undefined && forward.state !== 'stopped' ? (
        <ForwardDetail forward={forward} withTimings={false} />
      ) : null}
    </li>
  );
};

const kinds = serviceKindSchema.options;
const usualPort: Readonly<Record<ServiceKind, number | undefined>> = {
  ssh: 22,
  vnc: 5900,
  rdp: 3389,
  http: 80,
  https: 443,
  tcp: undefined,
};

const AddService = ({
  device,
  onDone,
}: {
  readonly device: DeviceView;
  readonly onDone: () => void;
}): React.ReactNode => {
  const id = useId();
  const [kind, setKind] = useState<ServiceKind>('tcp');
  const [error, setError] = useState<ErrorView>();
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const data = new FormData(form);
    const host = String(data.get('host') ?? '').trim();
    const answer = await request('services.add', {
      deviceKey: device.key,
      kind,
      port: Number(data.get('port')),
      ...(host === '' ? {} : { host }),
    });
    if (answer.ok) onDone();
    else setError(answer.error);
  };
  return (
    <form
      className={styles['add-service']}
      aria-label="Add a service"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <select
        className="select"
        aria-label="Kind"
        value={kind}
        onChange={(event) => setKind(kinds.find((name) => name === event.target.value) ?? 'tcp')}
      >
        {kinds.map((name) => (
          <option key={name} value={name}>
            {name.toUpperCase()}
          </option>
        ))}
      </select>
      <input
        key={kind}
        className="input mono"
        name="port"
        type="number"
        min={1}
        max={65535}
        required
        aria-label="Port on the device"
        placeholder="Port"
        defaultValue={usualPort[kind]}
        autoFocus
      />
      <input
        id={id}
        className="input mono"
        name="host"
        aria-label="Other machine on its network, optional"
        placeholder="Host (optional)"
      />
      <button type="submit" className="button">
        Add
      </button>
      {error === undefined ? null : <Failure error={error} />}
    </form>
  );
};

/** What can be reached on the device, each with the state of its local port. */
export const Services = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const [adding, setAdding] = useState<string>();
  const custom = useMainState(
    (host) => host.vendors.find((vendor) => vendor.id === device.vendor)?.customServices ?? host.vendors.length === 0,
  );
  const acts = useMainState((host) => hasActions(device, host.vendors));
  const open = adding === device.key;
  return (
    <section className="panel-section" aria-label="Services">
      <h3>
        Services
        {custom ? (
          <IconButton
            icon={Plus}
            label="Add service"
            aria-expanded={open}
            onClick={() => setAdding(open ? undefined : device.key)}
          />
        ) : null}
      </h3>
      {acts ? (
        <VendorActions device={device} />
      ) : (
        <>
          {device.services.length === 0 && !open ? <p className="faint">None yet.</p> : null}
          <ul className="services">
            {device.services.map((service) => (
              <ServiceItem key={service.id} device={device} service={service} />
            ))}
          </ul>
        </>
      )}
      {open ? <AddService device={device} onDone={() => setAdding(undefined)} /> : null}
    </section>
  );
};
