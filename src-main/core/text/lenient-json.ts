/** The result of reading a text as JSON. `repaired` is true if strict parsing had failed. */
export type LenientJson =
  | { readonly ok: true; readonly value: unknown; readonly repaired: boolean }
  | { readonly ok: false };

/** More open brackets than any vendor's answer needs; V8 takes seconds for a text of nothing but brackets. */
const maxNesting = 200;
/** The maximum length of a text that is repaired: longer ones would block everything else. */
const maxRepairLength = 8_000_000;

/** Whether too many brackets are open at once. One look at each character takes a quarter of the time of parsing. */
const isTooDeep = (text: string): boolean => {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charCodeAt(index);
    if (char === 0x22) {
      const end = endOfString(text, index);
      if (end < 0) return false;
      index = end - 1;
    } else if (char === 0x5b || char === 0x7b) {
      depth += 1;
      if (depth > maxNesting) return true;
    } else if (char === 0x5d || char === 0x7d) depth -= 1;
  }
  return false;
};

/** Reads JSON that somebody else wrote; undefined if it is not one, or nested deeper than 200 brackets. */
export const parseForeignJson = (text: string): unknown => {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const isSpace = (char: string): boolean => char === ' ' || char === '\n' || char === '\r' || char === '\t';
const isStructure = (char: string): boolean => '{}[]:,"'.includes(char);

/** The index after the string that starts at `start`; -1 if the string never ends. */
const endOfString = (text: string, start: number): number => {
  for (let index = start + 1; index < text.length; index += 1) {
    const char = text[index];
    if (char === '\\') index += 1;
    else if (char === '"') return index + 1;
  }
  return -1;
};

const endOfLiteral = (text: string, start: number): number => {
  let index = start;
  while (index < text.length && !isSpace(text.charAt(index)) && !isStructure(text.charAt(index))) index += 1;
  return index;
};

/** Whether the word from `start` to `end` is the name of a member without quotes. */
const isBareName = (text: string, start: number, end: number): boolean => {
  if (!/^[A-Za-z_$][\w$.-]*$/.test(text.slice(start, end))) return false;
  let index = end;
  while (index < text.length && isSpace(text.charAt(index))) index += 1;
  return text.charAt(index) === ':';
};

/**
 * Adds missing commas between neighbouring values, removes commas before a closing bracket, and quotes the names of
 * members. Undefined if the text ends inside a string. One pass; strings are copied unchanged. Nothing is ever closed,
 * so a truncated text stays truncated.
 */
const repair = (text: string): string | undefined => {
  const out: string[] = [];
  let depth = 0;
  let copied = 0;
  /** The position of a comma that follows a value and is not followed by anything yet; -1 if none. */
  let openComma = -1;
  let afterValue = false;
  let index = 0;
  while (index < text.length) {
    const char = text.charAt(index);
    if (isSpace(char)) {
      index += 1;
    } else if (char === ',') {
      openComma = afterValue && depth > 0 ? index : -1;
      afterValue = false;
      index += 1;
    } else if (char === ':') {
      openComma = -1;
      afterValue = false;
      index += 1;
    } else if (char === '}' || char === ']') {
      if (openComma >= 0) {
        out.push(text.slice(copied, openComma));
        copied = openComma + 1;
      }
      openComma = -1;
      depth -= 1;
      afterValue = true;
      index += 1;
    } else {
      // The start of a value (or of a key, which looks the same).
      if (afterValue && depth > 0) {
        out.push(text.slice(copied, index), ',');
        copied = index;
      }
      openComma = -1;
      if (char === '{' || char === '[') {
        depth += 1;
        afterValue = false;
        index += 1;
      } else {
        const end = char === '"' ? endOfString(text, index) : endOfLiteral(text, index);
        if (end < 0) return undefined;
        if (char !== '"' && depth > 0 && isBareName(text, index, end)) {
          out.push(text.slice(copied, index), '"', text.slice(index, end), '"');
          copied = end;
        }
        index = end;
        afterValue = true;
      }
    }
  }
  out.push(text.slice(copied));
  return out.join('');
};

/**
 * Reads JSON strictly; where that fails, once more after repairing exactly three faults: a comma before a closing
 * bracket, a comma missing between members or elements (both stand in RemoteIoT's own document), and a name without
 * quotes (every sample of Remotix's has them so). A text that was cut off stays an error, so that half a fleet is never taken for a whole one, and so does one nested deeper than
 * 200 brackets. Linear time; texts of more than 8 million characters are not repaired.
 */
export const parseLenientJson = (text: string): LenientJson => {
  if (isTooDeep(text)) return { ok: false };
  try {
    return { ok: true, value: JSON.parse(text) as unknown, repaired: false };
  } catch {
    if (text.length > maxRepairLength) return { ok: false };
    const repaired = repair(text);
    if (repaired === undefined) return { ok: false };
    try {
      return { ok: true, value: JSON.parse(repaired) as unknown, repaired: true };
    } catch {
      return { ok: false };
    }
  }
};
