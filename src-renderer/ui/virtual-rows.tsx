import { useRef } from 'react';
import { useRowWindow } from './use-row-window.ts';

/** Height of a line, pixels. */
export const lineHeight = 30;

/** A table of which only the lines in sight exist. `row` makes the cells of one. */
export const VirtualRows = ({
  label,
  columns,
  count,
  row,
  rowClass,
}: {
  readonly label: string;
  readonly columns: readonly string[];
  readonly count: number;
  readonly row: (index: number) => readonly React.ReactNode[];
  readonly rowClass?: (index: number) => string;
}): React.ReactNode => {
  const scroller = useRef<HTMLDivElement>(null);
  const { first, last } = useRowWindow(scroller, count, lineHeight);
  const shown: number[] = [];
  for (let index = Math.max(0, first); index <= last && index < count; index++) shown.push(index);
  return (
    <div ref={scroller} className="bulk-rows" role="table" aria-label={label} aria-rowcount={count + 1} tabIndex={0}>
      <div className="bulk-row bulk-columns" role="row" aria-rowindex={1}>
        {columns.map((column) => (
          <div key={column} role="columnheader">
            {column}
          </div>
        ))}
      </div>
      <div className="bulk-body" role="rowgroup" style={{ height: count * lineHeight }}>
        {shown.map((index) => (
          <div
            key={index}
            role="row"
            aria-rowindex={index + 2}
            className={`bulk-row ${rowClass?.(index) ?? ''}`}
            style={{ top: index * lineHeight }}
          >
            {row(index).map((cell, at) => (
              <div key={columns[at]} role="cell" className="ellipsis">
                {cell}
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
};
