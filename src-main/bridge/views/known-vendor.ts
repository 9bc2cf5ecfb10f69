import type { Accounts } from '../../services/fleet/accounts.ts';

/** A vendor, as the accounts service hands it out. */
export type KnownVendor = NonNullable<ReturnType<Accounts['vendor']>>;
/** One endpoint of a vendor's catalogue. */
export type KnownOperation = KnownVendor['operations'][number];
