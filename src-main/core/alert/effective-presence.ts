import type { Presence, PresenceState } from '../fleet/device.ts';
import { presenceAge } from '../fleet/presence.ts';

/** Milliseconds for which a fact is trusted while its account cannot be reached. */
export const stalenessMs = 5 * 60_000;

/**
 * What can be said of a device now. While its account cannot be reached (our own network is down, the computer slept,
 * the vendor fails) facts grow old, and after `stalenessMs` the device is unknown, never offline. `unreachableSince` is
 * when the account was last reached, epoch milliseconds; undefined while it can be.
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
