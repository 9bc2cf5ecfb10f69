import { z } from 'zod';
import { attributesOf } from '../../core/fleet/fact-attributes.ts';
import { noRows } from '../read-rows.ts';

/**
 * Reemo's shapes. The tables of its document are missing, so nothing is asked of an answer but that it is JSON; the
 * readers below take what the text names. `id` alone is the identity: `_id` is another thing, and hashed after connect.
 */

export const nothing = z.undefined();

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The answer of a read or write: whatever JSON came. Nothing at all is good as well. */
export const anything = z.unknown();

/** A computer object, kept as it is. */
export const computer = z.unknown().refine(isObject, 'expected an object');

/** The answer of the list: an array or an object around one. */
export const listed = z.unknown().superRefine((value, context) => {
  const page = pageOf(value);
  const message = page === undefined ? 'expected a list of computers' : noRows(page.rows);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** The answer of connect: the object is passed on untouched, under a name that is hidden everywhere. */
export const connected = z
  .unknown()
  .refine(isObject, 'expected an object')
  .transform((value) => ({ computer: value as unknown }));

/** Text, or a number as text; undefined if there is none. */
const asText = (value: unknown): string | undefined => {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
};

const own = (fields: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

/** What is read of a computer object. */
export interface ComputerRow {
  readonly id: string;
  readonly name: string | undefined;
  readonly hostname: string | undefined;
  readonly ip: string | undefined;
  readonly status: string | undefined;
  /** Whatever else the object tells, `_id` and a status beyond online and offline included. */
  readonly attributes: Readonly<Record<string, string>> | undefined;
}

/** What of an object stands in a place of its own. */
const shownElsewhere = ['id', 'name', 'hostname', 'ip'] as const;
/** A status that presence says already. */
const plainStatus = /^(?:on|off)line$/i;

/** A computer object's facts; undefined without an `id`. */
export const computerOf = (value: unknown): ComputerRow | undefined => {
  if (!isObject(value)) return undefined;
  const id = asText(own(value, 'id'));
  if (id === undefined) return undefined;
  const status = asText(own(value, 'status')) ?? asText(own(value, 'state'));
  return {
    id,
    name: asText(own(value, 'name')),
    hostname: asText(own(value, 'hostname')),
    ip: asText(own(value, 'ip')),
    status,
    attributes: attributesOf(value, [
      ...shownElsewhere,
      ...(status !== undefined && plainStatus.test(status) ? ['status', 'state'] : []),
    ]),
  };
};

/** How a page says what follows it. */
export type NextPage =
  /** Nothing follows. */
  | { readonly kind: 'end' }
  /** The page does not say what follows, or `next` is only `true`. */
  | { readonly kind: 'unknown' }
  /** The query of the next request. */
  | { readonly kind: 'query'; readonly query: Readonly<Record<string, string>> }
  /** The number of the next page. */
  | { readonly kind: 'number'; readonly number: number }
  /** There is more, but not in a way that can be asked for. */
  | { readonly kind: 'unreadable' };

export interface Page {
  readonly rows: readonly unknown[];
  readonly next: NextPage;
  /** All computers there are, where the answer says so. */
  readonly total: number | undefined;
  /** All pages there are. */
  readonly pages: number | undefined;
  /** The number of this page. */
  readonly page: number | undefined;
}

const listNames = ['computers', 'data', 'docs', 'items', 'results'];

const asCount = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
};

const nextOf = (fields: Readonly<Record<string, unknown>>): NextPage => {
  if (!Object.hasOwn(fields, 'next')) return { kind: 'unknown' };
  const { next } = fields;
  if (next === null || next === false || next === '') return { kind: 'end' };
  if (next === true) return { kind: 'unknown' };
  const number = asCount(next);
  if (number !== undefined) return { kind: 'number', number };
  if (typeof next !== 'string') return { kind: 'unreadable' };
  // Only its query is taken: the key goes nowhere but to the base URL.
  const url = URL.parse(next, 'https://reemo.invalid/');
  const query = url === null ? {} : Object.fromEntries(url.searchParams);
  return Object.keys(query).length === 0 ? { kind: 'unreadable' } : { kind: 'query', query };
};

/** A page of the list: an array, or an object with one of five names around it, at most two deep. */
export const pageOf = (value: unknown, depth = 0): Page | undefined => {
  if (Array.isArray(value))
    return { rows: value, next: { kind: 'unknown' }, total: undefined, pages: undefined, page: undefined };
  if (!isObject(value)) return undefined;
  const name = listNames.find((candidate) => Array.isArray(own(value, candidate)));
  const rows = name === undefined ? undefined : own(value, name);
  if (!Array.isArray(rows)) {
    const inner = own(value, 'data') ?? own(value, 'results');
    return depth === 0 && inner !== undefined ? pageOf(inner, 1) : undefined;
  }
  const count = asCount(own(value, 'count'));
  return {
    rows,
    next: nextOf(value),
    // `count` may be of this page alone: it tells something only where it is larger.
    total: asCount(own(value, 'total')) ?? (count !== undefined && count > rows.length ? count : undefined),
    pages: asCount(own(value, 'pages')),
    page: asCount(own(value, 'page')),
  };
};
