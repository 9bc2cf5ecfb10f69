import { deviceFacts } from '../../core/fleet/device-facts.ts';
import type { DeviceFacts } from '../../core/fleet/device-facts.ts';
import type { DeviceRecord, Presence, Service } from '../../core/fleet/device.ts';
import type { Home, Homes } from './homes.ts';
import { parseVendorTime } from './schemas.ts';
import type { DeviceRow } from './schemas.ts';
import { defined } from '../../core/base/defined.ts';

const filled = (value: string | undefined): string | undefined => {
  const trimmed = value?.trim();
  return trimmed === undefined || trimmed === '' ? undefined : trimmed;
};

/** `isConnected` is about a WebSocket or MQTT connection to MODE, and nothing else. */
const presenceOf = (row: DeviceRow, observedAt: number): Presence => {
  if (row.isConnected === undefined) return { state: 'unknown', observedAt, source: 'none' };
  if (row.isConnected) return { state: 'online', observedAt, source: 'vendor-list', lastOnlineAt: observedAt };
  // A connection that ended was up until then; of one whose end is not known only the beginning is.
  const lastOnlineAt = parseVendorTime(row.lastDisconnectTime) ?? parseVendorTime(row.lastConnectTime);
  return {
    state: 'offline',
    observedAt,
    source: 'vendor-list',
    ...defined({ lastOnlineAt }),
  };
};

/** What is known besides the rows of a list. */
export interface ListContext {
  /** When the list was asked for, epoch milliseconds. */
  readonly observedAt: number;
  readonly homes: Homes;
  /** Addresses from events, by device id. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly services: readonly Service[];
}

const factsOf = (row: DeviceRow, home: Home | undefined, lastAddress: string | undefined): DeviceFacts | undefined => {
  const connectedAt = parseVendorTime(row.lastConnectTime);
  return deviceFacts({
    platform: filled(row.deviceClass),
    firmware: filled(row.bundleInstalled),
    firmwareInstalledAt: parseVendorTime(row.bundleInstallTime),
    channel: filled(row.channel),
    lastAddress,
    onlineSince: row.isConnected === true ? connectedAt : undefined,
    offlineSince: row.isConnected === false ? parseVendorTime(row.lastDisconnectTime) : undefined,
    lastConnectedAt: row.isConnected === true ? undefined : connectedAt,
    createdAt: parseVendorTime(row.creationTime),
    claimedAt: parseVendorTime(row.claimTime),
    claimExpiresAt: parseVendorTime(row.claimExpirationTime),
    attributes: {
      ...defined({ projectId: row.projectId, homeId: row.homeId }),
      ...(home?.deactivated === true ? { 'home deactivated': 'true' } : {}),
    },
  });
};

/**
 * A device in Quayside's words: its home is its group, its class its description. Key and claim code stay behind
 * here. Undefined without an id.
 */
export const deviceOf = (row: DeviceRow, known: ListContext): DeviceRecord | undefined => {
  if (row.id === undefined) return undefined;
  const tag = filled(row.tag);
  const description = filled(row.deviceClass);
  const home = row.homeId === undefined ? undefined : known.homes.get(row.homeId);
  const facts = factsOf(row, home, known.addresses.get(row.id));
  return {
    id: row.id,
    name: filled(row.name) ?? tag ?? row.id,
    ...defined({ description }),
    groups: row.homeId === undefined ? [] : [home?.name ?? `Home ${row.homeId}`],
    tags: tag === undefined ? [] : [tag],
    presence: presenceOf(row, known.observedAt),
    services: known.services,
    ...defined({ facts }),
  };
};
