import { Bell, BellOff, BellRing, ChevronDown, ChevronRight, Play } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useEffect, useId, useRef, useState } from 'react';
import type { IncidentView } from '../../src-preload/contract/alert.ts';
import { connect } from '../commands/device-commands.ts';
import { useNow } from '../ui/clock.ts';
import { IconButton, PresenceMark } from '../ui/controls.tsx';
import { absolute, ago, count, duration, clockWords } from '../ui/format.ts';
import { openPanel, useView } from '../state/view-store.ts';
import { mute, snooze, tellWhenBack, useAlertChoices } from './alert-choices.ts';
import { MuteRows } from './mute-menu.tsx';
import { classNames } from '../ui/class-names.ts';
import styles from './incidents.module.css';

/** Devices listed at once; the rest is behind a click. */
const fewDevices = 8;

const Devices = ({ incident }: { readonly incident: IncidentView }): React.ReactNode => {
  const [all, setAll] = useState(false);
  const now = useNow((clock) => clock.now);
  const waiting = useAlertChoices((state) => state.value?.tellWhenBack);
  const shown = all ? incident.devices : incident.devices.slice(0, fewDevices);
  return (
    <>
      <ul className={styles['incident-devices']} aria-label={`Devices of ${incident.title}`}>
        {shown.map((device) => {
          const waits = waiting?.includes(device.key) === true;
          return (
            <li key={device.key}>
              <PresenceMark state={device.offline ? 'offline' : 'online'} />
              <button type="button" className="copyable ellipsis" onClick={() => openPanel(device.key)}>
                {device.name}
              </button>
              <span className="faint">
                {device.offline
                  ? `since ${duration(now - device.since)}`
                  : device.backAt === undefined
                    ? 'back'
                    : `back after ${duration(device.backAt - device.since)}`}
              </span>
              {device.offline ? (
                <IconButton
                  icon={BellRing}
                  label={waits ? `Do not tell me when ${device.name} is back` : `Tell me when ${device.name} is back`}
                  className={waits ? 'on' : ''}
                  aria-pressed={waits}
                  onClick={() => void tellWhenBack(device.key, !waits, device.name)}
                />
              ) : (
                <IconButton icon={Play} label={`Connect to ${device.name}`} onClick={() => void connect(device.key)} />
              )}
            </li>
          );
        })}
      </ul>
      {incident.devices.length > shown.length ? (
        <button
          type="button"
          className={classNames('link-button', styles['incident-more'])}
          onClick={() => setAll(true)}
        >
          Show all {count(incident.devices.length)}
          {incident.lost > incident.devices.length ? ` of ${count(incident.lost)}` : ''}
        </button>
      ) : null}
    </>
  );
};

/** A day from now on, what is put aside is muted, not snoozed. */
const dayMs = 86_400_000;

/** The bell of an incident: whether its notice is wanted. */
const IncidentBell = ({ incident }: { readonly incident: IncidentView }): React.ReactNode => {
  const now = useNow((clock) => clock.now);
  const until = incident.snoozedUntil;
  const state = until === undefined ? undefined : until - now > dayMs ? 'Muted' : `Snoozed until ${clockWords(until)}`;
  const Icon = state === undefined ? Bell : BellOff;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className={`icon-button ${state === undefined ? '' : 'on'}`}
        aria-label={`${state ?? 'Snooze or mute'}: ${incident.title}`}
        data-tip={state ?? 'Snooze or mute'}
      >
        <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          {state === undefined ? (
            <MuteRows
              onSnooze={(forMs, period) =>
                void snooze({ incidentId: incident.id, forMs }, `No notices about this for ${period}.`)
              }
              onMute={() =>
                void mute({ incidentId: incident.id }, 'Muted, and so is its like, until you take it back.')
              }
            />
          ) : (
            <DropdownMenu.Item
              className="menu-item"
              onSelect={() => void snooze({ incidentId: incident.id, forMs: 0 }, 'You are told about this again.')}
            >
              <Bell size={14} aria-hidden="true" />
              Tell me again
            </DropdownMenu.Item>
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
};

/** One incident: its sentence, its devices, and the menu to snooze or mute it. */
export const IncidentItem = ({ incident }: { readonly incident: IncidentView }): React.ReactNode => {
  const id = useId();
  const [open, setOpen] = useState(false);
  const item = useRef<HTMLLIElement>(null);
  const isWanted = useView((view) => view.incident === incident.id);
  useEffect(() => {
    if (!isWanted) return;
    setOpen(true);
    item.current?.scrollIntoView({ block: 'nearest' });
    item.current?.querySelector('button')?.focus({ preventScroll: true });
    useView.setState({ incident: undefined });
  }, [isWanted]);
  const when = useNow((clock) => ago(incident.startedAt, clock.now));
  const ended = incident.resolvedAt;
  const only = incident.devices.length === 1 ? incident.devices[0] : undefined;
  return (
    <li
      ref={item}
      className={classNames(styles['incident'], ended === undefined ? styles['open'] : '')}
      aria-label={incident.title}
    >
      <div className={styles['incident-line']}>
        <button
          type="button"
          className="icon-button"
          aria-expanded={open}
          aria-controls={id}
          aria-label={open ? 'Hide its devices' : 'Show its devices'}
          onClick={() => setOpen(!open)}
        >
          {open ? <ChevronDown size={15} aria-hidden="true" /> : <ChevronRight size={15} aria-hidden="true" />}
        </button>
        <PresenceMark state={ended === undefined ? 'offline' : 'online'} />
        <div className={styles['incident-words']}>
          <p className={styles['incident-title']}>{incident.title}</p>
          <p className="faint ellipsis" data-tip={incident.body}>
            {incident.body}
          </p>
        </div>
        <span className={styles['incident-state']}>
          <time dateTime={new Date(incident.startedAt).toISOString()} data-tip={absolute(incident.startedAt)}>
            {when}
          </time>
          <span className="faint">
            {ended !== undefined
              ? `back after ${duration(ended - incident.startedAt)}`
              : incident.offline < incident.lost
                ? `${count(incident.offline)} of ${count(incident.lost)} still offline`
                : `${count(incident.offline)} offline`}
          </span>
        </span>
        {only === undefined ? null : (
          <IconButton icon={Play} label={`Connect to ${only.name}`} onClick={() => void connect(only.key)} />
        )}
        {ended === undefined ? <IncidentBell incident={incident} /> : null}
      </div>
      <div id={id} hidden={!open}>
        {open ? <Devices incident={incident} /> : null}
      </div>
    </li>
  );
};
