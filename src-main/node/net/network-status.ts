import { readFile } from 'node:fs/promises';
import { Emitter } from '../../core/base/emitter.ts';
import type { Clock } from '../../core/base/clock.ts';
import { interfacesNow } from './own-addresses.ts';

/** `changed`: another network, or another route into it; earlier connections are probably dead. */
export type NetworkChange = 'online' | 'offline' | 'changed';

/** The state of this computer's own network. */
export interface NetworkState {
  /** Addresses of interfaces that lead out of this computer, sorted. */
  readonly addresses: readonly string[];
  /** The default route, in the system's words; empty if unknown. */
  readonly route: string;
}

export interface NetworkStatusOptions {
  readonly clock: Clock;
  readonly intervalMs?: number;
  readonly look?: () => Promise<NetworkState>;
}

const defaultIntervalMs = 5000;

const isLinkLocal = (address: string): boolean => address.startsWith('169.254.') || /^fe[89ab]/i.test(address);

/**
 * Addresses of the interfaces, and the default route if the system has it in a file (Linux). Rejects if the file cannot
 * be read.
 */
export const lookAtNetwork = async (): Promise<NetworkState> => {
  const addresses = Object.entries(interfacesNow()).flatMap(([name, list]) =>
    (list ?? [])
      .filter(({ internal, address }) => !internal && !isLinkLocal(address))
      .map(({ address, family }) =>
        // Temporary addresses of the same IPv6 network come and go without a change of the network.
        family === 'IPv6' ? `${name} ${address.split(':').slice(0, 4).join(':')}` : `${name} ${address}`,
      ),
  );
  return { addresses: [...new Set(addresses)].sort(), route: process.platform === 'linux' ? await linuxRoute() : '' };
};

const linuxRoute = async (): Promise<string> => {
  const table = await readFile('/proc/net/route', 'utf8').catch((error: NodeJS.ErrnoException) => {
    // Without descriptors nothing can be read, which says nothing about the route.
    if (error.code === 'EMFILE' || error.code === 'ENFILE') throw error;
    return '';
  });
  return defaultRouteOf(table);
};

/** Interface and gateway of the default routes in the text of /proc/net/route. */
export const defaultRouteOf = (table: string): string =>
  table
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/))
    .filter(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000')
    .map(([name = '', , gateway = '']) => `${name} ${gateway}`)
    .sort()
    .join(', ');

/**
 * Watches this computer's own network through its interfaces, without asking anybody outside. A computer that never had
 * an address is not called offline: it may be meant to be so, with everything on itself.
 */
export class NetworkStatus {
  readonly changed = new Emitter<NetworkChange>();
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #look: () => Promise<NetworkState>;
  #facts: NetworkState | undefined;
  #isOnline = true;
  #hadAddress = false;
  #cancelTimer: (() => void) | undefined;
  #isRunning = false;

  constructor(options: NetworkStatusOptions) {
    this.#clock = options.clock;
    this.#intervalMs = options.intervalMs ?? defaultIntervalMs;
    this.#look = options.look ?? lookAtNetwork;
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#watch();
  }

  dispose(): void {
    this.#isRunning = false;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** Checks now, for example after sleep. If nothing can be read, the last state stays. */
  async check(): Promise<void> {
    const facts = await this.#look().catch(() => undefined);
    if (facts === undefined) return;
    const before = this.#facts;
    const wasOnline = this.#isOnline;
    this.#facts = facts;
    if (facts.addresses.length > 0) this.#hadAddress = true;
    this.#isOnline = facts.addresses.length > 0 || !this.#hadAddress;
    if (this.#isOnline !== wasOnline) this.changed.emit(this.#isOnline ? 'online' : 'offline');
    else if (before !== undefined && this.#isOnline && !sameState(before, facts)) this.changed.emit('changed');
  }

  async #watch(): Promise<void> {
    await this.check();
    if (!this.#isRunning) return;
    this.#cancelTimer = this.#clock.after(this.#intervalMs, () => void this.#watch());
  }
}

const sameState = (a: NetworkState, b: NetworkState): boolean =>
  a.route === b.route && a.addresses.join() === b.addresses.join();
