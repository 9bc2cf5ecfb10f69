import type { ActivityKind, ActivityQuery } from '../../core/activity/activity-entry.ts';
import type { AlertSettings } from '../../core/alert/alert-settings.ts';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import { incidentBody, incidentTitle, type Labels } from '../../core/alert/incident-text.ts';
import type { Incident } from '../../core/alert/incident.ts';
import type { Activity } from '../../services/activity/activity.ts';
import type { Alerts } from '../../services/alert/alerts.ts';
import type { alertRequests as contract } from '../../../src-preload/contract/alert-requests.ts';
import type { AlertSettingsView, IncidentView } from '../../../src-preload/contract/alert-views.ts';
import type { Handlers } from './handler.ts';
import type { Accounts } from '../../services/fleet/accounts.ts';

/** What these requests need of the alerts. */
export type BridgeAlerts = Pick<
  Alerts,
  | 'get'
  | 'change'
  | 'snooze'
  | 'mute'
  | 'tellWhenBack'
  | 'incidents'
  | 'incident'
  | 'snoozedUntil'
  | 'noticeWay'
  | 'changed'
  | 'effective'
  | 'reachabilityChanged'
>;
/** What these requests need of the history. */
export type BridgeActivity = Pick<Activity, 'query' | 'exportCsv' | 'uptime' | 'timeline' | 'recordOperation'>;

/** Lines of an answer unless it asks for more. */
const defaultLimit = 100;
const maxBuckets = 2400;
const hourMs = 3_600_000;
/** Devices in the view of an incident. */
const maxDevices = 200;

/** The choices, all of which a window may see. */
const alertSettingsView = (settings: AlertSettings): AlertSettingsView => ({
  notify: settings.notify,
  graceMs: settings.graceMs,
  confirmations: settings.confirmations,
  sound: settings.sound,
  tellBack: settings.tellBack,
  rules: settings.rules.map(({ target, notify, graceMs, sound }) => ({ target, notify, graceMs, sound })),
  mutes: settings.mutes.map(({ target, until }) => ({ target, until })),
  maintenance: settings.maintenance.map(({ id, target, from, until, note }) => ({ id, target, from, until, note })),
  quietHours: {
    on: settings.quietHours.on,
    from: settings.quietHours.from,
    until: settings.quietHours.until,
    days: [...settings.quietHours.days],
  },
  pausedUntil: settings.pausedUntil,
  tellWhenBack: [...settings.tellWhenBack],
  historyDays: settings.historyDays,
});

/** An incident in words, with the devices that matter most. */
export const incidentView = (incident: Incident, labels: Labels, snoozedUntil: number | undefined): IncidentView => {
  const members = [...incident.members.values()].sort(
    (a, b) => Number(b.offline) - Number(a.offline) || (a.loss.name < b.loss.name ? -1 : 1),
  );
  const { scope } = incident;
  return {
    id: incident.id,
    title: incidentTitle(incident, labels),
    body: incidentBody(incident, labels),
    scope: scope.kind,
    accountId: scope.kind === 'account' || scope.kind === 'group' ? scope.accountId : undefined,
    group: scope.kind === 'group' ? scope.group : undefined,
    address: scope.kind === 'address' ? scope.address : undefined,
    total: incident.total,
    lost: incident.members.size,
    offline: incident.offline,
    startedAt: incident.startedAt,
    openedAt: incident.openedAt,
    resolvedAt: incident.resolvedAt,
    snoozedUntil,
    devices: members.slice(0, maxDevices).map(({ loss, offline, since, backAt }) => ({
      key: loss.key,
      name: loss.name,
      offline,
      since,
      backAt,
    })),
  };
};

export interface AlertRequestDeps {
  readonly accounts: Pick<Accounts, 'get'>;
  readonly alerts: BridgeAlerts;
  readonly activity: BridgeActivity;
}

/** How the texts call an account. */
export const accountLabels = (deps: Pick<AlertRequestDeps, 'accounts'>): Labels => ({
  accountLabel: (id) => deps.accounts.get(id)?.label ?? 'a removed account',
});

interface Filter {
  readonly text?: string | undefined;
  readonly kinds?: readonly ActivityKind[] | undefined;
  readonly deviceKey?: string | undefined;
  readonly accountId?: string | undefined;
  readonly incidentId?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly cursor?: string | undefined;
}

const filterOf = (input: Filter): Omit<ActivityQuery, 'limit'> => ({
  text: input.text,
  kinds: input.kinds,
  deviceKey: input.deviceKey,
  accountId: input.accountId,
  incidentId: input.incidentId,
  since: input.since,
  until: input.until,
  cursor: input.cursor,
});

const backwards = fail('invalid-input', 'This time ends before it begins.', 'Choose an end after the beginning.');

/** Requests about being told, and about what happened. */
export const alertRequests = (deps: AlertRequestDeps): Handlers<keyof typeof contract> => {
  const { alerts, activity } = deps;
  const viewOf = (changed: Result<AlertSettings>): Result<AlertSettingsView> =>
    changed.ok ? ok(alertSettingsView(changed.value)) : changed;

  return {
    'alerts.get': async () => ok(alertSettingsView(alerts.get())),

    'alerts.change': async (patch) => {
      const defined = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      return viewOf(await alerts.change(defined));
    },

    'alerts.snooze': async (snooze) => viewOf(await alerts.snooze(snooze)),

    'alerts.mute': async (mute) => viewOf(await alerts.mute(mute)),

    'alerts.tellWhenBack': async ({ deviceKey, on }) => viewOf(await alerts.tellWhenBack(deviceKey, on)),

    'history.query': async (input, signal) => {
      const page = await activity.query({ ...filterOf(input), limit: input.limit ?? defaultLimit }, signal);
      if (!page.ok) return page;
      return ok({
        entries: page.value.entries.map((entry) => ({
          id: entry.id,
          at: entry.at,
          kind: entry.kind,
          accountId: entry.accountId,
          deviceKey: entry.deviceKey,
          name: entry.name,
          text: entry.text,
          incidentId: entry.incidentId,
        })),
        next: page.value.next,
      });
    },

    'history.uptime': async ({ deviceKey, since, until }) => {
      if (until <= since) return backwards;
      const uptime = await activity.uptime(deviceKey, since, until);
      if (!uptime.ok) return uptime;
      const { onlineMs, offlineMs, unknownMs, ratio, outages } = uptime.value;
      return ok({
        onlineMs,
        offlineMs,
        unknownMs,
        ratio,
        outages: outages.map((outage) => ({ since: outage.since, until: outage.until })),
      });
    },

    'history.timeline': async ({ accountId, since, until, bucket }) => {
      if (until <= since) return backwards;
      if ((until - since) / (bucket === 'hour' ? hourMs : 24 * hourMs) > maxBuckets) {
        return fail(
          'invalid-input',
          'This is too long a time for such small steps.',
          'Choose days, or a shorter time.',
        );
      }
      const buckets = await activity.timeline(accountId, since, until, bucket);
      if (!buckets.ok) return buckets;
      return ok({
        buckets: buckets.value.map(({ at, online, offline, unknown, watched }) => ({
          at,
          online,
          offline,
          unknown,
          watched,
        })),
      });
    },

    'history.export': async (input, signal) => {
      const piece = await activity.exportCsv(filterOf(input), signal);
      return piece.ok ? ok({ csv: piece.value.csv, next: piece.value.next }) : piece;
    },
  };
};
