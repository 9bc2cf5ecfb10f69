import { boundedRecord } from '../../core/fleet/bounded-record.ts';
import { deviceFacts } from '../../core/fleet/device-facts.ts';
import type { DeviceFacts } from '../../core/fleet/device-facts.ts';
import { deviceKey } from '../../core/fleet/device.ts';
import type { Device, DeviceRecord, Presence, VendorId } from '../../core/fleet/device.ts';
import { applyFleetDelta, diffFleets, sameDevice, sameFacts } from '../../core/fleet/fleet-delta.ts';
import type { FleetDelta } from '../../core/fleet/fleet-delta.ts';
import { mergePresence } from '../../core/fleet/presence.ts';
import { defined } from '../../core/base/defined.ts';

/**
 * How far behind the age of a fact may be for listeners: this much in a small fleet, plus 30 ms for each device in a
 * large one.
 */
const ageLagMs = 60_000;
const ageLagPerDeviceMs = 30;
/** The number of devices of one listing that are announced although only their observation is newer. */
const ageAnnouncements = 2000;

/** A running listing: the devices it has named so far. */
export interface Listing {
  readonly listed: Map<string, Device>;
  ageAnnouncements: number;
}

/** Merges news into a device: `since` ends with the state it belongs to. */
const factsAfter = (known: Device, presence: Presence, told: DeviceFacts | undefined): DeviceFacts | undefined => {
  const over = known.presence.state === presence.state ? {} : { onlineSince: undefined, offlineSince: undefined };
  return deviceFacts({ ...known.facts, ...over, ...told });
};

/** The devices of one account as last listed or changed, joined by id. */
export class AccountFleet {
  readonly #accountId: string;
  readonly #vendor: VendorId;
  readonly #devices = new Map<string, Device>();
  /** For devices observed again without news: the observation that listeners have. */
  readonly #announcedAt = new Map<string, number>();

  constructor(accountId: string, vendor: VendorId) {
    this.#accountId = accountId;
    this.#vendor = vendor;
  }

  get devices(): ReadonlyMap<string, Device> {
    return this.#devices;
  }

  beginListing(): Listing {
    return { listed: new Map(), ageAnnouncements };
  }

  /**
   * Merges a page. `merged` are the devices as they are now, `announce` those worth announcing: otherwise a fleet of
   * 50,000 that only confirms itself would be sent to every window with each poll.
   */
  merge(
    records: readonly DeviceRecord[],
    listing: Listing,
    now: number,
  ): { readonly merged: readonly Device[]; readonly announce: readonly Device[] } {
    const merged: Device[] = [];
    const announce: Device[] = [];
    const lagMs = Math.max(ageLagMs, this.#devices.size * ageLagPerDeviceMs);
    for (const record of records) {
      const key = deviceKey(this.#accountId, record.id);
      const known = this.#devices.get(key);
      const device: Device = {
        ...boundedRecord(record),
        presence: mergePresence(known?.presence, record.presence, now),
        key,
        accountId: this.#accountId,
        vendor: this.#vendor,
      };
      if (known !== undefined && sameDevice(known, device)) {
        listing.listed.set(key, known);
        continue;
      }
      listing.listed.set(key, device);
      this.#devices.set(key, device);
      merged.push(device);
      if (known !== undefined && sameFacts(known, device)) {
        const announcedAt = this.#announcedAt.get(key) ?? known.presence.observedAt;
        if (device.presence.observedAt - announcedAt < lagMs || listing.ageAnnouncements <= 0) {
          this.#announcedAt.set(key, announcedAt);
          continue;
        }
        listing.ageAnnouncements -= 1;
      }
      this.#announcedAt.delete(key);
      announce.push(device);
    }
    return { merged, announce };
  }

  /** Merges a pushed change of one device. An unknown device waits for the next listing. */
  hearPresence(
    deviceId: string,
    told: { readonly presence: Presence; readonly facts?: DeviceFacts | undefined },
    listing: Listing,
    now: number,
  ): { readonly merged: readonly Device[]; readonly announce: readonly Device[] } {
    const known = this.#devices.get(deviceKey(this.#accountId, deviceId));
    if (known === undefined) return { merged: [], announce: [] };
    // A running listing that has already named the device keeps the change; otherwise the device stays unlisted.
    const into = listing.listed.has(known.key) ? listing : this.beginListing();
    const { facts: _before, ...rest } = known;
    const facts = factsAfter(known, told.presence, told.facts);
    const device = { ...rest, presence: told.presence, ...defined({ facts }) };
    return this.merge([device], into, now);
  }

  /** After a complete listing: removes the devices it did not name. */
  finish(listing: Listing): FleetDelta {
    const delta = diffFleets(this.#devices, listing.listed);
    applyFleetDelta(this.#devices, delta);
    for (const key of delta.remove) this.#announcedAt.delete(key);
    return delta;
  }
}
