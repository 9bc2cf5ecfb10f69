import type { Moment } from '../base/moment.ts';
import type { Presence, PresenceState } from '../fleet/device.ts';

export type KnownState = 'online' | 'offline';

/** When a change of a device counts. Durations in milliseconds. */
export interface TransitionPolicy {
  /** An offline device counts as lost when an observation this long after the first one still says so. */
  readonly graceMs: number;
  /** Where no further observation comes, the grace is longer by this: how late the vendor's word may be. */
  readonly latencyMs: number;
  /** So many agreeing observations are enough without the grace; zero: never. */
  readonly confirmations: number;
  /** The grace of a device that is back. */
  readonly backMs: number;
}

/** What makes a device flap: so many changes in the window; it is calm after none for `calmMs`. */
export interface FlapPolicy {
  readonly changes: number;
  readonly windowMs: number;
  readonly calmMs: number;
}

export const defaultFlapPolicy: FlapPolicy = { changes: 6, windowMs: 10 * 60_000, calmMs: 10 * 60_000 };

export type TransitionEvent =
  /** A change that counts. `at` is when it was first observed; `muted` while the device flaps. */
  | {
      readonly kind: 'transition';
      readonly key: string;
      readonly accountId: string;
      readonly from: KnownState;
      readonly to: KnownState;
      /** Epoch milliseconds. */
      readonly at: number;
      readonly muted: boolean;
    }
  /** The first that is known of a device. */
  | { readonly kind: 'settled'; readonly key: string; readonly state: KnownState }
  | { readonly kind: 'flapping'; readonly key: string; readonly changes: number }
  /** It flaps no more; `state` is what it settled on. */
  | { readonly kind: 'calm'; readonly key: string; readonly state: KnownState };

interface Pending {
  readonly to: KnownState;
  /** Epoch milliseconds of the first observation. */
  readonly at: number;
  /** Milliseconds of the first observation on the account's clock, which stops while it is unreachable. */
  readonly since: number;
  readonly policy: TransitionPolicy;
  observations: number;
  lastObservedAt: number;
}

interface Track {
  readonly accountId: string;
  /** What counts. */
  settled: KnownState | undefined;
  /** What was observed last. */
  seen: PresenceState;
  pending?: Pending | undefined;
  /** Active times of the changes within the window; kept only by those that change. */
  changes?: number[] | undefined;
  muted?: boolean;
}

interface Account {
  unreachableSince: number | undefined;
  pausedMs: number;
  readonly counts: Record<PresenceState, number>;
}

/** How many devices of an account were last observed in each state. */
export type PresenceCounts = Readonly<Record<PresenceState, number>>;

/**
 * Turns observations into changes that count. Holds no clock and no timer: every call says what time it is, and
 * `dueInMs` says when to call `tick`. An account that cannot be heard is unreachable: its time stands still, so no grace
 * passes and nobody calms down. "Unknown" is never a change.
 */
export class TransitionTracker {
  readonly #flap: FlapPolicy;
  readonly #policyOf: (key: string) => TransitionPolicy;
  readonly #tracks = new Map<string, Track>();
  readonly #accounts = new Map<string, Account>();
  readonly #pending = new Set<string>();
  readonly #muted = new Set<string>();

  constructor(policyOf: (key: string) => TransitionPolicy, flap: FlapPolicy = defaultFlapPolicy) {
    this.#policyOf = policyOf;
    this.#flap = flap;
  }

  /** What counts as the state of a device; undefined before anything is known. */
  stateOf(key: string): KnownState | undefined {
    return this.#tracks.get(key)?.settled;
  }

  isFlapping(key: string): boolean {
    return this.#muted.has(key);
  }

  /** Devices whose change does not count yet. */
  get pendingKeys(): ReadonlySet<string> {
    return this.#pending;
  }

  countsOf(accountId: string): PresenceCounts {
    const { online, offline, unknown } = this.#account(accountId).counts;
    return { online, offline, unknown };
  }

  isUnreachable(accountId: string): boolean {
    return this.#accounts.get(accountId)?.unreachableSince !== undefined;
  }

  /** Says whether an account can be heard. */
  setUnreachable(accountId: string, unreachable: boolean, moment: Moment): void {
    const account = this.#account(accountId);
    if (unreachable === (account.unreachableSince !== undefined)) return;
    if (account.unreachableSince !== undefined) account.pausedMs += moment.mono - account.unreachableSince;
    account.unreachableSince = unreachable ? moment.mono : undefined;
  }

  /** Takes in what was observed of a device; the same observation twice is once. */
  observe(key: string, accountId: string, presence: Presence, moment: Moment): readonly TransitionEvent[] {
    const track = this.#track(key, accountId, presence.state);
    const { state } = presence;
    if (state === 'unknown') return [];
    if (track.settled === undefined) {
      track.settled = state;
      return [{ kind: 'settled', key, state }];
    }
    const events: TransitionEvent[] = [];
    const active = this.#activeAt(accountId, moment.mono);
    const known = track.pending?.to ?? track.settled;
    if (state !== known) {
      if (this.#noteChange(track, active)) {
        this.#muted.add(key);
        events.push({ kind: 'flapping', key, changes: this.#flap.changes });
      }
      if (state === track.settled) this.#clearPending(key, track);
      else {
        track.pending = {
          to: state,
          at: Math.min(presence.observedAt, moment.wall),
          since: active,
          policy: this.#policyOf(key),
          observations: 1,
          lastObservedAt: presence.observedAt,
        };
        this.#pending.add(key);
      }
    } else if (track.pending !== undefined && presence.observedAt > track.pending.lastObservedAt) {
      track.pending.observations += 1;
      track.pending.lastObservedAt = presence.observedAt;
    } else return events;
    const { pending } = track;
    if (pending !== undefined && this.#counts(pending, active)) events.push(this.#settle(key, track, pending));
    return events;
  }

  /** Forgets a device that left the fleet. */
  remove(key: string): void {
    const track = this.#tracks.get(key);
    if (track === undefined) return;
    this.#account(track.accountId).counts[track.seen] -= 1;
    this.#tracks.delete(key);
    this.#pending.delete(key);
    this.#muted.delete(key);
  }

  /** What counts by now although nothing more was heard. */
  tick(moment: Moment): readonly TransitionEvent[] {
    const events: TransitionEvent[] = [];
    for (const key of [...this.#pending]) {
      const track = this.#tracks.get(key);
      if (track?.pending === undefined || this.isUnreachable(track.accountId)) continue;
      if (this.#activeAt(track.accountId, moment.mono) >= dueAt(track.pending))
        events.push(this.#settle(key, track, track.pending));
    }
    for (const key of [...this.#muted]) {
      const track = this.#tracks.get(key);
      if (track?.settled === undefined || this.isUnreachable(track.accountId)) continue;
      if (this.#activeAt(track.accountId, moment.mono) < this.#calmAt(track)) continue;
      track.muted = false;
      track.changes = undefined;
      this.#muted.delete(key);
      events.push({ kind: 'calm', key, state: track.settled });
    }
    return events;
  }

  /** Milliseconds until `tick` has something to say; undefined if nothing is waited for. */
  dueInMs(moment: Moment): number | undefined {
    let due: number | undefined;
    const consider = (track: Track, at: number): void => {
      if (this.isUnreachable(track.accountId)) return;
      const ms = Math.max(0, at - this.#activeAt(track.accountId, moment.mono));
      if (due === undefined || ms < due) due = ms;
    };
    for (const key of this.#pending) {
      const track = this.#tracks.get(key);
      if (track?.pending !== undefined) consider(track, dueAt(track.pending));
    }
    for (const key of this.#muted) {
      const track = this.#tracks.get(key);
      if (track !== undefined) consider(track, this.#calmAt(track));
    }
    return due;
  }

  #track(key: string, accountId: string, state: PresenceState): Track {
    const known = this.#tracks.get(key);
    const { counts } = this.#account(accountId);
    if (known !== undefined) {
      if (known.seen !== state) {
        counts[known.seen] -= 1;
        counts[state] += 1;
        known.seen = state;
      }
      return known;
    }
    const track: Track = { accountId, settled: undefined, seen: state };
    this.#tracks.set(key, track);
    counts[state] += 1;
    return track;
  }

  #account(accountId: string): Account {
    const known = this.#accounts.get(accountId);
    if (known !== undefined) return known;
    const account: Account = {
      unreachableSince: undefined,
      pausedMs: 0,
      counts: { online: 0, offline: 0, unknown: 0 },
    };
    this.#accounts.set(accountId, account);
    return account;
  }

  /** The account's own time, which stands still while it is unreachable. */
  #activeAt(accountId: string, mono: number): number {
    const { unreachableSince, pausedMs } = this.#account(accountId);
    return (unreachableSince ?? mono) - pausedMs;
  }

  /** Notes a change; true when it is the one that makes the device flap. */
  #noteChange(track: Track, active: number): boolean {
    const changes = (track.changes ?? []).filter((at) => at > active - this.#flap.windowMs);
    changes.push(active);
    track.changes = changes;
    if (track.muted === true || changes.length < this.#flap.changes) return false;
    track.muted = true;
    return true;
  }

  #calmAt(track: Track): number {
    return (track.changes?.at(-1) ?? 0) + this.#flap.calmMs;
  }

  #counts(pending: Pending, active: number): boolean {
    const { policy } = pending;
    if (policy.confirmations > 0 && pending.observations >= policy.confirmations) return true;
    return active - pending.since >= graceOf(pending);
  }

  #clearPending(key: string, track: Track): void {
    track.pending = undefined;
    this.#pending.delete(key);
  }

  #settle(key: string, track: Track, pending: Pending): TransitionEvent {
    const from: KnownState = pending.to === 'online' ? 'offline' : 'online';
    track.settled = pending.to;
    this.#clearPending(key, track);
    return {
      kind: 'transition',
      key,
      accountId: track.accountId,
      from,
      to: pending.to,
      at: pending.at,
      muted: track.muted === true,
    };
  }
}

const graceOf = ({ to, policy }: Pending): number => (to === 'offline' ? policy.graceMs : policy.backMs);

/** Silence is weaker evidence than an observation, so it has to last longer. Coming back needs no further confirmation. */
const dueAt = (pending: Pending): number =>
  pending.since + graceOf(pending) + (pending.to === 'offline' ? pending.policy.latencyMs : 0);
