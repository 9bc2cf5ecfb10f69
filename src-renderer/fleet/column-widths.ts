import type { CSSProperties } from 'react';
import { create } from 'zustand';
import { sortColumns, type SortColumn } from '../state/fleet-index.ts';

type Widths = Readonly<Partial<Record<SortColumn, number>>>;

const storageKey = 'quayside.columns';
const narrowest = 56;
const widest = 640;

/** Reads stored widths; what is no sensible width is left out. */
export const parseWidths = (text: string | null): Widths => {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? '{}');
  } catch {
    return {};
  }
  if (typeof stored !== 'object' || stored === null) return {};
  const known = new Map(Object.entries(stored));
  return Object.fromEntries(
    sortColumns.flatMap((column) => {
      const width: unknown = known.get(column);
      return typeof width === 'number' && width >= narrowest && width <= widest ? [[column, width]] : [];
    }),
  );
};

/** Widths the user gave to columns, in pixels. The others share what is left. */
export const useColumnWidths = create<{ readonly widths: Widths }>(() => ({
  widths: parseWidths(typeof localStorage === 'undefined' ? null : localStorage.getItem(storageKey)),
}));

/** Gives a column a width, or none of its own. */
export const setColumnWidth = (column: SortColumn, width: number | undefined): void => {
  const { [column]: _, ...others } = useColumnWidths.getState().widths;
  const widths: Widths =
    width === undefined ? others : { ...others, [column]: Math.round(Math.min(Math.max(width, narrowest), widest)) };
  localStorage.setItem(storageKey, JSON.stringify(widths));
  useColumnWidths.setState({ widths });
};

/**
 * The widths as custom properties of the list, which the layout falls back from. Where the list is narrower than all of
 * them they give way, so that no column is pushed out.
 */
export const widthProperties = (widths: Widths): CSSProperties =>
  Object.fromEntries(
    Object.entries(widths).map(([column, width]) => [`--w-${column}`, `minmax(${narrowest}px, ${width}px)`]),
  );
