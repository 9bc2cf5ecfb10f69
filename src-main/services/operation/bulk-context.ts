import type { Account } from '../../core/fleet/account.ts';
import type { PlanContext } from '../../core/operation/bulk-calls.ts';
import type { Device, VendorId } from '../../core/fleet/device.ts';
import type { AppError } from '../../core/base/errors.ts';
import { isOffered } from '../../core/operation/device-edit.ts';
import type { Operation, Vendor } from '../../vendors/vendor.ts';
import type { Accounts } from '../fleet/accounts.ts';

/** The vendors, accounts and operations that planning needs. */
export interface BulkCatalogue {
  readonly vendor: (id: VendorId) => Vendor | undefined;
  readonly account: (id: string) => Account | undefined;
  readonly inputsOf: (operation: Operation) => readonly string[];
}

/** Whose key an account holds, by the names in `Operation.callers`; vendors with one kind of key have only users. */
export const keyKindOf = (account: Pick<Account, 'fields'> | undefined): string => account?.fields['keyKind'] ?? 'user';

/** The context of planning, from the catalogue and what was gathered for this plan. */
export const planContext = (
  catalogue: BulkCatalogue,
  gathered: {
    /** `accountId\ngroup`. */
    readonly groups: ReadonlySet<string>;
    /** Present values of the custom field by device key. */
    readonly fields: ReadonlyMap<string, string>;
    readonly now: string;
  },
): PlanContext => {
  const operationOf = (vendor: VendorId, id: string): Operation | undefined =>
    catalogue.vendor(vendor)?.operations.find((operation) => operation.id === id);
  return {
    vendorName: (id) => catalogue.vendor(id)?.name ?? id,
    accountLabel: (id) => catalogue.account(id)?.label ?? id,
    edits: (id) => catalogue.vendor(id)?.edits,
    hasGroup: (accountId, group) => gathered.groups.has(`${accountId}\n${group}`),
    refusal: (device, id) => {
      const operation = operationOf(device.vendor, id);
      if (operation === undefined) return 'Its vendor has no such operation.';
      const key = keyKindOf(catalogue.account(device.accountId));
      return operation.callers.some((caller) => caller === key)
        ? undefined
        : `Needs a ${operation.callers.join(' or ')} key; this account has a ${key} key.`;
    },
    parameter: (vendor, id) => {
      const operation = operationOf(vendor, id);
      if (operation === undefined) return undefined;
      return catalogue
        .vendor(vendor)
        ?.deviceParameter({ id, path: operation.path, inputs: catalogue.inputsOf(operation) });
    },
    customField: (key) => gathered.fields.get(key),
    now: gathered.now,
  };
};

/** The present values of a custom field by device key. An unreadable value is absent, with the reason. */
export const readCustomField = async (
  devices: readonly Device[],
  field: string,
  accounts: Pick<Accounts, 'connector' | 'vendor'>,
  signal: AbortSignal,
): Promise<{ readonly values: ReadonlyMap<string, string>; readonly problem?: AppError }> => {
  const values = new Map<string, string>();
  let problem: AppError | undefined;
  const readOne = async (accountId: string, list: readonly Device[], vendor: Vendor | undefined): Promise<void> => {
    const edit = vendor?.edits.customField;
    if (edit === undefined || !isOffered(edit)) return;
    const { read } = edit;
    const operation = vendor?.operations.find((candidate) => candidate.id === read.operation);
    if (operation === undefined) return;
    const connector = await accounts.connector(accountId);
    if (!connector.ok) {
      problem = connector.error;
      return;
    }
    const keys = new Map(list.map((device) => [device.id, device.key]));
    for (let at = 0; at < list.length && !signal.aborted; at += read.atOnce) {
      const ids = list.slice(at, at + read.atOnce).map((device) => device.id);
      const answer = await connector.value.call(operation, read.input(field, ids), signal);
      if (!answer.ok) {
        problem = answer.error;
        return;
      }
      for (const [id, value] of read.values(answer.value)) {
        const key = keys.get(id);
        if (key !== undefined) values.set(key, value);
      }
    }
  };
  // All at once, so that a hanging vendor delays only its own account.
  await Promise.all(
    [...Map.groupBy(devices, (device) => device.accountId)].map(([accountId, list]) =>
      readOne(accountId, list, list[0] && accounts.vendor(list[0].vendor)),
    ),
  );
  return problem === undefined ? { values } : { values, problem };
};
