import type { z } from 'zod';

/** The entries of a list that are not objects. */
export type NotARow = string | number | boolean | null | undefined | readonly unknown[];

/** Whether an entry of a list is an object. */
export const isRow = <T extends object>(entry: T | NotARow): entry is T =>
  typeof entry === 'object' && entry !== null && !Array.isArray(entry);

/** What a value of an answer is, for a sentence about it that does not quote it. */
const formOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'object':
      return 'an object';
    case 'string':
      return 'a text';
    case 'number':
      return 'a number';
    default:
      return 'true or false';
  }
};

/** Why a list is none of objects: none of its entries is one. Undefined if it is good, or empty. */
export const noRows = (entries: readonly unknown[]): string | undefined =>
  entries.length === 0 || entries.some((entry) => formOf(entry) === 'an object')
    ? undefined
    : `expected objects in the list, found ${[...new Set(entries.map(formOf))].join(', ')}`;

/**
 * A list of objects, each read by `read`. What else stands in it stays as it is, to be counted by who needs to know whether
 * the list is whole; where nothing in it is an object, that is an issue.
 */
export const readRows = <T extends object>(
  entries: readonly unknown[],
  read: (row: Readonly<Record<string, unknown>>) => T,
  context: z.RefinementCtx,
): readonly (T | NotARow)[] => {
  const message = noRows(entries);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
  return (entries as readonly (Readonly<Record<string, unknown>> | NotARow)[]).map((entry) =>
    isRow(entry) ? read(entry) : entry,
  );
};
