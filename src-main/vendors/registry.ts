import type { VendorId } from '../core/device.ts';
import { mode } from './mode/connector.ts';
import { remoteIot } from './remoteiot/connector.ts';
import type { Vendor } from './vendor.ts';

/** Every vendor Quayside speaks to: one line each. */
export const vendors: readonly Vendor[] = [remoteIot, mode];

/** The vendor of this id, where it is registered. */
export const vendorById = (id: VendorId): Vendor | undefined => vendors.find((vendor) => vendor.id === id);
