import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { AccountView } from '../../src-preload/contract/account.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { OperationView } from '../../src-preload/contract/operation.ts';
import { request } from '../state/main-state.ts';
import { Callout, Failure } from '../ui/controls.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { hasMod, modKey } from '../ui/shortcuts.ts';
import { middle, millis } from '../ui/format.ts';
import { Answer } from './answer.tsx';
import { FieldInput } from './field-input.tsx';
import { neededKey, keyKindOf } from './find-operations.ts';
import { inputOf, pointerPart, problemsIn, splitSecrets, type FormValues } from './form-input.ts';
import type { ChosenFile } from '../ui/read-file.ts';
import { fieldsOf, type Field } from './schema-fields.ts';
import { classNames } from '../ui/class-names.ts';
import styles from './operation-form.module.css';

type Outcome =
  | { readonly kind: 'answer'; readonly output: unknown; readonly tookMs: number }
  | { readonly kind: 'error'; readonly error: ErrorView; readonly tookMs: number };

/** The device in the field that names it. */
export const deviceValues = (operation: OperationView, device: DeviceView | undefined): FormValues => {
  if (device === undefined || operation.device === undefined) return {};
  const { parameter, of } = operation.device;
  const id = of === 'service' ? device.services[0]?.id : device.id;
  return id === undefined ? {} : { [parameter]: id };
};

/** Takes the typed secrets out of the form, by JSON pointers: what is returned is the only copy left in this window. */
const takeSecrets = (form: HTMLFormElement, fields: readonly Field[]): Readonly<Record<string, string>> => {
  const secrets: Record<string, string> = {};
  for (const field of fields) {
    if (field.kind !== 'secret') continue;
    const input = form.elements.namedItem(field.name);
    if (!(input instanceof HTMLInputElement)) continue;
    if (input.value !== '') secrets[`/${pointerPart(field.name)}`] = input.value;
    input.value = '';
  }
  return secrets;
};

/** Secret fields that hold something, or have to: what stands in a copied command for them. */
const secretStandIns = (form: HTMLFormElement | null, fields: readonly Field[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fields
      .filter((field) => {
        const input = form?.elements.namedItem(field.name);
        return field.kind === 'secret' && (field.required || (input instanceof HTMLInputElement && input.value !== ''));
      })
      .map((field) => [field.name, 'secret']),
  );

const FormField = ({
  field,
  id,
  value,
  problem,
  device,
  onChange,
}: {
  readonly field: Field;
  readonly id: string;
  readonly value: string | ChosenFile | undefined;
  readonly problem: string | undefined;
  readonly device: DeviceView | undefined;
  readonly onChange: (value: string | ChosenFile | undefined) => void;
}): React.ReactNode => (
  <div className={classNames('field', styles['form-field'])}>
    <div className={styles['field-line']}>
      <label htmlFor={id}>{field.label}</label>
      {field.label === field.name || field.kind === 'json' ? null : <span className="mono faint">{field.name}</span>}
      {field.required ? <span className={styles['field-needed']}>needed</span> : null}
    </div>
    <FieldInput
      field={field}
      id={id}
      value={value}
      invalid={problem !== undefined}
      device={device}
      onChange={onChange}
    />
    <span className={problem === undefined ? 'help' : styles['field-problem']} id={`${id}-help`}>
      {problem ?? field.help}
    </span>
  </div>
);

/** What the button says that it does. */
const runWords = {
  none: () => 'Run',
  changes: () => 'Run and change',
  destroys: (subject: string) => `Run on ${middle(subject, 24)}`,
} as const;

/** The generated form of one operation, and what came of calling it. */
export const OperationForm = ({
  operation,
  account,
  device,
}: {
  readonly operation: OperationView;
  readonly account: AccountView;
  readonly device: DeviceView | undefined;
}): React.ReactNode => {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const stop = useRef<AbortController | undefined>(undefined);
  const fields = useMemo(() => fieldsOf(operation), [operation]);
  const [values, setValues] = useState<FormValues>(() => deviceValues(operation, device));
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const [note, setNote] = useState('');
  const subject = device?.name ?? account.label;
  const lack = neededKey(operation, keyKindOf(account));
  const destroys = operation.danger === 'destroys';
  const confirmed = !destroys || typed.trim() === subject.trim();

  useEffect(() => () => stop.current?.abort(), []);
  useEffect(() => {
    if (outcome !== undefined) end.current?.scrollIntoView({ block: 'nearest' });
  }, [outcome]);

  const set = (name: string, value: string | ChosenFile | undefined): void => {
    setValues((before) => ({ ...before, [name]: value }));
    setProblems(({ [name]: _, ...others }) => others);
  };

  const run = async (element: HTMLFormElement): Promise<void> => {
    if (busy || !confirmed) return;
    const { input, problems: found } = inputOf(fields, values);
    const missing = fields.filter((field) => {
      const typedIn = element.elements.namedItem(field.name);
      return field.kind === 'secret' && field.required && typedIn instanceof HTMLInputElement && typedIn.value === '';
    });
    const all = { ...found, ...Object.fromEntries(missing.map((field) => [field.name, 'This is needed.'])) };
    setProblems(all);
    const first = fields.find((field) => all[field.name] !== undefined);
    if (first !== undefined) {
      const control = element.elements.namedItem(first.name);
      if (control instanceof HTMLElement) control.focus();
      return;
    }
    const split = splitSecrets(input, operation.secretFields);
    const secrets = { ...split.secrets, ...takeSecrets(element, fields) };
    setBusy(true);
    setOutcome(undefined);
    const aborting = new AbortController();
    stop.current = aborting;
    const started = performance.now();
    const handed = Object.keys(secrets).length === 0 ? undefined : await request('secrets.hand', { secrets });
    const answer =
      handed?.ok === false
        ? handed
        : await request(
            'operations.call',
            {
              accountId: account.id,
              operation: operation.operation,
              input: split.input,
              confirmed: destroys,
              ...(handed === undefined ? {} : { ticket: handed.value.ticket }),
            },
            aborting.signal,
          );
    if (stop.current !== aborting) return;
    const tookMs = performance.now() - started;
    setBusy(false);
    setTyped('');
    if (answer.ok) setOutcome({ kind: 'answer', output: answer.value.output, tookMs });
    else {
      setProblems(problemsIn(answer.error.message, fields));
      setOutcome({ kind: 'error', error: answer.error, tookMs });
    }
  };

  const command = async (which: 'quayside' | 'curl'): Promise<string | undefined> => {
    const split = splitSecrets(inputOf(fields, values).input, operation.secretFields);
    const answer = await request('operations.command', {
      accountId: account.id,
      operation: operation.operation,
      input: { ...split.input, ...secretStandIns(form.current, fields) },
    });
    if (!answer.ok) {
      setNote(`${answer.error.message} ${answer.error.hint}`);
      return undefined;
    }
    const text = answer.value[which];
    setNote(text === undefined || which === 'curl' ? (answer.value.note ?? '') : '');
    return text;
  };

  return (
    <form
      ref={form}
      className={styles['operation-form']}
      aria-label={operation.operation}
      autoComplete="off"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void run(event.currentTarget);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !hasMod(event)) return;
        event.preventDefault();
        void run(event.currentTarget);
      }}
    >
      <div className={styles['operation-scroll']}>
        <header className={styles['operation-head']}>
          <h2>{operation.summary}</h2>
          <p className="mono faint ellipsis">
            {operation.method} {operation.path}
          </p>
        </header>
        {lack === undefined ? null : (
          <Callout
            tone="warn"
            text={`This ${lack}.`}
            hint={`${account.label} has a ${keyKindOf(account)} key, so the vendor will refuse it. Add an account with the other key.`}
          />
        )}
        {fields.length === 0 ? <p className="faint">It takes no parameters.</p> : null}
        <div className={styles['operation-fields']} data-part="fields">
          {fields.map((field) => (
            <FormField
              key={field.name}
              field={field}
              id={`${id}-${field.name}`}
              value={values[field.name]}
              problem={problems[field.name]}
              device={
                operation.device?.of === 'service' && operation.device.parameter === field.name ? device : undefined
              }
              onChange={(value) => set(field.name, value)}
            />
          ))}
        </div>
        {destroys ? (
          <div className={styles['destroys']}>
            <p>{operation.confirm}</p>
            <label htmlFor={`${id}-confirm`}>
              Type <span className="mono typed">{subject}</span> to go on
            </label>
            <input
              id={`${id}-confirm`}
              className="input"
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
        ) : null}
        {outcome === undefined ? null : outcome.kind === 'error' ? (
          <Failure error={outcome.error}>
            <span className="faint">{millis(outcome.tookMs)}</span>
          </Failure>
        ) : (
          <Answer output={outcome.output} tookMs={outcome.tookMs} />
        )}
        <div ref={end} />
      </div>
      <footer className={styles['operation-foot']}>
        <CopyButton label="Copy command" text={() => command('quayside')} />
        <CopyButton label="Copy curl" text={() => command('curl')} />
        <span className={classNames('faint', styles['operation-note'])} role="status">
          {note}
        </span>
        {busy ? (
          <button
            type="button"
            className="button"
            onClick={() => {
              stop.current?.abort();
            }}
          >
            Stop waiting
          </button>
        ) : null}
        <button
          type="submit"
          className={`button ${destroys ? 'danger' : 'primary'}`}
          disabled={busy || !confirmed}
          aria-keyshortcuts="Control+Enter Meta+Enter"
        >
          {busy ? 'Running' : runWords[operation.danger](subject)}
          <kbd>{modKey === '⌘' ? '⌘⏎' : 'Ctrl ⏎'}</kbd>
        </button>
      </footer>
    </form>
  );
};
