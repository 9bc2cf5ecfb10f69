import { noAccount } from '../../core/fleet/not-found-errors.ts';
import { apiWords, curlWords, joinCommand, placeholder } from '../../core/operation/operation-commands.ts';
import { mergeSecrets, withPlaceholders } from '../../core/operation/input-secrets.ts';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { Account } from '../../core/fleet/account.ts';
import { deviceKey } from '../../core/fleet/device.ts';
import type { operationRequests as contract } from '../../../src-preload/contract/operation.ts';
import type { Handlers } from './handler.ts';
import type { SecretTickets } from './secret-tickets.ts';
import type { Log } from '../../core/base/log.ts';
import type { Activity } from '../../services/activity/activity.ts';
import type { AppState } from '../../services/app/app-state.ts';
import type { Accounts } from '../../services/fleet/accounts.ts';
import type { Inventory } from '../../services/fleet/inventory.ts';
import type { DeviceLogs } from '../../services/operation/device-logs.ts';
import type { PreviewedRequest } from '../../services/operation/request-preview.ts';
import type { KnownOperation, KnownVendor } from '../views/known-vendor.ts';
import { operationOutput, operationView } from '../views/views.ts';
import { defined } from '../../core/base/defined.ts';

export interface OperationRequestDeps {
  readonly accounts: Pick<Accounts, 'get' | 'connector' | 'vendor'>;
  readonly inventory: Pick<Inventory, 'device'>;
  readonly deviceLogs: Pick<DeviceLogs, 'call'>;
  readonly activity: Pick<Activity, 'recordOperation'>;
  readonly app: Pick<AppState, 'get'>;
  readonly tickets: SecretTickets;
  readonly log: Log;
  /** The JSON Schema of an operation's input. */
  readonly describeInput: (operation: KnownOperation) => Readonly<Record<string, unknown>>;
  /** The request that a call would send, with placeholders for every secret. Nothing is sent. */
  readonly previewRequest: (
    account: Account,
    operation: KnownOperation,
    input: unknown,
    signal: AbortSignal,
  ) => Promise<Result<PreviewedRequest>>;
}

/** Requests about the operations of vendors: the catalogue, a call, and the call as a command line. */
export const operationRequests = (deps: OperationRequestDeps): Handlers<keyof typeof contract> => {
  const { accounts, tickets, log } = deps;

  const vendorOf = (id: KnownVendor['id']): Result<KnownVendor> => {
    const vendor = accounts.vendor(id);
    return vendor === undefined
      ? fail('unsupported', `Quayside does not speak to ${id} yet.`, 'Choose one of the vendors that are listed.')
      : ok(vendor);
  };

  const find = (
    accountId: string,
    id: string,
  ): Result<{ readonly account: Account; readonly vendor: KnownVendor; readonly operation: KnownOperation }> => {
    const account = accounts.get(accountId);
    if (account === undefined) return noAccount;
    const vendor = vendorOf(account.vendor);
    if (!vendor.ok) return vendor;
    const operation = vendor.value.operations.find((candidate) => candidate.id === id);
    return operation === undefined
      ? fail('not-found', `${vendor.value.name} has no operation ${id}.`, 'Look at the list of its operations.')
      : ok({ account, vendor: vendor.value, operation });
  };

  /** The key of the one device that an input names, if it is one that is listed. */
  const deviceOf = (
    accountId: string,
    vendor: KnownVendor,
    operation: KnownOperation,
    input: unknown,
  ): string | undefined => {
    const { device } = operationView(operation, deps.describeInput(operation), vendor);
    if (device === undefined || typeof input !== 'object' || input === null) return undefined;
    const given = (input as Readonly<Record<string, unknown>>)[device.parameter];
    const [only, ...others] = Array.isArray(given) ? (given as readonly unknown[]) : [given];
    if (others.length > 0 || (typeof only !== 'string' && typeof only !== 'number')) return undefined;
    const key = deviceKey(accountId, String(only));
    return deps.inventory.device(key) === undefined ? undefined : key;
  };

  return {
    'operations.list': async ({ vendor }) => {
      const found = vendorOf(vendor);
      if (!found.ok) return found;
      return ok(
        found.value.operations.map((operation) => operationView(operation, deps.describeInput(operation), found.value)),
      );
    },

    'operations.call': async ({ accountId, operation: id, input, confirmed, ticket }, signal) => {
      const found = find(accountId, id);
      if (!found.ok) return found;
      const { operation } = found.value;
      if (operation.danger.level === 'destroys' && !confirmed) {
        return fail('confirmation-required', operation.danger.confirm, 'Confirm it if this is what you want.');
      }
      const secrets = ticket === undefined ? undefined : tickets.take(ticket);
      if (secrets?.ok === false) return secrets;
      const whole = secrets === undefined ? ok(input) : mergeSecrets(input, secrets.value, operation.secretFields);
      if (!whole.ok) return whole;
      const connector = await accounts.connector(accountId);
      if (!connector.ok) return connector;
      log.write('info', 'operation.call', { account: accountId, operation: id, danger: operation.danger.level });
      const output =
        operation.keep === undefined
          ? await connector.value.call(operation, whole.value, signal)
          : await deps.deviceLogs.call(accountId, operation, whole.value);
      // Reads are left out of the history: clients repeat them while a page is open, and the history lists changes.
      if (operation.danger.level !== 'none')
        deps.activity.recordOperation(
          accountId,
          id,
          output.ok ? undefined : output.error,
          deviceOf(accountId, found.value.vendor, operation, whole.value),
        );
      return output.ok ? ok({ output: operationOutput(output.value, operation.secretFields) }) : output;
    },

    'operations.command': async ({ accountId, operation: id, input }, signal) => {
      const found = find(accountId, id);
      if (!found.ok) return found;
      const { account, vendor, operation } = found.value;
      const safe = withPlaceholders(input, operation.secretFields, (name) => placeholder(`secret ${name}`));
      const { platform } = deps.app.get();
      const args = apiWords({ vendor: vendor.id, operation: id, account: account.label, input: safe });
      const quayside = joinCommand(args, platform);
      const preview = await deps.previewRequest(account, operation, safe, signal);
      // An incomplete input still gives a command that the user can complete elsewhere.
      if (!preview.ok) return ok({ quayside, note: preview.error.message });
      const { request, note } = preview.value;
      return ok({
        quayside,
        curl: joinCommand(curlWords(request), platform),
        ...defined({ note }),
      });
    },
  };
};
