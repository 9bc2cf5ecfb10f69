import { useEffect, useEffectEvent, useRef, useState } from 'react';
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
import { isTyped, joinBroadcast, receiversOf, toggleMark, useMarked } from './panes/broadcast.ts';
import { BroadcastStrip } from './panes/broadcast-strip.tsx';
import type { PaneDeeds } from './panes/pane-deeds.ts';
import { TerminalTools } from './terminal-tools.tsx';
import { useSession } from '../connection/use-session.ts';
import { useTerminal } from './use-terminal.ts';
import { classNames } from '../../ui/class-names.ts';
import sessionBodyStyles from '../connection/session-body.module.css';
import terminalPaneStyles from './terminal-pane.module.css';

const towards = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' } as const;

/** A shell of a device. */
export const TerminalPane = ({
  name: pane,
  place,
  device,
  shown,
  active,
  deeds: paneDeeds,
}: {
  /** Its name among the panes of the window. */
  readonly name: string;
  /** Whether it is the one of its tab that has the keyboard. */
  readonly active: boolean;
  readonly deeds: PaneDeeds;
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
    if (shown && active && isOpen) screen.current?.terminal.focus();
  }, [shown, active, isOpen]);

  /** Whether what the terminal sends just now is a paste, which each pane gets for itself. */
  const isPasting = useRef(false);
  const pasteHere = useEffectEvent((text: string) => {
    isPasting.current = true;
    screen.current?.terminal.paste(text);
    isPasting.current = false;
  });
  const sendHere = useEffectEvent((bytes: Uint8Array) => handle.current?.send(bytes));
  const isOpenHere = useEffectEvent(() => isOpen);
  useEffect(
    () =>
      joinBroadcast(pane, {
        isOpen: () => isOpenHere(),
        send: (bytes) => sendHere(bytes),
        paste: (text) => pasteHere(text),
      }),
    [pane],
  );
  const marked = useMarked((state) => state.marked);
  const isMarked = marked.has(pane);
  const pasteToAll = (text: string): void => {
    for (const receiver of receiversOf(pane)) receiver.paste(text);
    focus();
  };

  const paste = (text: string): void => {
    const terminal = screen.current?.terminal;
    const clean = cleanPaste(text);
    if (terminal === undefined || clean === '' || !isOpen) return;
    // Other marked panes may hold back less than this one.
    const isHeld = terminal.modes.bracketedPasteMode && receiversOf(pane).length === 1;
    if (runsAtOnce(clean, isHeld)) return setPasting(clean);
    pasteToAll(clean);
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
      typed: (bytes, text) => {
        if (isPasting.current || !isTyped(text)) handle.current?.send(bytes);
        else for (const receiver of receiversOf(pane)) receiver.send(bytes);
      },
      commanded: (key) => {
        if (key === 'd') paneDeeds.split('right');
        else if (key === 'e') paneDeeds.split('down');
        else if (key === 'b') toggleMark(pane);
        else if (key in towards) paneDeeds.go(towards[key as keyof typeof towards]);
        else return false;
        return true;
      },
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
      data-active={active}
      data-marked={isMarked}
    >
      <TerminalTools
        device={device}
        session={session}
        searching={searching}
        deeds={deeds}
        onSearch={() => (searching ? closeSearch() : setSearching(true))}
        onSettings={() => setChoosing(true)}
        pane={{ ...paneDeeds, isMarked, mark: () => toggleMark(pane) }}
      />
      {isMarked ? <BroadcastStrip count={marked.size} /> : null}
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
          <div ref={host} className={terminalPaneStyles['terminal-host']} data-part="terminal" />
        </TerminalMenu>
        {link === undefined ? null : (
          <p className={terminalPaneStyles['terminal-link']}>
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
          device={isMarked && marked.size > 1 ? `${marked.size} panes` : device}
          onPaste={() => {
            setPasting(undefined);
            pasteToAll(pasting);
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
