import { fold } from '../../src-main/core/text/letters.ts';
import type { AccountView } from '../../src-preload/contract/account.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { OperationView } from '../../src-preload/contract/operation.ts';

/** Whose key the account holds, in the words of `callers`. Vendors with one kind of key have users only. */
export const keyKindOf = (account: Pick<AccountView, 'fields'> | undefined): string =>
  account?.fields['keyKind'] ?? 'user';

/** Which key is needed where this one will not do; undefined if it does. */
export const neededKey = (operation: Pick<OperationView, 'callers'>, keyKind: string): string | undefined =>
  operation.callers.includes(keyKind) ? undefined : `needs a ${operation.callers.join(' or ')} key`;

export const dangerGroups = [
  ['none', 'Reads'],
  ['changes', 'Changes'],
  ['destroys', 'Destroys'],
] as const;

/** Operations under one heading. */
export interface OperationGroup {
  readonly danger: OperationView['danger'];
  readonly title: string;
  readonly operations: readonly OperationView[];
}

const haystack = (operation: OperationView): string =>
  fold(`${operation.operation} ${operation.number} ${operation.summary} ${operation.method} ${operation.path}`);

/** Operations that hold every word, in the catalogue's order under the headings of what they do to the world. */
export const findOperations = (operations: readonly OperationView[], query: string): readonly OperationGroup[] => {
  const words = fold(query.trim())
    .split(/\s+/)
    .filter((word) => word !== '');
  const found = operations.filter((operation) => {
    const hay = haystack(operation);
    return words.every((word) => hay.includes(word));
  });
  return dangerGroups.flatMap(([danger, title]) => {
    const members = found.filter((operation) => operation.danger === danger);
    return members.length === 0 ? [] : [{ danger, title, operations: members }];
  });
};

/** The operations that are about this device, or about the account. */
export const operationsFor = (
  operations: readonly OperationView[],
  about: 'device' | 'account',
  of?: Pick<DeviceView, 'services'>,
): readonly OperationView[] =>
  operations.filter(({ device }) => {
    if (about === 'account') return true;
    if (device === undefined) return false;
    const { only } = device;
    return only === undefined || of === undefined || of.services.some(({ id }) => id === only.service) === only.has;
  });
