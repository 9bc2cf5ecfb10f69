import { ok, type Result } from '../core/base/errors.ts';
import type { MessageSocket } from '../node/control/control-socket.ts';
import { runtimeVersions } from '../node/runtime/runtime-report.ts';
import { createFileLog } from '../node/runtime/file-log.ts';
import { createRedactor } from '../node/runtime/redact.ts';
import { createSessionScope } from '../node/runtime/async-session-scope.ts';
import { systemClock, systemRandom } from '../node/runtime/system-clock.ts';
import { AppState } from '../services/app/app-state.ts';
import { hostKeyNotice } from '../services/ssh/host-key-notice.ts';
import { composeAlerts } from './compose-alerts.ts';
import { composeBridge } from './compose-bridge.ts';
import { composeClients } from './compose-clients.ts';
import { watchCrashes } from './compose-crashes.ts';
import { composeFleet } from './compose-fleet.ts';
import { composeForwards } from './compose-forwards.ts';
import { HandOver } from './compose-hand-over.ts';
import { composeLaunches } from './compose-launches.ts';
import { ownProfile, type OwnedProfile } from './compose-profile.ts';
import { vaultOf, watchedVault, watchVault } from './compose-vault.ts';
import { version, type Core, type CoreOptions } from './core.ts';
import { StartProblems } from './start-problems.ts';

/** Runs the work once, however often it is called. */
const once = (work: () => Promise<void>): (() => Promise<void>) => {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
};

const appState = (options: CoreOptions, problems: StartProblems): AppState =>
  new AppState({
    version,
    host: options.host,
    platform: process.platform,
    demo: options.demo ?? false,
    polling: true,
    vaultKind: options.vault,
    terminals: [],
    notices: problems
      .list()
      .map((problem, index) => ({ id: `start-${index}`, text: problem.message, hint: problem.hint })),
  });

/** Builds everything that runs on the profile, each part after the parts it needs. */
const composeParts = async (options: CoreOptions, { paths }: OwnedProfile) => {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const handOver = new HandOver(clock);
  const redactor = createRedactor();
  const log = createFileLog({ directory: paths.logs, clock, redactor });
  const opened = vaultOf(options, paths.vault, clock);
  const vault = watchedVault(opened.vault, redactor);
  const problems = new StartProblems();
  const outside = { clock, random, log };

  const fleet = await composeFleet({ paths, vault, systemProxy: options.systemProxy, problems, ...outside });
  const { settings, preferences, accounts, inventory, out } = fleet;
  const reach = await composeForwards({
    options,
    paths,
    handOver,
    out,
    accounts,
    inventory,
    settings,
    problems,
    ...outside,
  });
  const { forwards, hostKeys } = reach;
  const { longLived } = options;
  const launching = await composeLaunches({
    longLived,
    paths,
    vault,
    accounts,
    inventory,
    forwards,
    hostKeys,
    settings,
    problems,
    clock,
    log,
  });
  const { launches, credentials, recents } = launching;
  const app = appState(options, problems);
  const networkChanged = (): void => {
    fleet.networkChanged();
    forwards.networkChanged();
  };
  const watching = await composeAlerts({
    profile: paths.profile,
    accounts,
    inventory,
    preferences,
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
  const stopCrashWatch = watchCrashes(options.crashes, {
    app,
    clock,
    log,
    folder: paths.reports,
    programs: runtimeVersions(version),
    endSession: () => scope.endCurrent(),
  });
  const known = {
    settings,
    preferences,
    accounts,
    inventory,
    forwards,
    launches,
    credentials,
    recents,
    alerts,
    activity,
    app,
  };
  const serving = composeBridge({
    options,
    paths,
    vault,
    unlock: opened.unlock,
    scope,
    handOver,
    hostKeys,
    editors: launching.editors,
    ...known,
    ...outside,
  });
  hostKeys.seen.on((key) => {
    const notice = hostKeyNotice(key, inventory.devices.values());
    if (notice !== undefined) app.addNotice(notice);
  });
  const stopVaultWatch = watchVault(accounts, inventory, app);

  return {
    known: { ...known, vault, log, paths, bridge: serving.bridge },
    handOver,
    watching,
    networkChanged,
    vendorsChanged: () => fleet.networkChanged(),
    endWebSessions: serving.endWebSessions,
    stopServing: once(async () => {
      stopVaultWatch();
      reach.stopClosing();
      launching.stop();
      await serving.dispose();
    }),
    stopWatchingFleet: once(async () => {
      await watching.dispose();
      await inventory.dispose();
    }),
    closeNetwork: () => fleet.closeNetwork(),
    stopCrashWatch,
  };
};

/** Builds the core. Errors: conflict (another process has the profile), invalid-input. */
export const composeCore = async (options: CoreOptions): Promise<Result<Core>> => {
  const owned = await ownProfile(options);
  if (!owned.ok) return owned;
  const { control, socket } = owned.value;
  const parts = await composeParts(options, owned.value);
  const { known, handOver, watching } = parts;
  const { bridge, forwards, inventory, launches, app, vault, log } = known;

  const giveProfile = (successor: MessageSocket): Promise<void> =>
    handOver.run(successor, {
      control,
      bridge,
      forwards,
      stop: async () => {
        await parts.stopServing();
        await parts.stopWatchingFleet();
        log.dispose();
      },
    });
  const clients = composeClients({
    bridge,
    servesWindow: options.host === 'headless',
    // A long-lived command such as `quayside proxy` gives the profile to the application; the end of a short one is
    // waited for.
    giveProfile: options.host === 'cli' && options.longLived ? giveProfile : undefined,
  });
  owned.value.serve((client) => clients.serve(client));

  return ok({
    ...known,
    control,
    offerLinks: (give) => clients.offerLinks(give),
    offerWindow: (show) => clients.offerWindow(show),
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
      void parts.endWebSessions();
    },
    resume: () => {
      parts.vendorsChanged();
      watching.resume();
      void forwards.resume();
    },
    networkChanged: parts.networkChanged,
    handedOver: handOver.completed,
    get isHandedOver() {
      return handOver.isOver;
    },
    waitForSuccessor: () => handOver.waitForSuccessor(socket),
    connectionsEnded: (signal) => handOver.connectionsEnded(forwards, signal),
    dispose: once(async () => {
      control.refuse();
      for (const takenOver of options.takenOver ?? []) takenOver.release();
      await parts.stopServing();
      // Closing tunnels needs the accounts' connectors and their HTTP, so these end last.
      await forwards.dispose(handOver.hasSuccessor ? 'leave' : 'close');
      await parts.stopWatchingFleet();
      parts.closeNetwork();
      log.dispose();
      await control.dispose();
      parts.stopCrashWatch();
    }),
  });
};
