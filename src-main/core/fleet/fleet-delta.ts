import { sameDeviceFacts } from './device-facts.ts';
import type { Device, Service } from './device.ts';
import { samePresence } from './presence.ts';

/** The difference between two fleets. */
export interface FleetDelta {
  readonly upsert: readonly Device[];
  /** Device keys. */
  readonly remove: readonly string[];
}

/** Whether two devices look the same to a person: everything but the time of observation. */
export const sameFacts = (a: Device, b: Device): boolean =>
  a === b ||
  (a.key === b.key &&
    a.name === b.name &&
    samePresence(a.presence, b.presence) &&
    a.description === b.description &&
    a.externalAddress === b.externalAddress &&
    a.internalAddress === b.internalAddress &&
    a.mac === b.mac &&
    a.serial === b.serial &&
    a.vendor === b.vendor &&
    a.id === b.id &&
    a.accountId === b.accountId &&
    sameList(a.groups, b.groups, Object.is) &&
    sameList(a.tags, b.tags, Object.is) &&
    sameList(a.services, b.services, sameService) &&
    sameDeviceFacts(a.facts, b.facts));

/** Whether two devices are equal in everything. */
export const sameDevice = (a: Device, b: Device): boolean =>
  a === b ||
  (sameFacts(a, b) &&
    a.presence.observedAt === b.presence.observedAt &&
    a.presence.lastOnlineAt === b.presence.lastOnlineAt);

const sameService = (a: Service, b: Service): boolean =>
  a.id === b.id &&
  a.kind === b.kind &&
  a.name === b.name &&
  a.route === b.route &&
  a.port === b.port &&
  a.host === b.host &&
  a.state === b.state;

const sameList = <T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every((item, index) => {
      const other = b[index];
      return other !== undefined && same(item, other);
    }));

/** The delta from one fleet to another, in their orders. Linear in the size of both. */
export const diffFleets = (before: ReadonlyMap<string, Device>, after: ReadonlyMap<string, Device>): FleetDelta => {
  const upsert: Device[] = [];
  const remove: string[] = [];
  for (const [key, device] of after) {
    const known = before.get(key);
    if (known === undefined || !sameDevice(known, device)) upsert.push(device);
  }
  for (const key of before.keys()) {
    if (!after.has(key)) remove.push(key);
  }
  return { upsert, remove };
};

/** Applies a delta in place: devices it does not name stay the same objects. */
export const applyFleetDelta = (fleet: Map<string, Device>, delta: FleetDelta): void => {
  for (const key of delta.remove) fleet.delete(key);
  for (const device of delta.upsert) fleet.set(device.key, device);
};
