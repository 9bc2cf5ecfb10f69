import type { Socket } from 'node:net';
import { dialError, dialHop } from '../../core/forward/forward-errors.ts';
import { plainOptions } from '../../core/forward/forward-engine.ts';
import type { Endpoint, ForwardPeer, ListenOptions, TunnelTarget } from '../../core/forward/forward-engine.ts';
import type { ForwardBuffers } from './forward-buffers.ts';
import { ForwardLink } from './forward-link.ts';
import type { Missed, WorkerReport } from './forward-messages.ts';
import { resetSocket } from './reset-socket.ts';
import { ForwardServers } from './forward-servers.ts';
import type { TrafficAggregator, TrafficCounter } from './forward-traffic.ts';
import { ForwardWatch } from './forward-watch.ts';

const dialTimeoutMs = 10_000;
/** The maximum of clients held for a forward; more are closed. */
const maxHeld = 1_024;
/** Milliseconds a client is held at most; longer than a vendor call and two dials may take. */
const holdMs = 60_000;
/** Failures of this computer, not of the tunnel's end. */
const ownFailures: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']);
/** The tunnel's end, or its computer, refused. */
const refusals: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET']);

/** A client without a connection to the tunnel yet. */
interface Held {
  readonly socket: Socket;
  /** Monotonic milliseconds. */
  readonly since: number;
}

interface UsedTunnel {
  readonly id: number;
  readonly target: TunnelTarget;
  /** Whether a connection over it has succeeded. Until then one client goes ahead and the others wait. */
  proven: boolean;
}

export interface ListenerDeps {
  readonly send: (report: WorkerReport) => void;
  readonly buffers: ForwardBuffers;
  readonly traffic: TrafficAggregator;
  /** Whether the process may have one more connection; asked before each. */
  readonly hasRoom: () => boolean;
}

let lastConnection = 0;

/** The local ports of one forward: clients are held until there is a tunnel, then connected and pumped. */
export class ForwardListener {
  readonly #id: string;
  readonly #send: (report: WorkerReport) => void;
  readonly #buffers: ForwardBuffers;
  readonly #traffic: TrafficCounter;
  readonly #hasRoom: () => boolean;
  readonly #servers: ForwardServers;
  readonly #watch: ForwardWatch;
  readonly #held = new Set<Held>();
  /** Connections and dials, with the number of their tunnel. */
  readonly #links = new Map<ForwardLink, number>();
  readonly #retiring = new Set<number>();
  #options: ListenOptions = plainOptions;
  #tunnel: UsedTunnel | undefined;
  #dialling = 0;
  /** Whether main knows that clients wait. */
  #asked = false;
  #holdTimer: NodeJS.Timeout | undefined;

  constructor(id: string, { send, buffers, traffic, hasRoom }: ListenerDeps) {
    this.#id = id;
    this.#send = send;
    this.#buffers = buffers;
    this.#traffic = traffic.counter(id);
    this.#hasRoom = hasRoom;
    this.#servers = new ForwardServers(
      (socket) => this.#accept(socket),
      () => this.#traffic.refuse('source'),
    );
    this.#watch = new ForwardWatch(this.#links, {
      silent: (tunnelId, mute) => send({ type: 'silent', id, tunnelId, mute }),
      dead: (tunnelId, code) => {
        this.#tunnelDied(tunnelId, code);
        this.breakTunnel(tunnelId);
      },
    });
  }

  /** Clients that are connected, held or dialled for. */
  get clients(): number {
    return this.#links.size + this.#held.size;
  }

  /**
   * Binds the port; returns the system's error code if that fails. The previous listener is closed only after success.
   */
  listen(endpoint: Endpoint): Promise<string | undefined> {
    return this.#servers.listen(endpoint);
  }

  /** What is wanted beside the first address. */
  async configure(
    options: ListenOptions,
  ): Promise<{ readonly extraEndpoints: readonly Endpoint[]; readonly bindFailures: readonly Missed[] }> {
    this.#options = options;
    this.#watch.speaksFirst = options.speaksFirst;
    const bound = await this.#servers.configure(options.extraEndpoints, options.share);
    this.#cutUnshared();
    return bound;
  }

  useTunnel(tunnelId: number, target: TunnelTarget): void {
    this.#asked = false;
    if (this.#tunnel?.id !== tunnelId) this.#tunnel = { id: tunnelId, target, proven: false };
    this.#watch.add(tunnelId, target);
    // Clients whose dial to an older tunnel is still running use the new one.
    for (const [link, used] of [...this.#links]) if (used !== tunnelId && !link.isConnected) link.destroy();
    if (this.#held.size === 0 && !this.#isUsed(tunnelId)) this.#send({ type: 'unused', id: this.#id, tunnelId });
    this.#dialHeld();
  }

  retire(tunnelId: number, onlyIfIdle: boolean): void {
    if (onlyIfIdle && this.#isUsed(tunnelId)) return this.#send({ type: 'kept', id: this.#id, tunnelId });
    if (this.#tunnel?.id === tunnelId) this.#tunnel = undefined;
    this.#retiring.add(tunnelId);
    this.#reportRetired(tunnelId);
  }

  /** Resets the connections of a tunnel that is no more. */
  breakTunnel(tunnelId: number): void {
    if (this.#tunnel?.id === tunnelId) this.#tunnel = undefined;
    for (const [link, used] of [...this.#links]) if (used === tunnelId) link.destroy();
  }

  rejectWaiting(): void {
    this.#asked = false;
    for (const held of [...this.#held]) this.#drop(held);
  }

  check(): void {
    this.#watch.check();
    if (this.#options.share !== undefined)
      void this.#servers.configure(this.#options.extraEndpoints, this.#options.share);
  }

  peers(): readonly ForwardPeer[] {
    const monotonic = performance.now();
    const now = Date.now();
    const peer = (socket: Socket, since: number, bytesUp: number, bytesDown: number): ForwardPeer => ({
      address: socket.remoteAddress ?? '',
      port: socket.remotePort ?? 0,
      since: now - (monotonic - since),
      state: 'open',
      bytesUp,
      bytesDown,
    });
    const open = [...this.#links.keys()].flatMap((link) =>
      link.peer === undefined ? [] : [peer(link.peer, link.connectedAt, link.bytesUp, link.bytesDown)],
    );
    const waiting = [...this.#held].map((held) => ({
      ...peer(held.socket, held.since, 0, 0),
      state: 'waiting' as const,
    }));
    return [...open, ...waiting];
  }

  /** Accepts no new clients; connected ones continue. */
  leave(): void {
    this.#servers.leave();
  }

  /** Closes everything; resolves when the listeners and all sockets are closed. */
  async close(): Promise<void> {
    this.#tunnel = undefined;
    const closed = this.#servers.close();
    this.#watch.dispose();
    this.rejectWaiting();
    clearTimeout(this.#holdTimer);
    for (const link of [...this.#links.keys()]) link.destroy();
    await closed;
  }

  /** Clients that may no longer use the forward lose their open connections, too. */
  #cutUnshared(): void {
    for (const held of [...this.#held]) if (!this.#servers.admits(held.socket)) this.#drop(held);
    for (const link of [...this.#links.keys()]) {
      const { client } = link;
      if (client !== undefined && !this.#servers.admits(client)) link.destroy();
    }
  }

  #isUsed(tunnelId: number): boolean {
    for (const used of this.#links.values()) if (used === tunnelId) return true;
    return false;
  }

  #accept(socket: Socket): void {
    const isFull = this.#held.size >= maxHeld || this.clients >= this.#options.limits.maxConnections;
    if (isFull || !this.#hasRoom()) {
      socket.on('error', () => undefined);
      resetSocket(socket);
      this.#traffic.refuse(isFull ? 'limit' : 'descriptors');
      return;
    }
    const held: Held = { socket, since: performance.now() };
    // The socket is taken from here once it is adopted; until then a failing client only has to be forgotten.
    socket.on('error', () => this.#drop(held));
    this.#hold(held);
    this.#dialHeld();
  }

  #hold(held: Held): void {
    this.#held.add(held);
    this.#holdTimer ??= setTimeout(() => this.#dropOld(), holdMs);
    if (this.#asked || this.#tunnel !== undefined) return;
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
  }

  #drop(held: Held): void {
    const wasHeld = this.#held.delete(held);
    resetSocket(held.socket);
    if (!wasHeld || this.#held.size > 0 || !this.#asked) return;
    // No client waits any more; the next one has to be announced.
    this.#asked = false;
    this.#send({ type: 'none-waiting', id: this.#id });
  }

  /** Dials for waiting clients, as many at once as allowed. */
  #dialHeld(): void {
    for (const held of this.#held) {
      const tunnel = this.#tunnel;
      if (tunnel === undefined || this.#dialling >= (tunnel.proven ? this.#options.limits.maxDials : 1)) return;
      this.#held.delete(held);
      this.#dial(held, tunnel);
    }
  }

  #dial(held: Held, tunnel: UsedTunnel): void {
    const traffic = this.#traffic;
    lastConnection += 1;
    const opening = { type: 'opening', id: this.#id, connection: lastConnection } as const;
    let isObserved = false;
    // Dropped once connected, so that ten thousand idle connections stay small.
    let waiting: Held | undefined = held;
    const observer = (direction: 'up' | 'down') => (bytes: Uint8Array) => {
      isObserved = true;
      this.#send({ ...opening, direction, bytes });
    };
    this.#dialling += 1;
    const link: ForwardLink = new ForwardLink(held.socket, {
      target: tunnel.target,
      dialTimeoutMs,
      buffers: this.#buffers,
      observe: this.#options.observe ? { up: observer('up'), down: observer('down') } : undefined,
      listener: {
        connected: (dialMs) => {
          this.#dialling -= 1;
          waiting = undefined;
          traffic.changeConnections(1);
          if (!tunnel.proven) {
            tunnel.proven = true;
            this.#send({ type: 'connected', id: this.#id, tunnelId: tunnel.id, dialMs });
          }
          this.#dialHeld();
        },
        failed: (code) => {
          this.#dialling -= 1;
          this.#links.delete(link);
          if (waiting !== undefined) this.#dialFailed(waiting, tunnel, code);
          this.#reportRetired(tunnel.id);
        },
        sent: (bytes) => traffic.sent(bytes),
        received: (bytes) => traffic.received(bytes),
        timed: (timings) => traffic.timed(timings),
        closed: () => {
          this.#links.delete(link);
          traffic.changeConnections(-1);
          if (isObserved) this.#send({ ...opening, direction: 'end', bytes: new Uint8Array() });
          this.#reportRetired(tunnel.id);
        },
      },
    });
    this.#links.set(link, tunnel.id);
  }

  #dialFailed(held: Held, tunnel: UsedTunnel, code: string): void {
    const isWelcome = this.#servers.isListening && this.#servers.admits(held.socket);
    if (code === 'EMFILE' || code === 'ENFILE') this.#traffic.refuse('descriptors');
    if (!isWelcome || ownFailures.has(code)) this.#drop(held);
    else {
      if (code !== 'ECANCELED') this.#tunnelDied(tunnel.id, code);
      this.#hold(held);
    }
    this.#dialHeld();
  }

  /** A tunnel takes no new clients any more; main gets a report if it is the current one. */
  #tunnelDied(tunnelId: number, code: string): void {
    const tunnel = this.#tunnel;
    if (tunnel?.id !== tunnelId) return;
    this.#tunnel = undefined;
    // The report itself says that clients wait.
    this.#asked = true;
    const error = dialError(code, tunnel.target.host, tunnel.target.port, dialTimeoutMs);
    this.#send({
      type: 'tunnel-dead',
      id: this.#id,
      tunnelId,
      error,
      gone: refusals.has(code),
      hop: dialHop(code),
    });
  }

  #reportRetired(tunnelId: number): void {
    if (!this.#retiring.has(tunnelId) || this.#isUsed(tunnelId)) return;
    this.#retiring.delete(tunnelId);
    this.#watch.remove(tunnelId);
    this.#send({ type: 'retired', id: this.#id, tunnelId });
  }
}
