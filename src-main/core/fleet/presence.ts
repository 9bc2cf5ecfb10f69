import type { Presence } from './device.ts';

/**
 * The presence after a new observation. The newest one wins; of two from the same moment the more precise one.
 * "Unknown" from the source `none` is the lack of an observation and never replaces a fact, which stays with its age.
 * An observation from the future (the clock was set back) counts as old.
 */
export const mergePresence = (known: Presence | undefined, observed: Presence, now: number): Presence => {
  if (known === undefined) return observed;
  return replaces(known, observed, now) ? withLastOnline(observed, known) : withLastOnline(known, observed);
};

const isSilence = (presence: Presence): boolean => presence.state === 'unknown' && presence.source === 'none';

const replaces = (known: Presence, observed: Presence, now: number): boolean => {
  if (isSilence(observed) !== isSilence(known)) return isSilence(known);
  if (known.observedAt > now) return true;
  if (observed.observedAt === known.observedAt) return observed.state !== 'unknown';
  return observed.observedAt > known.observedAt;
};

/** A vendor that leaves out "last online" in one answer has not withdrawn it. */
const withLastOnline = (winner: Presence, loser: Presence): Presence =>
  winner.lastOnlineAt === undefined && loser.lastOnlineAt !== undefined
    ? { ...winner, lastOnlineAt: loser.lastOnlineAt }
    : winner;

/** Milliseconds since the presence was observed; zero where the clock was set back since. */
export const presenceAge = (presence: Presence, now: number): number => Math.max(0, now - presence.observedAt);

/**
 * Whether two presences are equal, apart from the time of observation. "Last online" of an online device changes with
 * every observation and adds nothing.
 */
export const samePresence = (a: Presence, b: Presence): boolean =>
  a.state === b.state && a.source === b.source && (a.state === 'online' || a.lastOnlineAt === b.lastOnlineAt);
