import { useId, useState } from 'react';
import type { CapabilityName, CapabilityView } from '../../../src-preload/contract/account.ts';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import type { DeletionView, DeviceChangeView, VendorEditsView } from '../../../src-preload/contract/edit.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { request, useMainState, useVendor, vendorName } from '../../state/main-state.ts';
import { Failure } from '../../ui/controls.tsx';
import { closePanel, toast } from '../../state/view-store.ts';
import { CustomFields } from './custom-fields.tsx';
import { keysThatCan, middle } from '../../ui/format.ts';
import { capabilityOf, refusalOf } from '../tabs/device-tabs.ts';
import { Firmware } from './firmware.tsx';
import { useLoaded } from '../../commands/operation-call.ts';
import type { TabProps } from '../tabs/tab-context.ts';
import { ConfirmLoss, Part, TabFailure } from '../../ui/parts.tsx';
import { classNames } from '../../ui/class-names.ts';
import styles from './settings-tab.module.css';
import linesStyles from '../tabs/lines.module.css';

/** Makes a change, then asks the vendor for the list, so that the change is seen to be true. */
const change = async (
  device: DeviceView,
  wanted: DeviceChangeView,
  confirmed: boolean,
): Promise<ErrorView | undefined> => {
  const answer = await request('devices.edit', { deviceKey: device.key, change: wanted, confirmed });
  if (!answer.ok) return answer.error;
  const refreshed = await request('accounts.refresh', { accountId: device.accountId });
  // The change was made; that the list could not be read is shown beside the account.
  return refreshed.ok || refreshed.error.kind !== 'internal' ? undefined : refreshed.error;
};

const SettingForm = ({
  label,
  capability,
  refusal,
  done,
  disabled,
  onSave,
  children,
}: {
  readonly label: string;
  readonly capability: CapabilityView | undefined;
  readonly refusal: string | undefined;
  readonly done: string;
  readonly disabled: boolean;
  /** `confirmed` says that the user agreed to what the first try answered. */
  readonly onSave: (confirmed: boolean) => Promise<ErrorView | undefined>;
  readonly children: React.ReactNode;
}): React.ReactNode => {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorView>();
  const save = async (confirmed: boolean): Promise<void> => {
    setBusy(true);
    const failure = await onSave(confirmed);
    setBusy(false);
    setError(failure);
    if (failure === undefined) toast({ tone: 'done', text: done });
  };
  return (
    <form
      className={styles['setting-form']}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        void save(false);
      }}
    >
      <fieldset disabled={refusal !== undefined || busy}>
        {children}
        <button type="submit" className="button high" disabled={disabled}>
          {busy ? 'Saving' : 'Save'}
        </button>
      </fieldset>
      {refusal === undefined ? null : <p className="faint">{refusal}</p>}
      {error === undefined ? null : error.kind === 'confirmation-required' ? (
        <Failure error={error} tone="warn">
          <button type="button" className="button small" disabled={busy} onClick={() => void save(true)}>
            Save anyway
          </button>
        </Failure>
      ) : (
        <Failure
          error={
            error.kind === 'forbidden' && capability !== undefined
              ? { ...error, hint: `${error.hint} ${keysThatCan(capability.callers)}` }
              : error
          }
        />
      )}
    </form>
  );
};

interface SettingProps {
  readonly device: DeviceView;
  readonly edits: VendorEditsView;
  readonly capability: CapabilityView;
  readonly refusal: string | undefined;
}

const Rename = ({ device, edits, capability, refusal }: SettingProps): React.ReactNode => {
  const id = useId();
  const [name, setName] = useState(device.name);
  const [description, setDescription] = useState(device.description ?? '');
  const more = edits.description;
  const same = name.trim() === device.name && (!more || description.trim() === (device.description ?? ''));
  return (
    <SettingForm
      label="Name"
      capability={capability}
      refusal={refusal}
      done={`It is called ${name.trim()} now.`}
      disabled={same || name.trim() === ''}
      onSave={(confirmed) =>
        change(
          device,
          { kind: 'rename', name: name.trim(), ...(more ? { description: description.trim() } : {}) },
          confirmed,
        )
      }
    >
      <div className="field">
        <label htmlFor={`${id}-name`}>Name</label>
        <input
          id={`${id}-name`}
          className="input"
          required
          maxLength={500}
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      {more ? (
        <div className="field">
          <label htmlFor={`${id}-description`}>Description</label>
          <input
            id={`${id}-description`}
            className="input"
            autoComplete="off"
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        </div>
      ) : null}
    </SettingForm>
  );
};

const Group = ({ device, capability, refusal }: SettingProps): React.ReactNode => {
  const id = useId();
  const known = useMainState((host) => host.counts.groups);
  const [group, setGroup] = useState(device.groups[0] ?? '');
  const wanted = group.trim();
  const fresh = wanted !== '' && !known.some((entry) => entry.name === wanted);
  return (
    <SettingForm
      label="Group"
      capability={capability}
      refusal={refusal}
      done={wanted === '' ? `${device.name} is in no group now.` : `${device.name} is in ${wanted} now.`}
      disabled={wanted === (device.groups[0] ?? '')}
      onSave={(confirmed) => change(device, { kind: 'group', group: wanted }, confirmed)}
    >
      <div className="field">
        <label htmlFor={id}>Group</label>
        <input
          id={id}
          className="input"
          list={`${id}-known`}
          autoComplete="off"
          placeholder="No group"
          value={group}
          onChange={(event) => setGroup(event.target.value)}
        />
        <datalist id={`${id}-known`}>
          {known.map((entry) => (
            <option key={entry.name} value={entry.name} />
          ))}
        </datalist>
        {fresh ? <span className="help">A new group is made.</span> : null}
      </div>
    </SettingForm>
  );
};

/** A group that the vendor knows by a number, which the device does not show. */
const NumberedGroup = ({ device, edits, capability, refusal }: SettingProps): React.ReactNode => {
  const id = useId();
  const [home, setHome] = useState('');
  const called = edits.group?.called ?? 'Group';
  const spoken = called.toLowerCase();
  const help = edits.group?.help;
  return (
    <SettingForm
      label={called}
      capability={capability}
      refusal={refusal}
      done={`${device.name} is in ${spoken} ${home.trim()} now.`}
      disabled={!/^\d+$/.test(home.trim())}
      onSave={(confirmed) => change(device, { kind: 'group', group: home.trim() }, confirmed)}
    >
      <div className="field">
        <label htmlFor={id}>Move to the {spoken}</label>
        <input
          id={id}
          className="input mono"
          inputMode="numeric"
          autoComplete="off"
          placeholder={device.groups[0] === undefined ? `Number of the ${spoken}` : middle(device.groups[0], 24)}
          aria-describedby={help === undefined ? undefined : `${id}-help`}
          value={home}
          onChange={(event) => setHome(event.target.value)}
        />
        {help === undefined ? null : (
          <span className="help" id={`${id}-help`}>
            {help}
          </span>
        )}
      </div>
    </SettingForm>
  );
};

const Tags = ({ device, edits, capability, refusal }: SettingProps): React.ReactNode => {
  const id = useId();
  const single = !edits.manyTags;
  const before = device.tags.join(', ');
  const [text, setText] = useState(before);
  const tags = [...new Set((single ? [text] : text.split(',')).map((tag) => tag.trim()))].filter((tag) => tag !== '');
  return (
    <SettingForm
      label={single ? 'Tag' : 'Tags'}
      capability={capability}
      refusal={refusal}
      done={`Saved the ${single ? 'tag' : 'tags'} of ${device.name}.`}
      disabled={tags.length === device.tags.length && tags.every((tag) => device.tags.includes(tag))}
      onSave={(confirmed) => change(device, { kind: 'tag', tags }, confirmed)}
    >
      <div className="field">
        <label htmlFor={id}>{single ? 'Tag' : 'Tags'}</label>
        <input
          id={id}
          className="input"
          autoComplete="off"
          spellCheck={false}
          placeholder={single ? 'No tag' : 'No tags'}
          aria-describedby={single ? undefined : `${id}-help`}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {single ? null : (
          <span className="help" id={`${id}-help`}>
            Separated by commas.
          </span>
        )}
      </div>
    </SettingForm>
  );
};

const Delete = ({
  device,
  deletion,
  refusal,
}: {
  readonly device: DeviceView;
  readonly deletion: DeletionView;
  readonly refusal: string | undefined;
}): React.ReactNode => {
  const [asking, setAsking] = useState(false);
  const wait = deletion.reason ?? refusal;
  return (
    <div className={styles['danger-line']}>
      <div>
        <p className={styles['danger-title']}>{deletion.title}</p>
        <p className="faint">{wait ?? deletion.loss}</p>
      </div>
      <button type="button" className="button risky" disabled={wait !== undefined} onClick={() => setAsking(true)}>
        {deletion.verb}
      </button>
      {asking ? (
        <ConfirmLoss
          title={`${deletion.verb}: ${device.name}?`}
          loss={deletion.loss}
          verb={deletion.verb}
          type={device.name}
          onConfirm={async () => {
            const answer = await request('devices.edit', {
              deviceKey: device.key,
              change: { kind: 'delete', deletion: deletion.id },
              confirmed: true,
            });
            if (!answer.ok) return answer.error;
            toast({ tone: 'done', text: `${device.name}: done at ${vendorName(device.vendor)}.` });
            closePanel();
            await request('accounts.refresh', { accountId: device.accountId });
            return undefined;
          }}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </div>
  );
};

/** What can be changed of a device at its vendor. */
export const SettingsTab = ({ device, account, capabilities }: TabProps): React.ReactNode => {
  const vendor = useVendor(device.vendor);
  const edits = vendor?.edits;
  const of = (name: CapabilityName): CapabilityView | undefined => capabilityOf(capabilities, name);
  const setting = (
    name: CapabilityName,
    Form: (props: SettingProps) => React.ReactNode,
    /** What makes the form begin again with what the vendor says now. */
    present: string,
  ): React.ReactNode => {
    const capability = of(name);
    return capability === undefined || edits === undefined ? null : (
      <Form
        key={`${device.key}\n${present}`}
        device={device}
        edits={edits}
        capability={capability}
        refusal={refusalOf(capability, account)}
      />
    );
  };
  const firmware = of('settings.firmware');
  const fields = of('settings.fields');
  const removal = of('settings.delete');
  const deletions = useLoaded(
    // What is lost names the device, and whether it can be deleted may hang on whether it is online.
    removal === undefined ? undefined : `deletions\n${device.key}\n${device.name}\n${device.presence.state}`,
    () => request('devices.deletions', { deviceKey: device.key }),
  );
  return (
    <div className={classNames('settings-tab', linesStyles['stack'])}>
      <Part title={`At ${vendor?.name ?? device.vendor}`}>
        {setting('settings.rename', Rename, `${device.name}\n${device.description ?? ''}`)}
        {setting('settings.group', edits?.group?.by === 'number' ? NumberedGroup : Group, device.groups.join('\n'))}
        {setting('settings.tag', Tags, device.tags.join('\n'))}
      </Part>
      {fields === undefined ? null : (
        <Part title="Custom fields">
          <CustomFields key={device.key} device={device} capability={fields} />
        </Part>
      )}
      {firmware === undefined ? null : (
        <Part title="Firmware">
          <Firmware key={device.key} device={device} refusal={refusalOf(firmware, account)} />
        </Part>
      )}
      {removal === undefined || (deletions.value?.length === 0 && deletions.error === undefined) ? null : (
        <Part title="Danger">
          {deletions.error === undefined ? null : (
            <TabFailure error={deletions.error} retry={() => void deletions.reload()} />
          )}
          {deletions.value?.map((deletion) => (
            <Delete key={deletion.verb} device={device} deletion={deletion} refusal={refusalOf(removal, account)} />
          ))}
        </Part>
      )}
    </div>
  );
};
