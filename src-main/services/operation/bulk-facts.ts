import type { Account } from '../../core/fleet/account.ts';
import type { PlanFacts } from '../../core/operation/bulk-calls.ts';
import type { Device, VendorId } from '../../core/fleet/device.ts';
import type { AppError } from '../../core/base/errors.ts';
import { deviceParameter } from '../../core/operation/operation-target.ts';
import type { Operation, Vendor } from '../../vendors/vendor.ts';
import type { Accounts } from '../fleet/accounts.ts';

/** Vendors, accounts and operations as planning looks at them. */
export interface BulkCatalogue {
  readonly vendor: (id: VendorId) => Vendor | undefined;
  readonly account: (id: string) => Account | undefined;
  readonly inputsOf: (operation: Operation) => readonly string[];
}

/** Whose key an account holds, in the words of `Operation.callers`; vendors with one kind of key have users only. */
export const keyKindOf = (account: Pick<Account, 'fields'> | undefined): string => account?.fields['keyKind'] ?? 'user';

/** The facts that planning needs, from the catalogue and what was gathered for this plan. */
export const planFacts = (
  catalogue: BulkCatalogue,
  gathered: {
    /** `accountId\ngroup`. */
    readonly groups: ReadonlySet<string>;
    /** Present values of the custom field by device key. */
    readonly fields: ReadonlyMap<string, string>;
    readonly now: string;
  },
): PlanFacts => {
  const operationOf = (vendor: VendorId, id: string): Operation | undefined =>
    catalogue.vendor(vendor)?.operations.find((operation) => operation.id === id);
  return {
    vendorName: (id) => catalogue.vendor(id)?.name ?? id,
    accountLabel: (id) => catalogue.account(id)?.label ?? id,
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
      return deviceParameter(vendor, { id, path: operation.path, inputs: catalogue.inputsOf(operation) });
    },
    customField: (key) => gathered.fields.get(key),
    now: gathered.now,
  };
};

/** Devices that one call of RemoteIoT reads a custom field of. */
const fieldsAtOnce = 1000;

/** The present values of a custom field by device key. What could not be read is absent, with the reason. */
export const readCustomField = async (
  devices: readonly Device[],
  field: string,
  accounts: Pick<Accounts, 'connector' | 'vendor'>,
  signal: AbortSignal,
): Promise<{ readonly values: ReadonlyMap<string, string>; readonly problem?: AppError }> => {
  const values = new Map<string, string>();
  let problem: AppError | undefined;
  const operation = accounts.vendor('remoteiot')?.operations.find((candidate) => candidate.id === 'CustomField');
  if (operation === undefined) return { values };
  const concerned = Map.groupBy(
    devices.filter((device) => device.vendor === 'remoteiot'),
    (device) => device.accountId,
  );
  const readOne = async (accountId: string, list: readonly Device[]): Promise<void> => {
    const connector = await accounts.connector(accountId);
    if (!connector.ok) {
      problem = connector.error;
      return;
    }
    const keys = new Map(list.map((device) => [device.id, device.key]));
    for (let at = 0; at < list.length && !signal.aborted; at += fieldsAtOnce) {
      const unit = list.slice(at, at + fieldsAtOnce).map((device) => device.id);
      const answer = await connector.value.call(operation, { CustomField: field, Unit: unit }, signal);
      if (!answer.ok) {
        problem = answer.error;
        return;
      }
      if (!Array.isArray(answer.value)) continue;
      for (const row of answer.value as readonly unknown[]) {
        if (typeof row !== 'object' || row === null || !('UnitId' in row) || !('Custom' in row)) continue;
        const key = keys.get(String(row.UnitId));
        if (key !== undefined && typeof row.Custom === 'string') values.set(key, row.Custom);
      }
    }
  };
  // All at once: an account whose vendor hangs holds back nobody else's.
  await Promise.all([...concerned].map(([accountId, list]) => readOne(accountId, list)));
  return problem === undefined ? { values } : { values, problem };
};
