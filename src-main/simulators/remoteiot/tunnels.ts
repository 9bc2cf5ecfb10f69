import { startRelay } from '../tcp-relay.ts';
import type { Relay, RelayTarget } from '../tcp-relay.ts';

/** Where a tunnel to a port of a device leads; undefined if nothing listens there. */
export type TunnelTarget = (unitId: string, localPort: number, localHost: string) => RelayTarget | undefined;

/** A tunnel as `ListConnection` shows it. */
export interface SimulatedTunnel {
  readonly unitId: string;
  readonly localPort: number;
  /** Empty for the device itself. */
  readonly localHost: string;
  readonly host: string;
  /** The remote port. */
  readonly port: number;
}

/** The simulator's proxy: one TCP relay on 127.0.0.1 for each tunnel. */
export class RemoteIotTunnels {
  readonly #target: TunnelTarget;
  readonly #host: string;
  #frozen = false;
  #open: { readonly tunnel: SimulatedTunnel; readonly relay: Relay }[] = [];

  /** `host` is the address of this computer that tunnels end at. */
  constructor(target: TunnelTarget, host = '127.0.0.1') {
    this.#target = target;
    this.#host = host;
  }

  /** The tunnels that are open, oldest first. */
  list(): readonly SimulatedTunnel[] {
    return this.#open.map((entry) => entry.tunnel);
  }

  /**
   * Opens a tunnel, at `port` or at a free one. One that exists for the same port of the device is replaced, and whoever uses
   * it is cut off: a guess, because the document does not say.
   */
  async open(unitId: string, localPort: number, localHost: string, port = 0): Promise<SimulatedTunnel> {
    const old = this.#open.filter(
      ({ tunnel }) => tunnel.unitId === unitId && tunnel.localPort === localPort && tunnel.localHost === localHost,
    );
    const relay = await startRelay(() => this.#target(unitId, localPort, localHost), this.#host, port);
    relay.freeze(this.#frozen);
    const tunnel: SimulatedTunnel = { unitId, localPort, localHost, host: this.#host, port: relay.port };
    this.#open = [...this.#open.filter((entry) => !old.includes(entry)), { tunnel, relay }];
    await Promise.all(old.map((entry) => entry.relay.dispose()));
    return tunnel;
  }

  /** Closes the tunnel behind a remote port; false if there is none. */
  async close(unitId: string, port: number): Promise<boolean> {
    const entry = this.#open.find(({ tunnel }) => tunnel.unitId === unitId && tunnel.port === port);
    if (entry === undefined) return false;
    this.#open = this.#open.filter((other) => other !== entry);
    await entry.relay.dispose();
    return true;
  }

  /** Fault: every tunnel dies without a word, as on a restart of the proxy, and is no longer listed. */
  async kill(): Promise<void> {
    const gone = this.#open;
    this.#open = [];
    await Promise.all(gone.map((entry) => entry.relay.dispose()));
  }

  /** Fault: every tunnel takes connections and bytes, and passes nothing on until the fault is switched off. */
  freeze(frozen: boolean): void {
    this.#frozen = frozen;
    for (const { relay } of this.#open) relay.freeze(frozen);
  }

  /** Fault: every tunnel gets another remote port; the old ones are cut. */
  async move(): Promise<void> {
    for (const { tunnel } of this.#open) await this.open(tunnel.unitId, tunnel.localPort, tunnel.localHost);
  }

  async dispose(): Promise<void> {
    await this.kill();
  }
}
