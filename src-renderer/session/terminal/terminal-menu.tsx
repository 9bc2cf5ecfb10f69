import { ClipboardPaste, Copy, Search, TextSelect } from 'lucide-react';
import { ContextMenu } from 'radix-ui';

/** Keys as they are written on this computer. */
export const isMac = navigator.platform.startsWith('Mac');

/** The shortcut of a letter in a terminal: Ctrl alone belongs to the device. */
export const terminalKeys = (letter: string): string => (isMac ? `⌘ ${letter}` : `Ctrl ⇧ ${letter}`);

/** Whether a key press is such a shortcut. */
export const isTerminalChord = (event: KeyboardEvent): boolean =>
  isMac ? event.metaKey : event.ctrlKey && event.shiftKey;

/** What can be done in a terminal by menu; undefined: not now. */
export interface TerminalActions {
  readonly copy: (() => void) | undefined;
  readonly paste: (() => void) | undefined;
  readonly selectAll: () => void;
  readonly search: () => void;
}

/** The menu of the right mouse button, where no program on the device has taken the mouse. */
export const TerminalMenu = ({
  isTaken,
  actions,
  onClose,
  children,
}: {
  /** Whether the mouse is the device's. */
  readonly isTaken: () => boolean;
  readonly actions: TerminalActions;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}): React.ReactNode => {
  const item = (
    label: string,
    Icon: typeof Copy,
    letter: string | undefined,
    deed: (() => void) | undefined,
  ): React.ReactNode => (
    <ContextMenu.Item className="menu-item" disabled={deed === undefined} onSelect={deed}>
      <Icon size={14} aria-hidden="true" />
      {label}
      {letter === undefined ? null : <span className="menu-detail">{terminalKeys(letter)}</span>}
    </ContextMenu.Item>
  );
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger
        asChild
        onContextMenu={(event) => {
          if (isTaken() && !event.shiftKey) event.preventDefault();
        }}
      >
        {children}
      </ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content
          className="menu"
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            onClose();
          }}
        >
          {item('Copy', Copy, 'C', actions.copy)}
          {item('Paste', ClipboardPaste, 'V', actions.paste)}
          <ContextMenu.Separator className="menu-line" />
          {item('Select all', TextSelect, undefined, actions.selectAll)}
          {item('Search', Search, 'F', actions.search)}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
};
