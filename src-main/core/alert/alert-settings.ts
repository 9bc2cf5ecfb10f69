import { z } from 'zod';
import { ifGood, listOf, parsedBy } from '../base/stored-schemas.ts';
import type { DocumentFormat } from '../base/document.ts';
import { noQuietHours, type QuietHours } from './quiet-hours.ts';

/**
 * The subject of a rule, a mute or a maintenance window. A group belongs to one account, a tag to all accounts, and a
 * query means the devices that match it at the time.
 */
export type AlertTarget =
  | { readonly kind: 'everything' }
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'group'; readonly accountId: string; readonly group: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'query'; readonly query: string }
  | { readonly kind: 'device'; readonly deviceKey: string };

/** The devices whose losses notify a person. */
export type NotifyChoice = 'all' | 'favourites' | 'none';

/** A choice for some devices instead of the one for all. An absent part is as for all. */
export interface AlertRule {
  readonly target: AlertTarget;
  readonly notify?: NotifyChoice | undefined;
  /** Milliseconds. */
  readonly graceMs?: number | undefined;
  readonly sound?: boolean | undefined;
}

/** No notices about a target: for good, or until a time (epoch milliseconds). */
export interface AlertMute {
  readonly target: AlertTarget;
  readonly until?: number | undefined;
}

/**
 * Time in which a target may be offline. Devices that are offline at its end cause a notice then. Epoch milliseconds.
 */
export interface MaintenanceWindow {
  readonly id: string;
  readonly target: AlertTarget;
  readonly from: number;
  readonly until: number;
  readonly note: string;
}

/** The content of alerts.json: the user's choices about notices. */
export interface AlertSettings {
  readonly notify: NotifyChoice;
  /** How long a device must be offline to count as lost, milliseconds; 0 to a day. */
  readonly graceMs: number;
  /** This number of agreeing observations replaces the grace; zero: only the grace counts. At most 100. */
  readonly confirmations: number;
  readonly sound: boolean;
  /** Whether a recovery causes a notice; otherwise it only closes the incident. */
  readonly tellBack: boolean;
  readonly rules: readonly AlertRule[];
  readonly mutes: readonly AlertMute[];
  readonly maintenance: readonly MaintenanceWindow[];
  readonly quietHours: QuietHours;
  /** Epoch milliseconds until which all notices are held; absent: they are not held. */
  readonly pausedUntil?: number | undefined;
  /** Keys of devices whose return the user wants to be told once. */
  readonly tellWhenBack: readonly string[];
  /** Days for which the history is kept, 1 to 3650. */
  readonly historyDays: number;
}

export const defaultAlertSettings: AlertSettings = {
  notify: 'all',
  graceMs: 60_000,
  confirmations: 0,
  sound: true,
  tellBack: true,
  rules: [],
  mutes: [],
  maintenance: [],
  quietHours: noQuietHours,
  tellWhenBack: [],
  historyDays: 90,
};

/** The maximum of entries in each list; longer lists are cut. */
const maxEntries = 5000;

const text = z.string().max(512);
/** Epoch milliseconds. */
const time = z.number().min(0);
const graceMs = z.int().min(0).max(86_400_000);
const notify = z.enum(['all', 'favourites', 'none']);
const minuteOfDay = z.int().min(0).max(1439);

const target = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('everything') }),
  z.object({ kind: z.literal('account'), accountId: text }),
  z.object({ kind: z.literal('group'), accountId: text, group: text }),
  z.object({ kind: z.literal('tag'), tag: text }),
  z.object({ kind: z.literal('query'), query: z.string().max(1024) }),
  z.object({ kind: z.literal('device'), deviceKey: text }),
]);

const entriesOf = <T extends z.ZodType>(entry: T) =>
  listOf(entry)
    .transform((entries) => entries.slice(0, maxEntries))
    .catch([]);

const maintenanceWindow = z
  .object({ id: text, target, from: time, until: time, note: text.catch('') })
  .refine(({ from, until }) => until > from);

const quietHours = z.object({
  on: z.boolean().catch(false),
  from: minuteOfDay.catch(noQuietHours.from),
  until: minuteOfDay.catch(noQuietHours.until),
  days: listOf(z.int().min(0).max(6))
    .transform((days) => [...new Set(days)].toSorted((a, b) => a - b))
    .catch([...noQuietHours.days]),
});

const base = defaultAlertSettings;

/** Good parts are kept; each bad part falls back to its default or is left out. */
const alertSettingsSchema = z.object({
  notify: notify.catch(base.notify),
  graceMs: graceMs.catch(base.graceMs),
  confirmations: z.int().min(0).max(100).catch(base.confirmations),
  sound: z.boolean().catch(base.sound),
  tellBack: z.boolean().catch(base.tellBack),
  rules: entriesOf(z.object({ target, notify: ifGood(notify), graceMs: ifGood(graceMs), sound: ifGood(z.boolean()) })),
  mutes: entriesOf(z.object({ target, until: ifGood(time) })),
  maintenance: entriesOf(maintenanceWindow),
  quietHours: quietHours.catch({ ...noQuietHours, days: [...noQuietHours.days] }),
  pausedUntil: ifGood(time),
  tellWhenBack: entriesOf(text).transform((keys) => [...new Set(keys)]),
  historyDays: z.int().min(1).max(3650).catch(base.historyDays),
});

/** The settings in a stored value; undefined if it holds something else. */
export const parseAlertSettings: (value: unknown) => AlertSettings | undefined = parsedBy(alertSettingsSchema);

/** The settings without expired mutes, pauses and maintenance. The same object if nothing expired. */
export const withoutThePast = (settings: AlertSettings, now: number): AlertSettings => {
  const mutes = settings.mutes.filter(({ until }) => until === undefined || until > now);
  const maintenance = settings.maintenance.filter(({ until }) => until > now);
  const paused = settings.pausedUntil !== undefined && settings.pausedUntil <= now;
  if (mutes.length === settings.mutes.length && maintenance.length === settings.maintenance.length && !paused)
    return settings;
  const { pausedUntil, ...rest } = settings;
  return { ...rest, mutes, maintenance, ...(paused || pausedUntil === undefined ? {} : { pausedUntil }) };
};

/** The format of `alerts.json`. */
export const alertSettingsFormat: DocumentFormat<AlertSettings> = {
  version: 1,
  migrations: [],
  parse: parseAlertSettings,
  fallback: defaultAlertSettings,
};
