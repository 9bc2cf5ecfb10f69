import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import packageFacts from '../../package.json' with { type: 'json' };
import { composeAlerts } from './compose-alerts.ts';
import { watchCrashes, type CrashHost } from './compose-crashes.ts';
import { vaultOf, watchedVault, watchVault } from './compose-vault.ts';
import { composeNetwork, judgeSettings } from './compose-network.ts';
import { adoptTunnels, HandOver, isHandOverRequest, type TakenOver } from './compose-hand-over.ts';
import { AppState } from '../services/app/app-state.ts';
import { Bridge } from '../bridge/bridge.ts';
import { SecretTickets } from '../bridge/requests/secret-tickets.ts';
import type { KnownOperation } from '../bridge/views/known.ts';
import { inputNames } from '../bridge/views/views.ts';
import { cancelled, ok, type AppError, type Result } from '../core/base/errors.ts';
import { forwardRecordsFormat } from '../core/forward/forward-record.ts';
import { forwardHistoryFormat } from '../core/forward/forward-attempt.ts';
import { hostKeyPinsFormat } from '../core/ssh/host-key-pins.ts';
import { tunnelRecordsFormat } from '../core/forward/tunnel-record.ts';
import { fleetCacheFormat } from '../core/fleet/fleet-cache.ts';
import type { LaunchPlatform } from '../core/launch/launch-plan.ts';
import { sleep, type Clock, type Random } from '../core/base/clock.ts';
import type { Log } from '../core/base/log.ts';
import type { Notifier } from '../core/alert/notifier.ts';
import type { Vault, VaultKind } from '../core/base/vault.ts';
import { usesFormat } from '../core/launch/frecency.ts';
import { settingsFormat } from '../core/app/settings.ts';
import type { WebSessionHost } from '../core/session/web-session.ts';
import { controlPaths } from '../node/control/control-socket-path.ts';
import { openControlSocket, type ControlSocket, type MessageSocket } from '../node/control/control-socket.ts';
import { createExecutables } from '../node/desktop/executables.ts';
import { createFileLog } from '../node/runtime/file-log.ts';
import { createForwardHost } from '../node/forward/forward-host.ts';
import { createHttpClient } from '../node/http/http-client.ts';
import { createWebForwarder } from '../node/forward/http-forward.ts';
import { jsonDocument, jsonFolder } from '../node/storage/json-document.ts';
import { forgetKnownHost } from '../node/storage/known-hosts.ts';
import { createLineJournal } from '../node/storage/line-journal.ts';
import { openProfile, type ProfilePaths } from '../node/storage/paths.ts';
import { createProcesses } from '../node/desktop/processes.ts';
import { dialTcp } from '../node/net/socket-channel.ts';
import { createSshClient } from '../node/ssh/ssh-client.ts';
import { vncResponse } from '../node/ssh/vnc-response.ts';
import { reachable } from '../node/net/reachable.ts';
import { runtimeVersions, StartTimings, writeReport } from '../node/runtime/diagnostics.ts';
import { createRedactor } from '../node/runtime/redact.ts';
import { createSessionScope } from '../node/runtime/session-scope.ts';
import { systemClock, systemRandom } from '../node/runtime/system-clock.ts';
import { createWebSessionHost } from '../node/web-host/web-session-host.ts';
import { userFiles } from '../node/storage/user-files.ts';
import { createWebSocketClient } from '../node/http/websocket-client.ts';
import { accountsFormat } from '../services/fleet/accounts-format.ts';
import { pendingSecretsFormat } from '../services/fleet/pending-secrets.ts';
import { Accounts } from '../services/fleet/accounts.ts';
import { DeviceActions } from '../services/operation/actions.ts';
import type { Activity } from '../services/activity/activity.ts';
import type { Alerts } from '../services/alert/alerts.ts';
import { BulkSecrets } from '../services/operation/bulk-secrets.ts';
import { Bulk } from '../services/operation/bulk.ts';
import { DeviceEditor } from '../services/operation/device-editor.ts';
import { DeviceLogs } from '../services/operation/device-logs.ts';
import { devicePreferencesFormat, DevicePreferences } from '../services/fleet/device-preferences.ts';
import { Forwards } from '../services/forward/forwards.ts';
import { hostKeyNotice } from '../services/ssh/host-key-notice.ts';
import { HostKeys } from '../services/ssh/host-keys.ts';
import { Inventory } from '../services/fleet/inventory.ts';
import { ServiceCredentials, serviceCredentialsFormat } from '../services/launch/launch-credentials.ts';
import { Launches } from '../services/launch/launches.ts';
import { previewRequest } from '../services/operation/request-preview.ts';
import { Recents } from '../services/launch/recents.ts';
import { recogniseService } from '../services/forward/recognise-service.ts';
import { SettingsStore } from '../services/app/settings-store.ts';
import { LeftParts } from '../services/session/sftp.ts';
import { SshConfigSync } from '../services/ssh/ssh-config-sync.ts';
import { SshConfig } from '../services/ssh/ssh-config.ts';
import { SpeedTests } from '../services/operation/speed-tests.ts';
import { SshSessions } from '../services/session/ssh-sessions.ts';
import { VncSessions } from '../services/session/vnc-sessions.ts';
import { WebSessions } from '../services/session/web-sessions.ts';
import { vendors } from '../vendors/registry.ts';

export interface CoreOptions {
  /** The profile folder; the system's default where absent. */
  readonly profile?: string | undefined;
  readonly vault: VaultKind;
  /** Asked for the file vault's passphrase; undefined if nobody can answer. */
  readonly passphrase?: (() => Promise<string | undefined>) | undefined;
  readonly host: 'desktop' | 'headless' | 'cli';
  /** Whether this process stays until the user ends it; a command that is soon done does not. */
  readonly longLived: boolean;
  readonly demo?: boolean | undefined;
  /** Hears of errors nobody expected, so that they do not end the process; absent: nobody does. */
  readonly crashes?: CrashHost | undefined;
  /** What the processes hold that this profile was taken over from, one after the other. */
  readonly takenOver?: readonly TakenOver[] | undefined;
  /** The built script of the forward worker. */
  readonly forwardWorker: URL;
  /** Says by which proxies the system reaches an address, in Chromium's words; absent: the environment's count alone. */
  readonly systemProxy?: ((url: string) => Promise<string>) | undefined;
  /** Copies text, where the host has a clipboard. */
  readonly copyText?: ((text: string) => Promise<Result<void>>) | undefined;
  /** Shows the page of a session inside the application; absent: the caller opens it in a tab of the browser. */
  readonly showSession?: ((address: string) => void) | undefined;
  /** Shows sessions of vendors' web clients; absent: as pages for tabs of a browser. */
  readonly webSessionHost?: ((log: Log) => WebSessionHost) | undefined;
  /** Shows notices of the system; absent: they go into the window. */
  readonly notifier?: Notifier | undefined;
  /** Brings the window to the front, where the host has one. */
  readonly showWindow?: (() => void) | undefined;
  /** The phases of the start, for diagnostics. */
  readonly timings?: StartTimings | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** Everything that runs on one profile, whatever the host. */
export interface Core {
  readonly settings: SettingsStore;
  readonly notes: DevicePreferences;
  readonly accounts: Accounts;
  readonly inventory: Inventory;
  readonly forwards: Forwards;
  readonly launches: Launches;
  /** User names and passwords with which launched programs enter services. */
  readonly credentials: ServiceCredentials;
  readonly alerts: Alerts;
  /** The history of what happened. */
  readonly activity: Activity;
  readonly recents: Recents;
  readonly vault: Vault;
  readonly log: Log;
  readonly paths: ProfilePaths;
  readonly app: AppState;
  /** Serves clients: windows, browsers, command lines. */
  readonly bridge: Bridge;
  readonly control: ControlSocket;
  /** Says where `quayside serve`, run again elsewhere, gets a fresh link from. */
  offerLinks(give: () => string): void;
  /** Says how another `quayside serve --open` gets the window to the front; it answers whether there is one now. */
  offerWindow(show: () => Promise<boolean>): void;
  /** Starts polling and brings back the forwards of the last run. Not for commands that are soon done. */
  start(): Promise<void>;
  /** Stops polling while the computer sleeps or has no network. */
  suspend(): void;
  resume(): void;
  /** The network changed: lost ways to devices are tried at once. */
  networkChanged(): void;
  /**
   * Resolves once another process has taken the profile over; nothing works here any more then but the connections that
   * were open.
   */
  readonly handedOver: Promise<void>;
  readonly isHandedOver: boolean;
  /** After a hand-over: resolves when the next owner of the profile answers, or the process given it is gone. */
  waitForSuccessor(): Promise<void>;
  /** After a hand-over: resolves when the last of the connections has ended, or on `signal`. */
  connectionsEnded(signal: AbortSignal): Promise<void>;
  /** Closes what is open, tunnels at the vendors included. */
  dispose(): Promise<void>;
}

/** What sessions may take to put away what they had half done on devices, milliseconds. */
const partingMs = 3000;

/** The version of this application. */
export const version: string = packageFacts.version;

const describeInput = (operation: KnownOperation): Readonly<Record<string, unknown>> =>
  z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' });

const launchPlatform = (): LaunchPlatform =>
  process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** The same work, done once however often it is asked for. */
const once = (work: () => Promise<void>): (() => Promise<void>) => {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
};

const isLinkRequest = (message: unknown): message is { readonly type: 'link'; readonly show?: unknown } =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'link';

/** Builds everything by hand. Errors: conflict (another process has the profile), invalid-input. */
export const composeCore = async (options: CoreOptions): Promise<Result<Core>> => {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const profile = await openProfile(options.profile);
  if (!profile.ok) return profile;
  const paths = profile.value;
  const places = await controlPaths(paths.profile);
  if (!places.ok) return places;

  let serveClient: ((client: MessageSocket) => void) | undefined;
  const early: MessageSocket[] = [];
  // First of all, because whoever owns the profile may touch its files.
  const control = await openControlSocket({
    paths: places.value,
    hello: { host: options.host, longLived: options.longLived, vault: options.vault },
    onClient: (client) => (serveClient === undefined ? early.push(client) : serveClient(client)),
  });
  if (!control.ok) return control;

  const handOver = new HandOver(clock);
  const redactor = createRedactor();
  const log = createFileLog({ directory: paths.logs, clock, redactor });
  const userAgent = `Quayside/${version}`;
  const opened = vaultOf(options, paths.vault, clock);
  const vault = watchedVault(opened.vault, redactor);
  const problems: AppError[] = [];
  const note = (loaded: Result<unknown>): void => {
    if (!loaded.ok) problems.push(loaded.error);
  };

  const settings = await SettingsStore.load(jsonDocument({ path: paths.settings, ...settingsFormat }), judgeSettings);
  if (settings.problem !== undefined) problems.push(settings.problem);
  const network = composeNetwork({ settings, systemProxy: options.systemProxy, clock, log });
  const { out } = network;
  note(network.problem);
  const http = createHttpClient({ clock, random, userAgent, log, out });
  const sockets = createWebSocketClient({ clock, userAgent, out });
  const notes = new DevicePreferences(jsonDocument({ path: paths.devicePreferences, ...devicePreferencesFormat }));
  note(await notes.load());
  const recents = new Recents({ document: jsonDocument({ path: paths.recents, ...usesFormat }), clock });
  note(await recents.load());
  const accounts = new Accounts({
    document: jsonDocument({ path: paths.accounts, ...accountsFormat(vendors) }),
    pendingSecrets: jsonDocument({ path: join(paths.profile, 'pending-secrets.json'), ...pendingSecretsFormat }),
    vault,
    vendors,
    http,
    sockets,
    clock,
    random,
    log,
  });
  note(await accounts.load());
  const inventory = new Inventory({
    accounts,
    notes,
    settings,
    cache: jsonFolder({ folder: paths.cache, ...fleetCacheFormat }),
    clock,
    random,
    log,
  });
  problems.push(...(await inventory.load()));
  const hostKeys = new HostKeys({
    document: handOver.owned(jsonDocument({ path: join(paths.profile, 'host-keys.json'), ...hostKeyPinsFormat })),
    sha256,
    clock,
    forgetInClients: (alias) => forgetKnownHost(paths.knownHosts, alias),
  });
  note(await hostKeys.load());
  const forwards = new Forwards({
    document: handOver.owned(jsonDocument({ path: paths.forwards, ...forwardRecordsFormat })),
    host: createForwardHost({ worker: options.forwardWorker, log }),
    history: handOver.owned(
      jsonDocument({ path: join(paths.profile, 'forward-history.json'), ...forwardHistoryFormat }),
    ),
    tunnelDocument: handOver.owned(
      jsonDocument({ path: join(paths.profile, 'forward-tunnels.json'), ...tunnelRecordsFormat }),
    ),
    hostKeys,
    reachable,
    web: createWebForwarder({ out }),
    isTransient: options.host === 'cli',
    accounts,
    inventory,
    settings,
    clock,
    random,
    log,
  });
  note(await forwards.load());
  for (const takenOver of options.takenOver ?? []) void adoptTunnels(forwards, takenOver);
  const platform = launchPlatform();
  const executables = createExecutables({ platform: process.platform, env: process.env });
  const credentials = new ServiceCredentials({
    document: jsonDocument({ path: paths.serviceCredentials, ...serviceCredentialsFormat }),
    vault,
  });
  note(await credentials.load());
  // An account that answers can be rid of the tunnels of a run that crashed. A command that is soon done has no time for it.
  const stopClosing = inventory.changed.on(({ health }) => {
    if (!options.longLived) return;
    for (const id of health) if (inventory.health(id).error === undefined) void forwards.closeLeftovers(id);
  });
  const stopForgetting = accounts.changed.on(({ kind, account }) => {
    if (kind !== 'removed') return;
    void credentials.forgetAccount(account.id);
    void recents.forgetAccount(account.id);
  });
  const launches = new Launches({
    forwards,
    credentials,
    inventory,
    settings,
    executables,
    recognise: (place, port, signal) =>
      recogniseService({ dial: (limit) => dialTcp(place, limit), clock }, port, signal),
    processes: createProcesses({ clock, env: process.env, platform: process.platform }),
    platform,
    knownHostsFile: paths.knownHosts,
    env: process.env,
  });
  // A command that is soon done leaves this to whoever stays.
  const sshConfigSync = options.longLived
    ? new SshConfigSync({
        config: new SshConfig({ files: userFiles, ownFile: join(paths.profile, 'ssh_config') }),
        inventory,
        settings,
        clock,
        log,
        knownHostsFile: paths.knownHosts,
        platform,
      })
    : undefined;
  const app = new AppState({
    version,
    host: options.host,
    platform: process.platform,
    demo: options.demo ?? false,
    polling: true,
    vaultKind: vault.kind,
    terminals: [],
    notices: problems.map((problem, index) => ({ id: `start-${index}`, text: problem.message, hint: problem.hint })),
  });
  const networkChanged = (): void => {
    http.networkChanged();
    forwards.networkChanged();
  };
  const watching = await composeAlerts({
    profile: paths.profile,
    accounts,
    inventory,
    notes,
    settings,
    forwards,
    app,
    redactor,
    clock,
    log,
    notifier: options.notifier,
    demo: options.demo ?? false,
    networkChanged,
  });
  const { alerts, activity } = watching;
  const scope = createSessionScope();
  const stopHearing = watchCrashes(options.crashes, {
    app,
    clock,
    log,
    folder: paths.reports,
    programs: runtimeVersions(version),
    endSession: () => scope.endCurrent(),
  });
  const tickets = new SecretTickets({ clock, newTicket: () => randomBytes(24).toString('base64url') });
  const deviceLogs = new DeviceLogs({
    journal: createLineJournal({ folder: paths.deviceLogs }),
    accounts,
    clock,
    log,
  });
  const speedTests = new SpeedTests({ journal: createLineJournal({ folder: paths.speedTests }), clock });
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
    host: options.webSessionHost?.(log) ?? createWebSessionHost({ clock, log }),
    log,
  });
  const client = createSshClient({ env: process.env, platform: process.platform });
  const sessionNeeds = { forwards, inventory, credentials, log };
  const bridge = new Bridge({
    sessions: {
      ssh: new SshSessions({ ...sessionNeeds, client, hostKeys, settings, vault, sha256 }),
      vnc: new VncSessions({ ...sessionNeeds, dial: dialTcp, respond: vncResponse }),
      tickets,
      scope,
      showSession: options.showSession,
      newName: () => randomBytes(6).toString('hex'),
      leftParts: new LeftParts(),
    },
    alerts,
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
    speedTests,
    actions: new DeviceActions({ accounts, inventory, log }),
    webSessions,
    inventory,
    notes,
    forwards,
    launches,
    credentials,
    settings,
    app,
    tickets,
    clock,
    log,
    unlock: opened.unlock,
    describeInput,
    copyText: options.copyText,
    recents,
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
  hostKeys.seen.on((key) => {
    const notice = hostKeyNotice(key, inventory.devices.values());
    if (notice !== undefined) app.addNotice(notice);
  });
  const stopWatching = watchVault(accounts, inventory, app);

  const stopServing = once(async () => {
    stopWatching();
    stopForgetting();
    stopClosing();
    sshConfigSync?.dispose();
    const parted = new AbortController();
    const parting = bridge.dispose().finally(() => parted.abort());
    // A device that does not answer keeps nobody.
    await Promise.race([parting, sleep(clock, partingMs, parted.signal)]);
    bulk.dispose();
    tickets.dispose();
    await webSessions.dispose();
    await deviceLogs.dispose();
  });
  const stopWatchingFleet = once(async () => {
    await watching.dispose();
    await inventory.dispose();
  });
  // A command that stays, like `quayside proxy`, makes room for the application; one that is soon done is waited for.
  const givesUp = options.host === 'cli' && options.longLived;
  const giveUp = (successor: MessageSocket): Promise<void> =>
    handOver.run(successor, {
      control: control.value,
      bridge,
      forwards,
      stop: async () => {
        await stopServing();
        await stopWatchingFleet();
        log.dispose();
      },
    });

  // A window that is served to browsers comes later than the profile; whoever asks for its link waits for it.
  const links = Promise.withResolvers<(() => string) | undefined>();
  if (options.host !== 'headless') links.resolve(undefined);
  let showWindow: (() => Promise<boolean>) | undefined;
  const answerLink = async (client: MessageSocket, show: boolean): Promise<void> => {
    const giveLink = await links.promise;
    const shown = show && (await showWindow?.()) === true;
    client.send({ type: 'link', url: giveLink?.(), shown });
  };
  serveClient = (client) => {
    bridge.connect({
      send: (frame) => client.send(frame),
      onMessage: (listener) =>
        client.onMessage((message) => {
          if (isLinkRequest(message)) void answerLink(client, message.show === true);
          else if (givesUp && isHandOverRequest(message)) void giveUp(client);
          else listener(message);
        }),
      onClose: (listener) => client.onClose(listener),
      backlog: () => client.backlog(),
    });
  };
  for (const client of early.splice(0)) serveClient(client);

  const dispose = once(async () => {
    control.value.refuse();
    for (const takenOver of options.takenOver ?? []) takenOver.release();
    await stopServing();
    // The tunnels are closed with the accounts' connectors, so these and their HTTP go last.
    await forwards.dispose(handOver.hasSuccessor ? 'leave' : 'close');
    await stopWatchingFleet();
    network.dispose();
    sockets.dispose();
    http.dispose();
    log.dispose();
    await control.value.dispose();
    stopHearing();
  });

  return ok({
    settings,
    notes,
    accounts,
    inventory,
    forwards,
    launches,
    credentials,
    alerts,
    activity,
    recents,
    vault,
    log,
    paths,
    app,
    bridge,
    control: control.value,
    offerLinks: links.resolve,
    offerWindow: (show) => {
      showWindow = show;
    },
    start: async () => {
      watching.start();
      inventory.start();
      await forwards.resume();
      const [status, terminals] = await Promise.all([vault.status(), launches.terminals()]);
      app.setVaultError(status.ok ? undefined : status.error);
      app.setTerminals(terminals);
    },
    suspend: () => {
      watching.suspend();
      forwards.suspend();
      void webSessions.endAll();
    },
    resume: () => {
      http.networkChanged();
      watching.resume();
      void forwards.resume();
    },
    networkChanged,
    handedOver: handOver.completed,
    get isHandedOver() {
      return handOver.isOver;
    },
    waitForSuccessor: () => handOver.waitForSuccessor(places.value.socket),
    connectionsEnded: (signal) => handOver.connectionsEnded(forwards, signal),
    dispose,
  });
};
