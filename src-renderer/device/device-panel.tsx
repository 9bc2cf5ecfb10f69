import { Check, ChevronDown, Copy, Maximize2, Minimize2, Play, Star, X } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useEffect, useRef } from 'react';
import type { DeviceView, ServiceView } from '../../src-preload/contract/device.ts';
import { useDevice, useMainState, useVendorName } from '../state/main-state.ts';
import { useNow } from '../ui/clock.ts';
import { DeviceAlerts } from '../incidents/device-alerts.tsx';
import { IconButton, PresenceMark } from '../ui/controls.tsx';
import { absolute, presenceSentence } from '../ui/format.ts';
import { modKey } from '../ui/shortcuts.ts';
import { announce, closePanel, showDevicePage, showLaunchers, useView } from '../state/view-store.ts';
import { focusList } from '../commands/focus.ts';
import {
  busyKey,
  connect,
  copyCommand,
  copyText,
  defaultService,
  hasActions,
  openPort,
  setDefaultService,
  setFavourite,
  useBusy,
} from '../commands/device-commands.ts';
import { SessionMenu } from '../session/session-menu.tsx';
import { DeviceTabs } from './device-tabs-view.tsx';
import { classNames } from '../ui/class-names.ts';
import styles from './device-panel.module.css';

const PresenceLine = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const sentence = useNow((clock) => presenceSentence(device.presence, clock.now));
  const account = useMainState((host) => host.accountsById.get(device.accountId));
  return (
    <p className={styles['panel-presence']} title={absolute(device.presence.observedAt)}>
      {sentence}
      {account?.error === undefined ? '' : `. ${account.label} is not answering now`}
    </p>
  );
};

const ConnectButton = ({
  busy,
  via,
  onClick,
}: {
  readonly busy: boolean;
  readonly via: string;
  readonly onClick: () => void;
}): React.ReactNode => (
  <button
    type="button"
    className={classNames('button primary', styles['connect'])}
    aria-keyshortcuts="Enter"
    disabled={busy}
    onClick={onClick}
  >
    <span>{busy ? 'Connecting' : 'Connect'}</span>
    <span className={styles['connect-with']} aria-hidden="true">
      <span className="ellipsis">{via}</span>
      <kbd>⏎</kbd>
    </span>
  </button>
);

/** Connect, where the vendor's program on this computer does it: the first thing it offers. */
const ActionBar = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const busy = useBusy((state) => state.keys.has(busyKey(device.key, '')));
  const vendor = useVendorName(device.vendor);
  return (
    <div className={styles['connect-bar']}>
      <ConnectButton busy={busy} via={vendor} onClick={() => void connect(device.key)} />
    </div>
  );
};

/** What Connect opens on this device: Quayside's choice, or the user's. */
const DefaultServiceMenu = ({
  device,
  opens,
}: {
  readonly device: DeviceView;
  readonly opens: ServiceView;
}): React.ReactNode => {
  const mark = (
    <DropdownMenu.ItemIndicator className="menu-detail">
      <Check size={14} aria-hidden="true" />
    </DropdownMenu.ItemIndicator>
  );
  return (
    <>
      <DropdownMenu.Separator className="menu-line" />
      <DropdownMenu.Sub>
        <DropdownMenu.SubTrigger className="menu-item">
          <Star size={14} aria-hidden="true" />
          What Connect opens
          <span className="menu-detail">{opens.name}</span>
        </DropdownMenu.SubTrigger>
        <DropdownMenu.Portal>
          <DropdownMenu.SubContent className="menu" collisionPadding={8}>
            <DropdownMenu.RadioGroup
              value={device.defaultService ?? ''}
              onValueChange={(id) => {
                // Choosing the same service again changes nothing.
                if (id !== (device.defaultService ?? ''))
                  void setDefaultService(
                    device,
                    device.services.find((service) => service.id === id),
                  );
              }}
            >
              <DropdownMenu.RadioItem className="menu-item" value="">
                Quayside chooses
                {mark}
              </DropdownMenu.RadioItem>
              {device.services.map((service) => (
                <DropdownMenu.RadioItem key={service.id} className="menu-item" value={service.id}>
                  {service.name}
                  {mark}
                </DropdownMenu.RadioItem>
              ))}
            </DropdownMenu.RadioGroup>
          </DropdownMenu.SubContent>
        </DropdownMenu.Portal>
      </DropdownMenu.Sub>
    </>
  );
};

const ConnectBar = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const service = defaultService(device);
  const busy = useBusy((state) => service !== undefined && state.keys.has(busyKey(device.key, service.id)));
  const launchers = useView((view) => view.launchers);
  const acts = useMainState((host) => hasActions(device, host.vendors));
  if (acts) return <ActionBar device={device} />;
  if (service === undefined) return <p className="faint">No service to connect to yet. Add the port of one below.</p>;
  return (
    <div className={styles['connect-bar']}>
      <ConnectButton busy={busy} via={service.name} onClick={() => void connect(device.key, service.id)} />
      <DropdownMenu.Root modal={false} open={launchers} onOpenChange={showLaunchers}>
        <DropdownMenu.Trigger
          className={classNames('button primary', styles['connect-more'])}
          aria-label="Other ways to connect"
          data-tip="Other ways to connect"
          data-keys={`${modKey} ⏎`}
        >
          <ChevronDown size={15} aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
            {device.services.map((other) => (
              <DropdownMenu.Item
                key={other.id}
                className="menu-item"
                onSelect={() => void connect(device.key, other.id)}
              >
                <Play size={14} aria-hidden="true" />
                Connect {other.name}
                <span className="menu-detail">{other.port}</span>
              </DropdownMenu.Item>
            ))}
            {service.route === 'tunnel' || service.route === 'http' ? (
              <>
                <DropdownMenu.Separator className="menu-line" />
                <DropdownMenu.Item className="menu-item" onSelect={() => void copyCommand(device.key, service.id)}>
                  <Copy size={14} aria-hidden="true" />
                  Copy command
                  <span className="menu-detail">c</span>
                </DropdownMenu.Item>
                <DropdownMenu.Item className="menu-item" onSelect={() => void openPort(device.key, service.id)}>
                  <Play size={14} aria-hidden="true" />
                  Open the port only
                </DropdownMenu.Item>
              </>
            ) : null}
            <SessionMenu device={device} />
            {device.services.length > 1 ? <DefaultServiceMenu device={device} opens={service} /> : null}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </div>
  );
};

/** Says aloud when the device on show comes or goes. */
const useSpokenPresence = (device: DeviceView | undefined): void => {
  const before = useRef<{ key: string; state: string } | undefined>(undefined);
  const key = device?.key;
  const state = device?.presence.state;
  const name = device?.name ?? '';
  useEffect(() => {
    if (key === undefined || state === undefined) return;
    if (before.current?.key === key && before.current.state !== state)
      announce(`${name} is ${state === 'unknown' ? 'of unknown presence' : state} now.`);
    before.current = { key, state };
  }, [key, state, name]);
};

/** The chosen device: connect first, everything else one level below. Beside the list, or a page of its own. */
export const DevicePanel = ({ page }: { readonly page: boolean }): React.ReactNode => {
  const key = useView((view) => view.active);
  const device = useDevice(key);
  const account = useMainState((host) => host.accountsById.get(device?.accountId ?? ''));
  const vendor = useVendorName(device?.vendor ?? '');
  useSpokenPresence(device);
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    // The list that had the keyboard is gone; from here the keys about one device work, and Tab goes on.
    if (page) place.current?.focus();
  }, [page]);
  if (device === undefined)
    return (
      <aside
        className={classNames(styles['panel'], page ? styles['as-page'] : '')}
        data-part="panel"
        data-as-page={page ? '' : undefined}
        aria-label="Device"
      >
        <div className={styles['panel-scroll']} data-part="scroll">
          <p className="faint">This device is no longer listed by its vendor.</p>
          <button type="button" className="button" onClick={closePanel}>
            Close
          </button>
        </div>
      </aside>
    );
  return (
    <section
      ref={place}
      className={classNames(styles['panel'], page ? styles['as-page'] : '')}
      data-part="panel"
      data-as-page={page ? '' : undefined}
      role="region"
      aria-label={device.name}
      tabIndex={page ? -1 : undefined}
    >
      <header className={styles['panel-head']}>
        <div className={styles['panel-title']}>
          <PresenceMark state={device.presence.state} />
          <h2>
            <button
              type="button"
              className="copyable"
              data-tip="Copy name"
              onClick={() => void copyText(device.name, 'the name')}
            >
              <span className={styles['panel-name']} data-part="name">
                {device.name}
              </span>
            </button>
          </h2>
          <IconButton
            icon={Star}
            label={device.favourite ? 'Remove from favourites' : 'Add to favourites'}
            keys="f"
            className={device.favourite ? 'on' : ''}
            aria-pressed={device.favourite}
            onClick={() => void setFavourite(device)}
          />
          <DeviceAlerts device={device} />
          <IconButton
            icon={page ? Minimize2 : Maximize2}
            label={page ? 'Back to the list' : 'Open page'}
            keys="p"
            onClick={() => showDevicePage(!page)}
          />
          <IconButton
            icon={X}
            label={page ? 'Close page' : 'Close panel'}
            keys={page ? undefined : 'Esc'}
            onClick={() => {
              closePanel();
              focusList();
            }}
          />
        </div>
        <p className={classNames('ellipsis', styles['panel-where'])}>
          {[vendor, account?.label, device.groups[0]].filter((part) => part !== undefined).join(' · ')}
        </p>
        <PresenceLine device={device} />
        <ConnectBar device={device} />
      </header>
      <DeviceTabs device={device} />
    </section>
  );
};
