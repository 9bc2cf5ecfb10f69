import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';
import { allowComputedStyles } from '../../ui/styles-under-policy.ts';
import { familiesOf, terminalTheme, type TerminalFont } from './terminal-look.ts';
import '@xterm/xterm/css/xterm.css';

/** Lines kept above the screen. */
const scrollback = 10_000;

/** xterm with what we add to it. */
export interface TerminalScreen {
  readonly terminal: Terminal;
  readonly fit: FitAddon;
  readonly search: SearchAddon;
}

/** Makes a terminal within an element of the page. */
export const makeTerminalScreen = (
  host: HTMLElement,
  look: { readonly font: TerminalFont; readonly forReader: boolean },
): TerminalScreen => {
  allowComputedStyles();
  const terminal = new Terminal({
    scrollback,
    fontSize: look.font.size,
    fontFamily: familiesOf(look.font),
    theme: terminalTheme(host),
    minimumContrastRatio: 4.5,
    screenReaderMode: look.forReader,
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

const clock = (at: number): string => {
  const then = new Date(at);
  return [then.getHours(), then.getMinutes(), then.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
};

/**
 * Makes a terminal ready for a new session below the text of the one before: what a program that is gone had switched
 * on is off, and a line says where it begins. Times are epoch milliseconds.
 */
export const beginAfresh = (terminal: Terminal, endedAt: number, now: number): void => {
  if (terminal.buffer.active.type === 'alternate') terminal.write('\x1b[?1049l');
  terminal.write('\x1b[!p\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?25h\x1b[0m\r\n');
  terminal.write(`\x1b[2m— ended ${clock(endedAt)}, reconnected ${clock(now)} —\x1b[0m\r\n`);
};
