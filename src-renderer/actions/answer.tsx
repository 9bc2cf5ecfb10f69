import { ArrowDown, ArrowUp } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useRowWindow } from '../ui/use-row-window.ts';
import { Segmented } from '../ui/parts.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { millis, plural } from '../ui/format.ts';
import { answerText, isSecret, lineOf, shapeOf, sortRows } from './answer-shape.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './answer.module.css';

type Rows = readonly Readonly<Record<string, unknown>>[];

const rowHeight = 28;

const AnswerTable = ({
  columns,
  rows,
}: {
  readonly columns: readonly string[];
  readonly rows: Rows;
}): React.ReactNode => {
  const scroller = useRef<HTMLDivElement>(null);
  const [sort, setSort] = useState<{ readonly column: string; readonly descending: boolean }>();
  const sorted = useMemo(
    () => (sort === undefined ? rows : sortRows(rows, sort.column, sort.descending)),
    [rows, sort],
  );
  const shown = useRowWindow(scroller, sorted.length, rowHeight);
  const before = Math.max(0, shown.first) * rowHeight;
  const after = Math.max(0, sorted.length - 1 - shown.last) * rowHeight;
  return (
    <div
      ref={scroller}
      className={styles['answer-table']}
      data-part="wide"
      tabIndex={0}
      role="region"
      aria-label="Answer as a table"
    >
      <table aria-rowcount={sorted.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => {
              const current = sort?.column === column;
              const Arrow = current && sort.descending ? ArrowDown : ArrowUp;
              return (
                <th
                  key={column}
                  className={typeof rows[0]?.[column] === 'number' ? 'number' : ''}
                  scope="col"
                  aria-sort={current ? (sort.descending ? 'descending' : 'ascending') : 'none'}
                >
                  <button
                    type="button"
                    className="sort-button"
                    onClick={() => setSort({ column, descending: current && !sort.descending })}
                  >
                    {column}
                    {current ? <Arrow size={12} aria-hidden="true" /> : null}
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {before > 0 ? (
            <tr aria-hidden="true">
              <td colSpan={columns.length} className={styles['answer-gap']} style={{ height: before }} />
            </tr>
          ) : null}
          {sorted.slice(Math.max(0, shown.first), shown.last + 1).map((row, index) => (
            <tr key={shown.first + index} aria-rowindex={shown.first + index + 2}>
              {columns.map((column) => {
                const text = lineOf(row[column]);
                return (
                  <td
                    key={column}
                    className={`${typeof row[column] === 'number' ? 'number' : ''} ${row[column] === undefined || row[column] === null ? 'faint' : ''}`}
                    title={isSecret(row[column]) ? 'A secret: not shown' : text.length > 24 ? text : undefined}
                  >
                    {text}
                  </td>
                );
              })}
            </tr>
          ))}
          {after > 0 ? (
            <tr aria-hidden="true">
              <td colSpan={columns.length} className={styles['answer-gap']} style={{ height: after }} />
            </tr>
          ) : null}
        </tbody>
      </table>
    </div>
  );
};

/** Members of a branch shown at first; a branch of thousands would stop the window. */
const maxMembers = 200;

const Leaf = ({ name, value }: { readonly name: string | undefined; readonly value: unknown }): React.ReactNode => (
  <div className={styles['tree-leaf']}>
    {name === undefined ? null : <span className={styles['tree-name']}>{name}</span>}
    <span
      className={classNames(styles['tree-value'], value === null ? 'faint' : styles[typeof value])}
      title={isSecret(value) ? 'A secret: not shown' : undefined}
    >
      {lineOf(value)}
    </span>
  </div>
);

const Branch = ({
  name,
  value,
  open,
}: {
  readonly name: string | undefined;
  readonly value: unknown;
  readonly open: boolean;
}): React.ReactNode => {
  const [most, setMost] = useState(maxMembers);
  const [opened, setOpened] = useState(open);
  if (typeof value !== 'object' || value === null) return <Leaf name={name} value={value} />;
  const members: readonly (readonly [string, unknown])[] = Object.entries(value);
  const size = Array.isArray(value)
    ? plural(members.length, 'entry').replace('entrys', 'entries')
    : plural(members.length, 'field');
  if (members.length === 0) return <Leaf name={name} value={Array.isArray(value) ? 'none' : '{}'} />;
  return (
    <details open={opened} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        {name === undefined ? null : <span className={styles['tree-name']}>{name}</span>}
        <span className="faint">{size}</span>
      </summary>
      {opened ? (
        <div className={styles['tree-members']}>
          {members.slice(0, most).map(([key, member]) => (
            <Branch key={key} name={key} value={member} open={members.length <= 20} />
          ))}
          {members.length > most ? (
            <button type="button" className="link-button" onClick={() => setMost(most + 1000)}>
              {plural(members.length - most, 'more')}
            </button>
          ) : null}
        </div>
      ) : null}
    </details>
  );
};

type Look = 'table' | 'tree' | 'text';

/** What the vendor answered, as a table, a tree or text, with the time it took. */
export const Answer = ({ output, tookMs }: { readonly output: unknown; readonly tookMs: number }): React.ReactNode => {
  const shape = useMemo(() => shapeOf(output), [output]);
  const [wanted, setWanted] = useState<Look>();
  const looks: readonly Look[] =
    shape.kind === 'table' ? ['table', 'tree', 'text'] : shape.kind === 'tree' ? ['tree', 'text'] : [];
  const look = wanted !== undefined && looks.includes(wanted) ? wanted : looks[0];
  const amount =
    shape.kind === 'table' ? `${plural(shape.rows.length, 'row')} · ` : Array.isArray(output) ? 'no rows · ' : '';
  return (
    <section className={styles['answer']} aria-label="Answer">
      <header>
        <h3>Answer</h3>
        <span className="faint" role="status">
          {shape.kind === 'nothing' ? 'Done. The vendor answers nothing more · ' : amount}
          {millis(tookMs)}
        </span>
        <span className={styles['answer-tools']}>
          {looks.length > 1 ? (
            <Segmented
              small
              label="Show the answer as"
              value={look ?? 'text'}
              options={looks.map((name) => [name, name.charAt(0).toUpperCase() + name.slice(1)] as const)}
              onChange={setWanted}
            />
          ) : null}
          {shape.kind === 'nothing' ? null : <CopyButton label="Copy" text={() => answerText(output)} />}
        </span>
      </header>
      {shape.kind === 'nothing' ? null : look === 'table' && shape.kind === 'table' ? (
        <AnswerTable columns={shape.columns} rows={shape.rows} />
      ) : look === 'tree' ? (
        <div className={classNames('mono', styles['answer-tree'])} data-part="wide">
          <Branch name={undefined} value={output} open />
        </div>
      ) : (
        <pre className={classNames('mono', styles['answer-text'])} tabIndex={0} aria-label="Answer as text">
          {answerText(output)}
        </pre>
      )}
    </section>
  );
};
