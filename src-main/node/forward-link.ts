import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { RouteTarget } from '../core/forward-host.ts';
import { adopt } from './forward-adopt.ts';
import type { ForwardBuffers } from './forward-buffers.ts';
import { ForwardFlow } from './forward-flow.ts';
import { resetSocket } from './forward-reset.ts';

/** Milliseconds of silence after which the system asks whether the tunnel's end is still there. */
const keepAliveMs = 30_000;

export interface LinkListener {
  /** The tunnel's end answered. */
  connected(dialMs: number): void;
  /** It did not; `code` is the system's, or DIAL_TIMEOUT. The client is untouched. */
  failed(code: string): void;
  sent(bytes: number): void;
  received(bytes: number): void;
  /** Milliseconds from the connection to the first byte from the device. */
  firstByte(ms: number): void;
  /** Both ends are closed. Follows `connected` exactly once. */
  closed(): void;
}

/** One client with its connection to the tunnel's end. Half-closes, back-pressure and resets pass both ways. */
export class ForwardLink {
  readonly #listener: LinkListener;
  readonly #up: ForwardFlow;
  readonly #down: ForwardFlow;
  readonly #upstream: Socket;
  #client: Socket | undefined;
  #firstByteFrom: number | undefined;
  #closed = 0;

  /** Dials at once. `accepted` stays paused and untouched until the dial has succeeded. */
  constructor(
    accepted: Socket,
    target: RouteTarget,
    dialTimeoutMs: number,
    buffers: ForwardBuffers,
    listener: LinkListener,
  ) {
    this.#listener = listener;
    this.#up = new ForwardFlow(buffers, (bytes) => listener.sent(bytes));
    this.#down = new ForwardFlow(buffers, (bytes) => this.#received(bytes));
    const started = performance.now();
    const upstream = connect({
      host: target.host,
      port: target.port,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
      onread: this.#down.onread,
    });
    this.#upstream = upstream;
    let settled = false;
    const fail = (code: string): void => {
      if (settled) return;
      settled = true;
      upstream.destroy();
      listener.failed(code);
    };
    upstream.setTimeout(dialTimeoutMs, () => fail('DIAL_TIMEOUT'));
    upstream.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    // Destroyed from outside while dialling.
    upstream.on('close', () => fail('ECANCELED'));
    upstream.once('connect', () => {
      if (settled) return;
      settled = true;
      upstream.setTimeout(0);
      this.#firstByteFrom = performance.now();
      this.#join(accepted);
      listener.connected(this.#firstByteFrom - started);
    });
  }

  /** Closes both ends by reset, or gives up dialling. */
  destroy(): void {
    resetSocket(this.#upstream);
    if (this.#client !== undefined) resetSocket(this.#client);
  }

  #join(accepted: Socket): void {
    const upstream = this.#upstream;
    const client = adopt(accepted, this.#up.onread);
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
        // An end that closed without an end of stream from it leaves nobody to talk to the other.
        else if (!socket.readableEnded || !socket.writableFinished) resetSocket(other);
      });
    }
  }

  #received(bytes: number): void {
    if (this.#firstByteFrom !== undefined) {
      this.#listener.firstByte(performance.now() - this.#firstByteFrom);
      this.#firstByteFrom = undefined;
    }
    this.#listener.received(bytes);
  }
}
