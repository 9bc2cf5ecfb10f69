import { Download, Search, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { IconButton } from '../../ui/controls.tsx';
import { absolute, count, plural } from '../../ui/format.ts';
import { findIn, logText, type LogEntry } from './log-text.ts';
import { saveText } from '../../ui/save-file.ts';
import { classNames } from '../../ui/class-names.ts';
import styles from './log-viewer.module.css';

/** Entries in the page at once; the older ones come on demand. */
const pageSize = 2000;

const Marked = ({ text, query }: { readonly text: string; readonly query: string }): React.ReactNode =>
  findIn(text, query).map((part, index) =>
    part.hit ? (
      // Parts of one text never change places.
      <mark key={index}>{part.text}</mark>
    ) : (
      part.text
    ),
  );

const Line = ({ entry, query }: { readonly entry: LogEntry; readonly query: string }): React.ReactNode =>
  entry.kind === 'gap' ? (
    <li className={styles['log-gap']}>
      <span>Lines may be missing here: a fetch was cut off{entry.at > 0 ? ` at ${absolute(entry.at)}` : ''}.</span>
    </li>
  ) : (
    <li className={classNames(styles['log-line'], styles[entry.level ?? ''])} data-part="line">
      {entry.at === undefined ? null : (
        <time className={styles['log-time']} dateTime={new Date(entry.at).toISOString()} title={absolute(entry.at)}>
          {new Date(entry.at).toTimeString().slice(0, 8)}
        </time>
      )}
      {entry.level === undefined || entry.level === '' ? null : (
        <span className={styles['log-level']}>{entry.level}</span>
      )}
      <span className={styles['log-text']}>
        <Marked text={entry.text} query={query} />
      </span>
    </li>
  );

/** Lines of a log, newest last, with search and save. Stays at the end unless the user scrolled away from it. */
export const LogViewer = ({
  label,
  entries,
  fileName,
  tools,
}: {
  readonly label: string;
  readonly entries: readonly LogEntry[];
  readonly fileName: string;
  readonly tools?: React.ReactNode;
}): React.ReactNode => {
  const [query, setQuery] = useState('');
  const [pages, setPages] = useState(1);
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const top = useRef(0);
  const wanted = query.trim().toLowerCase();
  const found =
    wanted === ''
      ? entries
      : entries.filter(
          (entry) => entry.kind === 'line' && `${entry.level ?? ''} ${entry.text}`.toLowerCase().includes(wanted),
        );
  const shown = found.slice(-pageSize * pages);
  useEffect(() => {
    const box = scroller.current;
    const lines = box?.lastElementChild;
    if (box === null || lines === null || lines === undefined) return;
    const toEnd = (): void => {
      if (atEnd.current) box.scrollTop = box.scrollHeight;
    };
    toEnd();
    // Lines get their real height only once they are in sight, and another one with the width of the box.
    const growth = new ResizeObserver(toEnd);
    growth.observe(lines);
    growth.observe(box);
    return () => growth.disconnect();
  }, [shown.length, entries]);
  return (
    <div className={styles['log-viewer']}>
      <div className={styles['log-tools']}>
        <div className={classNames('search', styles['log-search'])}>
          <Search size={14} strokeWidth={1.75} aria-hidden="true" />
          <input
            type="search"
            className="search-input"
            aria-label={`Search ${label}`}
            placeholder="Search"
            autoComplete="off"
            spellCheck={false}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape' || query === '') return;
              event.preventDefault();
              setQuery('');
            }}
          />
          {query === '' ? null : <IconButton icon={X} label="Clear search" onClick={() => setQuery('')} />}
        </div>
        <span className={classNames('faint', styles['log-count'])} role="status" aria-label={`Lines of ${label}`}>
          {wanted === '' ? plural(entries.length, 'line') : `${count(found.length)} of ${count(entries.length)}`}
        </span>
        {tools}
        <IconButton
          icon={Download}
          label="Save as a file"
          disabled={found.length === 0}
          onClick={() => saveText(fileName, logText(found))}
        />
      </div>
      {/* Scrolled by keyboard, too, so it has to take the focus. */}
      <div
        ref={scroller}
        className={styles['log-box']}
        data-part="log"
        role="region"
        aria-label={label}
        tabIndex={0}
        onScroll={(event) => {
          const box = event.currentTarget;
          // The end also moves away by itself, when lines grow: only scrolling up counts as leaving the end.
          if (box.scrollHeight - box.scrollTop - box.clientHeight < 24) atEnd.current = true;
          else if (box.scrollTop < top.current) atEnd.current = false;
          top.current = box.scrollTop;
        }}
      >
        {shown.length < found.length ? (
          <button
            type="button"
            className={classNames('link-button', styles['log-older'])}
            onClick={() => setPages(pages + 1)}
          >
            Show older lines
          </button>
        ) : null}
        {found.length === 0 ? (
          <p className={classNames('faint', styles['log-none'])}>No line holds “{query.trim()}”.</p>
        ) : (
          <ol>
            {shown.map((entry, index) => (
              <Line key={found.length - shown.length + index} entry={entry} query={wanted} />
            ))}
          </ol>
        )}
      </div>
    </div>
  );
};
