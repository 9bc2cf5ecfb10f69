import { Terminal } from '@xterm/xterm';
import { beforeAll, expect, it, vi } from 'vitest';
import type * as Abilities from './terminal-abilities.ts';

// A real xterm without a page. The add-on of the widths reads its table by Node's Buffer where there is one, and then
// wrongly (the buffer of a pool); a page has none.
let abilities: typeof Abilities;
beforeAll(async () => {
  vi.stubGlobal('Buffer', undefined);
  abilities = await import('./terminal-abilities.ts');
  vi.unstubAllGlobals();
});

const open = () => {
  const clipped: string[] = [];
  const answers: string[] = [];
  const terminal = new Terminal({ cols: 40, rows: 5, allowProposedApi: true });
  abilities.addAbilities(terminal, { clipped: (text) => void clipped.push(text) });
  terminal.onData((text) => void answers.push(text));
  const print = (text: string): Promise<void> => new Promise((resolve) => terminal.write(text, resolve));
  return { terminal, print, clipped, answers };
};

it.each([
  ['an emoji', '😀', 2],
  ['one of Unicode 14', '🫠', 2],
  ['one of Unicode 16', '🫩', 2],
  ['a family joined to one', '👩‍👩‍👧', 2],
  ['a colour of skin', '👍🏽', 2],
  ['a flag', '🇵🇱', 2],
  ['two flags', '🇵🇱🇩🇪', 4],
  ['the flag of England', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 2],
  ['a text heart', '❤', 1],
  ['the same as an emoji', '❤️', 2],
  ['a keycap', '1️⃣', 2],
  ['a letter with a combining mark', 'e\u0301', 1],
  ['two marks on one letter', 'o\u0302\u0323', 1],
  ['Thai with a vowel above', 'ก็', 1],
  ['Devanagari with a vowel sign', 'नि', 1],
  ['Chinese and Japanese', '日本', 4],
  ['Korean', '한국', 4],
  ['a full-width letter', 'Ａ', 2],
  ['a half-width kana', 'ｶ', 1],
  // Ambiguous in Unicode's table, and one cell everywhere outside of East Asian locales.
  ['Greek, degrees, quotes and lines', 'α°“─', 4],
  ['Hebrew', 'שלום', 4],
  ['a supplementary ideograph', '𠮷', 2],
])('%s (%s) takes %i cells', async (_what, text, cells) => {
  const { terminal, print } = open();
  await print(text);
  expect(terminal.buffer.active.cursorX).toBe(cells);
});

it('text stands in the order it was sent in, right-to-left letters too: what turns it is the program', async () => {
  const { terminal, print } = open();
  await print('a\u05d0\u05d1b');
  expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toBe('a\u05d0\u05d1b');
});

it('a program may give the clipboard a text by OSC 52, and never gets one', async () => {
  const { print, clipped, answers } = open();
  await print('\u001b]52;c;aGVsbG8=\u0007\u001b]52;c;?\u0007\u001b]52;p;?\u001b\\');
  expect([clipped, answers]).toEqual([['hello'], []]);
});

it('nothing that a device prints makes the terminal type text of its choice', async () => {
  const { print, answers } = open();
  // The title, with a line end in it; reports of title and icon; the answerback; the text of the screen.
  await print(
    '\u001b]0;evil\nreboot\u0007\u001b]2;x\u0003y\u001b\\\u001b[21t\u001b[20t\u0005\u001b[0i\u001bP+q544e\u001b\\',
  );
  // What the terminal is, and where the cursor stands, are fixed forms.
  await print('\u001b[c\u001b[6n\u001b[5n');
  expect(answers.filter((answer) => /evil|reboot|[\r\n]/.test(answer))).toEqual([]);
  // oxlint-disable-next-line no-control-regex -- the forms of reports
  for (const answer of answers) expect(answer).toMatch(/^\u001b(\[[?>]?[\d;]*[cnR]|P.*\u001b\\)$/);
});

it('modes are what the program switched on, and all are off for the session after it', async () => {
  const { terminal, print } = open();
  await print(
    '\u001b[?1049h\u001b[?1h\u001b[?1003h\u001b[?1004h\u001b[?2004h\u001b[?2026h\u001b[?66h\u001b[?7l\u001b[4h',
  );
  expect(terminal.modes).toMatchObject({
    applicationCursorKeysMode: true,
    applicationKeypadMode: true,
    mouseTrackingMode: 'any',
    sendFocusMode: true,
    bracketedPasteMode: true,
    wraparoundMode: false,
    insertMode: true,
  });
  expect(terminal.buffer.active.type).toBe('alternate');
  abilities.beginAfresh(terminal, 0, 60_000);
  await print('');
  expect(terminal.modes).toMatchObject({
    applicationCursorKeysMode: false,
    applicationKeypadMode: false,
    mouseTrackingMode: 'none',
    sendFocusMode: false,
    bracketedPasteMode: false,
    synchronizedOutputMode: false,
    wraparoundMode: true,
    insertMode: false,
  });
  expect(terminal.buffer.active.type).toBe('normal');
});
