import { refuse, type SchemeResult } from './scheme.ts';

/** One piece of the file; nothing else may stand between them. A DOCTYPE may name no entities of its own. */
const pieces = /<!--[\s\S]*?-->|<\?[^<>]*\?>|<!DOCTYPE[^<>[\]]*>|<(\/?)([a-z]+)([^<>]*?)(\/?)>|[^<&]+/y;
/** Dictionaries within each other: the file is one of dictionaries. */
const maxDepth = 4;

type Value = string | Map<string, Value>;

const notRead = refuse(
  'This file is damaged, or it is no colour preset of iTerm.',
  'Export the preset in iTerm again, as a file that ends in .itermcolors.',
);

/** The dictionary of a property list in XML; undefined where it is anything else. Entities are not read at all. */
const readPlist = (text: string): Map<string, Value> | undefined => {
  const stack: { readonly dict: Map<string, Value>; key: string | undefined }[] = [];
  let root: Map<string, Value> | undefined;
  let open: string | undefined;
  let content = '';
  const put = (value: Value): boolean => {
    const within = stack.at(-1);
    if (within === undefined) {
      if (root !== undefined || !(value instanceof Map)) return false;
      root = value;
      return true;
    }
    if (within.key === undefined) return false;
    within.dict.set(within.key, value);
    within.key = undefined;
    return true;
  };
  let at = 0;
  while (at < text.length) {
    pieces.lastIndex = at;
    const piece = pieces.exec(text);
    if (piece === null || piece[0] === '') return undefined;
    at = pieces.lastIndex;
    const [whole, slash, tag, , selfClosing] = piece;
    if (tag === undefined) {
      if (!whole.startsWith('<')) content += whole;
      continue;
    }
    if (tag === 'plist') continue;
    if (tag === 'dict') {
      if (selfClosing === '/' || open !== undefined) return undefined;
      if (slash === '/') {
        if (stack.pop() === undefined) return undefined;
      } else {
        const dict = new Map<string, Value>();
        if (stack.length >= maxDepth || !put(dict)) return undefined;
        stack.push({ dict, key: undefined });
      }
    } else if (selfClosing === '/') {
      if (open !== undefined || !put(tag)) return undefined;
    } else if (slash !== '/') {
      if (open !== undefined || !['key', 'real', 'integer', 'string'].includes(tag)) return undefined;
      open = tag;
    } else {
      if (open !== tag) return undefined;
      open = undefined;
      const within = stack.at(-1);
      if (tag === 'key') {
        if (within === undefined || within.key !== undefined) return undefined;
        within.key = content;
      } else if (!put(content)) return undefined;
    }
    content = '';
  }
  return stack.length === 0 && open === undefined ? root : undefined;
};

const componentNames = ['Red Component', 'Green Component', 'Blue Component'] as const;

/** A colour of the file as `#rrggbb`; undefined if it is not there or no colour. */
const colourOf = (value: Value | undefined): string | undefined => {
  if (!(value instanceof Map)) return undefined;
  const parts = componentNames.map((name) => {
    const text = value.get(name);
    return typeof text === 'string' && /^\s*[\d.]+(e-?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;
  });
  // Written by a computer, a little beyond the ends is one of them.
  if (!parts.every((part) => part >= 0 && part <= 1.001)) return undefined;
  return `#${parts
    .map((part) =>
      Math.min(255, Math.round(part * 255))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
};

/** The colours of an `.itermcolors` file, a property list in XML. */
export const itermScheme = (text: string, name: string): SchemeResult => {
  if (/<!ENTITY|&/.test(text))
    return refuse('This file holds XML entities, which are not read.', 'Export the preset in iTerm again.');
  const dict = readPlist(text);
  if (dict === undefined) return notRead;
  const colour = (key: string): string | undefined => colourOf(dict.get(`${key} Color`));
  const ansi = Array.from({ length: 16 }, (_, index) => colour(`Ansi ${index}`));
  const background = colour('Background');
  const foreground = colour('Foreground');
  const found = ansi.filter((one) => one !== undefined);
  if (found.length < ansi.length || background === undefined || foreground === undefined) {
    const missing = ansi.flatMap((one, index) => (one === undefined ? [`Ansi ${index}`] : []));
    if (background === undefined) missing.push('Background');
    if (foreground === undefined) missing.push('Foreground');
    return refuse(
      `This file lacks colours, or they are not between 0 and 1: ${missing.slice(0, 4).join(', ')}${missing.length > 4 ? ' …' : ''}.`,
      'Export the preset in iTerm again.',
    );
  }
  const cursor = colour('Cursor') ?? foreground;
  const selection = colour('Selection') ?? ansi[8] ?? foreground;
  return { ok: true, scheme: { name, background, foreground, cursor, selection, ansi: found } };
};
