import { Columns2, FolderOpen, Laptop } from 'lucide-react';
import { useState } from 'react';
import { fold, withoutDirections } from '../../src-main/core/text/letters.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { thisComputer, type SessionPlace } from '../../src-preload/contract/session.ts';
import { fleet, useMainState } from '../state/main-state.ts';
import { IconButton } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { classNames } from '../ui/class-names.ts';
import { useTabs } from './session-tabs.ts';
import styles from './files-panes.module.css';

/** Devices offered at once; more are found by their names. */
const maxOffered = 4;

const none: readonly string[] = [];

const filesOf = (device: DeviceView, own: SessionPlace): SessionPlace | undefined => {
  if (device.key === own.deviceKey) return own;
  const ssh = device.services.find(({ kind, route }) => kind === 'ssh' && route === 'tunnel');
  return ssh === undefined ? undefined : { kind: 'files', deviceKey: device.key, serviceId: ssh.id };
};

/** Devices whose files can be shown: those of tabs and lately connected to first, or those of a name. */
const offer = (typed: string, own: SessionPlace, recents: readonly string[]): readonly SessionPlace[] => {
  const wanted = fold(typed.trim());
  const first = [own.deviceKey, ...useTabs.getState().tabs.map(({ place }) => place.deviceKey), ...recents];
  const places = new Map<string, SessionPlace>();
  const take = (device: DeviceView | undefined): void => {
    if (device === undefined || !fold(device.name).includes(wanted)) return;
    // Who looks for a device by its name may know better than its vendor.
    if (wanted === '' && device.presence.state === 'offline') return;
    const place = filesOf(device, own);
    if (place !== undefined && places.size < maxOffered) places.set(place.deviceKey, place);
  };
  for (const key of first) take(fleet.get(key));
  for (const { device } of fleet.searchable()) {
    if (places.size >= maxOffered) break;
    take(device);
  }
  return [...places.values()];
};

/** Asks what is to be shown beside the files of a tab. */
const SecondPaneDialog = ({
  place,
  onChoose,
  onClose,
}: {
  readonly place: SessionPlace;
  readonly onChoose: (place: SessionPlace) => void;
  readonly onClose: () => void;
}): React.ReactNode => {
  const [typed, setTyped] = useState('');
  const devices = useMainState((host) => host.devices);
  const recents = useMainState((host) => host.app?.recents) ?? none;
  const isDesktop = useMainState((host) => host.app?.host === 'desktop');
  const places = offer(typed, place, recents);
  return (
    <Dialog label="Show beside these files" className="confirm" onClose={onClose}>
      <h2>Show beside these files</h2>
      <ul className={styles['places']} aria-label="Places">
        <li>
          <button
            type="button"
            className={styles['place']}
            disabled={!isDesktop}
            aria-describedby={isDesktop ? undefined : 'no-local-files'}
            onClick={() => onChoose({ kind: 'files', deviceKey: thisComputer, serviceId: 'files' })}
          >
            <Laptop size={14} aria-hidden="true" />
            This computer
          </button>
          {isDesktop ? null : (
            <p id="no-local-files" className={styles['place-note']}>
              In a browser, Quayside shows no folders of this computer. Drop files here or use Upload; the desktop
              application shows them beside the device.
            </p>
          )}
        </li>
      </ul>
      <input
        className="input"
        type="search"
        aria-label="Find a device"
        placeholder="Find a device"
        value={typed}
        spellCheck={false}
        autoFocus
        onChange={(event) => setTyped(event.target.value)}
      />
      <ul className={classNames(styles['places'], styles['devices'])} aria-label="Devices">
        {places.map((one) => (
          <li key={one.deviceKey}>
            <button type="button" className={styles['place']} onClick={() => onChoose(one)}>
              <FolderOpen size={14} aria-hidden="true" />
              <span className="ellipsis">{withoutDirections(devices.nameOf(one.deviceKey))}</span>
              {one.deviceKey === place.deviceKey ? <span className="faint">another folder</span> : null}
            </button>
          </li>
        ))}
        {places.length === 0 ? (
          <li className={styles['place-note']}>No device of this name has files to show.</li>
        ) : null}
      </ul>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
};

/** Opens a second pane beside the files of a tab. */
export const SecondPaneButton = ({
  place,
  onChoose,
}: {
  readonly place: SessionPlace;
  readonly onChoose: (place: SessionPlace) => void;
}): React.ReactNode => {
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <IconButton icon={Columns2} label="Show a second pane" onClick={() => setIsAsking(true)} />
      {isAsking ? (
        <SecondPaneDialog
          place={place}
          onChoose={(chosen) => {
            setIsAsking(false);
            onChoose(chosen);
          }}
          onClose={() => setIsAsking(false)}
        />
      ) : null}
    </>
  );
};
