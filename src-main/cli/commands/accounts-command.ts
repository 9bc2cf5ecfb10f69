import { fail, ok, type Result } from '../../core/base/errors.ts';
import { vendorById, vendors } from '../../vendors/registry.ts';
import type { FormField } from '../../vendors/vendor.ts';
import type { AccountView } from '../../../src-preload/contract/account.ts';
import { adviceOf } from '../../../src-preload/contract/error-view.ts';
import type { FrameClient } from '../../../src-preload/contract/client.ts';
import { usage } from '../flags.ts';
import { withCore, type Command, type Context } from '../command-context.ts';
import { findAccount, failureOf, resultOf } from '../find-account.ts';
import {
  ask,
  confirm,
  exitCodes,
  isInteractive,
  note,
  plain,
  print,
  printError,
  readInput,
  table,
} from '../terminal.ts';
import { defined } from '../../core/base/defined.ts';

/** Reads a vendor's name on the command line. Errors: invalid-input. */
export const readVendor = (text: string | undefined): Result<NonNullable<ReturnType<typeof vendorById>>> => {
  const vendor = text === undefined ? undefined : vendorById(text);
  return vendor === undefined ? usage(`VENDOR is one of ${vendors.map(({ id }) => id).join(', ')}.`) : ok(vendor);
};

const readFields = (given: readonly string[]): Result<Record<string, string>> => {
  const fields: Record<string, string> = {};
  for (const pair of given) {
    const at = pair.indexOf('=');
    if (at < 1) return usage('--field takes key=value.');
    fields[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return ok(fields);
};

const askFields = async (fields: readonly FormField[]): Promise<Result<Record<string, string>>> => {
  const values: Record<string, string> = {};
  for (const field of fields) {
    const optional = field.required ? '' : ' (optional)';
    note(field.help);
    const answer = await ask(`${field.label}${optional}: `, field.secret);
    if (answer === undefined)
      return fail('cancelled', 'Nothing was added.', 'Run the command again when you are ready.');
    if (answer.trim() !== '') values[field.name] = answer.trim();
  }
  return ok(values);
};

/** Never quotes the input. */
const readSecrets = async (): Promise<Result<Record<string, string>>> => {
  const text = await readInput();
  if (!text.ok) return text;
  const wrong = usage('Standard input must hold the secrets as one JSON object of texts.');
  try {
    const value: unknown = JSON.parse(text.value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong;
    const entries = Object.entries(value);
    return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
      ? ok(Object.fromEntries(entries))
      : wrong;
  } catch {
    return wrong;
  }
};

const add = async (context: Context): Promise<number> => {
  const { values, positionals } = context.args;
  const refuse = (result: Result<unknown>): number => (result.ok ? 0 : printError(result.error, context.json));
  const vendor = readVendor(positionals[1]);
  if (!vendor.ok) return refuse(vendor);
  if (positionals.length > 2) return refuse(usage('accounts add takes one vendor.'));
  const { label } = values;
  if (label === undefined || label.trim() === '') return refuse(usage('accounts add needs --label.'));
  const fields = readFields(values.field ?? []);
  if (!fields.ok) return refuse(fields);
  // Asked before the core starts, so that no other command waits while a person looks for a key.
  const form = vendor.value.credentialForms[0]?.fields ?? [];
  const given = process.stdin.isTTY
    ? await askFields(
        form.filter((field) => field.secret || (field.required && fields.value[field.name] === undefined)),
      )
    : await readSecrets();
  if (!given.ok) return refuse(given);
  const isPlain = (name: string): boolean =>
    process.stdin.isTTY && form.some((field) => field.name === name && !field.secret);
  const entries = Object.entries(given.value);
  const secrets = Object.fromEntries(entries.filter(([name]) => !isPlain(name)));
  const allFields = { ...fields.value, ...Object.fromEntries(entries.filter(([name]) => isPlain(name))) };
  return withCore(context, async ({ client }) => {
    const handed = resultOf(await client.request('secrets.hand', { secrets }));
    if (!handed.ok) return handed;
    const added = resultOf(
      await client.request(
        'accounts.add',
        {
          vendor: vendor.value.id,
          label,
          ticket: handed.value.ticket,
          ...defined({ baseUrl: values['base-url'] }),
          ...(Object.keys(allFields).length === 0 ? {} : { fields: allFields }),
        },
        context.signal,
      ),
    );
    if (!added.ok) return added;
    const { id, baseUrl } = added.value;
    if (context.json) print(JSON.stringify({ id, vendor: vendor.value.id, label: added.value.label, baseUrl }));
    else print(`Added ${plain(added.value.label)} (${vendor.value.name}, ${baseUrl}).`);
    return ok(exitCodes.done);
  });
};

const accountJson = (account: AccountView): object => ({
  id: account.id,
  vendor: account.vendor,
  label: account.label,
  baseUrl: account.baseUrl,
  fields: account.fields,
  devices: account.deviceCount,
  ...(account.lastGoodAt === undefined ? {} : { lastGoodAt: new Date(account.lastGoodAt).toISOString() }),
  ...(account.credentialsExpireAt === undefined
    ? {}
    : { credentialsExpireAt: new Date(account.credentialsExpireAt).toISOString() }),
});

const list = (context: Context): Promise<number> =>
  withCore(context, async ({ client }) => {
    const accounts = resultOf(await client.request('accounts.list', {}));
    if (!accounts.ok) return accounts;
    if (context.json) print(JSON.stringify(accounts.value.map(accountJson)));
    else if (accounts.value.length === 0) note('No accounts yet. Add one with quayside accounts add.');
    else print(table(accounts.value.map((account) => [plain(account.label), account.vendor, account.baseUrl])));
    return ok(exitCodes.done);
  });

const testOne = async (client: FrameClient, account: AccountView, signal: AbortSignal): Promise<Result<number>> => {
  const tested = resultOf(await client.request('accounts.test', { accountId: account.id }, signal));
  if (!tested.ok) return tested;
  if (tested.value.error !== undefined) return failureOf(tested.value.error);
  return ok(Math.round(tested.value.tookMs));
};

const test = (context: Context): Promise<number> =>
  withCore(context, async ({ client }) => {
    const label = context.args.positionals[1];
    if (label !== undefined) {
      const account = await findAccount(client, label);
      if (!account.ok) return account;
      const tested = await testOne(client, account.value, context.signal);
      if (!tested.ok) return tested;
      if (context.json) print(JSON.stringify({ label: account.value.label, ok: true, tookMs: tested.value }));
      else print(`${plain(account.value.label)} works (${tested.value} ms).`);
      return ok(exitCodes.done);
    }
    const accounts = resultOf(await client.request('accounts.list', {}));
    if (!accounts.ok) return accounts;
    const results = await Promise.all(
      accounts.value.map(async (account) => ({ account, tested: await testOne(client, account, context.signal) })),
    );
    const failed = results.map(({ tested }) => tested).filter((tested) => !tested.ok);
    if (context.json) {
      const rows = results.map(({ account, tested }) =>
        tested.ok
          ? { label: account.label, ok: true, tookMs: tested.value }
          : {
              label: account.label,
              ok: false,
              error: { kind: tested.error.kind, message: tested.error.message, hint: tested.error.hint },
            },
      );
      // One failure does not affect the results of the others.
      print(JSON.stringify(rows));
      return failed[0] ?? ok(exitCodes.done);
    }
    for (const { account, tested } of results) {
      print(
        tested.ok
          ? `${plain(account.label)} works (${tested.value} ms).`
          : `${plain(account.label)}: ${tested.error.message} ${adviceOf(tested.error)}`,
      );
    }
    return ok(failed.length === 0 ? exitCodes.done : exitCodes.failed);
  });

const rename = (context: Context): Promise<number> => {
  const { positionals, values } = context.args;
  const [, from, to = values.label] = positionals;
  if (from === undefined || to === undefined || positionals.length > 3) {
    return Promise.resolve(printError(usage('accounts rename takes a label and the new one.').error, context.json));
  }
  return withCore(context, async ({ client }) => {
    const account = await findAccount(client, from);
    if (!account.ok) return account;
    const renamed = resultOf(
      await client.request('accounts.update', { accountId: account.value.id, label: to }, context.signal),
    );
    if (!renamed.ok) return renamed;
    if (context.json) print(JSON.stringify(accountJson(renamed.value)));
    else print(`${plain(account.value.label)} is now ${plain(renamed.value.label)}.`);
    return ok(exitCodes.done);
  });
};

const remove = (context: Context): Promise<number> => {
  const { positionals, values } = context.args;
  const label = positionals[1];
  if (label === undefined || positionals.length > 2) {
    return Promise.resolve(printError(usage('accounts remove takes a label.').error, context.json));
  }
  return withCore(context, async ({ client }) => {
    const account = await findAccount(client, label);
    if (!account.ok) return account;
    const question = `Remove ${plain(account.value.label)} with its secrets, cached devices and forwards?`;
    if (values.yes !== true) {
      if (!isInteractive()) return fail('confirmation-required', question, 'Add --yes if this is what you want.');
      if (!(await confirm(question))) return fail('cancelled', 'Nothing was removed.', 'Run it again to remove it.');
    }
    const removed = resultOf(await client.request('accounts.remove', { accountId: account.value.id }));
    if (!removed.ok) return removed;
    if (context.json) print(JSON.stringify({ removed: account.value.label }));
    else print(`Removed ${plain(account.value.label)}.`);
    return ok(exitCodes.done);
  });
};

/** `quayside accounts …` */
export const accountsCommand: Command = (context) => {
  switch (context.args.positionals[0]) {
    case 'add':
      return add(context);
    case 'list':
      return list(context);
    case 'test':
      return test(context);
    case 'rename':
      return rename(context);
    case 'remove':
      return remove(context);
    default:
      return Promise.resolve(
        printError(usage('accounts takes add, list, test, rename or remove.').error, context.json),
      );
  }
};
