import type { ISearchOptions } from '@xterm/addon-search';
import type { ITheme, Terminal } from '@xterm/xterm';
import { create } from 'zustand';
import { useSchemes } from './schemes/imported-schemes.ts';
import type { Scheme } from './schemes/scheme.ts';
import { useChoices } from './terminal-choices.ts';

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

/** The colours of an imported scheme as xterm has them. */
const themeOf = (scheme: Scheme): ITheme => {
  const theme: ITheme = {
    background: scheme.background,
    foreground: scheme.foreground,
    cursor: scheme.cursor,
    cursorAccent: scheme.background,
    selectionBackground: scheme.selection,
  };
  for (const [index, name] of names.entries()) {
    theme[name] = scheme.ansi[index] ?? scheme.foreground;
    theme[bright[name]] = scheme.ansi[index + names.length] ?? scheme.foreground;
  }
  return theme;
};

/** Gives a terminal its colours: those that were chosen, on what lies around its rows too. */
export const applyScheme = (terminal: Terminal, host: HTMLElement): void => {
  const chosen = useChoices.getState().scheme;
  const imported = useSchemes.getState().schemes.find(({ name }) => name === chosen);
  // Our tokens have two values; an element says which.
  host.style.colorScheme = imported === undefined && (chosen === 'light' || chosen === 'dark') ? chosen : '';
  const theme = imported === undefined ? terminalTheme(host) : themeOf(imported);
  terminal.options.theme = theme;
  // Whoever made a scheme chose its contrasts.
  terminal.options.minimumContrastRatio = imported === undefined ? 4.5 : 1;
  if (host.parentElement !== null) host.parentElement.style.backgroundColor = theme.background ?? '';
};

/** The colours of our tokens as they are now: a colour that follows the theme has to be asked of an element. */
const terminalTheme = (within: HTMLElement): ITheme => {
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
