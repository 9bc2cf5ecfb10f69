import { z } from 'zod';
import { id } from './inputs.ts';

/** What happened. Times are epoch milliseconds, durations milliseconds. */

export const activityKindSchema = z.enum([
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
]);

/** One line of the history. */
export const activityViewSchema = z.object({
  id: z.number(),
  at: z.number(),
  kind: activityKindSchema,
  accountId: z.string().optional(),
  deviceKey: z.string().optional(),
  name: z.string(),
  text: z.string(),
  incidentId: z.string().optional(),
});
export type ActivityView = z.infer<typeof activityViewSchema>;

export const uptimeViewSchema = z.object({
  onlineMs: z.number(),
  offlineMs: z.number(),
  /** Quayside did not run, or did not know the device yet. */
  unknownMs: z.number(),
  /** Part of the known time, 0 to 1; absent if nothing is known. */
  ratio: z.number().optional(),
  outages: z.array(z.object({ since: z.number(), until: z.number().optional() })),
});
export type UptimeView = z.infer<typeof uptimeViewSchema>;

/** A piece of the picture of a fleet: mean numbers of devices while Quayside watched. */
export const presenceBucketViewSchema = z.object({
  at: z.number(),
  online: z.number(),
  offline: z.number(),
  unknown: z.number(),
  /** Part of the bucket in which Quayside watched, 0 to 1. */
  watched: z.number(),
});
export type PresenceBucketView = z.infer<typeof presenceBucketViewSchema>;
const time = z.number().min(0).max(8_640_000_000_000_000);
/** Which lines of the history are meant; all of what is given has to hold. */
const historyFilter = {
  /** Words that all have to occur. */
  text: z.string().max(256).optional(),
  kinds: z.array(activityKindSchema).max(20).optional(),
  deviceKey: id.optional(),
  accountId: id.optional(),
  incidentId: id.optional(),
  /** Included. */
  since: time.optional(),
  /** Not included. */
  until: time.optional(),
  /** `next` of the answer before. */
  cursor: z.string().max(64).optional(),
};

export const historyRequests = {
  /** What happened, newest first. */
  'history.query': {
    input: z.strictObject({ ...historyFilter, limit: z.number().int().min(1).max(1000).optional() }),
    output: z.object({ entries: z.array(activityViewSchema), next: z.string().optional() }),
  },
  'history.uptime': {
    input: z.strictObject({ deviceKey: id, since: time, until: time }),
    output: uptimeViewSchema,
  },
  /** Buckets begin at the hour of `since`; at most 2,400 of them. */
  'history.timeline': {
    input: z.strictObject({ accountId: id.optional(), since: time, until: time, bucket: z.enum(['hour', 'day']) }),
    output: z.object({ buckets: z.array(presenceBucketViewSchema) }),
  },
  /** A piece of the history as CSV; the first has the header line. Ask with `next` as cursor for the one after it. */
  'history.export': {
    input: z.strictObject(historyFilter),
    output: z.object({ csv: z.string(), next: z.string().optional() }),
  },
} as const;
