import type { Socket } from 'node:net';
import type { TunnelTarget } from '../../core/forward/forward-engine.ts';
import type { PumpTimings } from '../../core/forward/forward.ts';
import { adopt } from './adopt-socket.ts';
import type { ForwardBuffers } from './forward-buffers.ts';
import { ForwardDial } from './forward-dial.ts';
import { ForwardFlow } from './forward-flow.ts';
import type { FlowObserver } from './forward-flow.ts';
import { resetSocket } from './reset-socket.ts';
import { LibraryCalls } from '../runtime/library-calls.ts';
import { defined } from '../../core/base/defined.ts';

export interface LinkListener {
  /** The tunnel's end answered. */
  connected(dialMs: number): void;
  /** The dial failed; `code` is the system's, DIAL_TIMEOUT or ECANCELED. The client is untouched. */
  failed(code: string): void;
  sent(bytes: number): void;
  received(bytes: number): void;
  timed(timings: PumpTimings): void;
  /** Both ends are closed. Follows `connected` exactly once. */
  closed(): void;
}

export interface LinkDeps {
  readonly target: TunnelTarget;
  readonly dialTimeoutMs: number;
  readonly buffers: ForwardBuffers;
  readonly observe?: { readonly up: FlowObserver; readonly down: FlowObserver } | undefined;
  readonly listener: LinkListener;
}

/** One client and its connection to the tunnel's end. Half-closes, back-pressure and resets pass both ways. */
export class ForwardLink {
  readonly #listener: LinkListener;
  readonly #up: ForwardFlow;
  readonly #down: ForwardFlow;
  #dial: ForwardDial | undefined;
  /**
   * The accepted client; the reference is dropped once the socket is adopted, like everything that only the dial needs.
   */
  #accepted: Socket | undefined;
  #upstream: Socket | undefined;
  #client: Socket | undefined;
  #closed = 0;
  #isFirstAnswer = true;
  bytesUp = 0;
  bytesDown = 0;
  /** Monotonic milliseconds. */
  connectedAt = 0;
  /** When the first unanswered byte was sent; zero if none is outstanding. */
  unansweredSince = 0;
  lastReceivedAt = 0;

  /** Dials at once. `accepted` stays paused and untouched until the dial has succeeded. */
  constructor(accepted: Socket, { target, dialTimeoutMs, buffers, observe, listener }: LinkDeps) {
    this.#listener = listener;
    this.#accepted = accepted;
    this.#up = new ForwardFlow(buffers, (bytes) => this.#sent(bytes), observe?.up);
    this.#down = new ForwardFlow(buffers, (bytes) => this.#received(bytes), observe?.down);
    const calls = new LibraryCalls(() => this.destroy());
    this.#dial = new ForwardDial(target, dialTimeoutMs, this.#down.onread, {
      connected: calls.ours((socket, dialMs, dnsMs) => {
        this.connectedAt = performance.now();
        this.#dial = undefined;
        this.#join(socket);
        listener.timed({ dialMs, ...defined({ dnsMs }) });
        listener.connected(dialMs);
      }),
      failed: (code) => listener.failed(code),
    });
  }

  /** Whether the dial has succeeded. */
  get isConnected(): boolean {
    return this.#client !== undefined;
  }

  /** This computer's address on the dialled connection. */
  get localAddress(): string | undefined {
    return this.#upstream?.localAddress;
  }

  get peer(): Socket | undefined {
    return this.#client;
  }

  /** The client, also while its dial is under way. */
  get client(): Socket | undefined {
    return this.#client ?? this.#accepted;
  }

  /** Closes both ends by reset, or stops dialling. */
  destroy(): void {
    this.#dial?.cancel();
    if (this.#upstream !== undefined) resetSocket(this.#upstream);
    if (this.#client !== undefined) resetSocket(this.#client);
  }

  #join(upstream: Socket): void {
    const accepted = this.#accepted;
    this.#accepted = undefined;
    if (accepted === undefined) return;
    const client = adopt(accepted, this.#up.onread);
    this.#upstream = upstream;
    this.#client = client;
    this.#up.join(client, upstream);
    this.#down.join(upstream, client);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.on('error', () => resetSocket(other));
      socket.on('close', () => {
        this.#closed += 1;
        if (this.#closed === 2) this.#listener.closed();
        // An end that closed without an end of stream leaves the other end nobody to talk to.
        else if (!socket.readableEnded || !socket.writableFinished) resetSocket(other);
      });
    }
  }

  #sent(bytes: number): void {
    if (this.unansweredSince === 0) this.unansweredSince = performance.now();
    this.bytesUp += bytes;
    this.#listener.sent(bytes);
  }

  #received(bytes: number): void {
    this.lastReceivedAt = performance.now();
    if (this.bytesDown === 0) this.#listener.timed({ firstByteMs: this.lastReceivedAt - this.connectedAt });
    if (this.unansweredSince !== 0) {
      if (this.#isFirstAnswer) {
        this.#isFirstAnswer = false;
        this.#listener.timed({ firstByteBackMs: this.lastReceivedAt - this.unansweredSince });
      }
      this.unansweredSince = 0;
    }
    this.bytesDown += bytes;
    this.#listener.received(bytes);
  }
}
