import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { fleet } from '../state/main-state.ts';
import { connect, copyCommand, setFavourite } from '../commands/device-commands.ts';
import { hasMod, modKey } from '../ui/shortcuts.ts';
import { focusSearch } from '../commands/focus.ts';
import {
  activate,
  closePanel,
  mark,
  openPanel,
  showLaunchers,
  toggleMark,
  toggleSort,
  useView,
} from '../state/view-store.ts';
import { DeviceRow, MarkBox, rowId } from './device-row.tsx';
import type { SortColumn } from '../state/fleet-index.ts';
import { setColumnWidth, useColumnWidths, widthProperties } from './column-widths.ts';
import { useRowWindow } from '../ui/use-row-window.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './device-grid.module.css';

const rowHeight = 32;

const columns: readonly (readonly [SortColumn, string])[] = [
  ['name', 'Name'],
  ['group', 'Group'],
  ['vendor', 'Vendor'],
  ['account', 'Account'],
  ['address', 'Address'],
  ['seen', 'Seen'],
  ['forward', 'Forward'],
];

/** Selects all that is listed, or nothing. */
const MarkAll = ({ keys }: { readonly keys: readonly string[] }): React.ReactNode => {
  const marked = useView((view) => view.marked);
  const all = marked.size > 0 && keys.every((key) => marked.has(key));
  return (
    <button
      type="button"
      role="checkbox"
      className={styles['mark-all']}
      aria-checked={all ? true : marked.size > 0 ? 'mixed' : false}
      aria-label="Select all devices of the list"
      data-tip={all ? 'Select none' : 'Select all'}
      data-keys={`${modKey} A`}
      onClick={() => mark(all ? [] : keys)}
    >
      <MarkBox checked={all ? true : marked.size > 0 ? 'some' : false} />
    </button>
  );
};

const Header = ({ keys }: { readonly keys: readonly string[] }): React.ReactNode => {
  const sort = useView((view) => view.sort);
  return (
    <div role="row" className={classNames(styles['grid-row'], styles['grid-header'])} aria-rowindex={1}>
      <div role="columnheader" className={styles['col-presence']}>
        <span className="hidden-text">Presence</span>
        <MarkAll keys={keys} />
      </div>
      {columns.map(([column, title]) => {
        const sorted = sort.column === column;
        const Arrow = sort.descending ? ArrowDown : ArrowUp;
        return (
          <div
            key={column}
            role="columnheader"
            className={styles[`col-${column}`]}
            aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
          >
            <button type="button" className="sort-button" onClick={() => toggleSort(column)}>
              {title}
              {sorted ? <Arrow size={12} aria-hidden="true" /> : null}
            </button>
            <span
              className={styles['column-edge']}
              data-part="edge"
              aria-hidden="true"
              data-tip="Drag to change the width, double-click to reset"
              onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
              onPointerMove={(event) => {
                const cell = event.currentTarget.parentElement;
                if (cell !== null && event.currentTarget.hasPointerCapture(event.pointerId))
                  setColumnWidth(column, event.clientX - cell.getBoundingClientRect().left + 6);
              }}
              onDoubleClick={() => setColumnWidth(column, undefined)}
            />
          </div>
        );
      })}
    </div>
  );
};

/** Brings a line into sight with the least scrolling; the header covers the first line's height. */
const scrollToRow = (scroller: HTMLElement, index: number): void => {
  const top = index * rowHeight;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + 2 * rowHeight > scroller.scrollTop + scroller.clientHeight)
    scroller.scrollTop = top + 2 * rowHeight - scroller.clientHeight;
};

/** Handles the keys of the list. Answers true if the key was one of them. */
const handleKey = (event: React.KeyboardEvent, keys: readonly string[], page: number): boolean => {
  const view = useView.getState();
  const at = view.active === undefined ? -1 : keys.indexOf(view.active);
  const move = (to: number): boolean => {
    const target = Math.min(Math.max(to, 0), keys.length - 1);
    const key = keys[target];
    if (key === undefined) return false;
    if (event.shiftKey) {
      const from = at < 0 ? target : at;
      mark([...view.marked, ...keys.slice(Math.min(from, target), Math.max(from, target) + 1)]);
    }
    activate(key);
    return true;
  };
  if (hasMod(event)) {
    if (event.key === 'a') mark(keys);
    else if (event.key === 'Enter' && view.active !== undefined) {
      openPanel(view.active);
      showLaunchers(true);
    } else return false;
    return true;
  }
  if (event.altKey) return false;
  switch (event.key) {
    case 'ArrowDown':
      return move(at + 1);
    case 'ArrowUp':
      if (at > 0) return move(at - 1);
      focusSearch();
      return true;
    case 'PageDown':
      return move(at + page);
    case 'PageUp':
      return move(at - page);
    case 'Home':
      return move(0);
    case 'End':
      return move(keys.length - 1);
    default:
  }
  const key = at < 0 ? undefined : keys[at];
  const device = key === undefined ? undefined : fleet.get(key);
  if (key === undefined || device === undefined) return false;
  switch (event.key) {
    case 'Enter':
      void connect(key);
      return true;
    case ' ':
      if (view.panelOpen) closePanel();
      else openPanel(key);
      return true;
    case 'x':
      toggleMark(key);
      return true;
    case 'f':
      void setFavourite(device);
      return true;
    case 'c':
      void copyCommand(key);
      return true;
    default:
      return false;
  }
};

/** The device list: only the lines in sight exist. Focus stays on the list, `aria-activedescendant` names the line. */
export const DeviceGrid = ({ keys }: { readonly keys: readonly string[] }): React.ReactNode => {
  const scroller = useRef<HTMLDivElement>(null);
  const active = useView((view) => view.active);
  const activeIndex = active === undefined ? -1 : keys.indexOf(active);
  const rows = useRowWindow(scroller, keys.length, rowHeight);
  const query = useView((view) => view.query);
  const scope = useView((view) => view.scope);
  useEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = 0;
  }, [query, scope]);
  const widths = useColumnWidths((state) => state.widths);
  const armed = useRef(0);
  const lastScrolled = useRef<string | undefined>(undefined);
  useEffect(() => {
    // The view follows the keyboard, never a change of the fleet: lines do not move under the pointer.
    if (activeIndex < 0 || lastScrolled.current === active) return;
    lastScrolled.current = active;
    if (scroller.current !== null) scrollToRow(scroller.current, activeIndex);
  }, [active, activeIndex]);
  const shown: number[] = [];
  for (let index = rows.first; index <= rows.last; index++) shown.push(index);
  // The active line always exists, so that assistive technology can name it wherever the list is scrolled.
  if (activeIndex >= 0 && (activeIndex < rows.first || activeIndex > rows.last)) shown.push(activeIndex);
  return (
    <div
      ref={scroller}
      id="device-list"
      className={styles['grid']}
      style={widthProperties(widths)}
      role="grid"
      aria-label="Devices"
      aria-multiselectable="true"
      aria-rowcount={keys.length + 1}
      aria-colcount={columns.length + 1}
      aria-activedescendant={activeIndex < 0 ? undefined : rowId(activeIndex)}
      tabIndex={0}
      onFocus={(event) => {
        if (event.target === event.currentTarget && activeIndex < 0 && keys[0] !== undefined) activate(keys[0]);
      }}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        // `g f` goes to a page and does not mark a favourite.
        if (event.key === 'g') armed.current = event.timeStamp + 1200;
        else if (armed.current > event.timeStamp) {
          armed.current = 0;
          return;
        }
        const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 320) / rowHeight) - 2);
        if (handleKey(event, keys, page)) event.preventDefault();
      }}
    >
      <Header keys={keys} />
      <div role="rowgroup" className={styles['grid-body']} style={{ height: keys.length * rowHeight }}>
        {/* Lines are known by their place, so that a new search changes their text instead of making them anew. */}
        {shown.map((index) => {
          const key = keys[index];
          return key === undefined ? null : (
            <DeviceRow
              key={index}
              deviceKey={key}
              index={index}
              top={index * rowHeight}
              active={index === activeIndex}
              keys={keys}
            />
          );
        })}
      </div>
    </div>
  );
};

/** The shape of the list while nothing is known yet. */
export const GridSkeleton = (): React.ReactNode => (
  <div className={styles['grid']} aria-busy="true" aria-label="Loading devices" role="status">
    {Array.from({ length: 14 }, (_, index) => (
      <div className={classNames(styles['grid-row'], styles['skeleton-row'])} key={index} aria-hidden="true">
        <div className={styles['col-presence']}>
          <span className={classNames('skeleton', styles['dot'])} />
        </div>
        {columns.map(([column]) => (
          <div className={styles[`col-${column}`]} key={column}>
            <span className={`skeleton w${(index * 7 + column.length * 3) % 4}`} />
          </div>
        ))}
      </div>
    ))}
  </div>
);
