import { Check, Copy, Minus, Play } from 'lucide-react';
import { memo, useState } from 'react';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import { isLive, useDevice, useMainState, useVendorName } from '../state/main-state.ts';
import { busyKey, connect, copyCommand, defaultService, useBusy } from '../commands/device-commands.ts';
import { useNow } from '../ui/clock.ts';
import { IconButton, PresenceMark } from '../ui/controls.tsx';
import { absolute, forwardWords, seen } from '../ui/format.ts';
import { markRange, openPanel, toggleMark, useView } from '../state/view-store.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './device-grid.module.css';

/** Id of the row's element, for `aria-activedescendant`. */
export const rowId = (index: number): string => `device-row-${index}`;

/** The forward to show in one cell: a live one, else a failed one. */
export const shownForward = (forwards: readonly ForwardView[] | undefined): ForwardView | undefined =>
  forwards?.find(isLive) ?? forwards?.find((forward) => forward.state === 'failed');

const Seen = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const text = useNow((clock) => seen(device.presence, clock.now));
  return <span title={absolute(device.presence.lastOnlineAt ?? device.presence.observedAt)}>{text}</span>;
};

const ForwardCell = ({ deviceKey }: { readonly deviceKey: string }): React.ReactNode => {
  const forward = useMainState((host) => shownForward(host.forwardsByDevice.get(deviceKey)));
  if (forward === undefined) return null;
  return (
    <span className={classNames(styles['forward-chip'], styles[forward.state])}>
      <span className="mono">:{forward.port}</span>{' '}
      <span className={styles['forward-words']}>{forwardWords(forward)}</span>
    </span>
  );
};

const RowActions = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const service = defaultService(device);
  const busy = useBusy((state) => service !== undefined && state.keys.has(busyKey(device.key, service.id)));
  if (service === undefined) return null;
  return (
    <span className={classNames(styles['row-actions'], busy ? styles['busy'] : '')}>
      {service.kind === 'ssh' ? (
        <IconButton
          icon={Copy}
          label="Copy command"
          keys="c"
          tabIndex={-1}
          disabled={busy}
          onClick={(event) => {
            event.stopPropagation();
            void copyCommand(device.key, service.id);
          }}
        />
      ) : null}
      <IconButton
        icon={Play}
        label={`Connect with ${service.name}`}
        keys="⏎"
        tabIndex={-1}
        disabled={busy}
        onClick={(event) => {
          event.stopPropagation();
          void connect(device.key, service.id);
        }}
      />
    </span>
  );
};

/** Shows that a line is selected, or can be. The row tells assistive technology; the keys are x and Shift. */
export const MarkBox = ({ checked }: { readonly checked: boolean | 'some' }): React.ReactNode => (
  <span
    className={classNames(styles['mark-box'], checked === false ? '' : styles['on'])}
    data-part="mark"
    aria-hidden="true"
  >
    {checked === false ? null : checked === 'some' ? (
      <Minus size={11} strokeWidth={3} />
    ) : (
      <Check size={11} strokeWidth={3} />
    )}
  </span>
);

/** A line of the list. It re-renders only for its own device. */
export const DeviceRow = memo(
  ({
    deviceKey,
    index,
    top,
    active,
    keys,
  }: {
    readonly deviceKey: string;
    readonly index: number;
    readonly top: number;
    readonly active: boolean;
    /** The list it stands in, for ranges. */
    readonly keys: readonly string[];
  }): React.ReactNode => {
    const device = useDevice(deviceKey);
    const account = useMainState((host) => host.accountsById.get(device?.accountId ?? ''));
    const vendor = useVendorName(device?.vendor ?? '');
    const marked = useView((view) => view.marked.has(deviceKey));
    const [hovered, setHovered] = useState(false);
    if (device === undefined) return null;
    const group = device.groups[0];
    return (
      <div
        role="row"
        id={rowId(index)}
        className={classNames(
          styles['grid-row'],
          styles['device-row'],
          active ? styles['active'] : '',
          marked ? styles['marked'] : '',
          styles[device.presence.state],
          account?.error === undefined ? '' : styles['stale'],
        )}
        data-part="device"
        data-active={active ? '' : undefined}
        aria-rowindex={index + 2}
        aria-selected={marked || active}
        style={{ transform: `translateY(${top}px)` }}
        onClick={(event) => {
          if (event.shiftKey) markRange(deviceKey, keys);
          else if (event.metaKey || event.ctrlKey) toggleMark(deviceKey);
          else openPanel(deviceKey);
        }}
        onPointerEnter={() => setHovered(true)}
        onPointerLeave={() => setHovered(false)}
        onDoubleClick={() => void connect(deviceKey)}
      >
        <div
          role="gridcell"
          className={styles['col-presence']}
          onClick={(event) => {
            // The whole cell reacts, not only the box: a near miss should not open the panel.
            event.stopPropagation();
            if (event.shiftKey) markRange(deviceKey, keys);
            else toggleMark(deviceKey);
          }}
          onDoubleClick={(event) => event.stopPropagation()}
        >
          <PresenceMark state={device.presence.state} />
          <MarkBox checked={marked} />
        </div>
        <div role="gridcell" className={classNames('ellipsis', styles['col-name'])} data-part="name">
          {device.name}
          {device.favourite ? (
            <span className={styles['row-star']} role="img" aria-label="favourite">
              ★
            </span>
          ) : null}
        </div>
        <div role="gridcell" className="col-group ellipsis">
          {group ?? <span className={styles['absent']}>–</span>}
          {device.groups.length > 1 ? <span className="faint"> +{device.groups.length - 1}</span> : null}
        </div>
        <div role="gridcell" className={classNames('ellipsis', styles['col-vendor'])}>
          {vendor}
        </div>
        <div role="gridcell" className={classNames('ellipsis', styles['col-account'])}>
          {account?.label}
        </div>
        <div role="gridcell" className={classNames('ellipsis mono', styles['col-address'])}>
          {device.internalAddress ?? device.externalAddress ?? <span className={styles['absent']}>–</span>}
        </div>
        <div role="gridcell" className="col-seen ellipsis">
          <Seen device={device} />
        </div>
        <div role="gridcell" className={styles['col-forward']}>
          <ForwardCell deviceKey={deviceKey} />
          {hovered || active ? <RowActions device={device} /> : null}
        </div>
      </div>
    );
  },
);
DeviceRow.displayName = 'DeviceRow';
