import {
  Accessibility,
  ClipboardPaste,
  Columns2,
  Copy,
  Radio,
  RotateCw,
  Rows2,
  Search,
  Settings2,
  X,
} from 'lucide-react';
import { canReadClipboard } from '../../state/clipboard.ts';
import { IconButton } from '../../ui/controls.tsx';
import { LeavingKey } from '../connection/session-cover.tsx';
import type { SessionControl } from '../connection/use-session.ts';
import type { PaneDeeds } from './panes/pane-deeds.ts';
import { setReaderMode, useReaderMode } from './terminal-look.ts';
import { terminalKeys, type TerminalActions } from './terminal-menu.tsx';
import { classNames } from '../../ui/class-names.ts';
import styles from '../connection/session-body.module.css';

/** The tools above a terminal. */
export const TerminalTools = ({
  device,
  session,
  searching,
  deeds,
  onSearch,
  onSettings,
  pane,
}: {
  readonly device: string;
  readonly session: SessionControl;
  readonly searching: boolean;
  readonly deeds: Pick<TerminalActions, 'copy' | 'paste'>;
  /** Opens the search, or closes it. */
  readonly onSearch: () => void;
  readonly onSettings: () => void;
  readonly pane: PaneDeeds & { readonly isMarked: boolean; readonly mark: () => void };
}): React.ReactNode => {
  const { phase } = session;
  const forReader = useReaderMode((mode) => mode.on);
  return (
    <div className={styles['session-tools']} role="toolbar" aria-label={`Terminal of ${device}`}>
      <span className={classNames('ellipsis', styles['session-fact'])}>{phase.name === 'open' ? phase.user : ''}</span>
      {phase.name === 'open' ? <LeavingKey from="terminal" /> : null}
      <IconButton icon={Search} label="Search" keys={terminalKeys('F')} aria-expanded={searching} onClick={onSearch} />
      <IconButton
        icon={Copy}
        label="Copy selection"
        keys={terminalKeys('C')}
        disabled={deeds.copy === undefined}
        onClick={deeds.copy}
      />
      {canReadClipboard() ? (
        <IconButton
          icon={ClipboardPaste}
          label="Paste"
          keys={terminalKeys('V')}
          disabled={deeds.paste === undefined}
          onClick={deeds.paste}
        />
      ) : null}
      <IconButton
        icon={Accessibility}
        label="Screen reader mode"
        aria-pressed={forReader}
        onClick={() => setReaderMode(!forReader)}
      />
      <IconButton icon={Settings2} label="Terminal settings" onClick={onSettings} />
      <IconButton icon={RotateCw} label="Reconnect" onClick={session.reconnect} />
      <IconButton icon={Columns2} label="Split right" keys={terminalKeys('D')} onClick={() => pane.split('right')} />
      <IconButton icon={Rows2} label="Split down" keys={terminalKeys('E')} onClick={() => pane.split('down')} />
      <IconButton
        icon={Radio}
        label="Type into all marked panes"
        keys={terminalKeys('B')}
        aria-pressed={pane.isMarked}
        onClick={pane.mark}
      />
      {pane.close === undefined ? null : <IconButton icon={X} label="Close this pane" onClick={pane.close} />}
    </div>
  );
};
