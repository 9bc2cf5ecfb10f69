import type { Presence } from './device.ts';

/**
 * What is known after hearing `heard`. The newest observation wins; of two from the same moment the one that
 * says more. "Unknown" from the source `none` is not an observation but the lack of one, so it never replaces
 * a fact: the fact stays with its age. An observation from the future (the clock was set back) counts as old.
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

/** A vendor that stays silent on "last online" in one answer has not taken back what it said in another. */
const withLastOnline = (winner: Presence, loser: Presence): Presence =>
  winner.lastOnlineAt === undefined && loser.lastOnlineAt !== undefined
    ? { ...winner, lastOnlineAt: loser.lastOnlineAt }
    : winner;

/** Milliseconds since the presence was observed; zero where the clock was set back since. */
export const presenceAge = (presence: Presence, now: number): number => Math.max(0, now - presence.observedAt);

/**
 * Whether two presences say the same, whenever they were observed. "Last online" of a device that is online
 * moves with every observation and says nothing more.
 */
export const samePresence = (a: Presence, b: Presence): boolean =>
  a.state === b.state && a.source === b.source && (a.state === 'online' || a.lastOnlineAt === b.lastOnlineAt);
