import type { Emitter } from '../base/emitter.ts';
import type { AppError, Result } from '../base/errors.ts';
import type { DialHop, RefusalReason } from './forward-errors.ts';
import type { PumpTimings } from './forward.ts';

/**
 * The port behind which sockets are: it owns the listeners and moves the bytes. `src-main/node/forward/worker-forward-engine.ts`
 * implements it with a worker thread. All commands about one forward are carried out in the order given.
 */
export interface ForwardEngine {
  /**
   * Binds a loopback address, and what `options` wants beside it. A forward that listens already gets the new port
   * first and then loses the old one; its connections stay. Errors, of the first address alone: port-in-use (naming who
   * holds it, where that can be read), invalid-input (not a loopback address, or a port only an administrator may use),
   * internal (no worker can be had).
   */
  listen(request: ListenRequest): Promise<Result<Listening>>;
  /** Changes what is wanted beside the first address. Errors: not-found (it does not listen), internal. */
  configure(id: string, options: ListenOptions): Promise<Result<Listening>>;
  /** Closes the listener and every connection of the forward. Resolves when they are closed. */
  unlisten(id: string): Promise<void>;
  /**
   * Closes the listeners of all forwards for good, so that another process may have their ports; clients that are
   * connected or held go on. `listen` fails from now on.
   */
  leave(): Promise<void>;
  /** Sends held and new clients to `target`. */
  useTunnel(id: string, tunnelId: number, target: TunnelTarget): void;
  /** Stops sending clients by `tunnelId`; answers `retired` once its last connection has ended, or `kept`. */
  retire(id: string, tunnelId: number, onlyIfIdle: boolean): void;
  /** Resets the connections of a tunnel. */
  breakTunnel(id: string, tunnelId: number): void;
  /** Closes (by reset) the clients that are held. */
  rejectWaiting(id: string): void;
  /** The network may have changed: resets what cannot live on, asks soon whether the rest does. */
  check(): void;
  /** The connections of a forward now; none where it does not listen. */
  peers(id: string): Promise<readonly ForwardPeer[]>;
  /** A port nobody holds now on any of the addresses, not among `avoid`; undefined if none was found. */
  freePort(addresses: readonly string[], avoid: ReadonlySet<number>): Promise<number | undefined>;
  readonly events: Emitter<ForwardEngineEvent>;
  dispose(): Promise<void>;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What a forward wants beside its first address. */
export interface ListenOptions {
  /** More loopback addresses; a failure to bind one is reported and does not fail the call. */
  readonly extraEndpoints: readonly Endpoint[];
  /** Port on the computer's own network addresses, for these sources (addresses or CIDR blocks) alone. */
  readonly share?: { readonly port: number; readonly allow: readonly string[] };
  readonly limits: ForwardLimits;
  /** Whether servers of this kind speak first, so that one that says nothing is broken. */
  readonly speaksFirst: boolean;
  /** Whether the first bytes of connections are reported as `opening` events. */
  readonly observe: boolean;
}

export interface ForwardLimits {
  /** Connections at once; more are reset. */
  readonly maxConnections: number;
  /** Connections to the tunnel's end that are being made at once; more wait. */
  readonly maxDials: number;
}

export const defaultLimits: ForwardLimits = { maxConnections: 12_000, maxDials: 64 };

/** Nothing beside the first address. */
export const plainOptions: ListenOptions = {
  extraEndpoints: [],
  limits: defaultLimits,
  speaksFirst: false,
  observe: false,
};

export interface ListenRequest extends Endpoint {
  readonly id: string;
  readonly options?: ListenOptions;
}

export interface Listening {
  /** Milliseconds; zero where nothing was bound again. */
  readonly bindMs: number;
  /** Bound beside the first address, on loopback and, where shared, on the network. */
  readonly extraEndpoints: readonly Endpoint[];
  readonly bindFailures: readonly (Endpoint & { readonly error: AppError })[];
}

export interface TunnelTarget {
  readonly host: string;
  readonly port: number;
  /** Whether it must lie outside this computer and its link, as what a vendor on the Internet names. */
  readonly outside?: boolean;
}

/** One client. Times are epoch milliseconds. */
export interface ForwardPeer {
  readonly address: string;
  readonly port: number;
  readonly since: number;
  readonly state: 'waiting' | 'open';
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** The program behind it, where it runs here and may be read. */
  readonly process?: string;
}

/** What happened to one forward since the last report. Byte counts are differences, the others counts. */
export interface TrafficReport {
  readonly id: string;
  readonly connections: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Clients turned away for a limit or for their address. */
  readonly refused: number;
  /** Of the last of them. */
  readonly refusedFor?: RefusalReason;
  /** Of the newest connection that got so far. */
  readonly timings?: PumpTimings;
}

export type ForwardEngineEvent =
  | { readonly type: 'waiting'; readonly id: string }
  | { readonly type: 'none-waiting'; readonly id: string }
  | { readonly type: 'unused'; readonly id: string; readonly tunnelId: number }
  | { readonly type: 'connected'; readonly id: string; readonly tunnelId: number; readonly dialMs: number }
  | {
      readonly type: 'tunnel-dead';
      readonly id: string;
      readonly tunnelId: number;
      readonly error: AppError;
      readonly gone: boolean;
      readonly hop: DialHop;
    }
  /** Much was sent and nothing came back. `mute` where a server that speaks first has said nothing at all. */
  | { readonly type: 'silent'; readonly id: string; readonly tunnelId: number; readonly mute: boolean }
  | { readonly type: 'retired'; readonly id: string; readonly tunnelId: number }
  | { readonly type: 'kept'; readonly id: string; readonly tunnelId: number }
  /** First bytes of a connection, in order, at most 64 KiB each way; `end` once the connection is closed. */
  | {
      readonly type: 'opening';
      readonly id: string;
      readonly connection: number;
      readonly direction: 'up' | 'down' | 'end';
      readonly bytes: Uint8Array;
    }
  /** At most a few a second, only what changed. */
  | { readonly type: 'traffic'; readonly reports: readonly TrafficReport[] }
  /** Every listener and connection is gone; `listen` starts a new worker. */
  | { readonly type: 'lost'; readonly error: AppError };
