import type { DeviceRecord, Presence } from '../../core/device.ts';
import { parseVendorTime } from './schemas.ts';
import type { DeviceRow } from './schemas.ts';

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
    ...(lastOnlineAt === undefined ? {} : { lastOnlineAt }),
  };
};

/**
 * A device in Quayside's words: its home is its group, its class its description. Key and claim code stay behind
 * here. Undefined without an id. `observedAt` is when the list was asked for, in epoch milliseconds.
 */
export const deviceOf = (
  row: DeviceRow,
  observedAt: number,
  homeNames: ReadonlyMap<string, string>,
): DeviceRecord | undefined => {
  if (row.id === undefined) return undefined;
  const tag = filled(row.tag);
  const description = filled(row.deviceClass);
  return {
    id: row.id,
    name: filled(row.name) ?? tag ?? row.id,
    ...(description === undefined ? {} : { description }),
    groups: row.homeId === undefined ? [] : [homeNames.get(row.homeId) ?? `Home ${row.homeId}`],
    tags: tag === undefined ? [] : [tag],
    presence: presenceOf(row, observedAt),
    services: [],
  };
};
