import { Eye, EyeOff, History, Pencil, Plus, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { create } from 'zustand';
import type { CapabilityView } from '../../../src-preload/contract/account.ts';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import { IconButton } from '../../ui/controls.tsx';
import { absolute, plural } from '../../ui/format.ts';
import { toast } from '../../state/view-store.ts';
import { callOperation, useOperation } from '../../commands/operation-call.ts';
import { isSecretName, rowsOf, textOf, timeOf } from '../tabs/read-output.ts';
import { ConfirmLoss, Moment, Nothing, ReloadButton, RowsSkeleton, TabFailure } from '../../ui/parts.tsx';
import { ValueEditor } from './value-editor.tsx';
import { noteValues, shortText, typeOfValue, type SeenValues } from './value-types.ts';
import { classNames } from '../../ui/class-names.ts';
import styles from './key-values.module.css';
import linesStyles from '../tabs/lines.module.css';

interface Pair {
  readonly key: string;
  readonly value: unknown;
  readonly changedAt: number | undefined;
}

/** Values are settings of devices, passwords among them: what was seen stays in this window's memory alone. */
const useSeen = create<{ readonly byDevice: ReadonlyMap<string, SeenValues> }>(() => ({ byDevice: new Map() }));

const readPairs = (output: unknown): readonly Pair[] =>
  rowsOf(output)
    .filter((row) => textOf(row, 'key') !== '')
    .map((row) => ({
      key: textOf(row, 'key'),
      value: row['value'],
      changedAt: timeOf(textOf(row, 'modificationTime')),
    }))
    .toSorted((a, b) => a.key.localeCompare(b.key));

/** Milliseconds between two looks at the values while they are on show. */
const lookMs = 15_000;
const mask = '••••••••';

const PairLine = ({
  device,
  pair,
  reload,
}: {
  readonly device: DeviceView;
  readonly pair: Pair;
  readonly reload: () => Promise<void>;
}): React.ReactNode => {
  const [open, setOpen] = useState<'edit' | 'history'>();
  const [shown, setShown] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const seen = useSeen((state) => state.byDevice.get(device.key)?.get(pair.key)) ?? [];
  const secret = isSecretName(pair.key) && !shown;
  const toggle = (what: 'edit' | 'history'): void => setOpen(open === what ? undefined : what);
  return (
    <li className={styles['pair']} aria-label={pair.key}>
      <div className={styles['pair-line']}>
        <span className={classNames('mono ellipsis', styles['pair-key'])} data-tip={pair.key}>
          {pair.key}
        </span>
        <span className={classNames('mono ellipsis', styles['pair-value'])} data-type={typeOfValue(pair.value)}>
          {secret ? mask : shortText(pair.value) || <span className="faint">empty</span>}
        </span>
        <span className={classNames('faint', styles['pair-when'])}>
          {pair.changedAt === undefined ? '' : <Moment at={pair.changedAt} />}
        </span>
        <span className={styles['pair-actions']}>
          {isSecretName(pair.key) ? (
            <IconButton
              icon={shown ? EyeOff : Eye}
              label={shown ? `Hide ${pair.key}` : `Show ${pair.key}`}
              onClick={() => setShown(!shown)}
            />
          ) : null}
          <IconButton
            icon={History}
            label={`Changes of ${pair.key}`}
            aria-expanded={open === 'history'}
            onClick={() => toggle('history')}
          />
          <IconButton
            icon={Pencil}
            label={`Edit ${pair.key}`}
            aria-expanded={open === 'edit'}
            onClick={() => toggle('edit')}
          />
          <IconButton icon={Trash2} label={`Delete ${pair.key}`} onClick={() => setDeleting(true)} />
        </span>
      </div>
      {open === 'edit' ? (
        <ValueEditor
          device={device}
          pair={pair}
          onDone={async () => {
            setOpen(undefined);
            await reload();
          }}
          onCancel={() => setOpen(undefined)}
        />
      ) : null}
      {open === 'history' ? (
        <div className={styles['pair-history']}>
          <p className="faint">Seen since this window was opened. MODE keeps no earlier values.</p>
          <ol>
            {seen.toReversed().map((change) => (
              <li key={change.at}>
                <time className="faint" dateTime={new Date(change.at).toISOString()}>
                  {absolute(change.at)}
                </time>
                <span className="mono ellipsis">
                  {'value' in change ? (secret ? mask : shortText(change.value)) : 'deleted'}
                </span>
              </li>
            ))}
          </ol>
        </div>
      ) : null}
      {deleting ? (
        <ConfirmLoss
          title={`Delete ${pair.key}?`}
          loss={`The key and its value are deleted, and ${device.name} is told so at once. MODE keeps no earlier value.`}
          verb="Delete key"
          type={device.name}
          onConfirm={async () => {
            const answer = await callOperation(device, 'deleteKeyValue', { deviceId: device.id, key: pair.key }, true);
            if (!answer.ok) return answer.error;
            toast({ tone: 'done', text: `Deleted ${pair.key}.` });
            await reload();
            return undefined;
          }}
          onClose={() => setDeleting(false)}
        />
      ) : null}
    </li>
  );
};

/** Keys and values, with a prefix to narrow them, a typed editor and the changes seen. */
export const KeyValues = ({
  device,
  capability,
}: {
  readonly device: DeviceView;
  readonly capability: CapabilityView | undefined;
}): React.ReactNode => {
  const [prefix, setPrefix] = useState('');
  const [adding, setAdding] = useState(false);
  const list = useOperation(device, 'listKeyValues', { deviceId: device.id }, readPairs, lookMs);
  const { value: pairs, at } = list;
  useEffect(() => {
    if (pairs === undefined || at === undefined) return;
    useSeen.setState(({ byDevice }) => ({
      byDevice: new Map(byDevice).set(device.key, noteValues(byDevice.get(device.key) ?? new Map(), pairs, at)),
    }));
  }, [device.key, pairs, at]);
  const shown = pairs?.filter((pair) => pair.key.startsWith(prefix.trim()));
  return (
    <div className={linesStyles['stack']}>
      <div className={linesStyles['tool-line']}>
        <input
          className="input mono"
          type="search"
          aria-label="Keys beginning with"
          placeholder="Keys beginning with"
          autoComplete="off"
          spellCheck={false}
          value={prefix}
          onChange={(event) => setPrefix(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || prefix === '') return;
            event.preventDefault();
            setPrefix('');
          }}
        />
        <span className="faint count" role="status" aria-label="Keys shown">
          {pairs === undefined || shown === undefined
            ? ''
            : shown.length === pairs.length
              ? plural(pairs.length, 'key')
              : `${shown.length} of ${pairs.length}`}
        </span>
        <ReloadButton what="the values" loading={list.loading} at={list.at} onReload={() => void list.reload()} />
        <button type="button" className="button" aria-expanded={adding} onClick={() => setAdding(!adding)}>
          <Plus size={14} aria-hidden="true" />
          New key
        </button>
      </div>
      {adding ? (
        <ValueEditor
          device={device}
          pair={undefined}
          taken={pairs?.map((pair) => pair.key) ?? []}
          onDone={async () => {
            setAdding(false);
            await list.reload();
          }}
          onCancel={() => setAdding(false)}
        />
      ) : null}
      {list.error === undefined ? null : (
        <TabFailure error={list.error} capability={capability} retry={() => void list.reload()} />
      )}
      {pairs === undefined || shown === undefined ? (
        list.error === undefined ? (
          <RowsSkeleton label="the values" rows={5} />
        ) : null
      ) : shown.length === 0 ? (
        pairs.length === 0 ? (
          <Nothing title="No keys yet">What you or the device writes appears here.</Nothing>
        ) : (
          <Nothing title={`No key begins with “${prefix.trim()}”`}>
            <button type="button" className="button small" onClick={() => setPrefix('')}>
              Show all keys
            </button>
          </Nothing>
        )
      ) : (
        <ul className={styles['pairs']} aria-label="Keys and values">
          {shown.map((pair) => (
            <PairLine key={pair.key} device={device} pair={pair} reload={list.reload} />
          ))}
        </ul>
      )}
    </div>
  );
};
