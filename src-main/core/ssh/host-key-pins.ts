import { z } from 'zod';
import { defined } from '../base/defined.ts';
import { ifGood, listOf, parsedBy } from '../base/stored-schemas.ts';
import type { DocumentFormat } from '../base/document.ts';

/** The host keys devices have shown: first use pins a key; a changed key, and one key on two devices, are reported. */

/** A key as it was seen on a device. */
export interface HostKeyPin {
  /** From `hostKeyAlias`: the device, and the port or machine behind it. */
  readonly alias: string;
  /** Such as `ssh-ed25519`. A server may have one key of each type. */
  readonly type: string;
  /** From `hostKeyFingerprint`. */
  readonly fingerprint: string;
  /** Epoch milliseconds. */
  readonly firstSeenAt: number;
  /** Algorithms of `core/ssh/outdated-algorithms.ts` that a person allowed for the device with this key. */
  readonly outdated?: readonly string[];
}

/** The verdict on a key that a device has just shown. */
export interface HostKeyVerdict {
  /**
   * - `first-seen`: no key was pinned for this device.
   * - `same`: it is the pinned key.
   * - `other-type`: only keys of other types are pinned; either the server has several keys, or an attacker lacks the
   * pinned one.
   * - `changed`: another key of the same type is pinned.
   */
  readonly kind: 'first-seen' | 'same' | 'other-type' | 'changed';
  /** The pinned key of this type, or else of any type. */
  readonly pinned?: HostKeyPin;
  /** Aliases of other devices with the same pinned key: images that were cloned with their keys. */
  readonly sharedWith: readonly string[];
}

/** The maximum number of pins, more than any fleet needs; the oldest are dropped. */
export const maxPins = 50_000;

/** Compares a key with the pinned ones. */
export const judgeHostKey = (
  pins: readonly HostKeyPin[],
  seen: Pick<HostKeyPin, 'alias' | 'type' | 'fingerprint'>,
): HostKeyVerdict => {
  const ofDevice = pins.filter(({ alias }) => alias === seen.alias);
  const ofType = ofDevice.find(({ type }) => type === seen.type);
  const sharedWith = [
    ...new Set(
      pins
        .filter((pin) => pin.alias !== seen.alias && pin.type === seen.type && pin.fingerprint === seen.fingerprint)
        .map(({ alias }) => alias)
        // The same device at another port, or a machine behind it at the device's own address, is not a clone.
        .filter((alias) => hostKeyDevice(alias) !== hostKeyDevice(seen.alias)),
    ),
  ].toSorted();
  if (ofType !== undefined) {
    return { kind: ofType.fingerprint === seen.fingerprint ? 'same' : 'changed', pinned: ofType, sharedWith };
  }
  const other = ofDevice[0];
  return other === undefined ? { kind: 'first-seen', sharedWith } : { kind: 'other-type', pinned: other, sharedWith };
};

/** The outdated algorithms that are allowed for a device. */
export const allowedOutdated = (pins: readonly HostKeyPin[], alias: string): readonly string[] => [
  ...new Set(pins.flatMap((pin) => (pin.alias === alias ? (pin.outdated ?? []) : []))),
];

/** The pins, with these algorithms allowed for the device; without a pin nothing changes. */
export const allowOutdated = (
  pins: readonly HostKeyPin[],
  alias: string,
  algorithms: readonly string[],
): readonly HostKeyPin[] =>
  pins.map((pin) =>
    pin.alias === alias ? { ...pin, outdated: [...new Set([...(pin.outdated ?? []), ...algorithms])] } : pin,
  );

/** The part of an alias that names the device: vendor, account, id. */
export const hostKeyDevice = (alias: string): string => alias.split('.').slice(0, 3).join('.');

/** The pins with one more; it replaces a pin of the same device and type. */
export const pinHostKey = (pins: readonly HostKeyPin[], pin: HostKeyPin): readonly HostKeyPin[] =>
  [...pins.filter(({ alias, type }) => alias !== pin.alias || type !== pin.type), pin].slice(-maxPins);

/** The pins without those of a device, for all its ports: its keys were changed, and the user says so. */
export const forgetHostKeys = (pins: readonly HostKeyPin[], alias: string): readonly HostKeyPin[] =>
  pins.filter((pin) => hostKeyDevice(pin.alias) !== hostKeyDevice(alias));

const pin = z
  .object({
    alias: z.string(),
    type: z.string(),
    fingerprint: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/),
    firstSeenAt: z.number(),
    outdated: ifGood(z.array(z.string())),
  })
  .transform((one) => defined(one));

/** The format of host-keys.json; unreadable pins are left out. */
export const hostKeyPinsFormat: DocumentFormat<readonly HostKeyPin[]> = {
  version: 1,
  migrations: [],
  parse: parsedBy(listOf(pin).transform((pins) => pins.slice(-maxPins))),
  fallback: [],
};
