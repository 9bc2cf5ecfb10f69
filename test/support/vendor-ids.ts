import { vendors, type KnownVendorId } from '../../src-main/vendors/registry.ts';

/** A vendor that is registered: a table of the tests that lacks one does not compile. */
export type VendorId = KnownVendorId;

export const vendorIds: readonly VendorId[] = vendors.map(({ id }) => id);
