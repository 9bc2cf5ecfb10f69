import { parseAddressBlock } from './address-block.ts';
import { serviceKinds } from '../fleet/device.ts';
import type { ServiceKind } from '../fleet/device.ts';
import { isDeviceAddress } from './device-address.ts';
import type { DocumentFormat } from '../base/document.ts';
import type { AppError } from '../base/errors.ts';
import type { ForwardState, ForwardTimings } from './forward.ts';
import type { SniffedKind } from './sniff.ts';

/** What is kept of a forward between runs. */
export interface ForwardRecord {
  readonly id: string;
  readonly deviceKey: string;
  readonly serviceId: string;
  /** Kept too, so that the forward can be shown before the fleet is known. */
  readonly serviceKind: ServiceKind;
  readonly port: number;
  /** Whether it is to listen again after a restart. */
  readonly listening: boolean;
  /** Sources on the network that may use it, as addresses or CIDR blocks; absent if it is not shared. */
  readonly share?: readonly string[];
  readonly limits?: ForwardRecordLimits;
}

/** What the user limits; absent means the default. */
export interface ForwardRecordLimits {
  readonly maxConnections?: number;
  readonly maxDials?: number;
  /** Milliseconds; zero: never. */
  readonly idleTimeoutMs?: number;
}

/** The content of forwards.json. */
export interface ForwardRecords {
  readonly forwards: readonly ForwardRecord[];
  /** Loopback addresses of devices, by device key. They stay a device's even when nothing uses them. */
  readonly addresses?: Readonly<Record<string, string>>;
}

/** What others see of a forward. Times are epoch milliseconds, durations milliseconds, sizes bytes. */
export interface ForwardSnapshot {
  readonly id: string;
  readonly deviceKey: string;
  readonly serviceId: string;
  readonly serviceKind: ServiceKind;
  /** The loopback address it listens on. */
  readonly address: string;
  readonly port: number;
  /** Present while that is another port than its own: why. */
  readonly portReason?: string;
  readonly state: ForwardState;
  readonly error?: AppError;
  /** While reconnecting: failures so far, and when the next attempt is made (absent while one is under way). */
  readonly attempt?: number;
  readonly nextAttemptAt?: number;
  /** Other loopback addresses and ports it listens on. */
  readonly also: readonly { readonly address: string; readonly port: number }[];
  /** The device's own address; `reason` says why its port is not the service's native one. */
  readonly deviceEndpoint?: { readonly address: string; readonly port: number; readonly reason?: string };
  /** Present while others on the network can use it. */
  readonly sharing?: ForwardSharing;
  /** Clients turned away for a limit or for their address. */
  readonly refused: number;
  /** Why the last of them was, in words. */
  readonly refusedBecause?: string;
  readonly limits: { readonly maxConnections: number; readonly maxDials: number };
  /** When the vendor ends the tunnel in use. */
  readonly expiresAt?: number;
  /** The SSH host key seen, and what is thought of it. */
  readonly hostKey?: { readonly fingerprint: string; readonly verdict: string; readonly warning?: string };
  /** What a service of kind tcp turned out to be. */
  readonly recognised?: SniffedKind;
  readonly connections: number;
  /** From this computer to the device. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly timings: ForwardTimings;
  /** Who else can reach the vendor's end of the tunnel, in one sentence. */
  readonly exposure?: string;
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

/** What a person must know of a shared forward. */
export const sharingWarning = (allow: readonly string[]): string =>
  `Shared with the network: computers at ${allow.join(', ')} can use this connection as if they were you.`;

export const noForwardRecords: ForwardRecords = { forwards: [] };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isServiceKind = (value: unknown): value is ServiceKind => serviceKinds.some((kind) => kind === value);

const isBlock = (value: unknown): value is string =>
  typeof value === 'string' && parseAddressBlock(value) !== undefined;

const wholeNumber = (value: unknown, low: number, high: number): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high ? value : undefined;

const parseLimits = (value: unknown): ForwardRecordLimits | undefined => {
  if (!isObject(value)) return undefined;
  const maxConnections = wholeNumber(value['maxConnections'], 1, 100_000);
  const maxDials = wholeNumber(value['maxDials'], 1, 1_000);
  const idleTimeoutMs = wholeNumber(value['idleTimeoutMs'], 0, 86_400_000);
  return {
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(maxDials === undefined ? {} : { maxDials }),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
  };
};

/** Addresses of devices; skips invalid addresses and those that an earlier device has. */
const parseAddresses = (value: unknown): Readonly<Record<string, string>> => {
  const taken = new Set<string>();
  const kept = Object.entries(isObject(value) ? value : {}).filter(([, address]) => {
    if (typeof address !== 'string' || !isDeviceAddress(address) || taken.has(address)) return false;
    taken.add(address);
    return true;
  });
  return Object.fromEntries(kept) as Record<string, string>;
};

const parseRecord = (value: unknown): ForwardRecord | undefined => {
  if (!isObject(value)) return undefined;
  const { id, deviceKey, serviceId, serviceKind, port, listening, share, limits } = value as Readonly<
    Record<keyof ForwardRecord, unknown>
  >;
  if (typeof id !== 'string' || typeof deviceKey !== 'string' || typeof serviceId !== 'string') return undefined;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  if (!isServiceKind(serviceKind)) return undefined;
  const allow = Array.isArray(share) ? share.filter(isBlock) : [];
  const kept = parseLimits(limits);
  return {
    id,
    deviceKey,
    serviceId,
    serviceKind,
    port,
    listening: listening === true,
    // A share whose sources cannot be read is no share.
    ...(allow.length === 0 ? {} : { share: allow }),
    ...(kept === undefined ? {} : { limits: kept }),
  };
};

/**
 * Reads forwards.json: undefined if it is not such a document at all. A record that cannot be read, or that
 * repeats an id, a port or a service of an earlier one, is dropped alone; the others stay.
 */
const parseForwardRecords = (value: unknown): ForwardRecords | undefined => {
  if (!isObject(value) || !('forwards' in value) || !Array.isArray(value['forwards'])) return undefined;
  const taken = new Set<string>();
  const forwards: ForwardRecord[] = [];
  for (const entry of value['forwards'] as readonly unknown[]) {
    const record = parseRecord(entry);
    if (record === undefined) continue;
    const marks = [`id ${record.id}`, `port ${record.port}`, `of ${record.deviceKey} ${record.serviceId}`];
    if (marks.some((mark) => taken.has(mark))) continue;
    for (const mark of marks) taken.add(mark);
    forwards.push(record);
  }
  const addresses = parseAddresses('addresses' in value ? value['addresses'] : undefined);
  return { forwards, ...(Object.keys(addresses).length === 0 ? {} : { addresses }) };
};

/** What forwards.json holds. */
export const forwardRecordsFormat: DocumentFormat<ForwardRecords> = {
  version: 1,
  migrations: [],
  parse: parseForwardRecords,
  fallback: noForwardRecords,
};
