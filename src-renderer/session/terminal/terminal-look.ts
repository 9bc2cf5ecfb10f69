import type { ISearchOptions } from '@xterm/addon-search';
import type { ITheme } from '@xterm/xterm';
import { create } from 'zustand';

type ISearchDecorationOptions = NonNullable<ISearchOptions['decorations']>;

const memory = 'quayside.session.font';

/** The font of terminals, as the user chose it in this window; kept there. */
export interface TerminalFont {
  /** Empty: ours. */
  readonly family: string;
  /** Pixels. */
  readonly size: number;
}

const usual: TerminalFont = { family: '', size: 13 };
const sizes = { least: 8, most: 32 } as const;

const inRange = (size: number): number => Math.min(sizes.most, Math.max(sizes.least, Math.round(size)));

export const readFont = (): TerminalFont => {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(memory) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return usual;
    const { family, size } = stored as Readonly<Record<string, unknown>>;
    return {
      family: typeof family === 'string' ? family.slice(0, 200) : usual.family,
      size: typeof size === 'number' && Number.isFinite(size) ? inRange(size) : usual.size,
    };
  } catch {
    return usual;
  }
};

export const keepFont = (font: TerminalFont): TerminalFont => {
  const kept = { family: font.family.trim(), size: inRange(font.size) };
  localStorage.setItem(memory, JSON.stringify(kept));
  return kept;
};

const readerMemory = 'quayside.session.reader';

/** Whether terminals say to screen readers what the device prints, in all tabs; kept in this browser. */
export const useReaderMode = create<{ readonly on: boolean }>(() => ({
  on: localStorage.getItem(readerMemory) === 'on',
}));

export const setReaderMode = (on: boolean): void => {
  localStorage.setItem(readerMemory, on ? 'on' : 'off');
  useReaderMode.setState({ on });
};

/** The families of a font, ours last. */
export const familiesOf = (font: TerminalFont): string => {
  const ours = getComputedStyle(document.documentElement).getPropertyValue('--mono');
  return font.family === '' ? ours : `${JSON.stringify(font.family)}, ${ours}`;
};

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
const bright = {
  black: 'brightBlack',
  red: 'brightRed',
  green: 'brightGreen',
  yellow: 'brightYellow',
  blue: 'brightBlue',
  magenta: 'brightMagenta',
  cyan: 'brightCyan',
  white: 'brightWhite',
} as const;

/** A colour of ours as `#rrggbb`, which is all that the search understands. */
const hexOf = (within: HTMLElement, token: string): string => {
  const probe = document.createElement('span');
  probe.hidden = true;
  probe.style.color = `var(--${token})`;
  within.append(probe);
  const parts = getComputedStyle(probe).color.match(/\d+/g) ?? [];
  probe.remove();
  return `#${parts
    .slice(0, 3)
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')}`;
};

/** Calls when the colours of the window change, until the answer is called. */
export const followTheme = (then: () => void): (() => void) => {
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', then);
  const themes = new MutationObserver(then);
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    themes.disconnect();
    scheme.removeEventListener('change', then);
  };
};

/** How matches of a search are marked. */
export const matchColours = (within: HTMLElement = document.body): ISearchDecorationOptions => {
  const match = hexOf(within, 'terminal-match');
  const active = hexOf(within, 'terminal-match-active');
  return {
    matchBackground: match,
    matchOverviewRuler: match,
    activeMatchBackground: active,
    activeMatchColorOverviewRuler: active,
  };
};

/** The colours of our tokens as they are now: a colour that follows the theme has to be asked of an element. */
export const terminalTheme = (within: HTMLElement): ITheme => {
  const probe = document.createElement('span');
  probe.hidden = true;
  within.append(probe);
  const colour = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const theme: ITheme = {
    background: colour('terminal-ground'),
    foreground: colour('n12'),
    cursor: colour('accent'),
    cursorAccent: colour('terminal-ground'),
    selectionBackground: colour('terminal-selection'),
  };
  for (const name of names) {
    theme[name] = colour(`ansi-${name}`);
    theme[bright[name]] = colour(`ansi-bright-${name}`);
  }
  probe.remove();
  return theme;
};
