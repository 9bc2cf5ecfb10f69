import packageFacts from '../../package.json' with { type: 'json' };
import type { Bridge } from '../bridge/bridge.ts';
import type { Clock, Random } from '../core/base/clock.ts';
import type { Result } from '../core/base/errors.ts';
import type { Log } from '../core/base/log.ts';
import type { Vault, VaultKind } from '../core/base/vault.ts';
import type { Notifier } from '../core/alert/notifier.ts';
import type { WebSessionPages } from '../core/session/web-session.ts';
import type { ControlSocket } from '../node/control/control-socket.ts';
import type { StartTimings } from '../node/runtime/runtime-report.ts';
import type { ProfilePaths } from '../node/storage/profile-paths.ts';
import type { Activity } from '../services/activity/activity.ts';
import type { Alerts } from '../services/alert/alerts.ts';
import type { AppState } from '../services/app/app-state.ts';
import type { SettingsStore } from '../services/app/settings-store.ts';
import type { Accounts } from '../services/fleet/accounts.ts';
import type { DevicePreferences } from '../services/fleet/device-preferences.ts';
import type { Inventory } from '../services/fleet/inventory.ts';
import type { Forwards } from '../services/forward/forwards.ts';
import type { ServiceCredentials } from '../services/launch/service-credentials.ts';
import type { Launches } from '../services/launch/launches.ts';
import type { Recents } from '../services/launch/recents.ts';
import type { CrashHandling } from './compose-crashes.ts';
import type { TakenOver } from './compose-hand-over.ts';

/** The version of this application. */
export const version: string = packageFacts.version;

export interface CoreOptions {
  /** The profile folder; the system's default where absent. */
  readonly profile?: string | undefined;
  readonly vault: VaultKind;
  /** Asked for the file vault's passphrase; undefined if no user can answer. */
  readonly passphrase?: (() => Promise<string | undefined>) | undefined;
  readonly host: 'desktop' | 'headless' | 'cli';
  /** Whether this process runs until the user ends it; a short command does not. */
  readonly longLived: boolean;
  readonly demo?: boolean | undefined;
  /** Receives unexpected errors, so that they do not end the process. Absent: they end it. */
  readonly crashes?: CrashHandling | undefined;
  /** What previous processes still hold of this profile, one after the other. */
  readonly takenOver?: readonly TakenOver[] | undefined;
  /** The built script of the forward worker. */
  readonly forwardWorker: URL;
  /**
   * Asks the system by which proxies an address is reached, in Chromium's format; if absent, only the environment's are
   * used.
   */
  readonly systemProxy?: ((url: string) => Promise<string>) | undefined;
  /** Copies text, where the host has a clipboard. */
  readonly copyText?: ((text: string) => Promise<Result<void>>) | undefined;
  /** Shows the page of a session inside the application; absent: the caller opens it in a tab of the browser. */
  readonly showSession?: ((address: string) => void) | undefined;
  /** Shows sessions of vendors' web clients; absent: as pages for tabs of a browser. */
  readonly webSessionHost?: ((log: Log) => WebSessionPages) | undefined;
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
  readonly preferences: DevicePreferences;
  readonly accounts: Accounts;
  readonly inventory: Inventory;
  readonly forwards: Forwards;
  readonly launches: Launches;
  /** User names and passwords that launched programs use for services. */
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
  /** Sets where `quayside serve`, run again elsewhere, gets a fresh link from. */
  offerLinks(give: () => string): void;
  /**
   * Sets how another `quayside serve --open` brings the window to the front; it answers whether there is a window now.
   */
  offerWindow(show: () => Promise<boolean>): void;
  /** Starts polling and restores the forwards of the last run. Not for short commands. */
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
