import { useEffect, useId, useMemo, useState } from 'react';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { OperationView } from '../../src-preload/contract/operation.ts';
import { loadCatalogue, useActions } from '../actions/actions-store.ts';
import { FieldInput } from '../actions/field-input.tsx';
import type { ChosenFile } from '../ui/read-file.ts';
import type { Field as FormField } from '../actions/schema-fields.ts';
import { Segmented } from '../ui/parts.tsx';
import { Field } from '../ui/controls.tsx';
import { useMainState, useVendorName } from '../state/main-state.ts';
import type { BulkKind } from './bulk-actions.ts';
import { bulkFields, deviceOperations, text, type Draft } from './bulk-draft.ts';
import styles from './bulk.module.css';

type Change = (name: string, value: string | ChosenFile | undefined) => void;

const Check = ({
  draft,
  name,
  label,
  change,
}: {
  readonly draft: Draft;
  readonly name: string;
  readonly label: string;
  readonly change: Change;
}): React.ReactNode => (
  <label className="check">
    <input
      type="checkbox"
      checked={text(draft, name) === 'true'}
      onChange={(event) => change(name, String(event.target.checked))}
    />
    {label}
  </label>
);

/** The parameters of a bulk action. */
export const BulkForm = ({
  kind,
  draft,
  devices,
  vendor,
  operation,
  change,
}: {
  readonly kind: BulkKind;
  readonly draft: Draft;
  readonly devices: readonly DeviceView[];
  /** Whose operations are offered. */
  readonly vendor: DeviceView['vendor'];
  readonly operation: OperationView | undefined;
  readonly change: Change;
}): React.ReactNode => {
  const id = useId();
  const groups = useMainState((host) => host.counts.groups);
  const vendors = useMainState((host) => host.vendors);
  const vendorName = useVendorName(vendor);
  const catalogue = useActions((state) => state.catalogues[vendor]);
  const [, refreshFields] = useState(0);
  useEffect(() => {
    if (kind === 'operation' && vendor !== '')
      void loadCatalogue(vendor).then(() => refreshFields((count) => count + 1));
  }, [kind, vendor]);
  const knownTags = useMemo(() => [...new Set(devices.flatMap((device) => device.tags))].toSorted(), [devices]);
  const harder = vendors
    .filter(({ id: known }) => devices.some((device) => device.vendor === known))
    .flatMap(({ edits }) => edits.hardDelete ?? []);
  const field = (
    name: string,
    label: string,
    help = '',
    extra: Partial<React.ComponentProps<'input'>> = {},
  ): React.ReactNode => (
    <Field id={`${id}-${name}`} label={label} help={help}>
      <input
        id={`${id}-${name}`}
        className="input"
        autoComplete="off"
        spellCheck={false}
        aria-describedby={help === '' ? undefined : `${id}-${name}-help`}
        value={text(draft, name)}
        onChange={(event) => change(name, event.target.value)}
        {...extra}
      />
    </Field>
  );
  switch (kind) {
    case 'rename':
      return (
        <div className={styles['bulk-line']}>
          {field('pattern', 'New name', 'May hold {name}, {group}, {account}, {id}, {n} and {n:03}.', {
            className: 'input mono',
            autoFocus: true,
          })}
          {field('first', 'First {n}', '', { className: 'input short', inputMode: 'numeric' })}
        </div>
      );
    case 'replace':
      return (
        <>
          <div className={styles['bulk-line']}>
            {field('find', 'Find', '', { className: 'input mono', autoFocus: true })}
            {field('replaceBy', 'Replace by', '', { className: 'input mono' })}
          </div>
          <div className={styles['bulk-checks']}>
            <Check draft={draft} name="regex" label="Regular expression, with $1 in the replacement" change={change} />
            <Check draft={draft} name="ignoreCase" label="Upper and lower case are the same" change={change} />
          </div>
        </>
      );
    case 'group':
      return (
        <>
          {field('group', 'Group', 'One that is not there yet is created.', { list: `${id}-groups`, autoFocus: true })}
          <datalist id={`${id}-groups`}>
            {groups.map((group) => (
              <option key={group.name} value={group.name} />
            ))}
          </datalist>
        </>
      );
    case 'delete':
      return harder.length > 0 ? (
        <Check draft={draft} name="hard" label={harder.join('; ')} change={change} />
      ) : (
        <p className="faint">Which devices are deleted is listed below.</p>
      );
    case 'job':
      return (
        <>
          {field('name', 'Name of the job', '', { autoFocus: true })}
          <Field id={`${id}-command`} label="Command" help="Runs in a shell on the device, with high rights.">
            <textarea
              id={`${id}-command`}
              className="input area mono"
              rows={2}
              spellCheck={false}
              aria-describedby={`${id}-command-help`}
              value={text(draft, 'command')}
              onChange={(event) => change('command', event.target.value)}
            />
          </Field>
          <div className={styles['bulk-line']}>
            {field('script', 'Or a script of the portal')}
            {field('at', 'When, GMT', 'Empty: now.', { className: 'input mono', placeholder: '2026-11-21 22:00:00' })}
          </div>
        </>
      );
    case 'upload':
      return (
        <div className={styles['bulk-line']}>
          <Field id={`${id}-file`} label="File" help="At most 4.5 MB.">
            <FieldInput
              field={fileField}
              id={`${id}-file`}
              value={draft['file']}
              invalid={false}
              device={undefined}
              onChange={(file) => change('file', file)}
            />
          </Field>
          {field('folder', 'Folder on the devices', '', { className: 'input mono', placeholder: '/opt/site' })}
        </div>
      );
    case 'custom-field':
      return (
        <div className={styles['bulk-line']}>
          {field('field', 'Custom field', 'As it is called in the portal.', { autoFocus: true })}
          {field('value', 'Value', 'May hold {name}, {group}, {n} …')}
        </div>
      );
    case 'command':
      return (
        <>
          {field('action', 'Command', '', { className: 'input mono', autoFocus: true })}
          <Field id={`${id}-parameters`} label="Parameters" help="A JSON object; may be left out.">
            <textarea
              id={`${id}-parameters`}
              className="input area mono"
              rows={2}
              spellCheck={false}
              aria-describedby={`${id}-parameters-help`}
              value={text(draft, 'parameters')}
              onChange={(event) => change('parameters', event.target.value)}
            />
          </Field>
        </>
      );
    case 'tag':
      return (
        <div className={styles['bulk-line']}>
          <div className="field">
            <span className="field-label">Change</span>
            <Segmented
              small
              label="Add or remove"
              value={text(draft, 'change') === 'remove' ? 'remove' : 'add'}
              options={[
                ['add', 'Add'],
                ['remove', 'Remove'],
              ]}
              onChange={(value) => change('change', value)}
            />
          </div>
          {field(
            'tags',
            'Tags',
            knownTags.length === 0 ? 'Set apart by commas.' : `Among them now: ${knownTags.slice(0, 6).join(', ')}`,
            {
              autoFocus: true,
            },
          )}
        </div>
      );
    case 'password':
      return (
        <>
          <div className={styles['bulk-line']}>
            <Field id={`${id}-protocol`} label="For">
              <select
                id={`${id}-protocol`}
                className="select"
                value={text(draft, 'protocol')}
                onChange={(event) => change('protocol', event.target.value)}
              >
                <option value="rxp">NEAR</option>
                <option value="rdp">RDP</option>
                <option value="apple">Apple Screen Sharing</option>
              </select>
            </Field>
            {field('user', 'User name', 'Empty: stays as it is.')}
          </div>
          <div className="field">
            <span className="field-label">Password</span>
            <Segmented
              small
              label="Password"
              value={text(draft, 'generate') === 'false' ? 'false' : 'true'}
              options={[
                ['true', 'One made for each'],
                ['false', 'The same for all'],
              ]}
              onChange={(value) => change('generate', value)}
            />
            <span className="help">New passwords go into the vault of this computer and are never shown.</span>
          </div>
          {text(draft, 'generate') === 'false' ? (
            <Field id={`${id}-secret`} label="New password">
              {/* Stays in its element: it is handed over, and wiped, when the run starts. */}
              <input
                id={`${id}-secret`}
                className="input"
                type="password"
                name="bulk-password"
                autoComplete="new-password"
              />
            </Field>
          ) : null}
        </>
      );
    case 'operation': {
      const operations = deviceOperations(catalogue);
      return (
        <>
          <Field id={`${id}-operation`} label={`Operation of ${vendorName}`} help={operation?.summary}>
            <select
              id={`${id}-operation`}
              className="select"
              autoFocus
              aria-describedby={operation === undefined ? undefined : `${id}-operation-help`}
              value={operation?.operation ?? ''}
              onChange={(event) => change('@operation', event.target.value)}
            >
              <option value="">Choose</option>
              {operations.map((each) => (
                <option key={each.operation} value={each.operation}>
                  {each.operation}
                </option>
              ))}
            </select>
          </Field>
          {operation === undefined
            ? null
            : bulkFields(operation).map((each) => (
                <Field key={each.name} id={`${id}-${each.name}`} label={each.label} help={each.help}>
                  <FieldInput
                    field={each}
                    id={`${id}-${each.name}`}
                    value={draft[each.name]}
                    invalid={false}
                    device={undefined}
                    onChange={(value) => change(each.name, value)}
                  />
                </Field>
              ))}
        </>
      );
    }
    default:
      return kind satisfies never;
  }
};

const fileField: FormField = {
  name: 'file',
  label: 'File',
  help: '',
  kind: 'file',
  required: true,
  preset: undefined,
  options: [],
  minLength: 0,
  maxLength: undefined,
  pattern: undefined,
  minimum: undefined,
  maximum: undefined,
  minItems: 0,
  maxItems: undefined,
  named: true,
};
