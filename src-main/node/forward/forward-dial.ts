import { connect } from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';
import { endsHere } from '../../core/forward/forward-errors.ts';
import type { TunnelTarget } from '../../core/forward/forward-engine.ts';
import { isForwardPort } from './forward-servers.ts';
import { EndGuard } from '../net/end-guard.ts';

/**
 * Milliseconds of silence after which the system checks the connection to the tunnel's end, ten times, a second apart.
 */
const keepAliveMs = 15_000;
/** Milliseconds after which another try is started beside the first. */
const hedgeMs = 1_000;

export interface DialListener {
  /** `dnsMs` where a name had to be looked up. */
  connected(socket: Socket, dialMs: number, dnsMs: number | undefined): void;
  /** `code` is the system's, DIAL_TIMEOUT, ENDS_HERE or ECANCELED. */
  failed(code: string): void;
}

/**
 * Dials a tunnel's end until one try succeeds, all have failed or the time is over. After a lost first packet, as while
 * a network comes back, the system tries again after 1, 3, 7 … s; so a fresh try is started beside the first each
 * second. Exactly one of the listener's functions is called, once, never from within the constructor.
 */
export class ForwardDial {
  readonly #target: TunnelTarget;
  readonly #guard: EndGuard;
  readonly #onread: OnReadOpts;
  readonly #listener: DialListener;
  readonly #started = performance.now();
  readonly #timers: NodeJS.Timeout[] = [];
  #first: Socket | undefined;
  #latest: Socket | undefined;
  #dnsMs: number | undefined;
  #isSettled = false;

  constructor(target: TunnelTarget, timeoutMs: number, onread: OnReadOpts, listener: DialListener) {
    this.#target = target;
    this.#guard = new EndGuard(target, isForwardPort);
    this.#onread = onread;
    this.#listener = listener;
    if (this.#guard.refuses) {
      this.#timers.push(setTimeout(() => this.#fail(endsHere), 0));
      return;
    }
    this.#first = this.#try();
    this.#timers.push(setTimeout(() => this.#fail('DIAL_TIMEOUT'), timeoutMs));
    this.#timers.push(setInterval(() => this.#hedge(), hedgeMs));
  }

  /** Gives up; `failed` is called with ECANCELED at once. */
  cancel(): void {
    this.#fail('ECANCELED');
  }

  #hedge(): void {
    this.#latest?.destroy();
    this.#latest = this.#try();
  }

  #try(): Socket {
    const socket = connect({
      host: this.#target.host,
      port: this.#target.port,
      lookup: this.#guard.lookup,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
      onread: this.#onread,
    });
    let code = 'ECONNABORTED';
    const lookup = (): void => {
      this.#dnsMs ??= performance.now() - this.#started;
    };
    const error = (failure: NodeJS.ErrnoException): void => {
      code = failure.code ?? failure.message;
    };
    const close = (): void => {
      if (this.#isSettled || socket.connecting) return;
      if (socket === this.#latest) this.#latest = undefined;
      // A refusal decides, whichever try got it; other failures of the first try end the dial, too.
      if (socket === this.#first || code === 'ECONNREFUSED') this.#fail(code);
    };
    socket.once('lookup', lookup).on('error', error).once('close', close);
    socket.once('connect', () => {
      this.#succeed(socket);
      // The connection's new owner listens now; without this the finished dial would stay in memory as long as the
      // connection.
      socket.off('lookup', lookup).off('error', error).off('close', close);
    });
    return socket;
  }

  #succeed(socket: Socket): void {
    if (this.#isSettled) {
      socket.destroy();
      return;
    }
    this.#settle();
    for (const other of [this.#first, this.#latest]) if (other !== socket) other?.destroy();
    const tookMs = performance.now() - this.#started;
    this.#listener.connected(socket, tookMs - (this.#dnsMs ?? 0), this.#dnsMs);
  }

  #fail(code: string): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#first?.destroy();
    this.#latest?.destroy();
    this.#listener.failed(code);
  }

  #settle(): void {
    this.#isSettled = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
