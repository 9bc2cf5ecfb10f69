/** The best form in which to show an answer. */
export type AnswerShape =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      readonly rows: readonly Readonly<Record<string, unknown>>[];
    }
  | { readonly kind: 'tree' };

/** The text that main puts in place of a secret. */
const secretMark = '[secret]';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value in one line: a cell of a table, a leaf of a tree. */
export const lineOf = (value: unknown): string => {
  if (value === undefined || value === null) return '–';
  if (value === secretMark) return '••••••';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** Whether a value is a secret that is not shown. */
export const isSecret = (value: unknown): boolean => value === secretMark;

/** The maximum number of columns; wider values are easier to read as a tree. */
const maxColumns = 40;

/** A table for lists of objects, text for text, a tree for all else. */
export const shapeOf = (value: unknown): AnswerShape => {
  if (value === undefined || value === null || value === '') return { kind: 'nothing' };
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (!Array.isArray(value)) return { kind: 'tree' };
  const entries = value as readonly unknown[];
  if (entries.length === 0) return { kind: 'tree' };
  if (!entries.every(isRecord))
    return entries.some((entry) => typeof entry === 'object' && entry !== null)
      ? { kind: 'tree' }
      : { kind: 'table', columns: ['value'], rows: entries.map((entry) => ({ value: entry })) };
  const columns = [...new Set(entries.flatMap((entry) => Object.keys(entry)))];
  return columns.length > maxColumns || columns.length === 0
    ? { kind: 'tree' }
    : { kind: 'table', columns, rows: entries };
};

/** The order of two cells: numbers by value, texts with numbers in natural order, missing values last. */
const compareCells = (a: unknown, b: unknown): number => {
  const absent = (value: unknown): boolean => value === undefined || value === null || value === '';
  if (absent(a) || absent(b)) return Number(absent(a)) - Number(absent(b));
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return lineOf(a).localeCompare(lineOf(b), 'en', { numeric: true });
};

/** The rows in the order of a column; what is absent stays last in both directions. */
export const sortRows = (
  rows: readonly Readonly<Record<string, unknown>>[],
  column: string,
  descending: boolean,
): readonly Readonly<Record<string, unknown>>[] =>
  rows.toSorted((one, other) => {
    const a = one[column];
    const b = other[column];
    const gone = (value: unknown): boolean => value === undefined || value === null || value === '';
    const order = compareCells(a, b);
    return descending && !gone(a) && !gone(b) ? -order : order;
  });

/** The whole answer as text to copy. */
export const answerText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? '');
