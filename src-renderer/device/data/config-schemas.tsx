import { useId, useState } from 'react';
import type { CapabilityView } from '../../../src-preload/contract/account.ts';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { Failure, Field } from '../../ui/controls.tsx';
import { toast } from '../../state/view-store.ts';
import { callOperation, useOperation } from '../../commands/operation-call.ts';
import { isSecretName, rowOf, rowsOf, textOf, type Row } from '../tabs/read-output.ts';
import { Nothing, ReloadButton, RowsSkeleton, Part, TabFailure } from '../../ui/parts.tsx';
import { fillKeyName } from './value-types.ts';
import { classNames } from '../../ui/class-names.ts';
import styles from './values.module.css';
import linesStyles from '../tabs/lines.module.css';

/** What main puts in the place of a default that looks like a secret. */
const isMasked = (text: string): boolean => /^•+$/.test(text);

const isSecret = (parameter: Row): boolean =>
  isSecretName(textOf(parameter, 'key')) ||
  isSecretName(textOf(parameter, 'label')) ||
  isMasked(textOf(parameter, 'default'));

/** The value of a parameter by its type; text where it is not of that type. */
const typed = (text: string, type: string): unknown => {
  if (type === 'number' || type === 'integer') {
    const value = Number(text);
    return text.trim() === '' || Number.isNaN(value) ? text : value;
  }
  return type === 'boolean' ? text === 'true' : text;
};

const SchemaForm = ({ device, schema }: { readonly device: DeviceView; readonly schema: Row }): React.ReactNode => {
  const id = useId();
  const parameters = rowsOf(schema['parameters']);
  const pattern = textOf(schema, 'keyName');
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(
      parameters.map((parameter) => {
        const standard = textOf(parameter, 'default');
        return [textOf(parameter, 'key'), isMasked(standard) ? '' : standard];
      }),
    ),
  );
  const [error, setError] = useState<ErrorView>();
  const [busy, setBusy] = useState(false);
  const key = fillKeyName(pattern, values);
  const save = async (): Promise<void> => {
    if (key === undefined) return;
    setBusy(true);
    const filled = Object.fromEntries(
      parameters
        .map((parameter) => {
          const name = textOf(parameter, 'key');
          return [name, typed(values[name] ?? '', textOf(parameter, 'type'))] as const;
        })
        .filter(([, value]) => value !== ''),
    );
    // An object only where the key holds one already; MODE's document wants a text otherwise.
    const present = await callOperation(device, 'getKeyValue', { deviceId: device.id, key });
    const before: unknown = present.ok ? rowOf(present.value)['value'] : undefined;
    const value = typeof before === 'object' && before !== null ? filled : JSON.stringify(filled);
    const answer =
      present.ok || present.error.kind === 'not-found'
        ? await callOperation(device, 'setKeyValue', { deviceId: device.id, key, value })
        : present;
    setBusy(false);
    setError(answer.ok ? undefined : answer.error);
    if (answer.ok) toast({ tone: 'done', text: `Saved ${key}.` });
  };
  return (
    <form
      className={styles['schema']}
      aria-label={textOf(schema, 'name')}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <p className={styles['schema-name']}>{textOf(schema, 'name')}</p>
      {textOf(schema, 'description') === '' ? null : <p className="faint">{textOf(schema, 'description')}</p>}
      <div className={styles['schema-fields']}>
        {parameters.map((parameter) => {
          const name = textOf(parameter, 'key');
          const type = textOf(parameter, 'type');
          const secret = isSecret(parameter);
          const set = (value: string): void => setValues({ ...values, [name]: value });
          const inKey = pattern.includes(`{{${name}}}`);
          return (
            <Field
              key={name}
              id={`${id}-${name}`}
              label={textOf(parameter, 'label') || name}
              help={inKey ? 'Part of the key.' : ''}
            >
              {type === 'boolean' ? (
                <select
                  id={`${id}-${name}`}
                  className="select"
                  value={values[name] === 'true' ? 'true' : 'false'}
                  onChange={(event) => set(event.target.value)}
                >
                  <option>true</option>
                  <option>false</option>
                </select>
              ) : (
                <input
                  id={`${id}-${name}`}
                  className="input mono"
                  type={secret ? 'password' : type === 'number' || type === 'integer' ? 'number' : 'text'}
                  step="any"
                  // Not `off`: password managers would offer to keep it.
                  autoComplete={secret ? 'new-password' : 'off'}
                  spellCheck={false}
                  required={parameter['required'] === true}
                  placeholder={
                    secret && isMasked(textOf(parameter, 'default')) ? 'The default is not shown' : undefined
                  }
                  aria-describedby={inKey ? `${id}-${name}-help` : undefined}
                  value={values[name] ?? ''}
                  onChange={(event) => set(event.target.value)}
                />
              )}
            </Field>
          );
        })}
      </div>
      {error === undefined ? null : <Failure error={error} />}
      <div className={linesStyles['editor-actions']}>
        <span className={classNames('mono faint ellipsis', styles['schema-key'])}>{key ?? pattern}</span>
        <button type="submit" className="button" disabled={busy}>
          {busy ? 'Saving' : 'Save'}
        </button>
      </div>
    </form>
  );
};

/** The configuration that a device's components describe, as forms. Each writes one key. */
export const ConfigSchemas = ({
  device,
  capability,
}: {
  readonly device: DeviceView;
  readonly capability: CapabilityView | undefined;
}): React.ReactNode => {
  const list = useOperation(device, 'getConfigSchemas', { deviceId: device.id }, rowsOf);
  if (list.value === undefined)
    return list.error === undefined ? (
      <RowsSkeleton label="the configuration" rows={6} />
    ) : (
      <TabFailure error={list.error} capability={capability} retry={() => void list.reload()} />
    );
  if (list.value.length === 0)
    return <Nothing title="Nothing to configure">No component of this device describes its configuration.</Nothing>;
  return (
    <div className={linesStyles['stack']}>
      {list.error === undefined ? null : (
        <TabFailure error={list.error} capability={capability} retry={() => void list.reload()} />
      )}
      {list.value.map((component, index) => (
        <Part
          key={textOf(component, 'componentName')}
          title={textOf(component, 'componentName') || 'Component'}
          actions={
            <>
              <span className="faint">{textOf(component, 'componentVersionName')}</span>
              {index === 0 ? (
                <ReloadButton
                  what="the configuration"
                  loading={list.loading}
                  at={list.at}
                  onReload={() => void list.reload()}
                />
              ) : null}
            </>
          }
        >
          {rowsOf(component['deviceConfigSchema']).map((schema) => (
            <SchemaForm key={textOf(schema, 'keyName')} device={device} schema={schema} />
          ))}
        </Part>
      ))}
    </div>
  );
};
