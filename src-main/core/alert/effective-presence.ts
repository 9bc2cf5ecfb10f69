import type { Presence, PresenceState } from '../fleet/device.ts';
import { presenceAge } from '../fleet/presence.ts';

/** How long a fact is believed while nothing new can be heard, milliseconds. */
export const stalenessMs = 5 * 60_000;

/**
 * What can be said of a device now. While its account cannot be heard (our own network is down, the computer slept,
 * the vendor fails) a fact grows old, and an old one is no longer a fact: the device is unknown, never offline.
 * `unreachableSince` is when the account was last heard, epoch milliseconds; undefined while it can be.
 */
export const effectivePresence = (
  presence: Presence,
  unreachableSince: number | undefined,
  now: number,
  staleMs: number = stalenessMs,
): PresenceState =>
  unreachableSince !== undefined && now - unreachableSince >= staleMs && presenceAge(presence, now) >= staleMs
    ? 'unknown'
    : presence.state;
