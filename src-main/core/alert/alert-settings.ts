import type { DocumentFormat } from '../base/document.ts';
import { noQuietHours, type QuietHours } from './quiet-hours.ts';

/**
 * What a rule, a mute or a maintenance window is about. A group is one of an account, a tag is one of all accounts, and a
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

/** Another choice for some devices than the one for all. What is absent stays as it is for all. */
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
  /** A device is lost when it was offline for so long, milliseconds; 0 to a day. */
  readonly graceMs: number;
  /** So many agreeing observations are enough without the grace; zero: only the grace counts. At most 100. */
  readonly confirmations: number;
  readonly sound: boolean;
  /** Whether recovery causes a notice, too, and does not only close the incident. */
  readonly tellBack: boolean;
  readonly rules: readonly AlertRule[];
  readonly mutes: readonly AlertMute[];
  readonly maintenance: readonly MaintenanceWindow[];
  readonly quietHours: QuietHours;
  /** All notices are held until then, epoch milliseconds; absent: not at all. */
  readonly pausedUntil?: number | undefined;
  /** Device keys of which the user wants to hear once, when they are back. */
  readonly tellWhenBack: readonly string[];
  /** Days that the history is kept, 1 to 3650. */
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

type Unknowns = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Unknowns =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 512;
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isIntegerIn = (value: unknown, low: number, high: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
const isChoice = (value: unknown): value is NotifyChoice =>
  value === 'all' || value === 'favourites' || value === 'none';

const parseTarget = (value: unknown): AlertTarget | undefined => {
  if (!isObject(value)) return undefined;
  const { kind, accountId, group, tag, query, deviceKey } = value;
  if (kind === 'everything') return { kind };
  if (kind === 'account' && isText(accountId)) return { kind, accountId };
  if (kind === 'group' && isText(accountId) && isText(group)) return { kind, accountId, group };
  if (kind === 'tag' && isText(tag)) return { kind, tag };
  if (kind === 'query' && typeof query === 'string' && query.length <= 1024) return { kind, query };
  if (kind === 'device' && isText(deviceKey)) return { kind, deviceKey };
  return undefined;
};

const listOf = <T>(value: unknown, parse: (entry: Unknowns) => T | undefined): readonly T[] =>
  Array.isArray(value)
    ? value
        .slice(0, maxEntries)
        .map((entry: unknown) => (isObject(entry) ? parse(entry) : undefined))
        .filter((entry) => entry !== undefined)
    : [];

const parseRule = (entry: Unknowns): AlertRule | undefined => {
  const target = parseTarget(entry['target']);
  if (target === undefined) return undefined;
  const { notify, graceMs, sound } = entry;
  return {
    target,
    ...(isChoice(notify) ? { notify } : {}),
    ...(isIntegerIn(graceMs, 0, 86_400_000) ? { graceMs } : {}),
    ...(typeof sound === 'boolean' ? { sound } : {}),
  };
};

const parseMute = (entry: Unknowns): AlertMute | undefined => {
  const target = parseTarget(entry['target']);
  const { until } = entry;
  return target === undefined ? undefined : { target, ...(isTime(until) ? { until } : {}) };
};

const parseMaintenance = (entry: Unknowns): MaintenanceWindow | undefined => {
  const target = parseTarget(entry['target']);
  const { id, from, until, note } = entry;
  return target !== undefined && isText(id) && isTime(from) && isTime(until) && until > from
    ? { id, target, from, until, note: isText(note) ? note : '' }
    : undefined;
};

const parseQuietHours = (value: unknown): QuietHours => {
  if (!isObject(value)) return noQuietHours;
  const { on, from, until, days } = value;
  return {
    on: on === true,
    from: isIntegerIn(from, 0, 1439) ? from : noQuietHours.from,
    until: isIntegerIn(until, 0, 1439) ? until : noQuietHours.until,
    days: Array.isArray(days)
      ? [...new Set(days.filter((day) => isIntegerIn(day, 0, 6)))].sort((a, b) => a - b)
      : noQuietHours.days,
  };
};

/** The settings in a stored value: every good part is kept, every bad one falls back or is left out. */
export const parseAlertSettings = (value: unknown): AlertSettings | undefined => {
  if (!isObject(value)) return undefined;
  const base = defaultAlertSettings;
  const { notify, graceMs, confirmations, sound, tellBack, pausedUntil, tellWhenBack, historyDays } = value;
  return {
    notify: isChoice(notify) ? notify : base.notify,
    graceMs: isIntegerIn(graceMs, 0, 86_400_000) ? graceMs : base.graceMs,
    confirmations: isIntegerIn(confirmations, 0, 100) ? confirmations : base.confirmations,
    sound: typeof sound === 'boolean' ? sound : base.sound,
    tellBack: typeof tellBack === 'boolean' ? tellBack : base.tellBack,
    rules: listOf(value['rules'], parseRule),
    mutes: listOf(value['mutes'], parseMute),
    maintenance: listOf(value['maintenance'], parseMaintenance),
    quietHours: parseQuietHours(value['quietHours']),
    ...(isTime(pausedUntil) ? { pausedUntil } : {}),
    tellWhenBack: Array.isArray(tellWhenBack) ? [...new Set(tellWhenBack.filter(isText))].slice(0, maxEntries) : [],
    historyDays: isIntegerIn(historyDays, 1, 3650) ? historyDays : base.historyDays,
  };
};

/** Without what is over: mutes, pauses and maintenance of the past. The same object where nothing is. */
export const withoutThePast = (settings: AlertSettings, now: number): AlertSettings => {
  const mutes = settings.mutes.filter(({ until }) => until === undefined || until > now);
  const maintenance = settings.maintenance.filter(({ until }) => until > now);
  const paused = settings.pausedUntil !== undefined && settings.pausedUntil <= now;
  if (mutes.length === settings.mutes.length && maintenance.length === settings.maintenance.length && !paused)
    return settings;
  const { pausedUntil, ...rest } = settings;
  return { ...rest, mutes, maintenance, ...(paused || pausedUntil === undefined ? {} : { pausedUntil }) };
};

/** The form of `alerts.json`. */
export const alertSettingsFormat: DocumentFormat<AlertSettings> = {
  version: 1,
  migrations: [],
  parse: parseAlertSettings,
  fallback: defaultAlertSettings,
};
