import { randomUUID } from 'node:crypto';
import { startRelay } from '../tcp-relay.ts';
import type { Relay, RelayTarget } from '../tcp-relay.ts';

/** Where a connection to a service leads; undefined if nothing listens there. */
export type RemoteItTarget = (serviceId: string, port: number) => RelayTarget | undefined;

/** A proxy connection that is open. */
export interface SimulatedConnection {
  readonly id: string;
  readonly serviceId: string;
  readonly hostIP: string;
  readonly port: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** The connection to the same service that this one replaced. */
  readonly replaced: string | undefined;
}

/** The simulator's proxies: one TCP relay on 127.0.0.1 for each connection. */
export class RemoteItConnections {
  readonly #target: RemoteItTarget;
  readonly #now: () => number;
  #open: { readonly connection: SimulatedConnection; readonly relay: Relay }[] = [];

  constructor(target: RemoteItTarget, now: () => number) {
    this.#target = target;
    this.#now = now;
  }

  list(): readonly SimulatedConnection[] {
    return this.#open.map((entry) => entry.connection);
  }

  /** Opens a connection. An earlier one to the same service is replaced, and whoever uses it is cut off. */
  async connect(serviceId: string, port: number, hostIP: string): Promise<SimulatedConnection> {
    const relay = await startRelay(() => this.#target(serviceId, port));
    const old = this.#open.find(({ connection }) => connection.serviceId === serviceId);
    const connection: SimulatedConnection = {
      id: randomUUID().toUpperCase(),
      serviceId,
      hostIP,
      port: relay.port,
      createdAt: this.#now(),
      replaced: old?.connection.id,
    };
    this.#open = [...this.#open.filter((entry) => entry !== old), { connection, relay }];
    await old?.relay.dispose();
    return connection;
  }

  /** Ends a connection; false if there is none with this id to this service. */
  async disconnect(id: string, serviceId: string | undefined): Promise<boolean> {
    const entry = this.#open.find(
      ({ connection }) => connection.id === id && (serviceId === undefined || connection.serviceId === serviceId),
    );
    if (entry === undefined) return false;
    this.#open = this.#open.filter((other) => other !== entry);
    await entry.relay.dispose();
    return true;
  }

  /** Fault: every connection dies without a word, as after 15 idle minutes. */
  async kill(): Promise<void> {
    const gone = this.#open;
    this.#open = [];
    await Promise.all(gone.map((entry) => entry.relay.dispose()));
  }
}
