import { fail, ok } from '../../core/base/errors.ts';
import type { Failure, Result } from '../../core/base/errors.ts';
import { otherwise, plainIssue, type SchemaIssue } from '../../core/base/plain-issue.ts';
import type { Vendor } from '../../vendors/vendor.ts';

type Texts = Readonly<Record<string, string>>;

const fieldOf = (vendor: Vendor, name: string) =>
  vendor.credentialForms.flatMap((form) => form.fields).find((field) => field.name === name);

/** Names the first wrong field, as the account form calls it. Never repeats a value. */
const refusal = (
  vendor: Vendor,
  values: Texts,
  issue: (SchemaIssue & { readonly path: readonly PropertyKey[] }) | undefined,
  what: 'secrets' | 'fields',
): Failure => {
  const name = issue?.path[0];
  const field = typeof name === 'string' ? fieldOf(vendor, name) : undefined;
  const label = field?.label ?? (typeof name === 'string' ? name : undefined);
  if (label === undefined || typeof name !== 'string') {
    const known = vendor.credentialForms
      .map((form) => form.fields.map((each) => each.name).join(' and '))
      .join(', or ');
    return fail('invalid-input', `These ${what} are not what ${vendor.name} needs.`, `It needs: ${known}.`);
  }
  const hint = field?.help ?? `Enter it as ${vendor.name} shows it.`;
  const given = Object.hasOwn(values, name) ? values[name] : undefined;
  if (given === undefined || given.trim() === '')
    return fail('invalid-input', `“${label}” is missing.`, hint, { field: name });
  const expected = issue === undefined ? '' : plainIssue(issue);
  const quotesValue = Object.values(values).some((value) => value !== '' && expected.includes(value));
  const reason = quotesValue || expected === otherwise ? '' : ` ${expected.replace(/^expected/, 'Expected')}.`;
  return fail('invalid-input', `“${label}” does not have the right form.${reason}`, hint, { field: name });
};

/** Parses the secrets of an account by its vendor's schema. Errors: invalid-input naming the field. */
export const parseSecrets = (vendor: Vendor, secrets: Texts): Result<Texts> => {
  const parsed = vendor.secrets.safeParse(secrets);
  return parsed.success ? ok(parsed.data) : refusal(vendor, secrets, parsed.error.issues[0], 'secrets');
};

/** Parses the fields of an account by its vendor's schema. Errors: invalid-input naming the field. */
export const parseFields = (vendor: Vendor, fields: Texts): Result<Texts> => {
  const parsed = vendor.fields.safeParse(fields);
  return parsed.success ? ok(parsed.data) : refusal(vendor, fields, parsed.error.issues[0], 'fields');
};
