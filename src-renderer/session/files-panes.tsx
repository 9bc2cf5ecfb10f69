import { useRef, useState } from 'react';
import { X } from 'lucide-react';
import { inSentence, withoutDirections } from '../../src-main/core/text/letters.ts';
import type { SessionPlace } from '../../src-preload/contract/session.ts';
import { IconButton } from '../ui/controls.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { useDeviceName } from './device-name.ts';
import { FilesTab } from './files/files-tab.tsx';
import type { FilesPane, PaneEnd } from './files/panes.ts';
import { SecondPaneButton } from './second-pane.tsx';
import styles from './files-panes.module.css';

/** Puts the keyboard onto the first file of a pane; onto its list where that is empty. */
const focusList = (pane: HTMLElement | null | undefined): void =>
  (pane?.querySelector<HTMLElement>('tbody button') ?? pane?.querySelector<HTMLElement>('[role=region]'))?.focus();

/** The files of a device, and on request those of another device or of this computer beside them. */
export const FilesPanes = ({
  place,
  device,
  onUnsent,
}: {
  readonly place: SessionPlace;
  readonly device: string;
  readonly onUnsent: (names: readonly string[]) => void;
}): React.ReactNode => {
  const [second, setSecond] = useState<SessionPlace>();
  const [unsent, setUnsent] = useState<readonly [readonly string[], readonly string[]]>([[], []]);
  const [closing, setClosing] = useState(false);
  const left = useRef<PaneEnd | undefined>(undefined);
  const right = useRef<PaneEnd | undefined>(undefined);
  const drag: FilesPane['drag'] = useRef(undefined);
  const secondName = useDeviceName(second?.deviceKey ?? place.deviceKey);
  // Of two panes with one device, the words “the other pane” tell more than its name.
  const isSame = second?.deviceKey === place.deviceKey;
  const note = (next: typeof unsent): void => {
    setUnsent(next);
    onUnsent(next.flat());
  };
  const close = (): void => {
    setSecond(undefined);
    setClosing(false);
    note([unsent[0], []]);
  };
  return (
    <div
      className={styles['panes']}
      data-split={second !== undefined}
      onKeyDown={(event) => {
        if (event.key !== 'F6' || event.ctrlKey || event.metaKey || second === undefined) return;
        event.preventDefault();
        const [first, last] = event.currentTarget.querySelectorAll<HTMLElement>(':scope > [data-part=files-pane]');
        focusList(first?.contains(document.activeElement) === true ? last : first);
      }}
    >
      <div className={styles['pane']} data-part="files-pane">
        {second === undefined ? null : <h2 className={styles['pane-name']}>{withoutDirections(device)}</h2>}
        <FilesTab
          place={place}
          device={device}
          onUnsent={(names) => note([names, unsent[1]])}
          tools={second === undefined ? <SecondPaneButton place={place} onChoose={setSecond} /> : null}
          pane={
            second === undefined
              ? undefined
              : { otherName: isSame ? 'the other pane' : secondName, own: left, other: right, drag }
          }
        />
      </div>
      {second === undefined ? null : (
        <div className={styles['pane']} data-part="files-pane">
          <h2 className={styles['pane-name']}>{withoutDirections(secondName)}</h2>
          <FilesTab
            key={`${second.deviceKey} ${second.serviceId}`}
            place={second}
            device={secondName}
            onUnsent={(names) => note([unsent[0], names])}
            tools={
              <IconButton
                icon={X}
                label={`Close the pane of ${inSentence(secondName)}`}
                onClick={() => (unsent[1].length > 0 ? setClosing(true) : close())}
              />
            }
            pane={{ otherName: isSame ? 'the other pane' : device, own: right, other: left, drag }}
          />
        </div>
      )}
      {closing ? (
        <Confirm
          title={`Close the pane of ${inSentence(secondName)}?`}
          loss="What you saved of its files here was not sent to the device and is lost."
          verb="Close the pane"
          onConfirm={close}
          onClose={() => setClosing(false)}
        />
      ) : null}
    </div>
  );
};
