import { defined } from '../../core/base/defined.ts';
import type { AlertSettings } from '../../core/alert/alert-settings.ts';
import { ok, type Result } from '../../core/base/errors.ts';
import { incidentBody, incidentTitle, type Labels } from '../../core/alert/incident-text.ts';
import type { Incident } from '../../core/alert/incident.ts';
import type { Alerts } from '../../services/alert/alerts.ts';
import type {
  alertRequests as contract,
  AlertSettingsView,
  IncidentView,
} from '../../../src-preload/contract/alert.ts';
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
  | 'noticeChannel'
  | 'changed'
  | 'effective'
  | 'reachabilityChanged'
>;

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

/** The view of an incident: its texts, and the devices that matter most. */
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
}

/** The labels of accounts for the texts of incidents. */
export const accountLabels = (deps: Pick<AlertRequestDeps, 'accounts'>): Labels => ({
  accountLabel: (id) => deps.accounts.get(id)?.label ?? 'a removed account',
});

/** Requests about alerts and notices. */
export const alertRequests = (deps: AlertRequestDeps): Handlers<keyof typeof contract> => {
  const { alerts } = deps;
  const viewOf = (changed: Result<AlertSettings>): Result<AlertSettingsView> =>
    changed.ok ? ok(alertSettingsView(changed.value)) : changed;

  return {
    'alerts.get': async () => ok(alertSettingsView(alerts.get())),

    'alerts.change': async (patch) => viewOf(await alerts.change(defined(patch))),

    'alerts.snooze': async (snooze) => viewOf(await alerts.snooze(snooze)),

    'alerts.mute': async (mute) => viewOf(await alerts.mute(mute)),

    'alerts.tellWhenBack': async ({ deviceKey, on }) => viewOf(await alerts.tellWhenBack(deviceKey, on)),
  };
};
