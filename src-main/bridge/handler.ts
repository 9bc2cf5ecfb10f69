import type { z } from 'zod';
import type { Account } from '../core/account.ts';
import type { Result } from '../core/errors.ts';
import type { Clock, Log, Vault } from '../core/ports.ts';
import type { Accounts } from '../services/accounts.ts';
import type { DeviceActions } from '../services/actions.ts';
import type { DeviceLogs } from '../services/device-logs.ts';
import type { DeviceNotes } from '../services/device-notes.ts';
import type { Forwards } from '../services/forwards.ts';
import type { Inventory } from '../services/inventory.ts';
import type { ServiceCredentials } from '../services/launch-credentials.ts';
import type { Launches } from '../services/launches.ts';
import type { PreviewedRequest } from '../services/request-preview.ts';
import type { Recents } from '../services/recents.ts';
import type { SettingsStore } from '../services/settings-store.ts';
import type { SpeedTests } from '../services/speed-tests.ts';
import type { WebSessions } from '../services/web-sessions.ts';
import { isRequestName } from '../../src-preload/contract/requests.ts';
import type { RequestName, RequestOutput, Requests } from '../../src-preload/contract/requests.ts';
import type { BridgeActivity, BridgeAlerts } from './alert-requests.ts';
import type { AppState } from './app-state.ts';
import type { BulkService } from './bulk-requests.ts';
import type { DiagnosticsSource } from './diagnostics.ts';
import type { SecretTickets } from './secret-tickets.ts';
import type { SessionDeps } from './session-requests.ts';
import type { KnownOperation } from './views.ts';

/** What the request handlers work with. */
export interface BridgeDeps {
  readonly accounts: Pick<
    Accounts,
    'list' | 'get' | 'add' | 'test' | 'update' | 'remove' | 'connector' | 'vendor' | 'changed'
  >;
  readonly inventory: Pick<
    Inventory,
    'devices' | 'device' | 'nameOf' | 'servicesOf' | 'health' | 'refresh' | 'changed'
  >;
  readonly notes: Pick<
    DeviceNotes,
    | 'isFavourite'
    | 'setFavourite'
    | 'defaultServiceId'
    | 'setDefaultService'
    | 'customServices'
    | 'addService'
    | 'removeService'
    | 'forgetAccount'
    | 'changed'
  >;
  readonly forwards: Pick<
    Forwards,
    | 'list'
    | 'get'
    | 'open'
    | 'hold'
    | 'letGo'
    | 'stop'
    | 'remove'
    | 'removeAccount'
    | 'acceptHostKey'
    | 'share'
    | 'limit'
    | 'history'
    | 'statistics'
    | 'resolve'
    | 'changed'
  >;
  readonly launches: Pick<Launches, 'command' | 'sshPlan' | 'open' | 'launchers' | 'checkProgram'>;
  readonly credentials: Pick<ServiceCredentials, 'facts' | 'change' | 'changed'>;
  readonly recents: Pick<Recents, 'keys' | 'note' | 'changed'>;
  readonly settings: Pick<SettingsStore, 'get' | 'change' | 'changed'>;
  readonly deviceLogs: Pick<DeviceLogs, 'take' | 'call' | 'read' | 'files' | 'forget'>;
  readonly speedTests: Pick<SpeedTests, 'list' | 'keep'>;
  readonly alerts: BridgeAlerts;
  readonly activity: BridgeActivity;
  readonly actions: Pick<DeviceActions, 'list' | 'run'>;
  readonly webSessions: Pick<WebSessions, 'open'>;
  readonly sessions: SessionDeps;
  readonly vault: Pick<Vault, 'status'>;
  readonly app: AppState;
  readonly tickets: SecretTickets;
  readonly clock: Clock;
  readonly log: Log;
  /** Unlocks the vault, with a passphrase where it takes one. */
  readonly unlock: (passphrase: string | undefined) => Promise<Result<void>>;
  /** The JSON Schema of an operation's input. */
  readonly describeInput: (operation: KnownOperation) => Readonly<Record<string, unknown>>;
  readonly bulk: BulkService;
  /** The request that a call would send, with placeholders for every secret. Nothing is sent. */
  readonly previewRequest: (
    account: Account,
    operation: KnownOperation,
    input: unknown,
    signal: AbortSignal,
  ) => Promise<Result<PreviewedRequest>>;
  /** Brings the window to the front; absent where the host has none. */
  readonly showWindow?: (() => void) | undefined;
  readonly diagnostics: DiagnosticsSource;
  /** Copies text; absent where the host has no clipboard of its own. */
  readonly copyText?: ((text: string) => Promise<Result<void>>) | undefined;
}

/** Answers one request whose input the contract has parsed; `client` is the same object for all requests of one client. */
export type Handler<N extends RequestName> = (
  input: z.output<Requests[N]['input']>,
  signal: AbortSignal,
  client: object,
) => Promise<Result<RequestOutput<N>>>;

/** One handler per request: a missing one does not compile. */
export type Handlers<N extends RequestName = RequestName> = { readonly [Name in N]: Handler<Name> };

/** The name of a request as the log may have it: one that we do not know may hold anything, a secret too. */
export const loggedName = (name: string): string => (isRequestName(name) ? name : 'unknown');
