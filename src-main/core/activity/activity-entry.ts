import type { Result } from '../base/errors.ts';
import type { PresenceGap, PresenceStep } from './uptime.ts';

/** What the history holds: changes of presence, incidents, connections and what the user did. */
export const activityKinds = [
  'offline',
  'online',
  'flapping',
  'calm',
  'incident',
  'resolved',
  'connected',
  'disconnected',
  'connect-failed',
  'operation',
] as const;
export type ActivityKind = (typeof activityKinds)[number];

/** One line of the history. Never holds a secret. */
export interface ActivityEntry {
  /** Epoch milliseconds at which it happened. */
  readonly at: number;
  readonly kind: ActivityKind;
  readonly accountId?: string | undefined;
  readonly deviceKey?: string | undefined;
  /** Of the device, the incident or the operation, as it was then. */
  readonly name: string;
  /** What happened, in words. */
  readonly text: string;
  readonly incidentId?: string | undefined;
}

export interface StoredActivity extends ActivityEntry {
  /** Grows with the time of writing. */
  readonly id: number;
}

export interface ActivityQuery {
  /** Words that all have to occur in the name or the text, compared without case. */
  readonly text?: string | undefined;
  readonly kinds?: readonly ActivityKind[] | undefined;
  readonly deviceKey?: string | undefined;
  readonly accountId?: string | undefined;
  readonly incidentId?: string | undefined;
  /** Epoch milliseconds, `since` included, `until` not. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Most entries answered. */
  readonly limit: number;
  /** Where an earlier answer ended. */
  readonly cursor?: string | undefined;
}

export interface ActivityPage {
  /** Newest first. */
  readonly entries: readonly StoredActivity[];
  /** Absent at the end. */
  readonly next?: string | undefined;
}

/** Device time of one account in one hour, milliseconds: 10 devices online for the hour are 10 h of `online`. */
export interface PresenceSample {
  readonly accountId: string;
  /** Epoch milliseconds of the start of the hour. */
  readonly hour: number;
  readonly onlineMs: number;
  readonly offlineMs: number;
  readonly unknownMs: number;
  /** Of this hour, the time that was watched at all, milliseconds. */
  readonly watchedMs: number;
}

export interface PresenceBucket {
  /** Epoch milliseconds of its start. */
  readonly at: number;
  /** Mean number of devices in each state while it was watched. */
  readonly online: number;
  readonly offline: number;
  readonly unknown: number;
  /** Part of the bucket in which Quayside watched, 0 to 1. */
  readonly watched: number;
}

/**
 * The history on disk. Errors: file-corrupt (it was set aside, and a new one is begun, or it is of a newer Quayside),
 * cancelled, internal.
 */
export interface HistoryStore {
  /** All or nothing, in the order given; samples are added to those of the same hour. */
  write(batch: HistoryBatch): Promise<Result<void>>;
  query(query: ActivityQuery, signal: AbortSignal): Promise<Result<ActivityPage>>;
  /** The changes of one device in [since, until), oldest first, and the last one before. */
  stepsOf(deviceKey: string, since: number, until: number): Promise<Result<readonly PresenceStep[]>>;
  /** When a device was first seen, epoch milliseconds. */
  firstSeen(deviceKey: string): Promise<Result<number | undefined>>;
  /** Times that overlap [since, until) in which an account was unreachable, or Quayside did not run. */
  gaps(accountId: string, since: number, until: number): Promise<Result<readonly PresenceGap[]>>;
  samples(accountId: string | undefined, since: number, until: number): Promise<Result<readonly PresenceSample[]>>;
  /** Drops what is older. */
  prune(before: number): Promise<Result<void>>;
  /** Closes the file; writing again opens it again. */
  close(): Promise<void>;
}

export interface HistoryBatch {
  readonly entries: readonly ActivityEntry[];
  readonly firstSeen: readonly { readonly deviceKey: string; readonly at: number }[];
  readonly gaps: readonly (PresenceGap & {
    /** Absent: of all accounts. */
    readonly accountId?: string | undefined;
  })[];
  readonly samples: readonly PresenceSample[];
  /** Quayside runs at this time, epoch milliseconds. */
  readonly aliveAt: number;
}
