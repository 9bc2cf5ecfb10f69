import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';
import { ArrowDown, ArrowUp, Copy, RotateCw, Search, Type, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { SessionPlace } from '../../src-preload/contract/session-frames.ts';
import { copyText } from '../device/actions.ts';
import { IconButton, Field } from '../ui/controls.tsx';
import { Confirm, Dialog } from '../ui/dialog.tsx';
import { count, plural } from '../ui/format.ts';
import { keyFileMemory } from './questions.tsx';
import { LeavingKey, SessionCover } from './session-state.tsx';
import { allowComputedStyles } from './styles-under-policy.ts';
import { familiesOf, keepFont, matchColours, readFont, terminalTheme, type TerminalFont } from './terminal-look.ts';
import { useSession } from './use-session.ts';
import '@xterm/xterm/css/xterm.css';

/** Lines kept above the screen. */
const scrollback = 10_000;
/** After a new connection: what a program that is gone had switched on is off, and a line says where it begins. */
const afresh =
  '\x1b[!p\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?25h\x1b[0m\r\n\x1b[2m— reconnected —\x1b[0m\r\n';
const isMac = navigator.platform.startsWith('Mac');

interface Screen {
  readonly terminal: Terminal;
  readonly fit: FitAddon;
  readonly search: SearchAddon;
}

const makeScreen = (host: HTMLElement, font: TerminalFont): Screen => {
  allowComputedStyles();
  const terminal = new Terminal({
    scrollback,
    fontSize: font.size,
    fontFamily: familiesOf(font),
    theme: terminalTheme(host),
    minimumContrastRatio: 4.5,
    cursorBlink: false,
    // Marks what is searched for.
    allowProposedApi: true,
    macOptionIsMeta: true,
    // What a device prints is no reason to open an address.
    linkHandler: { activate: () => undefined },
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.open(host);
  return { terminal, fit, search };
};

/** Which match is shown, of how many. */
const foundWords = (index: number, matches: number): string => {
  if (matches === 0) return 'Not found';
  return index < 0 ? `More than ${count(matches - 1)}` : `${count(index + 1)} of ${count(matches)}`;
};

/** Several lines at once run as several commands: that is asked about. A line end at the very end counts too. */
const hasLines = (text: string): boolean => /[\r\n]/.test(text);

const FontDialog = ({
  font,
  onChange,
  onClose,
}: {
  readonly font: TerminalFont;
  readonly onChange: (font: TerminalFont) => void;
  readonly onClose: () => void;
}): React.ReactNode => (
  <Dialog label="Font of terminals" className="confirm" onClose={onClose}>
    <h2>Font of terminals</h2>
    <Field id="terminal-font" label="Family" help="The name of a font on this computer; empty for Quayside’s own.">
      <input
        id="terminal-font"
        className="input"
        defaultValue={font.family}
        onChange={(event) => onChange({ ...font, family: event.target.value })}
      />
    </Field>
    <Field id="terminal-size" label="Size" help="8 to 32 pixels.">
      <input
        id="terminal-size"
        className="input"
        type="number"
        min={8}
        max={32}
        defaultValue={font.size}
        onChange={(event) => onChange({ ...font, size: Number(event.target.value) || font.size })}
      />
    </Field>
    <div className="dialog-actions">
      <button type="button" className="button" onClick={onClose}>
        Done
      </button>
    </div>
  </Dialog>
);

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
  const screen = useRef<Screen | undefined>(undefined);
  const [font, setFont] = useState(readFont);
  const [paste, setPaste] = useState<string>();
  const [searching, setSearching] = useState(false);
  const [found, setFound] = useState('');
  const [hasSelection, setHasSelection] = useState(false);
  const [term, setTerm] = useState('');
  const [choosing, setChoosing] = useState(false);
  const wasOpen = useRef(false);
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
      if (wasOpen.current && terminal !== undefined) {
        if (terminal.buffer.active.type === 'alternate') terminal.write('\x1b[?1049l');
        terminal.write(afresh);
      }
      wasOpen.current = true;
      if (terminal !== undefined) session.handle.current?.resize(terminal.cols, terminal.rows);
    },
  });
  const { handle, phase } = session;

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const made = makeScreen(element, readFont());
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
      const chord = isMac ? event.metaKey : event.ctrlKey && event.shiftKey;
      const key = event.key.toLowerCase();
      if (chord && key === 'f') setSearching(true);
      else if (chord && key === 'c' && terminal.hasSelection()) void copyText(terminal.getSelection(), 'the selection');
      else return true;
      event.preventDefault();
      return false;
    });
    // Before xterm's own listener, which would send it at once.
    const pasted = (event: ClipboardEvent): void => {
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (!hasLines(text)) return;
      event.preventDefault();
      event.stopPropagation();
      setPaste(text);
    };
    element.addEventListener('paste', pasted, true);
    const observer = new ResizeObserver(() => {
      // A hidden tab has no size, and keeps the one it had.
      if (element.clientWidth > 0) fit.fit();
    });
    observer.observe(element);
    const recolour = (): void => {
      terminal.options.theme = terminalTheme(element);
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
          keys={isMac ? '⌘ F' : 'Ctrl ⇧ F'}
          aria-expanded={searching}
          onClick={() => (searching ? closeSearch() : setSearching(true))}
        />
        <IconButton
          icon={Copy}
          label="Copy selection"
          keys={isMac ? '⌘ C' : 'Ctrl ⇧ C'}
          disabled={!hasSelection}
          onClick={() => {
            const selection = screen.current?.terminal.getSelection() ?? '';
            if (selection !== '') void copyText(selection, 'the selection');
          }}
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
        <div ref={host} className="terminal-host" />
        <SessionCover device={device} session={session} />
      </div>
      {choosing ? <FontDialog font={font} onChange={changeFont} onClose={() => setChoosing(false)} /> : null}
      {paste === undefined ? null : (
        <Confirm
          title={`Paste ${plural(paste.replace(/[\r\n]+$/, '').split(/\r\n|\r|\n/).length, 'line')} into ${device}?`}
          loss={`Each line may run as a command at once. It begins with “${paste.slice(0, 120).replaceAll(/\s+/g, ' ')}”.`}
          verb="Paste"
          onConfirm={() => {
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
