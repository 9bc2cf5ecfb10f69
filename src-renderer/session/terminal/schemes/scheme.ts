/** The colours of a terminal, each as `#rrggbb`. */
export interface Scheme {
  readonly name: string;
  readonly background: string;
  readonly foreground: string;
  readonly cursor: string;
  readonly selection: string;
  /** Black, red, green, yellow, blue, magenta, cyan, white, and the bright eight. */
  readonly ansi: readonly string[];
}

/** What became of a file: its colours, or why not and what to do, as sentences for the user. */
export type SchemeResult =
  | { readonly ok: true; readonly scheme: Scheme }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** Why a file is refused. */
export const refuse = (message: string, hint: string): SchemeResult => ({ ok: false, message, hint });

const isColour = (value: unknown): value is string => typeof value === 'string' && /^#[\da-f]{6}$/.test(value);

/** A stored value as colours; undefined if it is something else. */
export const parseScheme = (value: unknown): Scheme | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, background, foreground, cursor, selection, ansi } = value as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || !Array.isArray(ansi) || ansi.length !== 16 || !ansi.every(isColour)) return undefined;
  if (!isColour(background) || !isColour(foreground) || !isColour(cursor) || !isColour(selection)) return undefined;
  return { name, background, foreground, cursor, selection, ansi };
};
