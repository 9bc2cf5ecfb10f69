import { isLocalBaseUrl } from '../../core/fleet/account-url.ts';
import type { Device, Service } from '../../core/fleet/device.ts';
import { interactiveMs, secondsText, withDeadline } from '../../core/base/deadline.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import { sleep } from '../../core/base/clock.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Document } from '../../core/base/document.ts';
import type { ForwardedRequest, WebCookies, WebForwarder, WebListener } from '../../core/forward/web-forwarder.ts';
import type { Log } from '../../core/base/log.ts';
import type { TunnelRecords } from '../../core/forward/tunnel-record.ts';
import type { Connector, Tunnel, TunnelRoute } from '../../vendors/vendor.ts';
import { endOf, OwnTunnels } from './own-tunnels.ts';
import type { HeldTunnel } from './own-tunnels.ts';
import { TunnelGate } from './tunnel-gate.ts';

export interface ForwardTunnelsDeps {
  readonly accounts: {
    connector(id: string): Promise<Result<Connector>>;
    get?(id: string): { readonly baseUrl: string } | undefined;
  };
  readonly inventory: { device(key: string): Device | undefined; servicesOf(key: string): readonly Service[] };
  /** The storage of open tunnels; absent: they are not stored. */
  readonly tunnelDocument?: Document<TunnelRecords>;
  /** Absent: services behind a vendor's web proxy cannot be forwarded. */
  readonly web?: WebForwarder;
  /** Whether a web address accepts connections; sends nothing. */
  readonly reachable?: (url: string, signal: AbortSignal) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A tunnel that ends on this computer: a local port whose web requests the vendor passes on to the device. Each route
 * grants one.
 */
const webRoute = (
  connector: Connector,
  web: WebForwarder | undefined,
  caller: WebCaller | undefined,
): TunnelRoute | undefined => {
  const { webRequests } = connector;
  if (web === undefined || webRequests === undefined) return undefined;
  let listener: WebListener | undefined;
  return {
    open: async (deviceId, service) => {
      const upstream = (request: ForwardedRequest) => webRequests.upstream(deviceId, service, request);
      const listening = await web.listen(upstream, caller?.cookies, caller?.ports);
      if (!listening.ok) return listening;
      listener = listening.value;
      return ok({ host: listener.host, port: listener.port, reused: false, handle: undefined });
    },
    close: async () => {
      await listener?.dispose();
      listener = undefined;
      return ok(undefined);
    },
  };
};

/** The forward through which web requests come. */
export interface WebCaller {
  readonly cookies: WebCookies | undefined;
  /** The ports it listens on. */
  readonly ports: () => readonly number[];
}

/** A tunnel in use by one forward. */
export interface TunnelLease {
  readonly tunnel: Tunnel;
  readonly deviceId: string;
  /** The account as it was when the tunnel was granted: enough to close it even after the account is gone. */
  readonly vendor: TunnelRoute;
  /** The vendor's end; two forwards may share it, because vendors reuse a tunnel to the same port. */
  readonly end: string;
  /** Whether the tunnel is at the vendor; a web route exists only in this process. */
  readonly isVendorTunnel: boolean;
  /** Whether its end must lie outside this computer: not for a web route, nor for a vendor on this computer. */
  readonly outside: boolean;
}

const accountOf = (deviceKey: string): string => deviceKey.split('/', 1)[0] ?? '';

/**
 * Milliseconds by which the vendor call ends before the request for the tunnel, so that the account's gate learns the
 * result.
 */
const gateMarginMs = 500;
const closeWithinMs = 10_000;
const aliveWithinMs = 10_000;
/** Milliseconds a new tunnel waits for another to close: a vendor that does not answer must not delay it. */
const waitForClosingMs = 1_500;
/**
 * Tunnels an account may open in a minute if the vendor names no number: each takes two requests, which stay below its
 * rate limit.
 */
const opensPerMinute = 120;
/** Milliseconds between two questions whether a tunnel still exists. */
const aliveEveryMs = 10_000;

/**
 * Opens tunnels at the vendors and closes them. A tunnel that this profile opened is closed when its last forward
 * releases it; one that existed before is used and left.
 */
export class ForwardTunnels {
  readonly #deps: ForwardTunnelsDeps;
  readonly #recovered: (accountId: string) => void;
  readonly #gates = new Map<string, TunnelGate>();
  readonly #own: OwnTunnels;
  readonly #askedAlive = new Map<string, number>();
  #hasLeft = false;
  /** Tunnels of the previous process that the vendor's connector does not know yet. */
  readonly #adopted = new Map<string, HeldTunnel>();
  /** How many forwards use a vendor's end. */
  readonly #uses = new Map<string, number>();
  /** Running closings, by device: no tunnel is asked for while the vendor closes one of the same device. */
  readonly #closing = new Map<string, Set<Promise<void>>>();
  readonly #closingEnds = new Set<string>();

  /** `recovered` is called for accounts whose vendor answers again. */
  constructor(deps: ForwardTunnelsDeps, recovered: (accountId: string) => void = () => undefined) {
    this.#deps = deps;
    this.#recovered = recovered;
    this.#own = new OwnTunnels(deps.tunnelDocument, deps.log);
  }

  /** Reads the tunnels that the last run left open. Errors: those of the document. */
  load(): Promise<Result<void>> {
    return this.#own.load();
  }

  /** The cookie store of a new forward; undefined if web requests are not passed on. */
  cookies(): WebCookies | undefined {
    return this.#deps.web?.cookies();
  }

  /** The device and service to forward. Errors: not-found (device or service), unsupported (no tunnels to it). */
  service(deviceKey: string, serviceId: string): Result<{ readonly device: Device; readonly service: Service }> {
    const device = this.#deps.inventory.device(deviceKey);
    if (device === undefined) {
      return fail(
        'not-found',
        'The device is not in the list any more.',
        'Refresh the account, or remove this forward.',
      );
    }
    const service = this.#deps.inventory.servicesOf(deviceKey).find((candidate) => candidate.id === serviceId);
    if (service === undefined) {
      return fail(
        'not-found',
        `${device.name} has no such service any more.`,
        'Choose one of its services, or remove this forward.',
      );
    }
    const isForwarded = service.route === 'tunnel' || (service.route === 'http' && this.#deps.web !== undefined);
    if (!isForwarded) {
      return fail(
        'unsupported',
        `${service.name} on ${device.name} is not reached through a local port.`,
        'Open it from the device page.',
      );
    }
    return ok({ device, service });
  }

  /**
   * Opens a tunnel to the service. `dead` is one that was found dead: if the vendor answers with the same one, it is
   * closed first and a new one asked for. Errors: those of `service` and of the connector, rate-limited, conflict if
   * the dead tunnel is not ours to close. `caller` is the forward, for web requests.
   */
  async open(
    deviceKey: string,
    serviceId: string,
    dead: TunnelLease | undefined,
    signal: AbortSignal,
    caller?: WebCaller,
  ): Promise<Result<TunnelLease>> {
    const found = this.service(deviceKey, serviceId);
    if (!found.ok) return found;
    const { device, service } = found.value;
    const closings = this.#closing.get(deviceKey);
    if (closings !== undefined && closings.size > 0) {
      const patience = new AbortController();
      await Promise.race([Promise.all([...closings]), sleep(this.#deps.clock, waitForClosingMs, patience.signal)]);
      patience.abort();
    }
    if (signal.aborted) return cancelled();
    const connector = await this.#deps.accounts.connector(device.accountId);
    if (!connector.ok) return connector;
    const vendor =
      service.route === 'http' ? webRoute(connector.value, this.#deps.web, caller) : connector.value.tunnels;
    if (vendor === undefined) {
      return fail(
        'unsupported',
        `The vendor of ${device.name} grants no tunnels.`,
        'Reach the device in the vendor’s own way.',
      );
    }
    for (const [end, held] of this.#adopted) {
      if (held.deviceKey !== deviceKey) continue;
      this.#adopted.delete(end);
      vendor.adopt?.(held.tunnel);
    }
    const openWithinMs = vendor.openWithinMs ?? interactiveMs;
    const overAt = this.#deps.clock.monotonic() + openWithinMs;
    const left = (): number => Math.max(1, overAt - this.#deps.clock.monotonic());
    const call = (until: AbortSignal): Promise<Result<Tunnel>> =>
      this.#within(Math.max(1, left() - gateMarginMs), until, (limit) => vendor.open(device.id, service, limit));
    // A web route is created here, without asking the vendor.
    const ask = (): Promise<Result<Tunnel>> =>
      service.route === 'http'
        ? call(signal)
        : this.#within(left(), signal, (limit) => this.#gateOf(device.accountId, vendor).run(call, limit));
    let opened = await ask();
    if (opened.ok && dead !== undefined && endOf(deviceKey, opened.value) === dead.end) {
      if (dead.isVendorTunnel && !this.#own.has(dead.end)) {
        return fail(
          'conflict',
          `A tunnel to ${service.name} on ${device.name} that was not opened here takes no connections from this computer, and may serve somebody else.`,
          `If nobody uses ${opened.value.host}:${opened.value.port}, close it in the vendor’s portal, then connect again.`,
        );
      }
      await this.#closeAtVendor(deviceKey, { ...dead, tunnel: opened.value });
      if (signal.aborted) return cancelled();
      opened = await ask();
    }
    if (!opened.ok) {
      const { error } = opened;
      return { ok: false, error: { ...error, message: `No tunnel was granted. ${error.message}` } };
    }
    const grant: TunnelLease = {
      tunnel: opened.value,
      deviceId: device.id,
      vendor,
      end: endOf(deviceKey, opened.value),
      isVendorTunnel: service.route !== 'http',
      outside: service.route !== 'http' && !isLocalBaseUrl(this.#deps.accounts.get?.(device.accountId)?.baseUrl ?? ''),
    };
    this.#uses.set(grant.end, (this.#uses.get(grant.end) ?? 0) + 1);
    // Stored before anybody uses it: otherwise a crash right afterwards would leave it open for good.
    if (grant.isVendorTunnel && (!grant.tunnel.reused || this.#own.has(grant.end)))
      await this.#own.add(deviceKey, grant.tunnel);
    void this.closeLeftovers(device.accountId);
    return ok(grant);
  }

  /** Whether the tunnel still exists at the vendor; undefined if the vendor cannot tell, or was asked just now. */
  async isAlive(grant: TunnelLease): Promise<boolean | undefined> {
    const { clock } = this.#deps;
    const now = clock.monotonic();
    const asked = this.#askedAlive.get(grant.end);
    const { vendor } = grant;
    if (vendor.alive === undefined || (asked !== undefined && now - asked < aliveEveryMs)) return undefined;
    this.#askedAlive.set(grant.end, now);
    const alive = await this.#within(
      aliveWithinMs,
      undefined,
      async (limit) => vendor.alive?.(grant.deviceId, grant.tunnel, limit) ?? ok(true),
    );
    return alive.ok ? alive.value : undefined;
  }

  /**
   * Releases a tunnel, and closes it at the vendor if this profile opened it and no other forward uses it. A failure is
   * logged.
   */
  async close(deviceKey: string, grant: TunnelLease): Promise<void> {
    if (!this.#wasLast(grant.end)) return;
    this.#askedAlive.delete(grant.end);
    await this.#closeAtVendor(deviceKey, grant);
  }

  /** Removes one user of a vendor's tunnel; returns whether none is left. */
  #wasLast(end: string): boolean {
    const left = (this.#uses.get(end) ?? 1) - 1;
    if (left > 0) this.#uses.set(end, left);
    else this.#uses.delete(end);
    return left <= 0;
  }

  /**
   * Counts a tunnel that another process still uses, so that it is not closed under its connections; the returned
   * function releases it once.
   */
  adopt(held: HeldTunnel): () => Promise<void> {
    const end = endOf(held.deviceKey, held.tunnel);
    this.#adopted.set(end, held);
    if (!held.tunnel.reused) this.#own.adopt(held);
    this.#uses.set(end, (this.#uses.get(end) ?? 0) + 1);
    let released: Promise<void> | undefined;
    return () => {
      released ??= this.#releaseAdopted(held, end);
      return released;
    };
  }

  async #releaseAdopted(held: HeldTunnel, end: string): Promise<void> {
    this.#adopted.delete(end);
    if (this.#wasLast(end) && this.#own.has(end)) await this.#closeHeld(held, end);
  }

  /** Closes a tunnel that an earlier process of this profile opened. */
  async #closeHeld({ deviceKey, tunnel }: HeldTunnel, end: string): Promise<void> {
    const accountId = accountOf(deviceKey);
    const connector = await this.#deps.accounts.connector(accountId);
    const vendor = connector.ok ? connector.value.tunnels : undefined;
    // Without its account the vendor's own limit ends the tunnel; if the account is locked, it is closed later.
    if (connector.ok ? vendor === undefined : connector.error.kind === 'not-found') await this.#own.remove(end);
    if (vendor === undefined || this.#uses.has(end)) return;
    const deviceId = deviceKey.slice(accountId.length + 1);
    await this.#closeAtVendor(deviceKey, { tunnel, deviceId, vendor, end, isVendorTunnel: true, outside: true });
  }

  /** Whether this profile opened the tunnel. */
  isOwn({ deviceKey, tunnel }: HeldTunnel): boolean {
    return this.#own.has(endOf(deviceKey, tunnel));
  }

  /**
   * Closes unused tunnels that this profile opened: those of a crashed run, and those that could not be closed while
   * the vendor did not answer. Without an account, those of all accounts.
   */
  async closeLeftovers(accountId?: string): Promise<void> {
    const left = this.#own
      .list()
      .filter(
        ([end, { deviceKey }]) =>
          !this.#uses.has(end) &&
          !this.#closingEnds.has(end) &&
          (accountId ?? accountOf(deviceKey)) === accountOf(deviceKey),
      );
    await Promise.all(left.map(([end, held]) => this.#closeHeld(held, end)));
  }

  /** Leaves the tunnels in use to the process that takes the profile over, and forgets them here. */
  handOver(): Promise<void> {
    return this.#own.leave((end) => this.#uses.has(end));
  }

  /** Leaves tunnels open at the vendors from now on: another process of this profile closes them. */
  leave(): void {
    this.#hasLeft = true;
  }

  #gateOf(accountId: string, vendor: TunnelRoute): TunnelGate {
    const known = this.#gates.get(accountId);
    if (known !== undefined) return known;
    const { accounts, clock, reachable } = this.#deps;
    const look = async (signal: AbortSignal): Promise<boolean> => {
      const url = accounts.get?.(accountId)?.baseUrl;
      return url !== undefined && reachable !== undefined && (await reachable(url, signal));
    };
    const gate = new TunnelGate({
      clock,
      opensPerMinute: vendor.opensPerMinute ?? opensPerMinute,
      recovered: () => this.#recovered(accountId),
      reachable: reachable === undefined || accounts.get === undefined ? undefined : look,
    });
    this.#gates.set(accountId, gate);
    return gate;
  }

  async #closeAtVendor(deviceKey: string, grant: TunnelLease): Promise<void> {
    const { end, isVendorTunnel } = grant;
    if (isVendorTunnel && (this.#hasLeft || !this.#own.has(end) || this.#closingEnds.has(end))) return;
    const closing = this.#within(closeWithinMs, undefined, (limit) =>
      grant.vendor.close(grant.deviceId, grant.tunnel, limit),
    ).then(async (closed) => {
      this.#closingEnds.delete(end);
      if (closed.ok) return this.#own.remove(end);
      this.#deps.log.write('warn', 'forward.tunnel-not-closed', { device: deviceKey, reason: closed.error.message });
    });
    this.#closingEnds.add(end);
    const all = this.#closing.get(deviceKey) ?? new Set();
    this.#closing.set(deviceKey, all.add(closing));
    await closing;
    all.delete(closing);
    if (all.size === 0) this.#closing.delete(deviceKey);
  }

  /** Runs a vendor call with its own time limit, whose error is `timeout`, not `cancelled`. */
  #within<T>(
    ms: number,
    signal: AbortSignal | undefined,
    call: (limit: AbortSignal) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const late = (waitingFor: string | undefined) =>
      fail(
        'timeout',
        `The vendor did not answer within ${secondsText(ms)}.${waitingFor === undefined ? '' : ` What was waited for is ${waitingFor}.`}`,
        'Try again; the vendor may be slow or down.',
      );
    return withDeadline({ clock: this.#deps.clock, ms, signal, late }, call);
  }
}
