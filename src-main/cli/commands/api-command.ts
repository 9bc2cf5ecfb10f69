import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { FrameClient } from '../../../src-preload/contract/client.ts';
import type { AccountView } from '../../../src-preload/contract/account.ts';
import { readVendor } from './accounts-command.ts';
import { usage } from '../flags.ts';
import { withCore, type Command, type Context } from '../command-context.ts';
import { findAccount, resultOf } from '../find-account.ts';
import { withFiles } from '../input-files.ts';
import { confirm, exitCodes, isInteractive, plain, print, printError, readInput, table } from '../terminal.ts';

const readJson = async (given: string | undefined): Promise<Result<unknown>> => {
  if (given === undefined) return ok({});
  const text = given === '-' ? await readInput() : ok(given);
  if (!text.ok) return text;
  try {
    return ok(JSON.parse(text.value) as unknown);
  } catch {
    return usage('--input takes JSON, or - for JSON on standard input.');
  }
};

const findVendorAccount = async (
  client: FrameClient,
  vendor: { readonly id: string; readonly name: string },
  label: string | undefined,
): Promise<Result<AccountView>> => {
  if (label !== undefined) {
    const account = await findAccount(client, label);
    if (!account.ok || account.value.vendor === vendor.id) return account;
    return fail('not-found', `${plain(label)} is not an account of ${vendor.name}.`, 'Choose another with --account.');
  }
  const accounts = resultOf(await client.request('accounts.list', {}));
  if (!accounts.ok) return accounts;
  const [only, ...others] = accounts.value.filter((account) => account.vendor === vendor.id);
  if (only === undefined)
    return fail('not-found', `There is no account of ${vendor.name}.`, 'Add one with quayside accounts add.');
  return others.length === 0
    ? ok(only)
    : usage(`There are several accounts of ${vendor.name}: choose one with --account.`);
};

/** `quayside api VENDOR …` */
export const apiCommand: Command = async (context: Context) => {
  const { positionals, values } = context.args;
  const vendor = readVendor(positionals[0]);
  if (!vendor.ok) return printError(vendor.error, context.json);
  if (values.list === true) {
    if (positionals.length > 1) return printError(usage('api VENDOR --list takes no operation.').error, context.json);
    const rows = vendor.value.operations.map((operation) => ({
      operation: operation.id,
      number: operation.number,
      method: operation.method,
      path: operation.path,
      danger: operation.danger.level,
      callers: operation.callers,
      summary: operation.summary,
    }));
    if (context.json) print(JSON.stringify(rows.map(({ summary: _summary, ...row }) => row)));
    else print(table(rows.map((row) => [row.number, row.operation, row.method, row.danger, row.summary])));
    return exitCodes.done;
  }
  const [, id, ...more] = positionals;
  if (id === undefined || more.length > 0)
    return printError(usage('api takes a vendor and an operation, or --list.').error, context.json);
  const operation = vendor.value.operations.find((candidate) => candidate.id === id);
  if (operation === undefined) {
    const missing = fail(
      'not-found',
      `${vendor.value.name} has no operation ${plain(id)}.`,
      `See quayside api ${vendor.value.id} --list.`,
    );
    return printError(missing.error, context.json);
  }
  const given = await readJson(values.input);
  const input = given.ok ? await withFiles(operation, given.value) : given;
  if (!input.ok) return printError(input.error, context.json);
  if (operation.danger.level === 'destroys' && values.yes !== true) {
    const { confirm: sentence } = operation.danger;
    if (!isInteractive()) {
      return printError(
        fail('confirmation-required', sentence, 'Add --yes if this is what you want.').error,
        context.json,
      );
    }
    if (!(await confirm(sentence))) {
      return printError(fail('cancelled', 'Nothing was called.', 'Run it again to call it.').error, context.json);
    }
  }
  return withCore(context, async ({ client }) => {
    const account = await findVendorAccount(client, vendor.value, values.account);
    if (!account.ok) return account;
    const called = resultOf(
      await client.request(
        'operations.call',
        { accountId: account.value.id, operation: id, input: input.value, confirmed: true },
        context.signal,
      ),
    );
    if (!called.ok) return called;
    print(JSON.stringify(called.value.output ?? null, undefined, context.json ? undefined : 2));
    return ok(exitCodes.done);
  });
};
