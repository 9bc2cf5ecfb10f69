import type { AppError } from '../base/errors.ts';
import type { DialHop } from './forward-errors.ts';

/**
 * The state of one forward, what can happen to it, and what is to be done about it; forward-machine.ts is the machine.
 *
 * Machine and pump know a tunnel by its `tunnelId`, a number that only grows, so that late answers are told from
 * current ones. Tunnels are replaced first and then retired: a retired tunnel takes no new clients and is
 * closed at the vendor when its last connection has ended.
 */

/**
 * stopped: the port is kept but nothing listens. reconnecting: the way to the device is lost, clients are held while a new
 * one is tried; `error` says what is wrong. failed: `error` says why; the port may still be bound.
 */
export type ForwardState = 'stopped' | 'listening' | 'dialling' | 'open' | 'idle' | 'reconnecting' | 'failed';

/** Milliseconds of the phases of the last attempt; a phase not reached yet is absent. */
export interface ForwardTimings {
  readonly bindMs?: number;
  readonly vendorMs?: number;
  /** Finding the address of the tunnel's host; absent if it is an address already. */
  readonly dnsMs?: number;
  readonly dialMs?: number;
  /** From the connection to the first byte from the device. */
  readonly firstByteMs?: number;
  /** From the first byte sent to the device to the first byte back after it. */
  readonly firstByteBackMs?: number;
}

/** The phases the pump measures. */
export type PumpTimings = Pick<ForwardTimings, 'dnsMs' | 'dialMs' | 'firstByteMs' | 'firstByteBackMs'>;

export interface Forward {
  readonly state: ForwardState;
  /** Present exactly while `state` is failed or reconnecting. */
  readonly error?: AppError;
  /** Whether the user wants it; false only when stopped. */
  readonly wanted: boolean;
  /** Number of the last bind asked for; answers to earlier ones are ignored. */
  readonly bind: number;
  /** Whether the answer to that bind is still awaited. */
  readonly binding: boolean;
  readonly bound: boolean;
  /** How many times in a row another program had the port, and epoch milliseconds of the next try to bind it. */
  readonly taken: number;
  readonly rebindAt?: number;
  /** Number of the last tunnel asked for. */
  readonly lastTunnelId: number;
  /** The tunnel new clients take, or that the vendor is being asked for. */
  readonly tunnelId?: number;
  /** Whether the vendor's answer for `tunnelId` is still awaited. */
  readonly opening: boolean;
  /** A dead tunnel whose replacement has been asked for. */
  readonly replacing?: number;
  /** Whether a fresh tunnel was asked for since a connection last succeeded. */
  readonly replaced: boolean;
  /** The tunnel asked for to take the place of the current one before that expires. */
  readonly renewal?: number;
  /** Epoch milliseconds at which the current tunnel is to be renewed. */
  readonly renewAt?: number;
  /** Consecutive failures in the present outage; zero without an outage. */
  readonly attempt: number;
  /** Start of the present outage, epoch milliseconds. */
  readonly reconnectingSince?: number;
  /** Epoch milliseconds of the next attempt, while reconnecting and not trying. */
  readonly nextAttemptAt?: number;
  /** How many times in a row it gave up, and epoch milliseconds until which clients are refused therefore. */
  readonly failures: number;
  readonly cooldownUntil?: number;
  /** Whether the pump holds clients. */
  readonly waiting: boolean;
  /** Whether a connection succeeded since the port was bound or the forward last gave up. */
  readonly worked: boolean;
  /** Tunnels without new clients, whose last connections have not ended yet. */
  readonly retiring: readonly number[];
  /** Whether the pump has been asked to retire `tunnelId` if it is idle. */
  readonly closingIdle: boolean;
  readonly connections: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly timings: ForwardTimings;
  /** Milliseconds; zero means the tunnel is never closed for being idle. */
  readonly idleTimeoutMs: number;
  /** Epoch milliseconds at which the present idle period ends the tunnel. */
  readonly idleUntil?: number;
}

export type ForwardEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | { readonly type: 'bound'; readonly bind: number; readonly bindMs: number }
  | { readonly type: 'bind-failed'; readonly bind: number; readonly error: AppError }
  /** A client is held and has no tunnel. */
  | { readonly type: 'waiting' }
  /** The last waiting client has left or was refused. */
  | { readonly type: 'none-waiting' }
  | {
      readonly type: 'tunnel-opened';
      readonly tunnelId: number;
      readonly vendorMs: number;
      /** Epoch milliseconds, where the vendor limits the tunnel's life. */
      readonly expiresAt?: number;
    }
  | { readonly type: 'tunnel-refused'; readonly tunnelId: number; readonly vendorMs: number; readonly error: AppError }
  /** The pump received the tunnel but no client was waiting any more. */
  | { readonly type: 'unused'; readonly tunnelId: number }
  | { readonly type: 'connected'; readonly tunnelId: number; readonly dialMs: number }
  /**
   * The tunnel's end could not be dialled. The pump holds the clients and sends no more to it. `gone` where its
   * computer answered that nothing listens there; otherwise the network may be at fault, and the tunnel still good.
   */
  | {
      readonly type: 'tunnel-dead';
      readonly tunnelId: number;
      readonly error: AppError;
      readonly gone: boolean;
      readonly hop: DialHop;
    }
  /** The vendor has ended the tunnel, or it expired; its connections cannot survive. */
  | { readonly type: 'lost'; readonly tunnelId: number }
  /** The network changed, the computer woke up, or the vendor answers again: waiting longer is pointless. */
  | { readonly type: 'try-now' }
  /** The last connection of a retired tunnel has ended. */
  | { readonly type: 'retired'; readonly tunnelId: number }
  /** The tunnel asked to be closed for idleness is in use after all. */
  | { readonly type: 'kept'; readonly tunnelId: number }
  /** Connections now, bytes since the last report. */
  | {
      readonly type: 'traffic';
      readonly connections: number;
      readonly bytesUp: number;
      readonly bytesDown: number;
      readonly timings?: PumpTimings;
    }
  | { readonly type: 'tick' }
  | { readonly type: 'idle-timeout'; readonly ms: number }
  /** The pump has ended with every listener and connection; a new one is needed. */
  | { readonly type: 'pump-lost'; readonly error: AppError };

export type ForwardEffect =
  | { readonly type: 'bind'; readonly bind: number }
  /** Closes the listener and all connections. */
  | { readonly type: 'unbind' }
  /** Asks the vendor; `instead` names the tunnel that is replaced, because it is dead for sure or about to expire. */
  | {
      readonly type: 'open-tunnel';
      readonly tunnelId: number;
      readonly instead?: number;
      readonly because?: 'gone' | 'expiring';
    }
  /** Stops waiting for the vendor's answer. A tunnel that the vendor still grants comes as `tunnel-opened`. */
  | { readonly type: 'abandon-tunnel'; readonly tunnelId: number }
  | { readonly type: 'close-tunnel'; readonly tunnelId: number }
  /** Sends held and new clients by this tunnel. */
  | { readonly type: 'use-tunnel'; readonly tunnelId: number }
  | { readonly type: 'retire'; readonly tunnelId: number; readonly onlyIfIdle: boolean }
  /** Resets the connections of a tunnel that is no more. */
  | { readonly type: 'break'; readonly tunnelId: number }
  /** Closes the clients that are held. */
  | { readonly type: 'reject-waiting' };

export interface Step {
  readonly forward: Forward;
  readonly effects: readonly ForwardEffect[];
}

/** The state of a forward that was never started. `idleTimeoutMs` zero means never. */
export const newForward = (idleTimeoutMs: number): Forward => ({
  state: 'stopped',
  wanted: false,
  bind: 0,
  binding: false,
  bound: false,
  taken: 0,
  lastTunnelId: 0,
  opening: false,
  replaced: false,
  attempt: 0,
  failures: 0,
  waiting: false,
  worked: false,
  retiring: [],
  closingIdle: false,
  connections: 0,
  bytesUp: 0,
  bytesDown: 0,
  timings: {},
  idleTimeoutMs,
});
