import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import { allowComputedStyles } from '../../ui/styles-under-policy.ts';
import { addAbilities } from './terminal-abilities.ts';
import { TerminalDrawing } from './terminal-drawing.ts';
import { openableAddress } from './terminal-links.ts';
import { applyScheme, familiesOf, type TerminalFont } from './terminal-look.ts';
import '@xterm/xterm/css/xterm.css';

/** Lines kept above the screen. */
const scrollback = 10_000;

/** xterm with what we add to it. */
export interface TerminalScreen {
  readonly terminal: Terminal;
  readonly fit: FitAddon;
  readonly search: SearchAddon;
  readonly drawing: TerminalDrawing;
}

/** What a device prints that is more than text. */
export interface ScreenEvents {
  /** The mouse is over a link with this address, or (undefined) over none. */
  linked(address: string | undefined): void;
  /** A link was clicked. */
  followed(address: string, event: MouseEvent): void;
  /** A program wants a text on the clipboard. */
  clipped(text: string): void;
}

/** Makes a terminal within an element of the page. */
export const makeTerminalScreen = (
  host: HTMLElement,
  look: { readonly font: TerminalFont; readonly forReader: boolean },
  events: ScreenEvents,
): TerminalScreen => {
  allowComputedStyles();
  const follow = (event: MouseEvent, text: string): void => {
    const address = openableAddress(text);
    if (address !== undefined) events.followed(address, event);
  };
  const links = {
    activate: follow,
    hover: (_event: MouseEvent, text: string) => events.linked(openableAddress(text)),
    leave: () => events.linked(undefined),
  };
  const terminal = new Terminal({
    scrollback,
    fontSize: look.font.size,
    fontFamily: familiesOf(look.font),
    screenReaderMode: look.forReader,
    cursorBlink: false,
    // Marks what is searched for, and knows the widths of today's characters.
    allowProposedApi: true,
    // Only what may be opened is a link; the others stay text.
    linkHandler: { ...links, allowNonHttpProtocols: false },
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  addAbilities(terminal, events);
  applyScheme(terminal, host);
  terminal.loadAddon(new WebLinksAddon((event, text) => follow(event, text), links));
  terminal.open(host);
  return { terminal, fit, search, drawing: new TerminalDrawing(terminal) };
};
