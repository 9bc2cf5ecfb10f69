import { Accessibility, ArrowDown, ArrowUp, ClipboardPaste, Copy, RotateCw, Search, Type, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { SessionPlace } from '../../../src-preload/contract/session.ts';
import { copyText } from '../../commands/device-commands.ts';
import { canReadClipboard, readClipboard } from '../../state/clipboard.ts';
import { IconButton } from '../../ui/controls.tsx';
import { count } from '../../ui/format.ts';
import { toast } from '../../state/view-store.ts';
import { cleanPaste, runsAtOnce } from './paste-text.ts';
import { keyFileMemory } from '../connection/questions.tsx';
import { LeavingKey, SessionCover } from '../connection/session-state.tsx';
import { FontDialog, PasteDialog } from './terminal-dialogs.tsx';
import {
  familiesOf,
  keepFont,
  matchColours,
  readFont,
  setReaderMode,
  terminalTheme,
  useReaderMode,
  type TerminalFont,
} from './terminal-look.ts';
import { isTerminalChord, TerminalMenu, terminalKeys } from './terminal-menu.tsx';
import { beginAfresh, makeTerminalScreen, type TerminalScreen } from './terminal-screen.ts';
import { useSession } from '../connection/use-session.ts';

/** Matches that are marked and counted. */
const maxMarked = 1000;

/** Which match is shown, of how many. */
const foundWords = (index: number, matches: number): string => {
  if (matches === 0) return 'Not found';
  if (index >= 0) return `${count(index + 1)} of ${count(matches)}`;
  return matches < maxMarked ? `${count(matches)} found` : `More than ${count(matches - 1)}`;
};

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
  const [paste, setPaste] = useState<string>();
  const [searching, setSearching] = useState(false);
  const [found, setFound] = useState('');
  const [hasSelection, setHasSelection] = useState(false);
  const [term, setTerm] = useState('');
  /** Marks what is found again, in the colours of the moment. */
  const mark = useRef<() => void>(() => undefined);
  const [choosing, setChoosing] = useState(false);
  const forReader = useReaderMode((mode) => mode.on);
  /** When the last session ended, in epoch milliseconds. */
  const endedAt = useRef<number>(undefined);
  const session = useSession(place, {
    options: () => {
      const keyFile = localStorage.getItem(keyFileMemory);
      const terminal = screen.current?.terminal;
      return {
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

  const takePaste = (text: string): void => {
    const terminal = screen.current?.terminal;
    const clean = cleanPaste(text);
    if (terminal === undefined || clean === '' || phase.name !== 'open') return;
    if (runsAtOnce(clean, terminal.modes.bracketedPasteMode)) return setPaste(clean);
    terminal.paste(clean);
    terminal.focus();
  };
  const taken = useRef(takePaste);
  useEffect(() => {
    taken.current = takePaste;
  });

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const made = makeTerminalScreen(element, { font: readFont(), forReader: useReaderMode.getState().on });
    const { terminal, fit } = made;
    screen.current = made;
    const encoder = new TextEncoder();
    const typed = terminal.onData((text) => handle.current?.send(encoder.encode(text)));
    const binary = terminal.onBinary((text) =>
      handle.current?.send(Uint8Array.from(text, (char) => char.charCodeAt(0))),
    );
    const selected = terminal.onSelectionChange(() => setHasSelection(terminal.hasSelection()));
    const searched = made.search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setFound(foundWords(resultIndex, resultCount)),
    );
    const resized = terminal.onResize(({ cols, rows }) => handle.current?.resize(cols, rows));
    terminal.attachCustomKeyEventHandler((event) => {
      if (event.type !== 'keydown') return true;
      const chord = isTerminalChord(event);
      const key = event.key.toLowerCase();
      if (chord && key === 'f') setSearching(true);
      else if (chord && key === 'c' && terminal.hasSelection()) void copyText(terminal.getSelection(), 'the selection');
      else return true;
      event.preventDefault();
      return false;
    });
    // Before xterm's own listener, which would send it as it is.
    const pasted = (event: ClipboardEvent): void => {
      event.preventDefault();
      event.stopPropagation();
      taken.current(event.clipboardData?.getData('text/plain') ?? '');
    };
    element.addEventListener('paste', pasted, true);
    const observer = new ResizeObserver(() => {
      // A hidden tab has no size, and keeps the one it had.
      if (element.clientWidth > 0) fit.fit();
    });
    observer.observe(element);
    const recolour = (): void => {
      terminal.options.theme = terminalTheme(element);
      mark.current();
    };
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', recolour);
    const themes = new MutationObserver(recolour);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      themes.disconnect();
      scheme.removeEventListener('change', recolour);
      observer.disconnect();
      element.removeEventListener('paste', pasted, true);
      for (const subscription of [typed, binary, selected, searched, resized]) subscription.dispose();
      screen.current = undefined;
      terminal.dispose();
    };
  }, [handle]);

  useEffect(() => {
    const terminal = screen.current?.terminal;
    if (terminal !== undefined) terminal.options.screenReaderMode = forReader;
  }, [forReader]);
  useEffect(() => {
    if (phase.name !== 'open') return undefined;
    return () => {
      endedAt.current = Date.now();
    };
  }, [phase.name]);
  useEffect(() => {
    if (shown && phase.name === 'open') screen.current?.terminal.focus();
  }, [shown, phase.name]);

  const changeFont = (next: TerminalFont): void => {
    const kept = keepFont(next);
    setFont(kept);
    const made = screen.current;
    if (made === undefined) return;
    made.terminal.options.fontSize = kept.size;
    made.terminal.options.fontFamily = familiesOf(kept);
    made.fit.fit();
  };
  const copy = (): void => {
    const selection = screen.current?.terminal.getSelection() ?? '';
    if (selection !== '') void copyText(selection, 'the selection');
  };
  const pasteClipboard = async (): Promise<void> => {
    const text = await readClipboard();
    if (text !== undefined) return taken.current(text);
    const hint = `Paste with ${terminalKeys('V').replaceAll(' ', '+')}, or allow it for this page.`;
    toast({ tone: 'error', text: 'The browser does not let Quayside read the clipboard.', hint });
    screen.current?.terminal.focus();
  };
  const canPaste = phase.name === 'open' && canReadClipboard();
  const find = (how: 'findNext' | 'findPrevious', text = term): void => {
    const made = screen.current;
    if (made === undefined) return;
    if (text === '') {
      made.search.clearDecorations();
      setFound('');
      return;
    }
    const decorations = matchColours(made.terminal.element);
    made.search[how](text, { incremental: how === 'findNext' && text !== term, decorations });
  };
  useEffect(() => {
    mark.current = () => {
      screen.current?.search.clearDecorations();
      if (searching) find('findNext');
    };
  });
  const closeSearch = (): void => {
    setSearching(false);
    setTerm('');
    setFound('');
    screen.current?.search.clearDecorations();
    screen.current?.terminal.focus();
  };

  return (
    <div className="session-body terminal-body" data-phase={phase.name}>
      <div className="session-tools" role="toolbar" aria-label={`Terminal of ${device}`}>
        <span className="session-fact ellipsis">{phase.name === 'open' ? phase.user : ''}</span>
        {phase.name === 'open' ? <LeavingKey from="terminal" /> : null}
        <IconButton
          icon={Search}
          label="Search"
          keys={terminalKeys('F')}
          aria-expanded={searching}
          onClick={() => (searching ? closeSearch() : setSearching(true))}
        />
        <IconButton
          icon={Copy}
          label="Copy selection"
          keys={terminalKeys('C')}
          disabled={!hasSelection}
          onClick={copy}
        />
        {canReadClipboard() ? (
          <IconButton
            icon={ClipboardPaste}
            label="Paste"
            keys={terminalKeys('V')}
            disabled={!canPaste}
            onClick={() => void pasteClipboard()}
          />
        ) : null}
        <IconButton
          icon={Accessibility}
          label="Screen reader mode"
          aria-pressed={forReader}
          onClick={() => setReaderMode(!forReader)}
        />
        <IconButton icon={Type} label="Font" onClick={() => setChoosing(true)} />
        <IconButton icon={RotateCw} label="Reconnect" onClick={session.reconnect} />
      </div>
      {searching ? (
        <search className="session-search">
          <input
            className="input"
            aria-label="Search in this terminal"
            placeholder="Search"
            autoFocus
            value={term}
            onChange={(event) => {
              find('findNext', event.target.value);
              setTerm(event.target.value);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') find(event.shiftKey ? 'findPrevious' : 'findNext');
              if (event.key === 'Escape') closeSearch();
            }}
            onFocus={(event) => event.target.select()}
          />
          <span className="session-found" role="status">
            {found}
          </span>
          <IconButton icon={ArrowUp} label="Earlier" keys="⇧ ⏎" onClick={() => find('findPrevious')} />
          <IconButton icon={ArrowDown} label="Later" keys="⏎" onClick={() => find('findNext')} />
          <IconButton icon={X} label="Close search" keys="Esc" onClick={closeSearch} />
        </search>
      ) : null}
      <div className="session-stage">
        <TerminalMenu
          isTaken={() => screen.current?.terminal.modes.mouseTrackingMode !== 'none'}
          deeds={{
            copy: hasSelection ? copy : undefined,
            paste: canPaste ? () => void pasteClipboard() : undefined,
            selectAll: () => screen.current?.terminal.selectAll(),
            search: () => setSearching(true),
          }}
          onClose={() => {
            if (phase.name === 'open' && !searching) screen.current?.terminal.focus();
          }}
        >
          <div ref={host} className="terminal-host" />
        </TerminalMenu>
        <SessionCover device={device} session={session} />
      </div>
      {choosing ? <FontDialog font={font} onChange={changeFont} onClose={() => setChoosing(false)} /> : null}
      {paste === undefined ? null : (
        <PasteDialog
          text={paste}
          device={device}
          onPaste={() => {
            setPaste(undefined);
            screen.current?.terminal.paste(paste);
            screen.current?.terminal.focus();
          }}
          onClose={() => {
            setPaste(undefined);
            screen.current?.terminal.focus();
          }}
        />
      )}
    </div>
  );
};
