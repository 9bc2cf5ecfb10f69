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
  /** The name of the device, the incident or the operation at that time. */
  readonly name: string;
  /** What happened, as a sentence. */
  readonly text: string;
  readonly incidentId?: string | undefined;
}

export interface StoredActivity extends ActivityEntry {
  /** Grows with the time of writing. */
  readonly id: number;
}

export interface ActivityQuery {
  /** Words that must all occur in the name or the text, ignoring case. */
  readonly text?: string | undefined;
  readonly kinds?: readonly ActivityKind[] | undefined;
  readonly deviceKey?: string | undefined;
  readonly accountId?: string | undefined;
  readonly incidentId?: string | undefined;
  /** Epoch milliseconds, `since` included, `until` not. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** The maximum number of entries in the answer. */
  readonly limit: number;
  /** The position where an earlier answer ended. */
  readonly cursor?: string | undefined;
}

export interface ActivityPage {
  /** Newest first. */
  readonly entries: readonly StoredActivity[];
  /** Absent in the last page. */
  readonly next?: string | undefined;
}

/**
 * Time of one account's devices in one hour, milliseconds: 10 devices that were online for the hour are 10 h of
 * `online`.
 */
export interface PresenceSample {
  readonly accountId: string;
  /** Epoch milliseconds of the start of the hour. */
  readonly hour: number;
  readonly onlineMs: number;
  readonly offlineMs: number;
  readonly unknownMs: number;
  /** The part of this hour that was watched, milliseconds. */
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
 * The history on disk. Errors: file-corrupt (the file was set aside and a new one begun, or it was written by a newer
 * Quayside), cancelled, internal.
 */
export interface HistoryStore {
  /** All or nothing, in the given order; samples are added to those of the same hour. */
  write(batch: HistoryBatch): Promise<Result<void>>;
  query(query: ActivityQuery, signal: AbortSignal): Promise<Result<ActivityPage>>;
  /** The changes of one device in [since, until), oldest first, preceded by the last earlier one. */
  stepsOf(deviceKey: string, since: number, until: number): Promise<Result<readonly PresenceStep[]>>;
  /** When a device was first seen, epoch milliseconds. */
  firstSeen(deviceKey: string): Promise<Result<number | undefined>>;
  /** Times that overlap [since, until) in which an account was unreachable, or Quayside did not run. */
  gaps(accountId: string, since: number, until: number): Promise<Result<readonly PresenceGap[]>>;
  samples(accountId: string | undefined, since: number, until: number): Promise<Result<readonly PresenceSample[]>>;
  /** Deletes what is older. */
  prune(before: number): Promise<Result<void>>;
  /** Closes the file; the next write opens it again. */
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
  /** Records that Quayside runs at this time, epoch milliseconds. */
  readonly aliveAt: number;
}
