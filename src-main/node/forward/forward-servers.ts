import { BlockList, createServer, isIPv6 } from 'node:net';
import type { Server, Socket } from 'node:net';
import { parseAddressBlock } from '../../core/forward/address-block.ts';
import type { Endpoint } from '../../core/forward/forward-engine.ts';
import { isLoopback } from '../../core/base/loopback.ts';
import type { Missed } from './forward-messages.ts';
import { resetSocket } from './reset-socket.ts';
import { interfacesNow } from '../net/own-addresses.ts';

const nameOf = ({ address, port }: Endpoint): string => `${address} ${port}`;

/** All servers of this worker. */
const listening = new Set<Server>();

/** Ports with a listener, on any address. */
export const portCount = (): number => listening.size;

/** Whether a forward listens on a port, on whatever address. */
export const isForwardPort = (port: number): boolean => {
  for (const server of listening) {
    const bound = server.address();
    if (bound !== null && typeof bound === 'object' && bound.port === port) return true;
  }
  return false;
};

/** The addresses by which other computers reach this one. IPv6 addresses of one link only are left out. */
export const networkAddresses = (): readonly string[] =>
  Object.values(interfacesNow())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address, family }) => !internal && !(family === 'IPv6' && /^fe[89ab]/i.test(address)))
    .map(({ address }) => address);

/**
 * The sources that are allowed, each family in its own list: Node's BlockList maps an IPv4 address to IPv6, so that
 * `::/0` would admit every IPv4 client, too.
 */
export class AllowList {
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  /** Blocks as `parseAddressBlock` reads them; unreadable ones admit nobody. */
  constructor(allow: readonly string[]) {
    for (const text of allow) {
      const block = parseAddressBlock(text);
      if (block !== undefined) this.#lists[block.family].addSubnet(block.address, block.prefix, block.family);
    }
  }

  admits(address: string): boolean {
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    return this.#lists[family].check(address, family);
  }
}

/** The sockets a forward listens on: a first one, which it always has, and others that may fail. */
export class ForwardServers {
  readonly #accept: (socket: Socket) => void;
  readonly #refused: () => void;
  #first: Server | undefined;
  readonly #others = new Map<string, { readonly endpoint: Endpoint; readonly server: Server }>();
  #allowed = new AllowList([]);

  /** `refused` is called for clients from the network that are not allowed. */
  constructor(accept: (socket: Socket) => void, refused: () => void) {
    this.#accept = accept;
    this.#refused = refused;
  }

  get isListening(): boolean {
    return this.#first !== undefined;
  }

  /** Binds the first address; the system's error code where that fails. What was bound before is closed after success. */
  async listen(endpoint: Endpoint): Promise<string | undefined> {
    const bound = await this.#bind(endpoint, this.#accept);
    if (typeof bound === 'string') return bound;
    this.#first?.close();
    this.#first = bound;
    return undefined;
  }

  /**
   * Binds exactly these other addresses, and those of the network if `share` is given; returns what could not be bound.
   */
  async configure(
    extraEndpoints: readonly Endpoint[],
    share: { readonly port: number; readonly allow: readonly string[] } | undefined,
  ): Promise<{ readonly extraEndpoints: readonly Endpoint[]; readonly bindFailures: readonly Missed[] }> {
    // Set before anybody can connect.
    this.#allowed = new AllowList(share?.allow ?? []);
    const shared = share === undefined ? [] : networkAddresses().map((address) => ({ address, port: share.port }));
    const wanted = new Map(
      [
        ...extraEndpoints.map((endpoint) => ({ endpoint, accept: this.#accept })),
        ...shared.map((endpoint) => ({ endpoint, accept: (socket: Socket) => this.#acceptShared(socket) })),
      ].map((entry) => [nameOf(entry.endpoint), entry]),
    );
    await Promise.all(
      [...this.#others]
        .filter(([name]) => !wanted.has(name))
        .map(([name, { server }]) => {
          this.#others.delete(name);
          return new Promise<void>((resolve) => {
            // Its connections go on; only the listening ends.
            server.close();
            resolve();
          });
        }),
    );
    const bindFailures: Missed[] = [];
    for (const [name, { endpoint, accept }] of wanted) {
      if (this.#others.has(name)) continue;
      const server = await this.#bind(endpoint, accept);
      if (typeof server === 'string') bindFailures.push({ ...endpoint, code: server });
      else this.#others.set(name, { endpoint, server });
    }
    return { extraEndpoints: [...this.#others.values()].map(({ endpoint }) => endpoint), bindFailures };
  }

  /** Frees the ports at once, for good; connections continue. */
  leave(): void {
    this.#first?.close();
    for (const { server } of this.#others.values()) server.close();
  }

  /** Closes all; resolves when no socket of theirs is left, so that the caller must have closed the connections. */
  async close(): Promise<void> {
    const servers = [this.#first, ...[...this.#others.values()].map(({ server }) => server)];
    this.#first = undefined;
    this.#others.clear();
    await Promise.all(
      servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            if (server === undefined) resolve();
            else server.close(() => resolve());
          }),
      ),
    );
  }

  /** Whether a client may connect: it is on this computer, or an allowed source. */
  admits({ localAddress = '', remoteAddress = '' }: Socket): boolean {
    if (isLoopback(localAddress)) return true;
    return this.#allowed.admits(remoteAddress);
  }

  #acceptShared(socket: Socket): void {
    if (this.admits(socket)) return this.#accept(socket);
    // Nothing of it has been read.
    socket.on('error', () => undefined);
    resetSocket(socket);
    this.#refused();
  }

  #bind({ address, port }: Endpoint, accept: (socket: Socket) => void): Promise<Server | string> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, accept);
    return new Promise((resolve) => {
      const refused = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
      server.once('error', refused);
      server.listen({ host: address, port, backlog: 1_024, exclusive: true, ipv6Only: true }, () => {
        server.off('error', refused);
        // Accepting fails without free descriptors; the client sees that, the server continues.
        server.on('error', () => undefined);
        listening.add(server);
        server.on('close', () => listening.delete(server));
        resolve(server);
      });
    });
  }
}
