import { z } from 'zod';
import {
  activityKindSchema,
  activityViewSchema,
  alertSettingsViewSchema,
  alertTargetSchema,
  presenceBucketViewSchema,
  uptimeViewSchema,
} from './alert-views.ts';

const id = z.string().min(1).max(512);
const nothing = z.strictObject({});
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

/** Requests about being told, and about what happened. Part of `requests`. */
export const alertRequests = {
  'alerts.get': { input: nothing, output: alertSettingsViewSchema },
  /** Changes what is given; lists are replaced whole. Pauses and waiting have requests of their own. */
  'alerts.change': {
    input: z.strictObject(alertSettingsViewSchema.omit({ pausedUntil: true, tellWhenBack: true }).partial().shape),
    output: alertSettingsViewSchema,
  },
  /** No notices for a while: of an incident, of a target, or (neither given) at all. `forMs` zero ends it. */
  'alerts.snooze': {
    input: z.strictObject({
      forMs: z
        .number()
        .int()
        .min(0)
        .max(366 * 86_400_000),
      incidentId: id.optional(),
      target: alertTargetSchema.optional(),
    }),
    output: alertSettingsViewSchema,
  },
  /** No notices about a target, or about the like of an incident, until it is taken back. */
  'alerts.mute': {
    input: z.union([
      z.strictObject({ incidentId: id }),
      z.strictObject({ target: alertTargetSchema, on: z.boolean() }),
    ]),
    output: alertSettingsViewSchema,
  },
  /** One notice when the device is online again. */
  'alerts.tellWhenBack': {
    input: z.strictObject({ deviceKey: id, on: z.boolean() }),
    output: alertSettingsViewSchema,
  },

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
