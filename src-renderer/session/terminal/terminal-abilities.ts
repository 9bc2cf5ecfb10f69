import type { Terminal } from '@xterm/xterm';
import { giveCurrentWidths } from './current-widths.ts';
import { clipboardText } from './osc-clipboard.ts';

/** Adds what xterm does not do by itself, and needs no page for. */
export const addAbilities = (
  terminal: Terminal,
  events: {
    /** A program wants a text on the clipboard. */
    clipped(text: string): void;
  },
): void => {
  giveCurrentWidths(terminal);
  terminal.parser.registerOscHandler(52, (parameters) => {
    const text = clipboardText(parameters);
    if (text !== undefined) events.clipped(text);
    return true;
  });
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
