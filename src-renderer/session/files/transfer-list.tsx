import { Copy, Download, Trash2, Upload, X } from 'lucide-react';
import { Failure, IconButton } from '../../ui/controls.tsx';
import { bytes, count, plural } from '../../ui/format.ts';
import { shownName } from './listing.ts';
import type { Transfer, Transfers } from './transfers.ts';
import styles from './files-tab.module.css';

const ways = {
  up: { icon: Upload, word: 'Upload', done: 'done' },
  down: { icon: Download, word: 'Download', done: 'done' },
  copy: { icon: Copy, word: 'Copy', done: 'done' },
  delete: { icon: Trash2, word: 'Deletion', done: 'deleted' },
} as const;

/** How far it is, in words. */
const progressOf = ({ moved, note, size, state, way }: Transfer): string => {
  const ended = state === 'moving' ? '' : ` · ${state === 'done' ? ways[way].done : state}`;
  const end = note === undefined ? ended : `${ended}, ${note}`;
  if (way !== 'delete') {
    const all = bytes(size ?? moved);
    return state === 'moving' && size !== undefined ? `${bytes(moved)} of ${all}` : `${all}${end}`;
  }
  // Of a folder that was empty there is nothing to count.
  if (state === 'done') return moved === 0 ? 'deleted' : `${plural(moved, 'item')}${end}`;
  return `${size === undefined ? plural(moved, 'item') : `${count(moved)} of ${plural(size, 'item')}`} deleted${end}`;
};

const TransferRow = ({ transfer, onDismiss }: { transfer: Transfer; onDismiss: () => void }): React.ReactNode => {
  const { error, moved, size, state, way } = transfer;
  const name = shownName(transfer.name);
  const { icon: Icon, word } = ways[way];
  const share = size === undefined || size === 0 ? 1 : Math.min(1, moved / size);
  return (
    <li className={styles['transfer']} data-state={state} aria-label={`${word} of ${name}`}>
      <div className={styles['transfer-line']}>
        <Icon size={14} aria-hidden="true" />
        <span className="ellipsis">{name}</span>
        <span className="faint">{progressOf(transfer)}</span>
        <IconButton
          icon={X}
          label={state === 'moving' ? `Cancel ${name}` : `Dismiss ${name}`}
          onClick={state === 'moving' ? transfer.cancel : onDismiss}
        />
      </div>
      {state === 'moving' && size !== undefined ? (
        <progress aria-label={`${word} of ${name}`} max={1} value={share} />
      ) : null}
      {error === undefined ? null : <Failure error={error} />}
    </li>
  );
};

/** What is on its way or was, until it is dismissed. */
export const TransferList = ({ transfers }: { readonly transfers: Transfers }): React.ReactNode => {
  const list = transfers((state) => state.list);
  if (list.length === 0) return null;
  const dismiss = (id: number): void =>
    transfers.setState((state) => ({ list: state.list.filter((transfer) => transfer.id !== id) }));
  return (
    <section className={styles['transfers']} aria-label="Transfers">
      <ul>
        {list.map((transfer) => (
          <TransferRow key={transfer.id} transfer={transfer} onDismiss={() => dismiss(transfer.id)} />
        ))}
      </ul>
    </section>
  );
};
