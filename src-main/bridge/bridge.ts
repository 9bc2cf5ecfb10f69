import type { Accounts } from '../services/fleet/accounts.ts';
import type { DevicePreferences } from '../services/fleet/device-preferences.ts';
import type { Inventory } from '../services/fleet/inventory.ts';
import type { SettingsStore } from '../services/app/settings-store.ts';
import type { Forwards } from '../services/forward/forwards.ts';
import type { ServiceCredentials } from '../services/launch/service-credentials.ts';
import type { Recents } from '../services/launch/recents.ts';
import { accountLabels, incidentView } from './requests/alert-requests.ts';
import { createRequestHandler, type RequestDeps } from './request-handler.ts';
import { ClientSessions, type SessionDeps } from './sessions/client-sessions.ts';
import { openClientConnection, type HostChannel, type ClientConnection } from './client-connection.ts';
import { StateFeed, type StateFeedOptions } from './state-feed.ts';
import { presentDevice } from './requests/device-requests.ts';
import { presentForward } from './requests/forward-requests.ts';
import { accountView, errorView, settingsView, updateView } from './views/views.ts';

/** The dependencies of requests, and of the state that all clients follow. */
export interface BridgeDeps extends RequestDeps {
  readonly accounts: RequestDeps['accounts'] & Pick<Accounts, 'changed'>;
  readonly inventory: RequestDeps['inventory'] & Pick<Inventory, 'changed'>;
  readonly preferences: RequestDeps['preferences'] & Pick<DevicePreferences, 'changed'>;
  readonly forwards: RequestDeps['forwards'] & Pick<Forwards, 'get' | 'changed'>;
  readonly credentials: RequestDeps['credentials'] & Pick<ServiceCredentials, 'changed'>;
  readonly recents: RequestDeps['recents'] & Pick<Recents, 'keys' | 'changed'>;
  readonly settings: RequestDeps['settings'] & Pick<SettingsStore, 'changed'>;
  readonly sessions: SessionDeps;
}

/** Recents a palette can show, with room for devices that are gone. */
const recentsShown = 24;

const appRow = (deps: BridgeDeps): unknown => {
  const info = deps.app.get();
  return {
    id: 'app',
    version: info.version,
    host: info.host,
    platform: info.platform,
    demo: info.demo,
    polling: info.polling,
    vault: {
      kind: info.vaultKind,
      error: info.vaultError === undefined ? undefined : errorView(info.vaultError),
    },
    settings: settingsView(deps.settings.get()),
    terminals: [...info.terminals],
    notices: info.notices.map(({ id, text, hint, devices }) => ({
      id,
      text,
      hint,
      ...(devices === undefined ? {} : { devices: devices.map(({ key, name }) => ({ key, name })) }),
    })),
    recents: deps.recents.keys().slice(0, recentsShown),
    intent: info.intent,
    shortcut: info.shortcut,
    shortcutCommand: info.shortcutCommand,
    update: info.update === undefined ? undefined : updateView(info.update),
  };
};

const sources = (deps: BridgeDeps): StateFeedOptions['sources'] => ({
  app: { keys: () => ['app'], row: (key) => (key === 'app' ? appRow(deps) : undefined) },
  accounts: {
    keys: () => deps.accounts.list().map((account) => account.id),
    row: (id) => {
      const account = deps.accounts.get(id);
      return account === undefined ? undefined : accountView(account, deps.inventory.health(id));
    },
  },
  devices: {
    keys: () => deps.inventory.devices.keys(),
    row: (key) => {
      const device = deps.inventory.device(key);
      return device === undefined ? undefined : presentDevice(deps, deps.alerts.effective(device));
    },
  },
  forwards: {
    keys: () => deps.forwards.list().map((forward) => forward.id),
    row: (id) => {
      const forward = deps.forwards.get(id);
      return forward === undefined ? undefined : presentForward(deps, forward);
    },
  },
  incidents: {
    keys: () => deps.alerts.incidents().map((incident) => incident.id),
    row: (id) => {
      const incident = deps.alerts.incident(id);
      return incident === undefined
        ? undefined
        : incidentView(incident, accountLabels(deps), deps.alerts.snoozedUntil(id));
    },
  },
});

/** Serves any number of clients on any carrier. */
export class Bridge {
  readonly #deps: BridgeDeps;
  readonly #feed: StateFeed;
  readonly #handle: ReturnType<typeof createRequestHandler>;
  readonly #connections = new Set<ClientConnection>();
  readonly #partings = new Set<Promise<void>>();
  readonly #stops: readonly (() => void)[];
  #isOver = false;

  constructor(deps: BridgeDeps) {
    this.#deps = deps;
    this.#handle = createRequestHandler(deps);
    const feed = new StateFeed({ sources: sources(deps), clock: deps.clock });
    this.#feed = feed;
    this.#stops = [
      deps.app.changed.on(() => feed.touch('app', ['app'])),
      deps.settings.changed.on(() => feed.touch('app', ['app'])),
      deps.recents.changed.on(() => feed.touch('app', ['app'])),
      deps.accounts.changed.on(({ account }) => feed.touch('accounts', [account.id])),
      deps.preferences.changed.on((key) => feed.touch('devices', [key])),
      deps.credentials.changed.on((key) => feed.touch('devices', [key])),
      deps.alerts.changed.on((ids) => feed.touch('incidents', ids)),
      deps.alerts.reachabilityChanged.on((accountId) => {
        const keys: string[] = [];
        for (const device of deps.inventory.devices.values()) if (device.accountId === accountId) keys.push(device.key);
        feed.touch('devices', keys);
      }),
      deps.forwards.changed.on(({ upsert, remove }) => {
        feed.touch(
          'forwards',
          upsert.map((forward) => forward.id),
        );
        feed.touch('forwards', remove);
      }),
      deps.inventory.changed.on(({ upsert, remove, health }) => {
        feed.touch(
          'devices',
          upsert.map((device) => device.key),
        );
        feed.touch('devices', remove);
        feed.touch('accounts', health);
        this.#touchForwardsOf(upsert);
      }),
    ];
  }

  /** Serves a client until its channel closes or the session is disposed of. */
  connect(channel: HostChannel): ClientConnection {
    const client = {};
    const session: ClientConnection = openClientConnection({
      channel,
      handle: (name, input, signal) => this.#handle(name, input, signal, client),
      feed: this.#feed,
      log: this.#deps.log,
      sessions: (send) => new ClientSessions(this.#deps.sessions, send, (done) => this.#part(done)),
      onClosed: () => {
        this.#connections.delete(session);
        // When everything ends, or moves to another process, the forwards do too.
        if (!this.#isOver) void this.#deps.forwards.release(client);
      },
    });
    this.#connections.add(session);
    return session;
  }

  /** Requests of all clients that are not answered yet. */
  get pending(): number {
    let count = 0;
    for (const session of this.#connections) count += session.pending;
    return count;
  }

  /** Ends all clients. Resolves when their sessions have removed what they left half done on devices. */
  async dispose(): Promise<void> {
    this.#isOver = true;
    for (const stop of this.#stops) stop();
    for (const session of [...this.#connections]) session.dispose();
    await Promise.all(this.#partings);
  }

  #part(done: Promise<void>): void {
    const parting = done.finally(() => this.#partings.delete(parting));
    this.#partings.add(parting);
  }

  /** A forward shows its device's name, which may just have changed. */
  #touchForwardsOf(devices: readonly { readonly key: string }[]): void {
    const forwards = this.#deps.forwards.list();
    if (forwards.length === 0) return;
    const keys = new Set(devices.map((device) => device.key));
    this.#feed.touch(
      'forwards',
      forwards.filter((forward) => keys.has(forward.deviceKey)).map((forward) => forward.id),
    );
  }
}
