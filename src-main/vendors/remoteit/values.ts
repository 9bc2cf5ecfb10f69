/**
 * remote.it's values: numbers and booleans come as strings, and what is absent may be null or `[null]`.
 */

/** What is absent, in any of the vendor's spellings, is undefined. */
export const present = (value: unknown): unknown => {
  if (value === null) return undefined;
  return Array.isArray(value) && value.every((item) => item === null) && value.length <= 1 ? undefined : value;
};

/** Text without space around it, or a number or boolean as text; undefined if there is nothing to read. */
export const asText = (value: unknown): string | undefined => {
  const found = present(value);
  if (typeof found === 'string') return found.trim() === '' ? undefined : found.trim();
  return typeof found === 'number' || typeof found === 'boolean' ? String(found) : undefined;
};

/** A number, or text that is one. */
export const asNumber = (value: unknown): number | undefined => {
  const found = present(value);
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

/** A boolean, or its name as text. */
export const asFlag = (value: unknown): boolean | undefined => {
  if (typeof value === 'boolean') return value;
  const text = asText(value)?.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
};

/** A TCP port. */
export const asPort = (value: unknown): number | undefined => {
  const port = asNumber(value);
  return port !== undefined && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
};

/** Epoch milliseconds of a time in ISO 8601, or in seconds or milliseconds since 1970; undefined if it is not one. */
export const asTime = (value: unknown): number | undefined => {
  const number = asNumber(value);
  if (number !== undefined) {
    const at = Math.abs(number) < 1e11 ? number * 1000 : number;
    return at > 0 && at < 8.64e15 ? at : undefined;
  }
  const text = asText(value);
  const at = text !== undefined && /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};

/** An address alone: remote.it's samples show the external one with its port. */
export const asAddress = (value: unknown): string | undefined =>
  asText(value)?.replace(/^([\dA-Za-z]{1,3}(?:\.[\dA-Za-z]{1,3}){3}):\d{1,5}$/, '$1');

export type Members = Readonly<Record<string, unknown>>;

/** The members of an object; none of anything else. */
export const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};

/** The items of a list; one thing that should have been a list is a list of it. */
export const itemsOf = (value: unknown): readonly unknown[] => {
  const found = present(value);
  if (found === undefined) return [];
  return Array.isArray(found) ? (found as readonly unknown[]) : [found];
};

/** A name or address that can be dialled, and that no program takes for an option. */
export const asHost = (value: unknown): string | undefined => {
  const host = asText(value);
  return host !== undefined && /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]+\]?)$/.test(host)
    ? host
    : undefined;
};
