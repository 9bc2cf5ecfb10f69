import type { DeviceFacts } from './device-facts.ts';

/**
 * The id of a vendor. It is an open type, because only vendors/registry.ts knows which exist; ids from outside (a file,
 * a request, the command line) are looked up there.
 */
export type VendorId = string;

/**
 * How a service is reached: by a tunnel of the vendor, by its HTTP proxy, by its web client, or by its program on this
 * computer.
 */
export type RouteKind = 'tunnel' | 'http' | 'web-session' | 'local-action';

export const serviceKinds = ['ssh', 'vnc', 'rdp', 'http', 'https', 'tcp'] as const;
export type ServiceKind = (typeof serviceKinds)[number];

/** Something on a device that can be connected to. */
export interface Service {
  /** Unique on its device: the vendor's id where there is one, else `kind:port` or `kind:host:port`. */
  readonly id: string;
  readonly kind: ServiceKind;
  readonly name: string;
  readonly route: RouteKind;
  /** Port on the device, 1 to 65535. */
  readonly port?: number;
  /** Another machine on the device's network; absent means the device itself. */
  readonly host?: string;
  /** Whether the vendor says that something answers there; absent if it does not say. */
  readonly state?: ServiceState;
}

export const serviceStates = ['active', 'inactive'] as const;
export type ServiceState = (typeof serviceStates)[number];

export type PresenceState = 'online' | 'offline' | 'unknown';
export type PresenceSource = 'vendor-list' | 'vendor-status' | 'vendor-event' | 'none';

/** Whether a device can be reached, with the time and the source of that information. */
export interface Presence {
  readonly state: PresenceState;
  /** Epoch milliseconds at which Quayside learned it. */
  readonly observedAt: number;
  readonly source: PresenceSource;
  /** Epoch milliseconds of the vendor's "last online", where it has one and it could be read. */
  readonly lastOnlineAt?: number;
}

/** A device as a connector reports it. */
export interface DeviceRecord {
  /** The vendor's opaque id. */
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly groups: readonly string[];
  readonly tags: readonly string[];
  readonly presence: Presence;
  readonly services: readonly Service[];
  readonly externalAddress?: string;
  readonly internalAddress?: string;
  readonly mac?: string;
  readonly serial?: string;
  readonly facts?: DeviceFacts;
}

/** A device of an account. Identity is account id + the vendor's id, joined in `key`. */
export interface Device extends DeviceRecord {
  readonly key: string;
  readonly accountId: string;
  readonly vendor: VendorId;
}

/** The name of a device whose name is no longer known. */
export const removedDevice = 'a device that was removed';

/** The identity of a device across all accounts. Account ids never hold a slash. */
export const deviceKey = (accountId: string, id: string): string => `${accountId}/${id}`;
