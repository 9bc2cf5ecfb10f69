import { z } from 'zod';
import { id, nothing } from './inputs.ts';

/** Alerts and incidents. Times are epoch milliseconds, durations milliseconds. */

/** What a rule, a mute or a maintenance window is about. */
export const alertTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('everything') }),
  z.strictObject({ kind: z.literal('account'), accountId: z.string().max(512) }),
  z.strictObject({ kind: z.literal('group'), accountId: z.string().max(512), group: z.string().max(512) }),
  z.strictObject({ kind: z.literal('tag'), tag: z.string().max(512) }),
  /** The devices that match at the time. */
  z.strictObject({ kind: z.literal('query'), query: z.string().min(1).max(1024) }),
  z.strictObject({ kind: z.literal('device'), deviceKey: z.string().max(512) }),
]);
export type AlertTargetView = z.infer<typeof alertTargetSchema>;

const notifyChoice = z.enum(['all', 'favourites', 'none']);
const graceMs = z.number().int().min(0).max(86_400_000);

/** The user's choices about notices. Times are epoch milliseconds. */
export const alertSettingsViewSchema = z.object({
  notify: notifyChoice,
  /** Milliseconds a device must be offline to count as lost. */
  graceMs,
  /** This number of agreeing observations replaces the grace; zero: only the grace counts. */
  confirmations: z.number().int().min(0).max(100),
  sound: z.boolean(),
  tellBack: z.boolean(),
  /** Narrower targets win (device, query, tag, group, account), part by part; of two equally narrow ones the first. */
  rules: z
    .array(
      z.strictObject({
        target: alertTargetSchema,
        notify: notifyChoice.optional(),
        graceMs: graceMs.optional(),
        sound: z.boolean().optional(),
      }),
    )
    .max(5000),
  /** Without `until` for good. */
  mutes: z.array(z.strictObject({ target: alertTargetSchema, until: z.number().min(0).optional() })).max(5000),
  maintenance: z
    .array(
      z
        .strictObject({
          id: z.string().min(1).max(64),
          target: alertTargetSchema,
          from: z.number().min(0),
          until: z.number().min(0),
          note: z.string().max(200),
        })
        .refine(({ from, until }) => until > from, 'The end is after the beginning'),
    )
    .max(5000),
  /** Local time, minutes after midnight; days on which a period begins, 0 is Sunday. */
  quietHours: z.strictObject({
    on: z.boolean(),
    from: z.number().int().min(0).max(1439),
    until: z.number().int().min(0).max(1439),
    days: z.array(z.number().int().min(0).max(6)).max(7),
  }),
  /** All notices are held until then. */
  pausedUntil: z.number().optional(),
  /** Device keys. */
  tellWhenBack: z.array(z.string()),
  historyDays: z.number().int().min(1).max(3650),
});
export type AlertSettingsView = z.infer<typeof alertSettingsViewSchema>;

/** Devices that went offline together: a row of the collection `incidents`, open or resolved lately. */
export const incidentViewSchema = z.object({
  id: z.string(),
  /** "12 of 14 devices in Plant 3 went offline", or that they are back. */
  title: z.string(),
  body: z.string(),
  scope: z.enum(['device', 'group', 'address', 'account', 'fleet']),
  accountId: z.string().optional(),
  group: z.string().optional(),
  address: z.string().optional(),
  /** Devices in the scope, those lost, and those of them that are offline now. */
  total: z.number(),
  lost: z.number(),
  offline: z.number(),
  startedAt: z.number(),
  openedAt: z.number(),
  resolvedAt: z.number().optional(),
  /** The user snoozed it until then; the end of time if it is muted. */
  snoozedUntil: z.number().optional(),
  /** At most 200, those still offline first. */
  devices: z.array(
    z.object({
      key: z.string(),
      name: z.string(),
      offline: z.boolean(),
      since: z.number(),
      backAt: z.number().optional(),
    }),
  ),
});
export type IncidentView = z.infer<typeof incidentViewSchema>;

export const alertRequests = {
  'alerts.get': { input: nothing, output: alertSettingsViewSchema },
  /** Changes what is given; lists are replaced whole. Pauses and waiting have requests of their own. */
  'alerts.change': {
    input: z.strictObject(alertSettingsViewSchema.omit({ pausedUntil: true, tellWhenBack: true }).partial().shape),
    output: alertSettingsViewSchema,
  },
  /** Holds notices for a while: of an incident, of a target, or (neither given) all. `forMs` zero ends it. */
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
  /** Mutes a target, or incidents like this one, until it is undone. */
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
} as const;
