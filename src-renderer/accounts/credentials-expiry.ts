import type { AccountView } from '../../src-preload/contract/account.ts';
import { absolute } from '../ui/format.ts';

/** Time enough to get a new key. */
const warnMs = 24 * 3_600_000;

/** Until when the vendor takes the account's credentials; undefined if it does not say. */
export const validUntil = (account: Pick<AccountView, 'credentialsExpireAt'>): string | undefined =>
  account.credentialsExpireAt === undefined ? undefined : `valid until ${absolute(account.credentialsExpireAt)}`;

/** Credentials that end within a day, unless the account fails and says so itself. */
export const endingSoon = (
  account: Pick<AccountView, 'credentialsExpireAt' | 'error'>,
  vendorName: string,
  now: number,
): { readonly text: string; readonly hint: string } | undefined => {
  const end = account.credentialsExpireAt;
  if (end === undefined || account.error !== undefined || end - now > warnMs) return undefined;
  return {
    text: `${vendorName} takes the key of this account until ${absolute(end)}, and no longer.`,
    hint: 'Get a new one before that, and enter it in the account’s settings.',
  };
};
