import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { Bridge, type BridgeDeps } from '../bridge/bridge.ts';
import { SecretTickets } from '../bridge/requests/secret-tickets.ts';
import type { KnownOperation } from '../bridge/views/known-vendor.ts';
import { inputNames } from '../bridge/views/views.ts';
import { sleep, type Clock, type Random } from '../core/base/clock.ts';
import { cancelled } from '../core/base/errors.ts';
import { leftPartsFormat } from '../core/session/left-part.ts';
import type { SessionScope } from '../core/session/session-scope.ts';
import type { Vault } from '../core/base/vault.ts';
import { dialTcp } from '../node/net/stream-channel.ts';
import { runtimeVersions, writeReport } from '../node/runtime/runtime-report.ts';
import type { createFileLog } from '../node/runtime/file-log.ts';
import { systemClock } from '../node/runtime/system-clock.ts';
import { createSshClient } from '../node/ssh/ssh-client.ts';
import { vncResponse } from '../node/net/vnc-response.ts';
import { createLocalCopies } from '../node/storage/local-copies.ts';
import { createLocalFiles } from '../node/storage/local-files.ts';
import { jsonDocument } from '../node/storage/json-document.ts';
import { createLineJournal } from '../node/storage/line-journal.ts';
import type { ProfilePaths } from '../node/storage/profile-paths.ts';
import { createWebSessionPages } from '../node/web-host/web-session-pages.ts';
import type { HandOver } from './compose-hand-over.ts';
import type { Activity } from '../services/activity/activity.ts';
import type { Alerts } from '../services/alert/alerts.ts';
import type { AppState } from '../services/app/app-state.ts';
import type { SettingsStore } from '../services/app/settings-store.ts';
import type { Accounts } from '../services/fleet/accounts.ts';
import type { DevicePreferences } from '../services/fleet/device-preferences.ts';
import type { Inventory } from '../services/fleet/inventory.ts';
import type { Forwards } from '../services/forward/forwards.ts';
import type { ServiceCredentials } from '../services/launch/service-credentials.ts';
import type { Editors } from '../services/launch/editors.ts';
import type { Launches } from '../services/launch/launches.ts';
import type { Recents } from '../services/launch/recents.ts';
import { LocalActions } from '../services/operation/local-actions.ts';
import { BulkSecrets } from '../services/operation/bulk-secrets.ts';
import { Bulk } from '../services/operation/bulk.ts';
import { DeviceEditor } from '../services/operation/device-editor.ts';
import { DeviceLogs } from '../services/operation/device-logs.ts';
import { previewRequest } from '../services/operation/request-preview.ts';
import { SpeedTests } from '../services/operation/speed-tests.ts';
import { RemoteEdits } from '../services/session/remote-edits.ts';
import { LeftParts } from '../services/session/left-parts.ts';
import { SshSessions } from '../services/session/ssh-sessions.ts';
import { VncSessions } from '../services/session/vnc-sessions.ts';
import { WebSessions } from '../services/session/web-sessions.ts';
import type { HostKeys } from '../services/ssh/host-keys.ts';
import { version, type CoreOptions } from './core.ts';
import { sha256 } from './sha256.ts';

/** Milliseconds that sessions may take to remove what they left half done on devices. */
const partingMs = 3000;

const describeInput = (operation: KnownOperation): Readonly<Record<string, unknown>> =>
  z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' });

interface ComposeBridgeDeps {
  readonly options: Pick<
    CoreOptions,
    'host' | 'webSessionHost' | 'showSession' | 'showWindow' | 'copyText' | 'timings'
  >;
  readonly paths: ProfilePaths;
  readonly vault: Vault;
  readonly unlock: BridgeDeps['unlock'];
  readonly scope: SessionScope;
  readonly handOver: Pick<HandOver, 'owned'>;
  readonly accounts: Accounts;
  readonly inventory: Inventory;
  readonly preferences: DevicePreferences;
  readonly settings: SettingsStore;
  readonly hostKeys: HostKeys;
  readonly forwards: Forwards;
  readonly launches: Launches;
  readonly editors: Editors;
  readonly credentials: ServiceCredentials;
  readonly recents: Recents;
  readonly alerts: Alerts;
  readonly activity: Activity;
  readonly app: AppState;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: ReturnType<typeof createFileLog>;
}

const newName = (): string => randomBytes(6).toString('hex');

/** Terminals, files and screens inside the application. */
const sessionParts = (
  deps: ComposeBridgeDeps,
  tickets: SecretTickets,
  { edits, leftParts }: Pick<BridgeDeps['sessions'], 'leftParts'> & { readonly edits: RemoteEdits },
): BridgeDeps['sessions'] => {
  const { options, forwards, inventory, credentials, hostKeys, settings, vault, log } = deps;
  const client = createSshClient({ env: process.env, platform: process.platform });
  const common = { forwards, inventory, credentials, log };
  return {
    ssh: new SshSessions({ ...common, client, hostKeys, settings, vault, sha256, clock: systemClock }),
    vnc: new VncSessions({ ...common, dial: dialTcp, respond: vncResponse }),
    tickets,
    scope: deps.scope,
    showSession: options.showSession,
    newName,
    localFiles: options.host === 'desktop' ? createLocalFiles() : undefined,
    localUser: client.localUser(),
    edits,
    leftParts,
  };
};

/** Builds what serves clients: operations, sessions, and the bridge. */
export const composeBridge = (deps: ComposeBridgeDeps) => {
  const { options, paths, vault, accounts, inventory, activity, clock, random, log } = deps;
  const tickets = new SecretTickets({ clock, newTicket: () => randomBytes(24).toString('base64url') });
  const deviceLogs = new DeviceLogs({
    journal: createLineJournal({ folder: paths.deviceLogs }),
    accounts,
    clock,
    log,
  });
  const copies = createLocalCopies({ folder: paths.edits, clock });
  const edits = new RemoteEdits({ copies, editor: deps.editors, sha256, clock, newName });
  const partsFile = jsonDocument({ path: join(paths.profile, 'left-parts.json'), ...leftPartsFormat });
  const leftParts = new LeftParts(deps.handOver.owned(partsFile));
  const bulk = new Bulk({
    accounts,
    inventory,
    deviceLogs,
    secrets: new BulkSecrets({ vault, randomBytes }),
    activity,
    clock,
    log,
    newId: () => randomBytes(12).toString('base64url'),
    inputsOf: (operation) => inputNames(describeInput(operation)),
  });
  const webSessions = new WebSessions({
    accounts,
    inventory,
    host: options.webSessionHost?.(log) ?? createWebSessionPages({ clock, log }),
    log,
  });
  const bridge = new Bridge({
    sessions: sessionParts(deps, tickets, { edits, leftParts }),
    alerts: deps.alerts,
    activity,
    accounts,
    bulk,
    deviceEditor: new DeviceEditor({ accounts, inventory, activity, log }),
    previewRequest: async (account, operation, input, signal) => {
      const vendor = accounts.vendor(account.vendor);
      const secretNames = await accounts.secretNames(account.id);
      if (vendor === undefined || !secretNames.ok) return secretNames.ok ? cancelled() : secretNames;
      const known = { vendor, account, secretNames: secretNames.value, clock, random };
      return previewRequest(known, operation, input, signal);
    },
    deviceLogs,
    speedTests: new SpeedTests({ journal: createLineJournal({ folder: paths.speedTests }), clock }),
    actions: new LocalActions({ accounts, inventory, log }),
    webSessions,
    inventory,
    preferences: deps.preferences,
    forwards: deps.forwards,
    launches: deps.launches,
    credentials: deps.credentials,
    settings: deps.settings,
    app: deps.app,
    tickets,
    clock,
    log,
    unlock: deps.unlock,
    describeInput,
    copyText: options.copyText,
    recents: deps.recents,
    showWindow: options.showWindow,
    diagnostics: {
      versions: runtimeVersions(version),
      uptimeMs: () => Math.round(performance.now()),
      memoryBytes: () => process.memoryUsage.rss(),
      timings: () => options.timings?.list() ?? [],
      log: () => log.recent(),
      write: (report) => writeReport(paths.reports, report),
    },
  });
  return {
    bridge,
    endWebSessions: () => webSessions.endAll(),
    /** Ends the sessions of all clients and their work. */
    dispose: async () => {
      const parted = new AbortController();
      const parting = bridge.dispose().finally(() => parted.abort());
      // A device that does not answer delays this by `partingMs` at most.
      await Promise.race([parting, sleep(clock, partingMs, parted.signal)]);
      await leftParts.settle();
      edits.dispose();
      await copies.clear();
      bulk.dispose();
      tickets.dispose();
      await webSessions.dispose();
      await deviceLogs.dispose();
    },
  };
};
