import type { VendorId } from '../core/fleet/device.ts';
import { mode } from './mode/connector.ts';
import { reemo } from './reemo/connector.ts';
import { remoteIt } from './remoteit/connector.ts';
import { remoteIot } from './remoteiot/connector.ts';
import { remotix } from './remotix/connector.ts';
import type { Vendor } from './vendor.ts';

/** Every vendor Quayside speaks to: one line each. */
export const vendors: readonly Vendor[] = [remoteIt, remoteIot, mode, remotix, reemo];

/** The vendor of this id, where it is registered. */
export const vendorById = (id: VendorId): Vendor | undefined => vendors.find((vendor) => vendor.id === id);
