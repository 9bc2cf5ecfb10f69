import { Plus } from 'lucide-react';
import { useId, useState } from 'react';
import type { CapabilityView } from '../../../src-preload/contract/account.ts';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { Failure } from '../../ui/controls.tsx';
import { toast } from '../../state/view-store.ts';
import { callOperation, useOperation } from '../../commands/operation-call.ts';
import { rowsOf, textOf } from '../tabs/read-output.ts';
import { Nothing, TabFailure } from '../../ui/parts.tsx';
import styles from './settings-tab.module.css';
import linesStyles from '../tabs/lines.module.css';

/** RemoteIoT lists no names of fields, so those somebody looked at are remembered for the account. */
const storeKey = (accountId: string): string => `quayside.fields.${accountId}`;

const storedNames = (accountId: string): readonly string[] => {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(storeKey(accountId)) ?? '[]');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
};

/** The value in the answer of a field. */
const fieldOf = (output: unknown): string => textOf(rowsOf(output)[0] ?? {}, 'Custom');

const FieldLine = ({
  device,
  name,
  capability,
}: {
  readonly device: DeviceView;
  readonly name: string;
  readonly capability: CapabilityView;
}): React.ReactNode => {
  const id = useId();
  const loaded = useOperation(device, 'CustomField', { CustomField: name, Unit: [device.id] }, fieldOf);
  const [draft, setDraft] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorView>();
  const save = async (): Promise<void> => {
    if (draft === undefined) return;
    setBusy(true);
    const answer = await callOperation(device, 'UpdateCustomField', {
      CustomField: name,
      UnitId: device.id,
      Value: draft,
    });
    setError(answer.ok ? undefined : answer.error);
    if (answer.ok) {
      await loaded.reload();
      setDraft(undefined);
      toast({ tone: 'done', text: `Saved ${name} of ${device.name}.` });
    }
    setBusy(false);
  };
  return (
    <form
      className={styles['setting-form']}
      aria-label={`Field ${name}`}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <fieldset disabled={busy}>
        <div className="field">
          <label htmlFor={id}>{name}</label>
          <input
            id={id}
            className="input"
            autoComplete="off"
            placeholder={loaded.value === undefined ? (loaded.error === undefined ? 'Reading' : 'Unknown') : 'Empty'}
            value={draft ?? loaded.value ?? ''}
            onChange={(event) => setDraft(event.target.value)}
          />
        </div>
        <button type="submit" className="button high" disabled={draft === undefined || draft === loaded.value}>
          {busy ? 'Saving' : 'Save'}
        </button>
      </fieldset>
      {error === undefined ? null : <Failure error={error} />}
      {loaded.error === undefined ? null : (
        <TabFailure error={loaded.error} capability={capability} retry={() => void loaded.reload()} />
      )}
    </form>
  );
};

/** Fields of the user's own, by their names. */
export const CustomFields = ({
  device,
  capability,
}: {
  readonly device: DeviceView;
  readonly capability: CapabilityView;
}): React.ReactNode => {
  const [names, setNames] = useState(() => storedNames(device.accountId));
  const [name, setName] = useState('');
  const add = (): void => {
    const wanted = name.trim();
    if (wanted === '') return;
    const next = [...new Set([...names, wanted])];
    localStorage.setItem(storeKey(device.accountId), JSON.stringify(next));
    setNames(next);
    setName('');
  };
  return (
    <>
      {names.map((known) => (
        <FieldLine key={known} device={device} name={known} capability={capability} />
      ))}
      {names.length === 0 ? (
        <Nothing title="No field is shown yet">
          RemoteIoT does not list the names of fields. Type one as it stands in the portal.
        </Nothing>
      ) : null}
      <form
        className={linesStyles['tool-line']}
        aria-label="Show a field"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <input
          className="input"
          aria-label="Name of a field"
          placeholder="Name of a field"
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button" disabled={name.trim() === ''}>
          <Plus size={14} aria-hidden="true" />
          Show field
        </button>
      </form>
    </>
  );
};
