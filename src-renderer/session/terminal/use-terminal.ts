import { useEffect, useEffectEvent } from 'react';
import { copyText } from '../../commands/device-commands.ts';
import { applyScheme, followTheme, readFont, useReaderMode } from './terminal-look.ts';
import { OptionKeys, ownKeys, shortcutLetter } from './keyboard.ts';
import { choicesOf, useChoices } from './terminal-choices.ts';
import { useSchemes } from './schemes/imported-schemes.ts';
import { isMac, isTerminalChord } from './terminal-menu.tsx';
import { makeTerminalScreen, type ScreenEvents, type TerminalScreen } from './terminal-screen.ts';

const isWindows = navigator.platform.startsWith('Win');

/** What happens in a terminal. */
export interface TerminalEvents extends ScreenEvents {
  /** Typed, pasted or an answer of the terminal. */
  typed(bytes: Uint8Array, text: string): void;
  /** A shortcut with another letter, or an arrow (`ArrowLeft`); answers whether it is one of ours. */
  commanded(key: string): boolean;
  pasted(text: string): void;
  resized(cols: number, rows: number): void;
  selected(hasSelection: boolean): void;
  /** The keys of the search were pressed. */
  searched(): void;
}

/** Puts a terminal into `host` until the tab is closed, and keeps its size, colours and reader mode up to date. */
export const useTerminal = (
  host: React.RefObject<HTMLElement | null>,
  screen: React.RefObject<TerminalScreen | undefined>,
  { deviceKey, shown }: { readonly deviceKey: string; readonly shown: boolean },
  events: TerminalEvents,
): void => {
  const typed = useEffectEvent((bytes: Uint8Array, text: string) => events.typed(bytes, text));
  const commanded = useEffectEvent((key: string) => events.commanded(key));
  const pasted = useEffectEvent((text: string) => events.pasted(text));
  const resized = useEffectEvent((cols: number, rows: number) => events.resized(cols, rows));
  const selected = useEffectEvent((hasSelection: boolean) => events.selected(hasSelection));
  const searched = useEffectEvent(() => events.searched());
  const linked = useEffectEvent((address: string | undefined) => events.linked(address));
  const followed = useEffectEvent((address: string, event: MouseEvent) => events.followed(address, event));
  const clipped = useEffectEvent((text: string) => events.clipped(text));

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const made = makeTerminalScreen(
      element,
      { font: readFont(), forReader: useReaderMode.getState().on },
      {
        linked: (address) => linked(address),
        followed: (address, event) => followed(address, event),
        clipped: (text) => clipped(text),
      },
    );
    const { terminal, fit } = made;
    screen.current = made;
    const encoder = new TextEncoder();
    const subscriptions = [
      terminal.onData((text) => typed(encoder.encode(text), text)),
      terminal.onBinary((text) =>
        typed(
          Uint8Array.from(text, (char) => char.charCodeAt(0)),
          text,
        ),
      ),
      terminal.onSelectionChange(() => selected(terminal.hasSelection())),
      terminal.onResize(({ cols, rows }) => resized(cols, rows)),
    ];
    const options = new OptionKeys();
    terminal.attachCustomKeyEventHandler((event) => {
      options.note(event, event.type === 'keydown');
      if (event.type !== 'keydown') return true;
      if (isMac) terminal.options.macOptionIsMeta = options.isMeta(useChoices.getState().optionKey);
      const own = ownKeys(event, { isWindows, backspace: choicesOf(deviceKey).backspace });
      if (own !== undefined) {
        event.preventDefault();
        terminal.input(own);
        return false;
      }
      const chord = isTerminalChord(event);
      const key = shortcutLetter(event);
      if (chord && key === 'f') searched();
      else if (chord && key === 'c' && terminal.hasSelection()) void copyText(terminal.getSelection(), 'the selection');
      else if (!chord || !commanded(key === '' ? event.key : key)) return true;
      event.preventDefault();
      return false;
    });
    // Before xterm's own listener, which would send it as it is.
    const paste = (event: ClipboardEvent): void => {
      event.preventDefault();
      event.stopPropagation();
      pasted(event.clipboardData?.getData('text/plain') ?? '');
    };
    element.addEventListener('paste', paste, true);
    const observer = new ResizeObserver(() => {
      // A hidden tab has no size, and keeps the one it had.
      if (element.clientWidth > 0) fit.fit();
    });
    observer.observe(element);
    const paint = (): void => applyScheme(terminal, element);
    const stopFollowing = [followTheme(paint), useChoices.subscribe(paint), useSchemes.subscribe(paint)];
    return () => {
      for (const stop of stopFollowing) stop();
      observer.disconnect();
      element.removeEventListener('paste', paste, true);
      for (const subscription of subscriptions) subscription.dispose();
      screen.current = undefined;
      made.drawing.hide();
      terminal.dispose();
    };
  }, [host, screen, deviceKey]);

  useEffect(() => {
    const drawing = screen.current?.drawing;
    if (!shown || drawing === undefined) return undefined;
    const follow = (): void => (document.visibilityState === 'visible' ? drawing.show() : drawing.hide());
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      drawing.hide();
    };
  }, [screen, shown, deviceKey]);

  const forReader = useReaderMode((mode) => mode.on);
  useEffect(() => {
    const terminal = screen.current?.terminal;
    if (terminal !== undefined) terminal.options.screenReaderMode = forReader;
  }, [screen, forReader]);
};
