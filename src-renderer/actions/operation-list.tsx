import { Search } from 'lucide-react';
import { useEffect, useId, useMemo, useState } from 'react';
import type { OperationView } from '../../src-preload/contract/operation.ts';
import { findOperations, neededKey } from './find-operations.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './operation-list.module.css';

/** The operations that match what is typed, under headings. Arrows move, Enter chooses. */
export const OperationList = ({
  operations,
  keyKind,
  chosen,
  autoFocus = false,
  onChoose,
}: {
  readonly operations: readonly OperationView[];
  readonly keyKind: string;
  readonly chosen: string | undefined;
  readonly autoFocus?: boolean;
  readonly onChoose: (operation: OperationView) => void;
}): React.ReactNode => {
  const id = useId();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState<string>();
  const groups = useMemo(() => findOperations(operations, query), [operations, query]);
  const flat = groups.flatMap((group) => group.operations);
  const wanted = at ?? chosen;
  const active = Math.max(
    0,
    flat.findIndex((operation) => operation.operation === wanted),
  );
  const activeId = flat[active] === undefined ? undefined : `${id}-${active}`;
  useEffect(() => {
    if (activeId === undefined) return undefined;
    // In the next frame: a dialog that is just opening has no size before.
    const frame = requestAnimationFrame(() => document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' }));
    return () => cancelAnimationFrame(frame);
  }, [activeId]);
  return (
    <div className={styles['operations']}>
      <div className={styles['operations-search']}>
        <Search size={14} strokeWidth={1.75} aria-hidden="true" />
        <input
          role="combobox"
          className={styles['operations-field']}
          data-part="search"
          aria-label="Search actions"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={activeId}
          placeholder={`Search ${operations.length} actions`}
          autoComplete="off"
          spellCheck={false}
          autoFocus={autoFocus}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(undefined);
          }}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
            const target = flat[active];
            if (step !== 0) setAt(flat[(active + step + flat.length) % Math.max(1, flat.length)]?.operation);
            else if (event.key === 'Enter' && target !== undefined) onChoose(target);
            else if (event.key === 'Escape' && query !== '') setQuery('');
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
      </div>
      <div className={styles['operations-list']} id={`${id}-list`} role="listbox" aria-label="Actions">
        {groups.map((group) => (
          <div key={group.danger} role="group" aria-label={group.title}>
            <div className={styles['operations-title']} aria-hidden="true">
              {group.title}
              <span>{group.operations.length}</span>
            </div>
            {group.operations.map((operation) => {
              const index = flat.indexOf(operation);
              const lack = neededKey(operation, keyKind);
              return (
                <div
                  key={operation.operation}
                  id={`${id}-${index}`}
                  role="option"
                  aria-selected={operation.operation === chosen}
                  className={classNames(
                    styles['operation-row'],
                    index === active ? styles['active'] : '',
                    lack === undefined ? '' : styles['lacking'],
                  )}
                  onClick={() => {
                    setAt(operation.operation);
                    onChoose(operation);
                  }}
                >
                  <span className={classNames('ellipsis', styles['operation-name'])}>{operation.operation}</span>
                  <span className={styles['operation-number']}>{operation.number}</span>
                  <span className={classNames('ellipsis', styles['operation-summary'])}>{operation.summary}</span>
                  {lack === undefined ? null : <span className="tag">{lack}</span>}
                </div>
              );
            })}
          </div>
        ))}
        {flat.length === 0 ? (
          <div className={styles['operations-empty']} role="option" aria-selected="false" aria-disabled="true">
            No action matches. Try fewer letters.
          </div>
        ) : null}
      </div>
    </div>
  );
};
