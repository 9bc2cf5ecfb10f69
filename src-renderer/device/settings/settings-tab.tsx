import { useId, useState } from 'react';
import type { CapabilityName, CapabilityView, DeviceView, ErrorView } from '../../../src-preload/contract/views.ts';
import { vendorNames } from '../../../src-preload/contract/vendor-names.ts';
import { ask, useHost } from '../../state/main-state.ts';
import { Failure } from '../../ui/controls.tsx';
import { closePanel, toast } from '../../state/view-store.ts';
import { CustomFields } from './custom-fields.tsx';
import { keysThatCan } from '../../ui/format.ts';
import { capabilityOf, refusalOf } from '../tabs/device-tabs.ts';
import { Firmware } from './firmware.tsx';
import { callOperation } from '../../commands/operation-call.ts';
import { deletions, renameCall, tagCalls, takesDescription, type Call, type Deletion } from './settings-calls.ts';
import type { TabProps } from '../tabs/tab-context.ts';
import { ConfirmLoss, Part } from '../../ui/parts.tsx';

/** What a vendor answers to credentials of another kind than an operation takes. */
const closed: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'unsupported']);

/** Calls one after another until one fails, then asks the vendor for the list, so that the change is seen to be true. */
const change = async (
  device: DeviceView,
  calls: readonly Call[],
  confirmed: boolean,
): Promise<ErrorView | undefined> => {
  for (const { operation, input, otherwise } of calls) {
    let answer = await callOperation(device, operation, input, confirmed);
    if (!answer.ok && otherwise !== undefined && closed.has(answer.error.kind))
      answer = await callOperation(device, otherwise.operation, otherwise.input, confirmed);
    if (!answer.ok) return answer.error;
  }
  const refreshed = await ask('accounts.refresh', { accountId: device.accountId });
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
      className="setting-form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        void save(false);
      }}
    >
      <fieldset disabled={refusal !== undefined || busy}>
        {children}
        <button type="submit" className="button" disabled={disabled}>
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
  readonly capability: CapabilityView;
  readonly refusal: string | undefined;
}

const Rename = ({ device, capability, refusal }: SettingProps): React.ReactNode => {
  const id = useId();
  const [name, setName] = useState(device.name);
  const [description, setDescription] = useState(device.description ?? '');
  const more = takesDescription(device);
  const same = name.trim() === device.name && (!more || description.trim() === (device.description ?? ''));
  return (
    <SettingForm
      label="Name"
      capability={capability}
      refusal={refusal}
      done={`It is called ${name.trim()} now.`}
      disabled={same || name.trim() === ''}
      onSave={(confirmed) =>
        change(device, [renameCall(device, name.trim(), more ? description.trim() : undefined)], confirmed)
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
  const known = useHost((host) => host.counts.groups);
  const [group, setGroup] = useState(device.groups[0] ?? '');
  const wanted = group.trim();
  const fresh = wanted !== '' && !known.some((entry) => entry.name === wanted);
  const calls: readonly Call[] = [
    ...(fresh ? [{ operation: 'AddGroup', input: { Group: wanted } }] : []),
    { operation: 'ChangeGroup', input: { UnitId: device.id, Group: wanted } },
  ];
  return (
    <SettingForm
      label="Group"
      capability={capability}
      refusal={refusal}
      done={wanted === '' ? `${device.name} is in no group now.` : `${device.name} is in ${wanted} now.`}
      disabled={wanted === (device.groups[0] ?? '')}
      onSave={(confirmed) => change(device, calls, confirmed)}
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

/** MODE's groups are homes, known by their number. */
const Home = ({ device, capability, refusal }: SettingProps): React.ReactNode => {
  const id = useId();
  const [home, setHome] = useState('');
  return (
    <SettingForm
      label="Home"
      capability={capability}
      refusal={refusal}
      done={`${device.name} is in home ${home.trim()} now.`}
      disabled={!/^\d+$/.test(home.trim())}
      onSave={(confirmed) =>
        change(
          device,
          [{ operation: 'updateDevice', input: { deviceId: device.id, homeId: Number(home.trim()) } }],
          confirmed,
        )
      }
    >
      <div className="field">
        <label htmlFor={id}>Move to the home</label>
        <input
          id={id}
          className="input mono"
          inputMode="numeric"
          autoComplete="off"
          placeholder={device.groups[0] ?? 'Number of the home'}
          aria-describedby={`${id}-help`}
          value={home}
          onChange={(event) => setHome(event.target.value)}
        />
        <span className="help" id={`${id}-help`}>
          Its number in the MODE console. This and the tag need a project key with “Admin” rights, or a user of the
          whole project.
        </span>
      </div>
    </SettingForm>
  );
};

const Tags = ({ device, capability, refusal }: SettingProps): React.ReactNode => {
  const id = useId();
  const single = device.vendor === 'mode';
  const before = device.tags.join(', ');
  const [text, setText] = useState(before);
  const tags = single
    ? [text.trim()]
    : [...new Set(text.split(',').map((tag) => tag.trim()))].filter((tag) => tag !== '');
  const calls = tagCalls(device, tags);
  return (
    <SettingForm
      label={single ? 'Tag' : 'Tags'}
      capability={capability}
      refusal={refusal}
      done={`Saved the ${single ? 'tag' : 'tags'} of ${device.name}.`}
      disabled={calls.length === 0}
      onSave={(confirmed) => change(device, calls, confirmed)}
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
  readonly deletion: Deletion;
  readonly refusal: string | undefined;
}): React.ReactNode => {
  const [asking, setAsking] = useState(false);
  // Reemo deletes computers that are offline only.
  const wait =
    device.vendor === 'reemo' && device.presence.state !== 'offline'
      ? 'Reemo deletes it only while it is offline.'
      : refusal;
  return (
    <div className="danger-line">
      <div>
        <p className="danger-title">{deletion.title}</p>
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
            const answer = await callOperation(device, deletion.operation, deletion.input, true);
            if (!answer.ok) return answer.error;
            toast({ tone: 'done', text: `${device.name}: done at ${vendorNames[device.vendor]}.` });
            closePanel();
            await ask('accounts.refresh', { accountId: device.accountId });
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
  const of = (name: CapabilityName): CapabilityView | undefined => capabilityOf(capabilities, name);
  const setting = (
    name: CapabilityName,
    Form: (props: SettingProps) => React.ReactNode,
    /** What makes the form begin anew with what the vendor says now. */
    present: string,
  ): React.ReactNode => {
    const capability = of(name);
    return capability === undefined ? null : (
      <Form
        key={`${device.key}\n${present}`}
        device={device}
        capability={capability}
        refusal={refusalOf(capability, account)}
      />
    );
  };
  const firmware = of('settings.firmware');
  const fields = of('settings.fields');
  const removal = of('settings.delete');
  const ways = removal === undefined ? [] : deletions(device);
  return (
    <div className="stack settings-tab">
      <Part title={`At ${vendorNames[device.vendor]}`}>
        {setting('settings.rename', Rename, `${device.name}\n${device.description ?? ''}`)}
        {setting('settings.group', device.vendor === 'mode' ? Home : Group, device.groups.join('\n'))}
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
      {ways.length === 0 ? null : (
        <Part title="Danger">
          {ways.map((deletion) => (
            <Delete key={deletion.verb} device={device} deletion={deletion} refusal={refusalOf(removal, account)} />
          ))}
        </Part>
      )}
    </div>
  );
};
