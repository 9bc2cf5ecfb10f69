import type { Service } from '../../core/fleet/device.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import { execute } from '../execute.ts';
import type { VendorWire } from '../execute.ts';
import type { Tunnel, TunnelRoute, VendorContext } from '../vendor.ts';
import { isRestOnly, vendorName } from './auth.ts';
import { latch } from './credentials.ts';
import { connect, disconnect } from './graphql-operations.ts';
import { connectWithinMs } from './operation-parts.ts';
import { restConnect, stopConnection } from './rest-operations.ts';
import { defined } from '../../core/base/defined.ts';

/**
 * One that ends so soon is not handed out again, so that a request for its successor a minute before its end gets a new
 * tunnel; of a short life, the last third.
 */
const renewEarlyMs = 70_000;
const renewShare = 0.3;

/** What ending a connection needs. */
interface Handle {
  readonly connectionId: string;
  readonly serviceId: string;
}

/** What either API grants. */
interface Granted {
  readonly connectionId: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly reverseProxy: boolean;
  /** Whether the vendor answered with one that was there before. */
  readonly existed: boolean;
  /** Seconds from now, where the vendor says so. */
  readonly lifetime: number | undefined;
}

const isHandle = (handle: unknown): handle is Handle =>
  typeof handle === 'object' && handle !== null && 'connectionId' in handle && 'serviceId' in handle;

const exposureNoticeOf = (host: string, port: number, hostIP: string): string => {
  const where = `${host}:${port} is on the public internet`;
  if (hostIP === latch) return `${where}; remote.it lets only the first address that connects through.`;
  if (hostIP === '0.0.0.0') return `${where}: anybody who finds it reaches this service while the tunnel is open.`;
  return `${where} and takes connections from ${hostIP} only.`;
};

/** Whether ending a connection failed because it had already ended. */
const isGone = (error: AppError): boolean => {
  if (error.kind === 'not-found' || error.kind === 'device-offline') return true;
  const said = error.vendorMessage ?? '';
  // The 401 of RIT-01 has three causes; only one of them is about the credentials, and its reason names them.
  if (error.kind === 'unauthorized')
    return said !== '' && !/developer|api ?key|token|log ?in|unauthori[sz]ed|user/i.test(said);
  return error.kind === 'invalid-input' && /not found|no such|not exist|unknown connection|incorrect/i.test(said);
};

/**
 * Proxy connections to services, over GraphQL or v27. remote.it replaces a connection when the same service is
 * connected to again, so a living one of ours is reused, and nobody asks twice at the same time.
 */
export class RemoteItTunnels implements TunnelRoute {
  readonly openWithinMs = connectWithinMs;
  readonly #session: VendorContext;
  readonly #wire: VendorWire;
  /** Our own connections, by service id. */
  readonly #own = new Map<string, { readonly tunnel: Tunnel; readonly reusableUntil: number }>();
  /** Connections being asked for, by service id. */
  readonly #opening = new Map<string, Promise<Result<Tunnel>>>();

  constructor(session: VendorContext, wire: VendorWire) {
    this.#session = session;
    this.#wire = wire;
  }

  async open(_deviceId: string, service: Service, signal: AbortSignal): Promise<Result<Tunnel>> {
    for (let other = this.#opening.get(service.id); other !== undefined; other = this.#opening.get(service.id)) {
      await other;
      if (signal.aborted) return cancelled();
    }
    const own = this.#own.get(service.id);
    if (own !== undefined && own.reusableUntil > this.#session.clock.now()) return ok({ ...own.tunnel, reused: true });
    const opening = this.#connect(service, signal);
    this.#opening.set(service.id, opening);
    const opened = await opening;
    this.#opening.delete(service.id);
    this.#own.delete(service.id);
    if (opened.ok) this.#keep(service.id, opened.value);
    return opened;
  }

  async close(_deviceId: string, tunnel: Tunnel, signal: AbortSignal): Promise<Result<void>> {
    const { handle } = tunnel;
    if (!isHandle(handle)) return ok(undefined);
    this.#forget(handle.connectionId);
    const ended = await this.#disconnect(handle, signal);
    return ended.ok || isGone(ended.error) ? ok(undefined) : { ok: false, error: ended.error };
  }

  adopt(tunnel: Tunnel): void {
    const { handle } = tunnel;
    if (isHandle(handle) && !this.#own.has(handle.serviceId)) this.#keep(handle.serviceId, tunnel);
  }

  #keep(serviceId: string, tunnel: Tunnel): void {
    const { expiresAt = Number.POSITIVE_INFINITY } = tunnel;
    const early = Math.min(renewEarlyMs, (expiresAt - this.#session.clock.now()) * renewShare);
    this.#own.set(serviceId, { tunnel, reusableUntil: expiresAt - early });
  }

  #forget(connectionId: string): void {
    for (const [serviceId, { tunnel }] of this.#own)
      if (isHandle(tunnel.handle) && tunnel.handle.connectionId === connectionId) this.#own.delete(serviceId);
  }

  async #connect(service: Service, signal: AbortSignal): Promise<Result<Tunnel>> {
    const hostIP = this.#session.fields['hostIP'] ?? latch;
    const granted = isRestOnly(this.#session)
      ? await this.#restConnect(service.id, hostIP, signal)
      : await this.#graphQlConnect(service.id, hostIP, signal);
    if (!granted.ok) return granted;
    const { connectionId, host, port, reverseProxy, existed, lifetime } = granted.value;
    const handle: Handle = { connectionId, serviceId: service.id };
    if (reverseProxy || port === undefined) {
      // Anybody can reach it, and it carries web pages only.
      await this.#disconnect(handle, signal);
      return fail(
        'unsupported',
        `${vendorName} opened a public web address instead of a port for ${service.name}, and Quayside closed it again: anybody who finds such an address reaches the service.`,
        'Open this service in the remote.it web page, or let remote.it offer it as plain TCP.',
      );
    }
    // Counted from here, because the vendor gives a length of time and its clock may differ.
    const expiresAt = lifetime === undefined ? undefined : this.#session.clock.now() + Math.max(0, lifetime * 1000);
    return ok({
      host,
      port,
      reused: existed,
      exposureNotice: exposureNoticeOf(host, port, hostIP),
      handle,
      ...defined({ expiresAt }),
    });
  }

  async #graphQlConnect(serviceId: string, hostIP: string, signal: AbortSignal): Promise<Result<Granted>> {
    const input = { serviceId, hostIP, type: 'PORT_PROXY' };
    const answer = await execute(this.#session, this.#wire, connect, input, signal);
    if (!answer.ok) return answer;
    const { id, host, port, reverseProxy, timeout } = answer.value;
    // A second connection to a service replaces the first; nothing in the answer speaks of another.
    return ok({ connectionId: id, host, port, reverseProxy, existed: false, lifetime: timeout });
  }

  async #restConnect(serviceId: string, hostip: string, signal: AbortSignal): Promise<Result<Granted>> {
    const input = { deviceaddress: serviceId, wait: 'true', hostip, proxyType: 'port' };
    const answer = await execute(this.#session, this.#wire, restConnect, input, signal);
    if (!answer.ok) return answer;
    const { connectionid, host, port, reverseProxy, expiresIn, connectionOverridden, previousConnection } =
      answer.value.connection;
    if (connectionOverridden) {
      this.#session.log.write('info', 'remoteit-connection-replaced', { service: serviceId });
      if (previousConnection !== undefined && previousConnection !== connectionid) this.#forget(previousConnection);
    }
    const existed = previousConnection === connectionid;
    return ok({ connectionId: connectionid, host, port, reverseProxy, existed, lifetime: expiresIn });
  }

  #disconnect({ connectionId, serviceId }: Handle, signal: AbortSignal): Promise<Result<unknown>> {
    return isRestOnly(this.#session)
      ? execute(
          this.#session,
          this.#wire,
          stopConnection,
          { deviceaddress: serviceId, connectionid: connectionId },
          signal,
        )
      : execute(this.#session, this.#wire, disconnect, { connectionId, serviceId }, signal);
  }
}
