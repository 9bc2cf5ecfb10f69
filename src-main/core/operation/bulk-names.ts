import { fail, ok, type Result } from '../base/errors.ts';

/** What a pattern may ask of a device. */
export interface PatternValues {
  readonly name: string;
  readonly id: string;
  /** The first of its groups; empty if it has none. */
  readonly group: string;
  readonly account: string;
}

const placeholders = ['name', 'id', 'group', 'account'] as const;
type Part = { readonly text: string } | { readonly fact: (typeof placeholders)[number] } | { readonly width: number };

const badPlaceholder = (written: string): Result<never> =>
  fail(
    'invalid-input',
    `The pattern holds {${written}}, which is not known.`,
    'Use {name}, {id}, {group}, {account}, {n} or {n:03}. Write {{ for a brace itself.',
  );

const partsOf = (pattern: string): Result<readonly Part[]> => {
  const parts: Part[] = [];
  let at = 0;
  for (const match of pattern.matchAll(/\{\{|\}\}|\{([^{}]*)\}/g)) {
    if (match.index > at) parts.push({ text: pattern.slice(at, match.index) });
    at = match.index + match[0].length;
    const written = match[1];
    if (written === undefined) parts.push({ text: match[0].charAt(0) });
    else {
      const fact = placeholders.find((name) => name === written);
      const number = /^n(?::0?([1-9]))?$/.exec(written);
      if (fact !== undefined) parts.push({ fact });
      else if (number !== null) parts.push({ width: Number(number[1] ?? 1) });
      else return badPlaceholder(written.slice(0, 40));
    }
  }
  if (at < pattern.length) parts.push({ text: pattern.slice(at) });
  return ok(parts);
};

/**
 * Reads a pattern: {name}, {id}, {group} and {account} stand for the device's own, {n} for its number in the selection,
 * {n:03} for that with leading zeros, {{ and }} for braces. Errors: invalid-input.
 */
export const parsePattern = (pattern: string): Result<(device: PatternValues, number: number) => string> => {
  const parts = partsOf(pattern);
  if (!parts.ok) return parts;
  return ok((device, number) =>
    parts.value
      .map((part) => {
        if ('text' in part) return part.text;
        return 'fact' in part ? device[part.fact] : String(number).padStart(part.width, '0');
      })
      .join(''),
  );
};

/** How a part of a name is found and what takes its place. */
export interface Replacement {
  readonly find: string;
  readonly replaceBy: string;
  /** `find` is a regular expression, and `replaceBy` may hold $1 and $<name>. */
  readonly regex: boolean;
  readonly ignoreCase: boolean;
}

/** A regular expression is tried on names of at most so many characters: a bad one takes long on long texts. */
const maxLength = 256;

/** Reads a replacement. Errors: invalid-input. */
export const parseReplacement = ({
  find,
  replaceBy,
  regex,
  ignoreCase,
}: Replacement): Result<(name: string) => string> => {
  if (find === '')
    return fail('invalid-input', 'There is nothing to look for.', 'Enter the part of the names to replace.');
  const flags = ignoreCase ? 'giu' : 'gu';
  if (!regex) {
    const literal = new RegExp(find.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replaceAll('\\-', '\\x2d'), flags);
    return ok((name) => name.replaceAll(literal, () => replaceBy));
  }
  try {
    const expression = new RegExp(find, flags);
    return ok((name) => (name.length > maxLength ? name : name.replaceAll(expression, replaceBy)));
  } catch {
    return fail('invalid-input', 'This is not a regular expression.', 'Correct it, or look for the text as it stands.');
  }
};
