import { ArrowDown, ArrowUp } from 'lucide-react';
import { useDeferredValue, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { FileEntryView, FileListingView } from '../../../src-preload/contract/session.ts';
import { classNames } from '../../ui/class-names.ts';
import { count } from '../../ui/format.ts';
import { useRowWindow } from '../../ui/use-row-window.ts';
import { arranged, listedFiles, saidName, type FileColumn, type FileSort } from './listing.ts';
import styles from './files-tab.module.css';

/** Height of a row, pixels: `--row` of the theme. */
const rowHeight = 32;

const columns: readonly (readonly [FileColumn, string])[] = [
  ['name', 'Name'],
  ['size', 'Size'],
  ['changed', 'Changed'],
  ['permissions', 'Permissions'],
];

const Header = ({
  sort,
  onSort,
}: {
  readonly sort: FileSort;
  readonly onSort: (column: FileColumn) => void;
}): React.ReactNode => (
  <thead>
    <tr aria-rowindex={1}>
      {columns.map(([column, title]) => {
        const isSorted = sort.column === column;
        const Arrow = sort.isDescending ? ArrowDown : ArrowUp;
        return (
          <th
            key={column}
            scope="col"
            className={column === 'size' ? 'number' : undefined}
            aria-sort={isSorted ? (sort.isDescending ? 'descending' : 'ascending') : 'none'}
          >
            <button type="button" className="sort-button" onClick={() => onSort(column)}>
              {title}
              {isSorted ? <Arrow size={12} aria-hidden="true" /> : null}
            </button>
          </th>
        );
      })}
      <th scope="col">
        <span className="hidden-text">Actions</span>
      </th>
    </tr>
  </thead>
);

/** Holds the place of rows that are out of sight. */
const Gap = ({ rows }: { readonly rows: number }): React.ReactNode =>
  rows <= 0 ? null : (
    <tr aria-hidden="true" data-part="gap" style={{ height: rows * rowHeight }}>
      <td colSpan={columns.length + 1} />
    </tr>
  );

/** Whether a folder is above another one. */
const isAbove = (folder: string, other: string): boolean =>
  other !== folder && other.startsWith(folder === '/' ? '/' : `${folder}/`);

/**
 * Where a folder is scrolled to: a folder that is entered begins at its top, one that is gone back to is where it was
 * left, and one that is read again stays.
 */
const useScrollPlace = (scroller: React.RefObject<HTMLElement | null>, path: string | undefined): void => {
  const places = useRef(new Map<string, number>());
  const before = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    const known = places.current;
    if (element === null || path === undefined) return;
    if (before.current !== path) {
      const isBack = before.current !== undefined && isAbove(path, before.current);
      element.scrollTop = isBack ? (known.get(path) ?? 0) : 0;
      before.current = path;
    }
    const keep = (): void => void known.set(path, element.scrollTop);
    element.addEventListener('scroll', keep, { passive: true });
    return () => element.removeEventListener('scroll', keep);
  }, [scroller, path]);
};

/** What is in a folder of a device, of which only the rows in sight exist. `row` makes the row of an entry. */
export const FileList = ({
  folder,
  listing,
  reading,
  filter,
  row,
}: {
  readonly folder: string;
  readonly listing: FileListingView | undefined;
  /** The folder that is being read. */
  readonly reading: string | undefined;
  readonly filter: string;
  readonly row: (entry: FileEntryView, index: number) => React.ReactNode;
}): React.ReactNode => {
  const [sort, setSort] = useState<FileSort>({ column: 'name', isDescending: false });
  const scroller = useRef<HTMLDivElement>(null);
  const wanted = useDeferredValue(filter);
  const files = useMemo(() => listedFiles(listing?.entries ?? []), [listing]);
  const entries = useMemo(() => arranged(files, sort, wanted), [files, sort, wanted]);
  useScrollPlace(scroller, listing?.path);
  const { first, last } = useRowWindow(scroller, entries.length, rowHeight);
  const shown = entries.slice(Math.max(0, first), Math.max(0, last + 1));
  const toggle = (column: FileColumn): void =>
    setSort((now) => ({ column, isDescending: now.column === column && !now.isDescending }));
  return (
    <>
      <div
        ref={scroller}
        className={styles['files-scroll']}
        tabIndex={0}
        role="region"
        aria-label={`Files in ${saidName(folder)}`}
        aria-busy={reading !== undefined}
      >
        {listing === undefined ? null : (
          // What is shown can be acted on only while it is what the path above says.
          <table
            className={styles['files']}
            aria-rowcount={entries.length + 1}
            inert={reading !== undefined && reading !== listing.path}
          >
            <Header sort={sort} onSort={toggle} />
            <tbody>
              <Gap rows={first} />
              {shown.map((entry, at) => row(entry, Math.max(0, first) + at))}
              <Gap rows={entries.length - 1 - last} />
            </tbody>
          </table>
        )}
        {listing?.entries.length === 0 ? (
          <p className={styles['files-empty']}>This folder is empty. Drop files here.</p>
        ) : null}
        {listing !== undefined && listing.entries.length > 0 && entries.length === 0 ? (
          <p className={styles['files-empty']}>
            None of the {count(listing.entries.length)} names here has that in it.
          </p>
        ) : null}
      </div>
      <p className={classNames(styles['files-reading'], 'ellipsis')} role="status">
        {reading === undefined || reading === listing?.path ? '' : `Reading ${saidName(reading)} …`}
      </p>
    </>
  );
};
