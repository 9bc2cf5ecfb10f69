import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import { CompanyCertificates } from './company-certificates.ts';
import { isCutOff } from '../net/own-addresses.ts';
import { environmentProxies, type Proxies, type Proxy } from './proxy.ts';

/** How an address is reached. */
export interface Outlet {
  readonly agent: http.Agent;
  readonly proxy: Proxy | undefined;
}

export interface OutboundAgentsOptions {
  /** Default: those of the environment. */
  readonly proxies?: Proxies;
  /** Default: those of the system and of the environment. */
  readonly certificates?: CompanyCertificates;
}

const keepAlive = { keepAlive: true, scheduling: 'lifo', timeout: 30_000 } as const;

/**
 * Whether this version of Node supports proxies in agents: from 22.21 and 24.5 on; older ones ignore the option
 * (doc/api/http.md, `proxyEnv`).
 */
export const speaksToProxies = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
};

/**
 * The only agents for outbound TLS connections of this process, HTTP and WebSockets alike: they know whom the company
 * trusts and by which proxy an address is reached.
 */
export class OutboundAgents {
  readonly #proxies: Proxies;
  readonly #certificates: CompanyCertificates;
  readonly #plain = { kept: new http.Agent(keepAlive), single: new http.Agent({ keepAlive: false }) };
  /** By the proxy's address; empty: directly. */
  readonly #secure = new Map<string, { readonly kept: https.Agent; readonly single: https.Agent }>();

  constructor({ proxies, certificates }: OutboundAgentsOptions = {}) {
    this.#proxies = proxies ?? environmentProxies(process.env);
    this.#certificates = certificates ?? new CompanyCertificates(process.env);
  }

  /** The agent for an address now; with `keep` its connection may be reused. Errors: unreachable, timeout. */
  async to(url: URL, keep: boolean): Promise<Result<Outlet>> {
    if (!/^(?:https|wss):$/.test(url.protocol))
      return ok({ agent: keep ? this.#plain.kept : this.#plain.single, proxy: undefined });
    const proxy = await this.#proxies.find(url);
    if (!proxy.ok) return proxy;
    if (proxy.value !== undefined && !speaksToProxies(process.versions.node))
      return fail(
        'unreachable',
        `${url.host} is to be reached by the proxy ${proxy.value.name}, and this Node (${process.versions.node}) is too old for one.`,
        'Start Quayside with Node 24.5 or newer, or except the host from the proxy (NO_PROXY).',
      );
    this.#certificates.ensure();
    const agents = this.#agents(proxy.value?.url ?? '');
    return ok({ agent: keep ? agents.kept : agents.single, proxy: proxy.value });
  }

  /** Reports that a proxy did not accept a connection. */
  down(proxy: Proxy): void {
    this.#proxies.down(proxy);
  }

  /** What the user can do about an untrusted certificate. */
  get certificateHint(): string {
    return this.#certificates.hint;
  }

  /** Ends idle connections, and connections from an address that is not in `own`. */
  networkChanged(own: ReadonlySet<string>): void {
    this.#proxies.forget();
    const sockets = (of: NodeJS.ReadOnlyDict<Socket[]>): Socket[] => Object.values(of).flatMap((list) => list ?? []);
    for (const { freeSockets, sockets: busy } of this.#all()) {
      for (const socket of sockets(freeSockets)) socket.destroy();
      for (const socket of sockets(busy)) if (isCutOff(socket, own)) socket.destroy();
    }
  }

  dispose(): void {
    for (const agent of this.#all()) agent.destroy();
  }

  #all(): readonly http.Agent[] {
    return [this.#plain, ...this.#secure.values()].flatMap(({ kept: one, single }) => [one, single]);
  }

  #agents(proxy: string): { readonly kept: https.Agent; readonly single: https.Agent } {
    const known = this.#secure.get(proxy);
    if (known !== undefined) return known;
    // Exceptions were applied before, so the agent gets an empty list.
    const proxyEnv = proxy === '' ? {} : { HTTPS_PROXY: proxy };
    const made = {
      kept: new https.Agent({ ...keepAlive, proxyEnv }),
      single: new https.Agent({ keepAlive: false, proxyEnv }),
    };
    this.#secure.set(proxy, made);
    return made;
  }
}
