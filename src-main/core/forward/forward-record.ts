import { z } from 'zod';
import { defined } from '../base/defined.ts';
import { ifGood, listOf, mapOf, parsedBy } from '../base/stored-schemas.ts';
import { parseAddressBlock } from './address-block.ts';
import { serviceKinds } from '../fleet/device.ts';
import type { ServiceKind } from '../fleet/device.ts';
import { isDeviceAddress } from './device-address.ts';
import type { DocumentFormat } from '../base/document.ts';
import type { AppError } from '../base/errors.ts';
import type { ForwardState, ForwardTimings } from './forward.ts';
import type { SniffedKind } from './sniff-service.ts';

/** What is kept of a forward between runs. */
export interface ForwardRecord {
  readonly id: string;
  readonly deviceKey: string;
  readonly serviceId: string;
  /** Stored as well, so that the forward can be shown before the fleet is known. */
  readonly serviceKind: ServiceKind;
  readonly port: number;
  /** Whether it is to listen again after a restart. */
  readonly listening: boolean;
  /** Sources on the network that may use it, as addresses or CIDR blocks; absent if it is not shared. */
  readonly share?: readonly string[];
  readonly limits?: ForwardRecordLimits;
}

/** The user's limits; absent means the default. */
export interface ForwardRecordLimits {
  readonly maxConnections?: number;
  readonly maxDials?: number;
  /** Milliseconds; zero: never. */
  readonly idleTimeoutMs?: number;
}

/** The content of forwards.json. */
export interface ForwardRecords {
  readonly forwards: readonly ForwardRecord[];
  /** Loopback addresses of devices, by device key. A device keeps its address even if nothing uses it. */
  readonly addresses?: Readonly<Record<string, string>>;
}

/** The public state of a forward. Times are epoch milliseconds, durations milliseconds, sizes bytes. */
export interface ForwardSnapshot {
  readonly id: string;
  readonly deviceKey: string;
  readonly serviceId: string;
  readonly serviceKind: ServiceKind;
  /** The loopback address it listens on. */
  readonly address: string;
  readonly port: number;
  /** Why it listens on another port than its own; absent while it does not. */
  readonly portReason?: string;
  readonly state: ForwardState;
  readonly error?: AppError;
  /** While reconnecting: failures so far, and when the next attempt is made (absent while one is under way). */
  readonly attempt?: number;
  readonly nextAttemptAt?: number;
  /** Other loopback addresses and ports it listens on. */
  readonly extraEndpoints: readonly { readonly address: string; readonly port: number }[];
  /** The device's own address; `reason` says why its port is not the service's native one. */
  readonly deviceEndpoint?: { readonly address: string; readonly port: number; readonly reason?: string };
  /** Present while others on the network can use it. */
  readonly sharing?: ForwardSharing;
  /** Clients turned away for a limit or for their address. */
  readonly refused: number;
  /** Why the last of them was. */
  readonly refusedBecause?: string;
  readonly limits: { readonly maxConnections: number; readonly maxDials: number };
  /** When the vendor will end the tunnel in use. */
  readonly expiresAt?: number;
  /** The SSH host key seen, and the verdict on it. */
  readonly hostKey?: { readonly fingerprint: string; readonly verdict: string; readonly warning?: string };
  /** The recognised kind of a service of kind tcp. */
  readonly recognised?: SniffedKind;
  readonly connections: number;
  /** From this computer to the device. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly timings: ForwardTimings;
  /** Who else can reach the vendor's end of the tunnel, in one sentence. */
  readonly exposureNotice?: string;
  readonly idleTimeoutMs: number;
  readonly idleUntil?: number;
}

/** Who on the network can use a forward. */
export interface ForwardSharing {
  readonly allow: readonly string[];
  /** The addresses of this computer it listens on. */
  readonly addresses: readonly string[];
  readonly warning: string;
}

/** A warning about a shared forward. */
export const sharingWarning = (allow: readonly string[]): string =>
  `Shared with the network: computers at ${allow.join(', ')} can use this connection as if they were you.`;

export const noForwardRecords: ForwardRecords = { forwards: [] };

const wholeNumber = (low: number, high: number) => ifGood(z.int().min(low).max(high));

const limits = z
  .object({
    maxConnections: wholeNumber(1, 100_000),
    maxDials: wholeNumber(1, 1_000),
    idleTimeoutMs: wholeNumber(0, 86_400_000),
  })
  .transform(defined);

const forwardRecord = z
  .object({
    id: z.string(),
    deviceKey: z.string(),
    serviceId: z.string(),
    serviceKind: z.enum(serviceKinds),
    port: z.int().min(1).max(65_535),
    listening: z.boolean().catch(false),
    share: ifGood(listOf(z.string().refine((block) => parseAddressBlock(block) !== undefined))),
    limits: ifGood(limits),
  })
  // A share with unreadable sources is not shared.
  .transform(({ share = [], ...record }) => defined({ ...record, share: share.length === 0 ? undefined : share }));

/** The records without those that repeat the identity of an earlier one. */
const withoutRepeats = <T>(entries: readonly T[], marksOf: (entry: T) => readonly string[]): readonly T[] => {
  const taken = new Set<string>();
  return entries.filter((entry) => {
    const marks = marksOf(entry);
    if (marks.some((mark) => taken.has(mark))) return false;
    for (const mark of marks) taken.add(mark);
    return true;
  });
};

/**
 * A record that is unreadable, or that repeats an id, a port or a service of an earlier one, is dropped; the others
 * stay. The same holds for an address outside our range, or of an earlier device.
 */
const forwardRecords = z
  .object({
    forwards: listOf(forwardRecord).transform((records) =>
      withoutRepeats(records, ({ id, port, deviceKey, serviceId }) => [
        `id ${id}`,
        `port ${port}`,
        `of ${deviceKey} ${serviceId}`,
      ]),
    ),
    addresses: mapOf(z.string().refine(isDeviceAddress))
      .transform((addresses) => withoutRepeats(Object.entries(addresses), ([, address]) => [address]))
      .catch([]),
  })
  .transform(({ forwards, addresses }) =>
    defined({ forwards, addresses: addresses.length === 0 ? undefined : Object.fromEntries(addresses) }),
  );

/** The format of forwards.json. */
export const forwardRecordsFormat: DocumentFormat<ForwardRecords> = {
  version: 1,
  migrations: [],
  parse: parsedBy(forwardRecords),
  fallback: noForwardRecords,
};
