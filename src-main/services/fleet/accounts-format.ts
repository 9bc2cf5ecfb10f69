import type { Account } from '../../core/fleet/account.ts';
import { normaliseLabel } from '../../core/fleet/account-label.ts';
import { normaliseBaseUrl } from '../../core/fleet/account-url.ts';
import type { DocumentFormat } from '../../core/base/document.ts';

type Vendors = readonly { readonly id: string }[];

const parseFieldTexts = (value: unknown): Record<string, string> =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
    : {};

/** What is no text is no label and no address either, and neither is an empty text. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const parseAccount = (value: unknown, vendors: Vendors): Account | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const stored = new Map<string, unknown>(Object.entries(value));
  const id = stored.get('id');
  const vendor = vendors.find(({ id: known }) => known === stored.get('vendor'))?.id;
  const label = normaliseLabel(textOf(stored.get('label')));
  const baseUrl = normaliseBaseUrl(textOf(stored.get('baseUrl')));
  if (typeof id !== 'string' || !/^[a-z0-9-]+$/.test(id) || vendor === undefined || !label.ok || !baseUrl.ok) {
    return undefined;
  }
  return { id, vendor, label: label.value, baseUrl: baseUrl.value, fields: parseFieldTexts(stored.get('fields')) };
};

/**
 * All accounts or none: an entry that cannot be read would be lost with the next write, and its secrets with
 * it, so the file is set aside whole instead.
 */
const parseAccounts = (value: unknown, vendors: Vendors): readonly Account[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const accounts = value.map((entry) => parseAccount(entry, vendors)).filter((account) => account !== undefined);
  const ids = new Set(accounts.map((account) => account.id));
  return accounts.length === value.length && ids.size === accounts.length ? accounts : undefined;
};

/** The form of `accounts.json`. It holds no secrets. An account of a vendor that is not among these cannot be read. */
export const accountsFormat = (vendors: Vendors): DocumentFormat<readonly Account[]> => ({
  version: 1,
  migrations: [],
  parse: (value) => parseAccounts(value, vendors),
  fallback: [],
});
