import { useId, useRef, useState } from 'react';
import type { AccountView, VendorView } from '../../src-preload/contract/account.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import { request, useMainState } from '../state/main-state.ts';
import { Callout, Failure, Field } from '../ui/controls.tsx';
import { millis } from '../ui/format.ts';
import { setAccountForm, showScope, toast } from '../state/view-store.ts';

type FormField = VendorView['credentialForms'][number]['fields'][number];

type Outcome =
  | { readonly kind: 'good'; readonly tookMs: number }
  /** `anyway`: the vendor refused, or could not be reached; the input can be stored all the same. */
  | { readonly kind: 'failed'; readonly error: ErrorView; readonly anyway?: boolean };

/** Opens the collapsed section that contains a field: an invisible field cannot be corrected. */
const reveal = (field: Element): void => field.closest('details')?.setAttribute('open', '');

const close = (): void => setAccountForm(undefined);

/** Moves the typed secrets out of the form: the result is their only copy in this window. */
const takeSecrets = (form: HTMLFormElement, fields: readonly FormField[]): Record<string, string> => {
  const secrets: Record<string, string> = {};
  for (const field of fields) {
    if (!field.secret) continue;
    const input = form.elements.namedItem(`secret.${field.name}`);
    if (!(input instanceof HTMLInputElement)) continue;
    if (input.value !== '') secrets[field.name] = input.value;
    input.value = '';
  }
  return secrets;
};

const plainFields = (form: HTMLFormElement, fields: readonly FormField[]): Record<string, string> => {
  const data = new FormData(form);
  return Object.fromEntries(
    fields
      .filter((field) => !field.secret)
      .map((field) => [field.name, String(data.get(`field.${field.name}`) ?? '').trim()] as const)
      .filter(([, value]) => value !== ''),
  );
};

const FieldInput = ({
  field,
  id,
  initial,
  kept,
}: {
  readonly field: FormField;
  readonly id: string;
  readonly initial: string | undefined;
  /** Main has the secret already: an empty field keeps it. */
  readonly kept: boolean;
}): React.ReactNode => {
  const name = `${field.secret ? 'secret' : 'field'}.${field.name}`;
  const described = field.help === '' ? undefined : `${id}-help`;
  if (field.options !== undefined && !field.secret)
    return (
      <select
        id={id}
        name={name}
        className="select"
        defaultValue={initial}
        required={field.required}
        aria-describedby={described}
      >
        {field.options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    );
  return (
    <input
      id={id}
      name={name}
      className={`input ${field.secret ? '' : 'mono'}`}
      type={field.secret ? 'password' : 'text'}
      // Not `off`: password managers would offer to store what belongs in the vault.
      autoComplete={field.secret ? 'new-password' : 'off'}
      spellCheck={false}
      required={field.required && !(field.secret && kept)}
      placeholder={field.secret && kept ? 'Kept. Type to replace it' : field.placeholder}
      defaultValue={field.secret ? undefined : initial}
      aria-describedby={described}
    />
  );
};

/** Adds an account, or edits one. Secrets stay in their input elements until they are handed to main. */
export const AccountForm = ({ account }: { readonly account: AccountView | undefined }): React.ReactNode => {
  const vendors = useMainState((host) => host.vendors);
  const labels = useMainState((host) => host.accounts);
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [vendorId, setVendorId] = useState<string | undefined>(account?.vendor);
  const [formId, setFormId] = useState<string>();
  const [ticket, setTicket] = useState<string>();
  const [busy, setBusy] = useState<'test' | 'save'>();
  const [outcome, setOutcome] = useState<Outcome>();
  const vendor = vendors.find((candidate) => candidate.id === vendorId);
  const credentials =
    vendor?.credentialForms.find((candidate) => candidate.id === formId) ?? vendor?.credentialForms[0];
  const fields = credentials?.fields ?? [];
  const urlHelp = vendor === undefined || vendor.baseUrlHint === vendor.defaultBaseUrl ? '' : vendor.baseUrlHint;
  const needed = fields.filter((field) => field.required);
  const optional = fields.filter((field) => !field.required);
  const fail = (error: ErrorView): void => {
    setOutcome({ kind: 'failed', error });
    const input = error.field === undefined ? null : document.getElementById(`${id}-${error.field}`);
    if (input === null) return;
    reveal(input);
    input.focus();
  };

  /** Hands over the typed secrets; returns their ticket, or that of the secrets handed over before. */
  const handSecrets = async (
    element: HTMLFormElement,
  ): Promise<{ ok: true; ticket: string | undefined } | { ok: false }> => {
    const secrets = takeSecrets(element, fields);
    if (Object.keys(secrets).length === 0) return { ok: true, ticket };
    const handed = await request('secrets.hand', { secrets, ...(ticket === undefined ? {} : { ticket }) });
    if (!handed.ok) {
      setTicket(undefined);
      fail(handed.error);
      return { ok: false };
    }
    setTicket(handed.value.ticket);
    return { ok: true, ticket: handed.value.ticket };
  };

  const common = (element: HTMLFormElement): { baseUrl?: string; fields: Record<string, string> } => {
    const baseUrl = String(new FormData(element).get('baseUrl') ?? '').trim();
    return { ...(baseUrl === '' ? {} : { baseUrl }), fields: plainFields(element, fields) };
  };

  /** Asks the vendor and shows failures. Returns the duration, or undefined. */
  const tried = async (
    vendorOf: VendorView['id'],
    facts: ReturnType<typeof common>,
    given: string | undefined,
  ): Promise<number | undefined> => {
    const answer =
      given === undefined && account !== undefined
        ? await request('accounts.test', { accountId: account.id })
        : await request('accounts.test', {
            vendor: vendorOf,
            ...facts,
            ...(given === undefined ? {} : { ticket: given }),
          });
    if (answer.ok && answer.value.ok) return answer.value.tookMs;
    const error = answer.ok ? answer.value.error : answer.error;
    if (error === undefined) return undefined;
    // The ticket expired: the secrets have to be typed again.
    if (!answer.ok) setTicket(undefined);
    // An input of the wrong form cannot be stored.
    if (!answer.ok || error.kind === 'invalid-input') fail(error);
    else setOutcome({ kind: 'failed', error, anyway: true });
    return undefined;
  };

  const test = async (): Promise<void> => {
    const element = form.current;
    if (element === null || vendor === undefined) return;
    // The name is not needed to test credentials.
    for (const control of element.elements)
      if (control instanceof HTMLInputElement && control.name !== 'label' && !control.reportValidity()) return;
    setBusy('test');
    setOutcome(undefined);
    const handed = await handSecrets(element);
    if (handed.ok) {
      const tookMs = await tried(vendor.id, common(element), handed.ticket);
      if (tookMs !== undefined) setOutcome({ kind: 'good', tookMs });
    }
    setBusy(undefined);
  };

  /**
   * Stores the account after its key was tested; `anyway` stores one that failed, or that cannot be tested from here.
   */
  const save = async (element: HTMLFormElement, anyway: boolean): Promise<void> => {
    if (vendor === undefined) return;
    const label = String(new FormData(element).get('label') ?? '').trim();
    if (labels.some((other) => other.id !== account?.id && other.label.toLowerCase() === label.toLowerCase())) {
      fail({
        kind: 'conflict',
        message: `There already is an account named ${label}.`,
        hint: 'Give this one another name.',
      });
      return;
    }
    setBusy('save');
    const known = outcome;
    setOutcome(undefined);
    const handed = await handSecrets(element);
    if (!handed.ok) return setBusy(undefined);
    const shared = common(element);
    const keyIsNew = account === undefined || handed.ticket !== undefined;
    if (!anyway && keyIsNew && known?.kind !== 'good' && (await tried(vendor.id, shared, handed.ticket)) === undefined)
      return setBusy(undefined);
    const secrets = handed.ticket === undefined ? {} : { ticket: handed.ticket };
    const answer =
      account === undefined
        ? await request('accounts.add', { vendor: vendor.id, label, ...shared, ...secrets })
        : await request('accounts.update', { accountId: account.id, label, ...shared, ...secrets });
    if (answer.ok) {
      toast({
        tone: 'done',
        text:
          account !== undefined
            ? `Saved ${label}.`
            : `Added ${label}.${anyway ? '' : ' Its devices are on their way.'}`,
      });
      close();
      // After adding a first account its devices are shown.
      if (account === undefined && labels.length === 0) showScope({ kind: 'all' });
      return;
    }
    // The ticket may be used up, so the secrets have to be typed again.
    setTicket(undefined);
    fail(answer.error);
    setBusy(undefined);
  };

  const formField = (field: FormField): React.ReactNode => (
    <Field key={field.name} id={`${id}-${field.name}`} label={field.label} help={field.help}>
      <FieldInput
        field={field}
        id={`${id}-${field.name}`}
        initial={account?.fields[field.name]}
        kept={account !== undefined || ticket !== undefined}
      />
    </Field>
  );

  return (
    <form
      ref={form}
      className="account-form"
      aria-label={account === undefined ? 'Add account' : `Edit ${account.label}`}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void save(event.currentTarget, false);
      }}
      // Opened before the browser looks for the first invalid field: it would skip hidden ones.
      onInvalidCapture={(event) => {
        if (event.target instanceof Element) reveal(event.target);
      }}
      // The result was about the previous input.
      onInput={() => setOutcome(undefined)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        event.preventDefault();
        close();
      }}
    >
      <h2>{account === undefined ? 'Add account' : `Edit ${account.label}`}</h2>
      {account === undefined ? (
        <fieldset className="vendor-choice">
          <legend>Vendor</legend>
          {vendors.map((candidate) => (
            <label key={candidate.id}>
              <input
                type="radio"
                name="vendor"
                value={candidate.id}
                required
                checked={vendorId === candidate.id}
                onChange={() => {
                  setVendorId(candidate.id);
                  setFormId(undefined);
                  setTicket(undefined);
                  setOutcome(undefined);
                }}
              />
              {candidate.name}
            </label>
          ))}
        </fieldset>
      ) : null}
      {vendor === undefined || credentials === undefined ? null : (
        <div className="form-fields" key={vendor.id}>
          <Field id={`${id}-label`} label="Name" help="How this account is called in Quayside.">
            <input
              id={`${id}-label`}
              name="label"
              className="input"
              required
              maxLength={80}
              autoFocus
              defaultValue={account?.label}
              placeholder={vendor.name}
              aria-describedby={`${id}-label-help`}
            />
          </Field>
          <Field id={`${id}-url`} label="Base URL" help={urlHelp}>
            <input
              id={`${id}-url`}
              name="baseUrl"
              className="input mono"
              type="url"
              spellCheck={false}
              required={vendor.defaultBaseUrl === undefined}
              defaultValue={account?.baseUrl ?? vendor.defaultBaseUrl}
              aria-describedby={urlHelp === '' ? undefined : `${id}-url-help`}
            />
          </Field>
          {vendor.credentialForms.length > 1 ? (
            <div className="field">
              <label htmlFor={`${id}-kind`}>Credentials</label>
              <select
                id={`${id}-kind`}
                className="select"
                value={credentials.id}
                aria-describedby={`${id}-kind-help`}
                onChange={(event) => {
                  setFormId(event.target.value);
                  setTicket(undefined);
                }}
              >
                {vendor.credentialForms.map((candidate) => (
                  <option key={candidate.id} value={candidate.id}>
                    {candidate.title}
                  </option>
                ))}
              </select>
              <span className="help" id={`${id}-kind-help`}>
                {credentials.why}
              </span>
            </div>
          ) : (
            <p className="form-why">{credentials.why}</p>
          )}
          {needed.map(formField)}
          {optional.length === 0 ? null : (
            <details className="more-fields" open={optional.some((field) => account?.fields[field.name] !== undefined)}>
              <summary>More settings</summary>
              <div className="form-fields">{optional.map(formField)}</div>
            </details>
          )}
          {outcome === undefined ? null : outcome.kind === 'good' ? (
            <Callout tone="good" text={`${vendor.name} accepted the credentials in ${millis(outcome.tookMs)}.`} />
          ) : (
            <Failure error={outcome.error}>
              {outcome.anyway !== true ? null : (
                <button
                  type="button"
                  className="button small"
                  disabled={busy !== undefined}
                  onClick={() => {
                    if (form.current?.reportValidity() === true) void save(form.current, true);
                  }}
                >
                  {account === undefined ? 'Add anyway' : 'Save anyway'}
                </button>
              )}
            </Failure>
          )}
        </div>
      )}
      <div className="dialog-actions">
        <button type="button" className="button plain" onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          className="button"
          disabled={vendor === undefined || busy !== undefined}
          onClick={() => void test()}
        >
          {busy === 'test' ? 'Testing' : 'Test'}
        </button>
        <button type="submit" className="button primary" disabled={vendor === undefined || busy !== undefined}>
          {busy === 'save' ? 'Testing' : account === undefined ? 'Add account' : 'Save'}
        </button>
      </div>
    </form>
  );
};
