import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { dialError } from '../core/forward-errors.ts';
import type { RouteTarget } from '../core/forward-host.ts';
import type { ForwardBuffers } from './forward-buffers.ts';
import { ForwardLink } from './forward-link.ts';
import type { WorkerReport } from './forward-messages.ts';
import { resetSocket } from './forward-reset.ts';
import type { TrafficBook, TrafficCounter } from './forward-traffic.ts';

const dialTimeoutMs = 10_000;
/** Clients held at once for a forward; more are closed. */
const maxHeld = 1_024;
/** Milliseconds a client is held at most. Above what a vendor call and two dials may take. */
const holdMs = 60_000;
/** Routes tried for one client. */
const maxTries = 3;

/** A client without a connection yet. */
interface Held {
  readonly socket: Socket;
  readonly since: number;
  tries: number;
}

interface Route {
  readonly number: number;
  readonly target: RouteTarget;
  /** Whether a connection over it has succeeded. */
  proven: boolean;
}

/** The local port of one forward: clients are held until there is a route, then connected and pumped. */
export class ForwardListener {
  readonly #id: string;
  readonly #send: (report: WorkerReport) => void;
  readonly #buffers: ForwardBuffers;
  readonly #traffic: TrafficCounter;
  readonly #held = new Set<Held>();
  /** Connections and dials, with the number of their route. */
  readonly #links = new Map<ForwardLink, number>();
  readonly #retiring = new Set<number>();
  #server: Server | undefined;
  #route: Route | undefined;
  /** Whether main knows that clients wait. */
  #asked = false;
  #holdTimer: NodeJS.Timeout | undefined;

  constructor(id: string, send: (report: WorkerReport) => void, buffers: ForwardBuffers, traffic: TrafficBook) {
    this.#id = id;
    this.#send = send;
    this.#buffers = buffers;
    this.#traffic = traffic.counter(id);
  }

  /** Binds; the system's error code where that fails. What listened before is closed only after success. */
  listen(address: string, port: number): Promise<string | undefined> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) =>
      this.#accept(socket),
    );
    return new Promise((resolve) => {
      const refused = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
      server.once('error', refused);
      server.listen({ host: address, port, backlog: 1_024, exclusive: true }, () => {
        server.off('error', refused);
        // Accepting can fail for want of descriptors; the client sees that, the listener lives on.
        server.on('error', () => undefined);
        this.#server?.close();
        this.#server = server;
        resolve(undefined);
      });
    });
  }

  setRoute(number: number, target: RouteTarget): void {
    this.#asked = false;
    if (this.#route?.number !== number) this.#route = { number, target, proven: false };
    if (this.#held.size === 0 && !this.#isUsed(number)) this.#send({ type: 'unused', id: this.#id, route: number });
    for (const held of [...this.#held]) this.#dial(held, this.#route);
  }

  retire(number: number, onlyIfIdle: boolean): void {
    if (onlyIfIdle && this.#isUsed(number)) return this.#send({ type: 'kept', id: this.#id, route: number });
    if (this.#route?.number === number) this.#route = undefined;
    this.#retiring.add(number);
    this.#reportRetired(number);
  }

  rejectWaiting(): void {
    this.#asked = false;
    for (const held of [...this.#held]) this.#drop(held);
  }

  /** Closes everything; resolves when the listener and all sockets are closed. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#route = undefined;
    this.rejectWaiting();
    clearTimeout(this.#holdTimer);
    for (const link of [...this.#links.keys()]) link.destroy();
    if (server !== undefined)
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
  }

  #isUsed(route: number): boolean {
    for (const used of this.#links.values()) if (used === route) return true;
    return false;
  }

  #accept(socket: Socket): void {
    if (this.#held.size >= maxHeld) {
      resetSocket(socket);
      return;
    }
    const held: Held = { socket, since: performance.now(), tries: 0 };
    // Taken from here once it is adopted; until then a failing client only has to be forgotten.
    socket.on('error', () => this.#drop(held));
    if (this.#route === undefined) this.#hold(held);
    else this.#dial(held, this.#route);
  }

  #hold(held: Held): void {
    this.#held.add(held);
    this.#holdTimer ??= setTimeout(() => this.#dropOld(), holdMs);
    if (this.#asked) return;
    this.#asked = true;
    this.#send({ type: 'waiting', id: this.#id });
  }

  #dropOld(): void {
    this.#holdTimer = undefined;
    const now = performance.now();
    for (const held of [...this.#held]) if (now - held.since >= holdMs) this.#drop(held);
    const oldest = this.#held.values().next().value;
    if (oldest !== undefined)
      this.#holdTimer = setTimeout(() => this.#dropOld(), Math.max(1, oldest.since + holdMs - now));
    // Nobody waits any more; whoever comes next has to be announced.
    else this.#asked = false;
  }

  #drop(held: Held): void {
    this.#held.delete(held);
    resetSocket(held.socket);
  }

  #dial(held: Held, route: Route): void {
    this.#held.delete(held);
    held.tries += 1;
    const traffic = this.#traffic;
    const link: ForwardLink = new ForwardLink(held.socket, route.target, dialTimeoutMs, this.#buffers, {
      connected: (dialMs) => {
        traffic.dialled(dialMs);
        traffic.changeConnections(1);
        if (route.proven) return;
        route.proven = true;
        this.#send({ type: 'connected', id: this.#id, route: route.number, dialMs });
      },
      failed: (code) => {
        this.#links.delete(link);
        this.#dialFailed(held, route, code);
        this.#reportRetired(route.number);
      },
      sent: (bytes) => traffic.sent(bytes),
      received: (bytes) => traffic.received(bytes),
      firstByte: (ms) => traffic.firstByte(ms),
      closed: () => {
        this.#links.delete(link);
        traffic.changeConnections(-1);
        this.#reportRetired(route.number);
      },
    });
    this.#links.set(link, route.number);
  }

  #dialFailed(held: Held, route: Route, code: string): void {
    if (this.#server === undefined || held.tries >= maxTries) this.#drop(held);
    else if (this.#route !== undefined && this.#route.number !== route.number) this.#dial(held, this.#route);
    else {
      if (this.#route === route) {
        this.#route = undefined;
        // The report itself says that clients wait.
        this.#asked = true;
        const error = dialError(code, route.target.host, route.target.port, dialTimeoutMs);
        this.#send({ type: 'route-dead', id: this.#id, route: route.number, error });
      }
      this.#hold(held);
    }
  }

  #reportRetired(route: number): void {
    if (!this.#retiring.has(route) || this.#isUsed(route)) return;
    this.#retiring.delete(route);
    this.#send({ type: 'retired', id: this.#id, route });
  }
}
