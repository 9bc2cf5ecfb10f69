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
   * Binds a loopback address, and what `options` adds. A forward that listens already gets the new port first and then
   * loses the old one; its connections stay. Errors, for the first address only: port-in-use (naming the holder, if it
   * can be read), invalid-input (not a loopback address, or a port only an administrator may use), internal (no worker
   * can be started).
   */
  listen(request: ListenRequest): Promise<Result<Listening>>;
  /** Changes what is bound beside the first address. Errors: not-found (it does not listen), internal. */
  configure(id: string, options: ListenOptions): Promise<Result<Listening>>;
  /** Closes the listener and every connection of the forward. Resolves when they are closed. */
  unlisten(id: string): Promise<void>;
  /**
   * Closes the listeners of all forwards for good, so that another process can take their ports; connected and held
   * clients continue. `listen` fails from now on.
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
  /** The network may have changed: resets connections that cannot survive, and soon checks the others. */
  check(): void;
  /** The connections of a forward; none if it does not listen. */
  peers(id: string): Promise<readonly ForwardPeer[]>;
  /** A port that is free on all of the addresses and not among `avoid`; undefined if none was found. */
  freePort(addresses: readonly string[], avoid: ReadonlySet<number>): Promise<number | undefined>;
  readonly events: Emitter<ForwardEngineEvent>;
  dispose(): Promise<void>;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What a forward binds beside its first address. */
export interface ListenOptions {
  /** More loopback addresses; a failure to bind one is reported and does not fail the call. */
  readonly extraEndpoints: readonly Endpoint[];
  /** The port on the computer's own network addresses, for these sources (addresses or CIDR blocks) only. */
  readonly share?: { readonly port: number; readonly allow: readonly string[] };
  readonly limits: ForwardLimits;
  /** Whether servers of this kind speak first, so that a silent one is broken. */
  readonly speaksFirst: boolean;
  /** Whether the first bytes of connections are reported as `opening` events. */
  readonly observe: boolean;
}

export interface ForwardLimits {
  /** The maximum of connections; more are reset. */
  readonly maxConnections: number;
  /** The maximum of connections to the tunnel's end that are being made at once; more wait. */
  readonly maxDials: number;
}

export const defaultLimits: ForwardLimits = { maxConnections: 12_000, maxDials: 64 };

/** Nothing but the first address. */
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
  /** Milliseconds; zero if nothing was bound again. */
  readonly bindMs: number;
  /** Bound beside the first address, on loopback and, where shared, on the network. */
  readonly extraEndpoints: readonly Endpoint[];
  readonly bindFailures: readonly (Endpoint & { readonly error: AppError })[];
}

export interface TunnelTarget {
  readonly host: string;
  readonly port: number;
  /**
   * Whether the target must lie outside this computer and its link, as anything that a vendor on the Internet names.
   */
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
  /** The program behind it, if it runs here and can be read. */
  readonly process?: string;
}

/** What happened to one forward since the last report. Byte counts are differences, the others are totals. */
export interface TrafficReport {
  readonly id: string;
  readonly connections: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Clients turned away for a limit or for their address. */
  readonly refused: number;
  /** The reason for the last of them. */
  readonly refusedFor?: RefusalReason;
  /** The timings of the newest connection that was established. */
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
  /** Much was sent and nothing came back. `mute`: a server that speaks first has said nothing at all. */
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
  /** A few times a second at most, only what changed. */
  | { readonly type: 'traffic'; readonly reports: readonly TrafficReport[] }
  /** All listeners and connections are gone; `listen` starts a new worker. */
  | { readonly type: 'lost'; readonly error: AppError };
