import { useRef, useState } from 'react';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import { isLive, useMainState } from '../state/main-state.ts';
import { removeForward } from '../commands/device-commands.ts';
import { Confirm } from '../ui/dialog.tsx';
import { plural } from '../ui/format.ts';
import { goTo } from '../state/view-store.ts';
import { ForwardLine } from './forward-line.tsx';
import { endpointText, forwardMatches } from './forward-words.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './forwards-page.module.css';

/** More forwards than this can be narrowed. */
const manyForwards = 12;

/** How many forwards there are of each kind that a person should know of. */
const Summary = ({ forwards }: { readonly forwards: readonly ForwardView[] }): React.ReactNode => {
  const live = forwards.filter(isLive).length;
  const figures = [
    ['failed', forwards.filter(({ state }) => state === 'failed').length, 'failed'],
    ['reconnecting', forwards.filter(({ state }) => state === 'reconnecting').length, 'reconnecting'],
    ['shared', forwards.filter(({ sharing }) => sharing !== undefined).length, 'shared with the network'],
  ] as const;
  return (
    <p className={styles['forwards-summary']}>
      <span className="faint">
        {live} of {plural(forwards.length, 'port')} in use
      </span>
      {figures.map(([name, number, words]) =>
        number === 0 ? null : (
          <span key={name} data-kind={name}>
            {number} {words}
          </span>
        ),
      )}
    </p>
  );
};

/** Arrows go from line to line, on the same button of each. */
const moveByArrow = (event: React.KeyboardEvent<HTMLElement>): void => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const button = event.target instanceof Element ? event.target.closest('[data-forward] button') : null;
  if (step === undefined || button === null) return;
  const lines = [...event.currentTarget.querySelectorAll('[data-forward]')];
  const at = lines.findIndex((line) => line.contains(button));
  const next = lines[at + step];
  if (next === undefined) return;
  event.preventDefault();
  const column = [...(lines[at]?.querySelectorAll('button') ?? [])].findIndex((one) => one === button);
  const target = [...next.querySelectorAll('button')][column];
  target?.focus();
  target?.scrollIntoView({ block: 'nearest' });
};

const Table = ({
  forwards,
  onForget,
}: {
  readonly forwards: readonly ForwardView[];
  readonly onForget: (forward: ForwardView) => void;
}): React.ReactNode => (
  <table className={classNames('table', styles['forwards-table'])} aria-label="Forwards">
    <thead>
      <tr>
        <th scope="col" className={styles['forwards-local']}>
          Local address
        </th>
        <th scope="col" className={styles['forwards-device']}>
          Device
        </th>
        <th scope="col" className={styles['forwards-service']}>
          Service
        </th>
        <th scope="col">State</th>
        <th scope="col" className={classNames('number', styles['forwards-clients'])}>
          Clients
        </th>
        <th scope="col" className={classNames('number', styles['forwards-bytes'])}>
          Sent
        </th>
        <th scope="col" className={classNames('number', styles['forwards-bytes'])}>
          Received
        </th>
        <th scope="col" className={styles['forwards-actions']}>
          <span className="hidden-text">Actions</span>
        </th>
      </tr>
    </thead>
    <tbody onKeyDown={moveByArrow}>
      {forwards.map((forward) => (
        <ForwardLine key={forward.id} forward={forward} onForget={onForget} />
      ))}
    </tbody>
  </table>
);

/** What somebody loses who forgets a port. */
const lossOf = (forward: ForwardView): string =>
  `${forward.deviceName} gets another port when you open it again, and what was set up for ${endpointText(forward.address, forward.port)} no longer leads there.${
    forward.connections === 0 ? '' : ` ${plural(forward.connections, 'client')} of it will be cut off.`
  }`;

/** Every local port, what it leads to and how it is doing. */
export const ForwardsPage = (): React.ReactNode => {
  const forwards = useMainState((host) => host.forwards);
  const [filter, setFilter] = useState('');
  const [forgetting, setForgetting] = useState<ForwardView>();
  const scroller = useRef<HTMLDivElement>(null);
  // Only a forward that is stopped leaves its place: a line that moves by itself is missed by the pointer.
  const sorted = forwards.toSorted(
    (a, b) => Number(a.state === 'stopped') - Number(b.state === 'stopped') || a.port - b.port,
  );
  const isMany = sorted.length > manyForwards;
  const shown = isMany ? sorted.filter((forward) => forwardMatches(forward, filter)) : sorted;
  const forget = async (forward: ForwardView): Promise<void> => {
    setForgetting(undefined);
    const at = shown.findIndex(({ id }) => id === forward.id);
    const neighbour = shown[at + 1] ?? shown[at - 1];
    await removeForward(forward);
    const line = neighbour === undefined ? null : `[data-forward="${CSS.escape(neighbour.id)}"] [aria-expanded]`;
    if (line !== null) scroller.current?.querySelector<HTMLElement>(line)?.focus();
  };
  return (
    <>
      <header className="page-head">
        <h1>Forwards</h1>
        {sorted.length === 0 ? null : <Summary forwards={sorted} />}
        {isMany ? (
          <input
            type="search"
            className={classNames('input', styles['forwards-filter'])}
            aria-label="Filter forwards by device, port or state"
            placeholder="Filter"
            autoComplete="off"
            spellCheck={false}
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape' || filter === '') return;
              event.preventDefault();
              setFilter('');
            }}
          />
        ) : null}
      </header>
      {sorted.length === 0 ? (
        <div className="empty">
          <h2>No local ports yet</h2>
          <p>
            Connect to a device and its port appears here. It stays the same after a restart, so scripts can rely on it.
          </p>
          <button type="button" className="button" onClick={() => goTo('devices')}>
            Show devices
          </button>
        </div>
      ) : shown.length === 0 ? (
        <div className="empty" role="status">
          <h2>No forward matches “{filter}”</h2>
          <button type="button" className="button" onClick={() => setFilter('')}>
            Clear the filter
          </button>
        </div>
      ) : (
        <div ref={scroller} className="page-scroll flush">
          <Table forwards={shown} onForget={setForgetting} />
        </div>
      )}
      {forgetting === undefined ? null : (
        <Confirm
          title={`Forget port ${forgetting.port}?`}
          loss={lossOf(forgetting)}
          verb={`Forget port ${forgetting.port}`}
          onConfirm={() => void forget(forgetting)}
          onClose={() => setForgetting(undefined)}
        />
      )}
    </>
  );
};
