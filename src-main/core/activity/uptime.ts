/** A change of a device's state. */
export interface PresenceStep {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly to: 'online' | 'offline';
}

/** A time in which Quayside did not run or could not reach the account. Epoch milliseconds. */
export interface PresenceGap {
  readonly since: number;
  readonly until: number;
}

export interface Outage {
  readonly since: number;
  /** Absent while it lasts. */
  readonly until?: number | undefined;
}

export interface Uptime {
  readonly onlineMs: number;
  readonly offlineMs: number;
  /** Milliseconds in which Quayside did not run or did not know the device yet. */
  readonly unknownMs: number;
  /** Part of the known time that the device was online, 0 to 1; absent if nothing is known. */
  readonly ratio?: number | undefined;
  /** Oldest first, cut to the window. */
  readonly outages: readonly Outage[];
}

/** Merges overlapping gaps, in order, cut to [since, until). */
const mergedGaps = (gaps: readonly PresenceGap[], since: number, until: number): readonly PresenceGap[] => {
  const sorted = gaps
    .map((gap) => ({ since: Math.max(gap.since, since), until: Math.min(gap.until, until) }))
    .filter((gap) => gap.since < gap.until)
    .sort((a, b) => a.since - b.since);
  const merged: PresenceGap[] = [];
  for (const gap of sorted) {
    const last = merged.at(-1);
    if (last === undefined || gap.since > last.until) merged.push(gap);
    else if (gap.until > last.until) merged[merged.length - 1] = { since: last.since, until: gap.until };
  }
  return merged;
};

const watchedBetween = (gaps: readonly PresenceGap[], since: number, until: number): number => {
  let watched = Math.max(0, until - since);
  for (const gap of gaps) watched -= Math.max(0, Math.min(gap.until, until) - Math.max(gap.since, since));
  return watched;
};

/**
 * How much of [since, until) a device was online. `steps` are its changes, oldest first, those before the window
 * included as far as known; `now` is the state at `until`, which decides if there are none. Time in `gaps` and
 * before `firstSeenAt` is unknown.
 */
export const uptimeOf = (period: {
  readonly since: number;
  readonly until: number;
  readonly firstSeenAt: number | undefined;
  readonly now: 'online' | 'offline' | 'unknown';
  readonly steps: readonly PresenceStep[];
  readonly gaps: readonly PresenceGap[];
}): Uptime => {
  const { until, steps, now } = period;
  const since = Math.min(until, Math.max(period.since, period.firstSeenAt ?? period.since));
  const gaps = mergedGaps(period.gaps, since, until);
  const inside = steps.filter((step) => step.at > since && step.at < until);
  const before = steps.findLast((step) => step.at <= since);
  const first = inside[0];
  // Every change is from the other state, so the first one shows the state before it.
  let state: 'online' | 'offline' | 'unknown' =
    before?.to ?? (first === undefined ? now : first.to === 'online' ? 'offline' : 'online');
  let onlineMs = 0;
  let offlineMs = 0;
  let from = since;
  const outages: Outage[] = [];
  let outageSince = state === 'offline' ? since : undefined;
  for (const { at, to } of [...inside, { at: until, to: undefined }]) {
    const watched = watchedBetween(gaps, from, at);
    if (state === 'online') onlineMs += watched;
    else if (state === 'offline') offlineMs += watched;
    from = at;
    if (to === undefined) break;
    if (to === 'offline') outageSince ??= at;
    else if (outageSince !== undefined) {
      outages.push({ since: outageSince, until: at });
      outageSince = undefined;
    }
    state = to;
  }
  if (outageSince !== undefined && outageSince < until) outages.push({ since: outageSince });
  const known = onlineMs + offlineMs;
  return {
    onlineMs,
    offlineMs,
    unknownMs: until - period.since - known,
    ...(known === 0 ? {} : { ratio: onlineMs / known }),
    outages,
  };
};

/** Time of devices in one hour, milliseconds; see PresenceSample in activity-entry.ts. */
interface HourOfPresence {
  readonly hour: number;
  readonly onlineMs: number;
  readonly offlineMs: number;
  readonly unknownMs: number;
  readonly watchedMs: number;
}

/**
 * The state of a fleet over time: mean numbers of devices in buckets of `bucketMs` (hours) beginning at `since`.
 * `samples` may come from several accounts: their devices add up. A bucket that was not watched has zeros.
 */
export const presenceBuckets = (
  samples: readonly HourOfPresence[],
  since: number,
  until: number,
  bucketMs: number,
): readonly {
  readonly at: number;
  readonly online: number;
  readonly offline: number;
  readonly unknown: number;
  readonly watched: number;
}[] => {
  const count = Math.max(0, Math.ceil((until - since) / bucketMs));
  const hoursOf = Array.from({ length: count }, () => new Map<number, HourOfPresence>());
  for (const sample of samples) {
    const hours = hoursOf[Math.floor((sample.hour - since) / bucketMs)];
    if (hours === undefined) continue;
    const { hour } = sample;
    const other = hours.get(hour) ?? { hour, onlineMs: 0, offlineMs: 0, unknownMs: 0, watchedMs: 0 };
    hours.set(hour, {
      hour,
      onlineMs: other.onlineMs + sample.onlineMs,
      offlineMs: other.offlineMs + sample.offlineMs,
      unknownMs: other.unknownMs + sample.unknownMs,
      // Accounts are watched at the same time, so their watched times do not add up.
      watchedMs: Math.max(other.watchedMs, sample.watchedMs),
    });
  }
  return hoursOf.map((hours, index) => {
    const at = since + index * bucketMs;
    let [online, offline, unknown, watched] = [0, 0, 0, 0];
    for (const hour of hours.values()) {
      online += hour.onlineMs;
      offline += hour.offlineMs;
      unknown += hour.unknownMs;
      watched += hour.watchedMs;
    }
    const mean = (ms: number): number => (watched === 0 ? 0 : ms / watched);
    return {
      at,
      online: mean(online),
      offline: mean(offline),
      unknown: mean(unknown),
      watched: Math.min(1, watched / bucketMs),
    };
  });
};
