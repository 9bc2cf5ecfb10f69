import { join } from 'node:path';
import type { AppState } from '../services/app/app-state.ts';
import { queryMatcher } from '../bridge/query-matcher.ts';
import { alertSettingsFormat } from '../core/alert/alert-settings.ts';
import type { AppError } from '../core/base/errors.ts';
import { incidentRecordsFormat } from '../core/alert/incident-record.ts';
import type { Clock } from '../core/base/clock.ts';
import type { Log } from '../core/base/log.ts';
import type { Notifier } from '../core/alert/notifier.ts';
import { historyStore } from '../node/storage/history-store.ts';
import { jsonDocument } from '../node/storage/json-document.ts';
import { NetworkStatus } from '../node/net/network-status.ts';
import type { Redactor } from '../node/runtime/redact.ts';
import type { Accounts } from '../services/fleet/accounts.ts';
import { Activity } from '../services/activity/activity.ts';
import { Alerts } from '../services/alert/alerts.ts';
import type { DevicePreferences } from '../services/fleet/device-preferences.ts';
import type { Forwards } from '../services/forward/forwards.ts';
import type { Inventory } from '../services/fleet/inventory.ts';
import type { SettingsStore } from '../services/app/settings-store.ts';

export interface AlertParts {
  readonly alerts: Alerts;
  readonly activity: Activity;
  /** Starts to watch the network of this computer and to record the history. */
  start(): void;
  /** Nothing is polled while the computer sleeps or has no network. */
  suspend(): void;
  resume(): void;
  /** Call it after the forwards have ended, so that their end is recorded, too. */
  dispose(): Promise<void>;
}

/** Builds the parts that watch: alerts, the history, and the network of this computer. */
export const composeAlerts = async (deps: {
  /** The profile folder. */
  readonly profile: string;
  readonly accounts: Accounts;
  readonly inventory: Inventory;
  readonly preferences: DevicePreferences;
  readonly settings: SettingsStore;
  readonly forwards: Forwards;
  readonly app: AppState;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly log: Log;
  readonly notifier?: Notifier | undefined;
  /** The demo lives on this computer and needs no network. */
  readonly demo: boolean;
  /** Called when the network changed. */
  readonly networkChanged: () => void;
}): Promise<AlertParts> => {
  const { accounts, inventory, preferences, settings, forwards, app, redactor, clock, log, notifier } = deps;
  const tell = (id: string, error: AppError): void => app.addNotice({ id, text: error.message, hint: error.hint });

  const alerts = new Alerts({
    document: jsonDocument({ path: join(deps.profile, 'alerts.json'), ...alertSettingsFormat }),
    incidents: jsonDocument({ path: join(deps.profile, 'incidents.json'), ...incidentRecordsFormat }),
    accounts,
    inventory,
    preferences,
    settings,
    notifier,
    inApp: { add: (notice) => app.addNotice(notice), dismiss: (id) => app.dismissNotice(id) },
    matches: queryMatcher({
      vendorName: (id) => accounts.vendor(id)?.name ?? id,
      accountLabel: (id) => accounts.get(id)?.label ?? '',
      isFavourite: (key) => preferences.isFavourite(key),
      servicesOf: (key) => inventory.servicesOf(key),
      clock,
    }),
    timeZone: () => new Intl.DateTimeFormat().resolvedOptions().timeZone,
    clock,
    log,
  });
  const loaded = await alerts.load();
  if (!loaded.ok) tell('start-alerts', loaded.error);
  const activity = new Activity({
    store: historyStore({
      path: join(deps.profile, 'history.db'),
      onProblem: (error) => tell('history', error),
      now: () => clock.now(),
    }),
    accounts,
    inventory,
    forwards,
    presence: alerts,
    days: () => alerts.get().historyDays,
    redact: (text) => redactor.text(text),
    clock,
    log,
  });
  const network = new NetworkStatus({ clock });

  const reasons = new Set<'sleep' | 'network'>();
  const pausePolling = (reason: 'sleep' | 'network', on: boolean): void => {
    const was = reasons.size > 0;
    if (on) reasons.add(reason);
    else reasons.delete(reason);
    const is = reasons.size > 0;
    if (is === was) return;
    if (is) inventory.suspend();
    else inventory.resume();
    app.setPolling(!is);
  };
  const stops = [
    alerts.recorded.on((entries) => activity.record(entries)),
    alerts.gap.on(({ accountId, since, until }) => activity.recordGap(accountId, { since, until })),
    network.changed.on((change) => {
      log.write('info', 'network.status', { change });
      // The alerts learn of the lost network first, so that they raise no alarm for it.
      if (change !== 'changed') {
        alerts.setOnline(change === 'online');
        pausePolling('network', change === 'offline');
      }
      if (change !== 'offline') deps.networkChanged();
    }),
  ];

  return {
    alerts,
    activity,
    start: () => {
      activity.start();
      if (!deps.demo) network.start();
    },
    suspend: () => {
      alerts.suspend();
      pausePolling('sleep', true);
    },
    resume: () => {
      pausePolling('sleep', false);
      alerts.resume();
      if (!deps.demo) void network.check();
    },
    dispose: async () => {
      network.dispose();
      await alerts.dispose();
      for (const stop of stops) stop();
      await activity.dispose();
    },
  };
};
