/**
 * Names of files as text. On most devices a name is bytes, and some are no UTF-8: they were made in Latin-1, or in no
 * notation at all. Each byte that does not belong to UTF-8 becomes one half of a surrogate pair, which no text has
 * (Python's PEP 383 does the same), so that a name comes back as the bytes it was.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const toUtf8 = new TextEncoder();
/** A byte from 0x80 on stands at this code point plus itself. */
const strayFrom = 0xdc00;
const stray = /[\udc80-\udcff]/u;
const unseen = /[\udc80-\udcff\p{Cc}]/gu;

const decoded = (bytes: Uint8Array): string | undefined => {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
};

/** The name that these bytes are. */
export const nameOfBytes = (bytes: Uint8Array): string => {
  const whole = decoded(bytes);
  if (whole !== undefined) return whole;
  let name = '';
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const letter = decoded(bytes.subarray(at, at + length));
    name += letter ?? String.fromCharCode(strayFrom + first);
    at += letter === undefined ? 1 : length;
  }
  return name;
};

/** The bytes of a name. */
export const bytesOfName = (name: string): Uint8Array => {
  if (!stray.test(name)) return toUtf8.encode(name);
  const bytes: number[] = [];
  for (const letter of name) {
    if (stray.test(letter)) bytes.push(letter.charCodeAt(0) - strayFrom);
    else bytes.push(...toUtf8.encode(letter));
  }
  return Uint8Array.from(bytes);
};

/** Whether a name has bytes that are no UTF-8. */
export const hasStrayBytes = (name: string): boolean => stray.test(name);

/**
 * A name for a person: each byte that is no UTF-8, and each character that cannot be seen, in hexadecimal as a shell's
 * `$'…'` writes it.
 */
export const withShownBytes = (name: string): string =>
  name.replaceAll(unseen, (char) => `\\x${(char.charCodeAt(0) % strayFrom).toString(16).padStart(2, '0')}`);
