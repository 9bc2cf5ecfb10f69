import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import type { Log } from '../../core/base/log.ts';

/**
 * The maximum of open connections and files of this process. On Linux its soft limit, which Node raised to the hard
 * limit at start; elsewhere 10,240, macOS's usual limit (OPEN_MAX). Windows allows far more.
 */
export const descriptorLimit = (limits: () => string = readLimits): number => {
  if (process.platform !== 'linux') return 10_240;
  try {
    const soft = /^Max open files\s+(\S+)/m.exec(limits())?.[1];
    return soft === undefined ? 1_024 : soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft);
  } catch {
    return 1_024;
  }
};

const readLimits = (): string => readFileSync('/proc/self/limits', 'latin1');

/**
 * The descriptors the process itself needs: files of the profile, its threads, calls to vendors, sessions. A start took
 * 35.
 */
const reserve = 64;
/**
 * Servers whose clients get a share: window, command line, session pages, and web forwards, which open another
 * connection for each.
 */
const shares = 5;

/**
 * How descriptors are shared out, so that clients that flood one server leave enough for the others and for the process
 * itself.
 */
export interface DescriptorPlan {
  /** The maximum of clients of one server. */
  readonly clients: number;
  /** The maximum of connections of all forwards together, two descriptors each, with so many listening ports. */
  connections(ports: number): number;
}

export const planDescriptors = (limit: number): DescriptorPlan => {
  const clients = Math.min(256, Math.max(4, Math.floor(limit / 16)));
  return {
    clients,
    connections: (ports) => Math.max(1, Math.floor((limit - reserve - shares * clients - ports) / 2)),
  };
};

const plan = planDescriptors(descriptorLimit());

/** That of this process. */
export const descriptorPlan = (): DescriptorPlan => plan;

/** Milliseconds between two log lines about refused clients. */
const reportEveryMs = 60_000;

/**
 * For servers of web requests, so that a half-sent request does not hold a descriptor for long: its head has 5 s,
 * checked every 2 s. Requests of our own pages must be complete in the same time, because their bodies are a few
 * kilobytes at most.
 */
export const pageLimits = { headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 2_000 } as const;

/**
 * The same for requests that are passed on to a device: an upload may take any time, where Node would end it after 5
 * min. The forward itself ends one that stalls (`answerMs` in `web-forwarder.ts`).
 */
export const passedOnLimits = { ...pageLimits, requestTimeout: 0 } as const;

/** Limits the number of a server's clients; more are closed unread, which is logged. */
export const limitClients = (server: Server, what: string, log?: Log): void => {
  const { clients } = descriptorPlan();
  server.maxConnections = clients;
  let refused = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  // Accepting fails without free descriptors; the client sees that, the server continues.
  server.on('error', () => undefined);
  server.on('drop', () => {
    refused += 1;
    if (performance.now() - reportedAt < reportEveryMs) return;
    reportedAt = performance.now();
    log?.write('warn', 'clients.refused', { what, refused, most: clients });
    refused = 0;
  });
};
