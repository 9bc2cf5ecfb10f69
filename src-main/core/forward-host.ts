import type { Emitter } from './emitter.ts';
import type { AppError, Result } from './errors.ts';

/**
 * The port behind which sockets are: it owns the listeners and moves the bytes. `src-main/node/forward-host.ts`
 * implements it with a worker thread. All commands about one forward are carried out in the order given.
 */
export interface ForwardHost {
  /**
   * Binds a loopback address. A forward that listens already gets the new port first and then loses the old one; its
   * connections stay. Errors: port-in-use (naming who holds it, where that can be read), invalid-input (not a loopback
   * address, or a port only an administrator may use), internal (no worker can be had).
   */
  listen(request: ListenRequest): Promise<Result<{ readonly bindMs: number }>>;
  /** Closes the listener and every connection of the forward. Resolves when they are closed. */
  unlisten(id: string): Promise<void>;
  /** Sends held and new clients to `target`. */
  route(id: string, route: number, target: RouteTarget): void;
  /** Stops sending clients by `route`; answers `retired` once its last connection has ended, or `kept`. */
  retire(id: string, route: number, onlyIfIdle: boolean): void;
  /** Closes (by reset) the clients that are held. */
  rejectWaiting(id: string): void;
  /** A port nobody holds now, not among `avoid`; undefined where none was found. */
  freePort(address: string, avoid: ReadonlySet<number>): Promise<number | undefined>;
  readonly events: Emitter<ForwardHostEvent>;
  dispose(): Promise<void>;
}

export interface ListenRequest {
  readonly id: string;
  /** Inside 127.0.0.0/8, or ::1. */
  readonly address: string;
  readonly port: number;
}

export interface RouteTarget {
  readonly host: string;
  readonly port: number;
}

/** What happened to one forward since the last report. Byte counts are differences, `connections` is a count. */
export interface TrafficReport {
  readonly id: string;
  readonly connections: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Milliseconds, of the newest connection that got so far. */
  readonly dialMs?: number;
  readonly firstByteMs?: number;
}

export type ForwardHostEvent =
  | { readonly type: 'waiting'; readonly id: string }
  | { readonly type: 'unused'; readonly id: string; readonly route: number }
  | { readonly type: 'connected'; readonly id: string; readonly route: number; readonly dialMs: number }
  | { readonly type: 'route-dead'; readonly id: string; readonly route: number; readonly error: AppError }
  | { readonly type: 'retired'; readonly id: string; readonly route: number }
  | { readonly type: 'kept'; readonly id: string; readonly route: number }
  /** At most a few a second, only what changed. */
  | { readonly type: 'traffic'; readonly reports: readonly TrafficReport[] }
  /** Every listener and connection is gone; `listen` starts a new worker. */
  | { readonly type: 'lost'; readonly error: AppError };
