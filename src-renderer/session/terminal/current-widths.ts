import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import type { IUnicodeVersionProvider, Terminal } from '@xterm/xterm';

/** Emoji of Unicode 14 to 17 that the table of the add-on does not have yet (emoji-data.txt), first and last of each range. */
const newerEmoji = [
  [0x1f6d8, 0x1f6d8],
  [0x1f6dc, 0x1f6df],
  [0x1f7f0, 0x1f7f0],
  [0x1f979, 0x1f979],
  [0x1f9cc, 0x1f9cc],
  [0x1fa75, 0x1fa77],
  [0x1fa7b, 0x1fa7c],
  [0x1fa87, 0x1fa8a],
  [0x1fa8e, 0x1fa8f],
  [0x1faa9, 0x1faaf],
  [0x1fab7, 0x1fabf],
  [0x1fac3, 0x1fac8],
  [0x1facd, 0x1facf],
  [0x1fad7, 0x1fadf],
  [0x1fae0, 0x1faff],
] as const;
/** An emoji that the table has. */
const knownEmoji = 0x1f600;

const known = (codePoint: number): number =>
  codePoint >= 0x1f6d8 && newerEmoji.some(([first, last]) => codePoint >= first && codePoint <= last)
    ? knownEmoji
    : codePoint;

/** The add-on's rules: it registers two, and chooses the one that joins characters. */
const rulesOfAddon = (): IUnicodeVersionProvider | undefined => {
  const rules: IUnicodeVersionProvider[] = [];
  const unicode = { register: (one: IUnicodeVersionProvider) => void rules.push(one), versions: [], activeVersion: '' };
  new UnicodeGraphemesAddon().activate({ unicode } as unknown as Terminal);
  return rules.find(({ version }) => version === '15-graphemes');
};

/**
 * Gives a terminal the widths of today: an emoji takes two cells, and what is shown as one character is one, as in tmux,
 * vim and other terminals.
 */
export const giveCurrentWidths = (terminal: Terminal): void => {
  const rules = rulesOfAddon();
  if (rules === undefined) return;
  terminal.unicode.register({
    version: 'current',
    wcwidth: (codePoint) => rules.wcwidth(known(codePoint)),
    charProperties: (codePoint, preceding) => rules.charProperties(known(codePoint), preceding),
  });
  terminal.unicode.activeVersion = 'current';
};
