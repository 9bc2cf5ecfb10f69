import type { Clock } from '../../core/base/clock.ts';
import type { ForwardEffect, ForwardEvent } from '../../core/forward/forward.ts';
import type { ForwardRecord } from '../../core/forward/forward-record.ts';
import type { WebCookies } from '../../core/forward/web-forwarder.ts';
import type { ForwardTunnels, TunnelLease } from './forward-tunnels.ts';
import type { HeldTunnel } from './own-tunnels.ts';
import { defined } from '../../core/base/defined.ts';

export interface TunnelLeasesDeps {
  readonly tunnels: Pick<ForwardTunnels, 'open' | 'close' | 'isAlive' | 'cookies'>;
  readonly clock: Clock;
  /** Reports the state of each tunnel to the state machine. */
  readonly dispatch: (event: ForwardEvent) => void;
  /** The local ports of the forward. */
  readonly ports: () => readonly number[];
}

/** Milliseconds after a tunnel's expiry at which its connections are reset, if the vendor left them. */
const expiryGraceMs = 5_000;

/** The tunnels of one forward, by the state machine's numbers: each is leased from the vendor until it is closed. */
export class TunnelLeases {
  readonly #deps: TunnelLeasesDeps;
  readonly #leases = new Map<number, TunnelLease>();
  /** Timers of the expiry of leases. */
  readonly #expiries = new Map<number, () => void>();
  /** Vendor calls under way. */
  readonly #asking = new Map<number, AbortController>();
  /** Outlives the tunnels, so that a sign-in to an application survives a pause. */
  #cookies: WebCookies | undefined;
  #exposureNotice: string | undefined;

  constructor(deps: TunnelLeasesDeps) {
    this.#deps = deps;
  }

  /** The lease of a tunnel; undefined if it is closed or not open yet. */
  get(tunnelId: number): TunnelLease | undefined {
    return this.#leases.get(tunnelId);
  }

  /** Who else can reach the vendor's end of the last tunnel. */
  get exposureNotice(): string | undefined {
    return this.#exposureNotice;
  }

  /** The tunnels held at the vendor. */
  held(deviceKey: string): readonly HeldTunnel[] {
    return [...this.#leases.values()]
      .filter((lease) => lease.isVendorTunnel)
      .map(({ tunnel }) => ({ deviceKey, tunnel }));
  }

  /** Asks the vendor for a tunnel; the answer is dispatched. */
  async open(
    { deviceKey, serviceId }: ForwardRecord,
    { tunnelId, instead, because }: Extract<ForwardEffect, { type: 'open-tunnel' }>,
  ): Promise<void> {
    const { clock, tunnels, dispatch, ports } = this.#deps;
    const abort = new AbortController();
    this.#asking.set(tunnelId, abort);
    const started = clock.monotonic();
    const old = instead === undefined ? undefined : this.#leases.get(instead);
    const dead = because === 'gone' ? old : undefined;
    this.#cookies ??= tunnels.cookies();
    const opened = await tunnels.open(deviceKey, serviceId, dead, abort.signal, { cookies: this.#cookies, ports });
    this.#asking.delete(tunnelId);
    const vendorMs = clock.monotonic() - started;
    if (!opened.ok) return dispatch({ type: 'tunnel-refused', tunnelId, vendorMs, error: opened.error });
    const { tunnel } = opened.value;
    this.#leases.set(tunnelId, opened.value);
    this.#exposureNotice = tunnel.exposureNotice;
    const { expiresAt } = tunnel;
    if (expiresAt !== undefined) {
      const wait = Math.max(0, expiresAt - clock.now()) + expiryGraceMs;
      this.#expiries.set(
        tunnelId,
        clock.after(wait, () => dispatch({ type: 'lost', tunnelId })),
      );
    }
    dispatch({ type: 'tunnel-opened', tunnelId, vendorMs, ...defined({ expiresAt }) });
  }

  /** Ends the call for a tunnel. */
  abandon(tunnelId: number): void {
    this.#asking.get(tunnelId)?.abort();
  }

  /** Gives a tunnel back; resolves when the vendor has answered. */
  async close(deviceKey: string, tunnelId: number): Promise<void> {
    const lease = this.#leases.get(tunnelId);
    this.#leases.delete(tunnelId);
    this.#expiries.get(tunnelId)?.();
    this.#expiries.delete(tunnelId);
    if (this.#leases.size === 0) this.#exposureNotice = undefined;
    if (lease !== undefined) await this.#deps.tunnels.close(deviceKey, lease);
  }

  /**
   * Nothing comes back over a tunnel. It is lost if the vendor has ended it, or if a server that ought to speak first
   * said nothing (`mute`).
   */
  async silent(tunnelId: number, mute: boolean): Promise<void> {
    const lease = this.#leases.get(tunnelId);
    if (lease === undefined) return;
    const alive = await this.#deps.tunnels.isAlive(lease);
    if (alive === false || (mute && this.#leases.has(tunnelId))) this.#deps.dispatch({ type: 'lost', tunnelId });
  }
}
