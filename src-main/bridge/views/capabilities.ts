import { capabilityNames, type CapabilityView } from '../../../src-preload/contract/account.ts';
import type { KnownOperation, KnownVendor } from './known-vendor.ts';

/** What the operations of a vendor can do with a device, and which kinds of keys may do it. */
export const capabilitiesOf = (
  needed: KnownVendor['capabilities'],
  operations: readonly Pick<KnownOperation, 'id' | 'callers'>[],
): CapabilityView[] =>
  capabilityNames.flatMap((name) => {
    const ids = needed[name];
    if (ids === undefined) return [];
    const found = ids.map((id) => operations.find((operation) => operation.id === id));
    const [first, ...others] = found.filter((operation) => operation !== undefined);
    if (first === undefined || others.length + 1 < ids.length) return [];
    return [
      {
        name,
        callers: first.callers.filter((caller) => others.every((operation) => operation.callers.includes(caller))),
      },
    ];
  });
