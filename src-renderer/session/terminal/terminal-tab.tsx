import { useEffect, useRef, useState } from 'react';
import type { SessionPlace } from '../../../src-preload/contract/session.ts';
import { copyText } from '../../commands/device-commands.ts';
import { canReadClipboard, readClipboard } from '../../state/clipboard.ts';
import { toast } from '../../state/view-store.ts';
import { cleanPaste, runsAtOnce } from './paste-text.ts';
import { keyFileMemory } from '../connection/questions.tsx';
import { SessionCover } from '../connection/session-cover.tsx';
import { PasteDialog } from './terminal-dialogs.tsx';
import { familiesOf, keepFont, readFont, type TerminalFont } from './terminal-look.ts';
import { isMac, TerminalMenu, terminalKeys } from './terminal-menu.tsx';
import { beginAfresh } from './terminal-abilities.ts';
import type { TerminalScreen } from './terminal-screen.ts';
import { choicesOf } from './terminal-choices.ts';
import { TerminalSettings } from './terminal-settings.tsx';
import { TerminalSearch } from './terminal-search.tsx';
import { TerminalTools } from './terminal-tools.tsx';
import { useSession } from '../connection/use-session.ts';
import { useTerminal } from './use-terminal.ts';
import { classNames } from '../../ui/class-names.ts';
import sessionBodyStyles from '../connection/session-body.module.css';
import terminalTabStyles from './terminal-tab.module.css';

/** A shell of a device. */
export const TerminalTab = ({
  place,
  device,
  shown,
}: {
  readonly place: SessionPlace;
  readonly device: string;
  readonly shown: boolean;
}): React.ReactNode => {
  const host = useRef<HTMLDivElement>(null);
  const screen = useRef<TerminalScreen | undefined>(undefined);
  const [font, setFont] = useState(readFont);
  const [choosing, setChoosing] = useState(false);
  const [pasting, setPasting] = useState<string>();
  const [searching, setSearching] = useState(false);
  const [hasSelection, setHasSelection] = useState(false);
  /** The address under the mouse. */
  const [link, setLink] = useState<string>();
  /** Whether it was said that a program wants the clipboard: once is enough. */
  const wasClipped = useRef(false);
  /** When the last session ended, in epoch milliseconds. */
  const endedAt = useRef<number>(undefined);
  const focus = (): void => screen.current?.terminal.focus();

  const session = useSession(place, {
    options: () => {
      const keyFile = localStorage.getItem(keyFileMemory);
      const terminal = screen.current?.terminal;
      return {
        term: choicesOf(place.deviceKey).term,
        ...(terminal === undefined ? {} : { cols: terminal.cols, rows: terminal.rows }),
        ...(keyFile === null || keyFile === '' ? {} : { keyFile }),
      };
    },
    bytes: (bytes, taken) => {
      const terminal = screen.current?.terminal;
      if (terminal === undefined) taken();
      else terminal.write(bytes, taken);
    },
    opened: () => {
      const terminal = screen.current?.terminal;
      if (terminal === undefined) return;
      if (endedAt.current !== undefined) beginAfresh(terminal, endedAt.current, Date.now());
      session.handle.current?.resize(terminal.cols, terminal.rows);
    },
  });
  const { handle, phase } = session;
  const isOpen = phase.name === 'open';
  useEffect(() => {
    if (!isOpen) return undefined;
    return () => {
      endedAt.current = Date.now();
    };
  }, [isOpen]);
  useEffect(() => {
    if (shown && isOpen) screen.current?.terminal.focus();
  }, [shown, isOpen]);

  const paste = (text: string): void => {
    const terminal = screen.current?.terminal;
    const clean = cleanPaste(text);
    if (terminal === undefined || clean === '' || !isOpen) return;
    if (runsAtOnce(clean, terminal.modes.bracketedPasteMode)) return setPasting(clean);
    terminal.paste(clean);
    terminal.focus();
  };
  const pasteClipboard = async (): Promise<void> => {
    const text = await readClipboard();
    if (text !== undefined) return paste(text);
    const hint = `Paste with ${terminalKeys('V').replaceAll(' ', '+')}, or allow it for this page.`;
    toast({ tone: 'error', text: 'The browser does not let Quayside read the clipboard.', hint });
    focus();
  };
  const copy = (): void => {
    const selection = screen.current?.terminal.getSelection() ?? '';
    if (selection !== '') void copyText(selection, 'the selection');
  };
  const deeds = {
    copy: hasSelection ? copy : undefined,
    paste: isOpen && canReadClipboard() ? () => void pasteClipboard() : undefined,
  };
  const closeSearch = (): void => {
    setSearching(false);
    screen.current?.search.clearDecorations();
    focus();
  };
  const changeFont = (next: TerminalFont): void => {
    const kept = keepFont(next);
    setFont(kept);
    const made = screen.current;
    if (made === undefined) return;
    made.terminal.options.fontSize = kept.size;
    made.terminal.options.fontFamily = familiesOf(kept);
    made.fit.fit();
  };
  useTerminal(
    host,
    screen,
    { deviceKey: place.deviceKey, shown },
    {
      typed: (bytes) => handle.current?.send(bytes),
      pasted: paste,
      resized: (cols, rows) => handle.current?.resize(cols, rows),
      selected: setHasSelection,
      searched: () => setSearching(true),
      linked: setLink,
      followed: (address, event) => {
        if (isMac ? event.metaKey : event.ctrlKey) window.open(address, '_blank', 'noopener,noreferrer');
      },
      clipped: (text) => {
        if (choicesOf(place.deviceKey).fillsClipboard) return void copyText(text, `what a program on ${device} gave`);
        if (wasClipped.current) return;
        wasClipped.current = true;
        const hint = 'Allow it in the settings of this terminal if you know the program.';
        toast({ tone: 'error', text: `A program on ${device} wanted to fill the clipboard.`, hint });
      },
    },
  );

  return (
    <div
      className={classNames(sessionBodyStyles['session-body'], sessionBodyStyles['terminal-body'])}
      data-phase={phase.name}
    >
      <TerminalTools
        device={device}
        session={session}
        searching={searching}
        deeds={deeds}
        onSearch={() => (searching ? closeSearch() : setSearching(true))}
        onSettings={() => setChoosing(true)}
      />
      {searching ? <TerminalSearch screen={screen} onClose={closeSearch} /> : null}
      <div className={sessionBodyStyles['session-stage']}>
        <TerminalMenu
          isTaken={() => screen.current?.terminal.modes.mouseTrackingMode !== 'none'}
          actions={{
            ...deeds,
            selectAll: () => screen.current?.terminal.selectAll(),
            search: () => setSearching(true),
          }}
          onClose={() => {
            if (isOpen && !searching) focus();
          }}
        >
          <div ref={host} className={terminalTabStyles['terminal-host']} data-part="terminal" />
        </TerminalMenu>
        {link === undefined ? null : (
          <p className={terminalTabStyles['terminal-link']}>
            <span className="mono">{link}</span> {isMac ? '⌘' : 'Ctrl'}+click opens it
          </p>
        )}
        <SessionCover device={device} session={session} />
      </div>
      {choosing ? (
        <TerminalSettings
          deviceKey={place.deviceKey}
          device={device}
          font={font}
          onFont={changeFont}
          onClose={() => setChoosing(false)}
        />
      ) : null}
      {pasting === undefined ? null : (
        <PasteDialog
          text={pasting}
          device={device}
          onPaste={() => {
            setPasting(undefined);
            screen.current?.terminal.paste(pasting);
            focus();
          }}
          onClose={() => {
            setPasting(undefined);
            focus();
          }}
        />
      )}
    </div>
  );
};
