import type { VendorId } from '../core/fleet/device.ts';
import { mode } from './mode/connector.ts';
import { reemo } from './reemo/connector.ts';
import { remoteIt } from './remoteit/connector.ts';
import { remoteIot } from './remoteiot/connector.ts';
import { remotix } from './remotix/connector.ts';
import type { Vendor } from './vendor.ts';

/** Every vendor Quayside speaks to, in the order in which they are offered. */
const all = [remoteIt, remoteIot, mode, remotix, reemo] as const;

/** The ids that there are. A type for tables with one entry a vendor; stored and received ids are open texts. */
export type KnownVendorId = (typeof all)[number]['id'];

export const vendors: readonly Vendor<KnownVendorId>[] = all;

/** The vendor of this id, where it is registered. */
export const vendorById = (id: VendorId): Vendor | undefined => vendors.find((vendor) => vendor.id === id);
