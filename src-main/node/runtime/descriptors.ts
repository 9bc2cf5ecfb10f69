import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import type { Log } from '../../core/base/log.ts';

/**
 * How many connections and files this process may have open. On Linux its soft limit, which Node raised to the hard limit
 * at start; elsewhere 10,240, macOS's usual limit (OPEN_MAX). Windows allows far more.
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

/** What the process itself needs: files of the profile, its threads, calls to vendors, sessions. A start took 35. */
const reserve = 64;
/** Servers whose clients have a share: window, command line, session pages, and web forwards, which call on for each. */
const shares = 5;

/** How descriptors are shared out, so that clients who flood one way in leave the others and the process itself enough. */
export interface DescriptorPlan {
  /** Clients of one server at once. */
  readonly clients: number;
  /** Connections of all forwards at once, two descriptors each, while so many ports are listened on. */
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

/** Milliseconds between two lines in the log about refused clients. */
const reportEveryMs = 60_000;

/**
 * For servers of web requests, so that half a request holds no descriptor for long: its head has 5 s, looked at every 2 s.
 * Requests of our own pages are whole within the same time, since their bodies are a few kilobytes at most.
 */
export const pageLimits = { headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 2_000 } as const;

/**
 * The same for requests that are passed on to a device: a file for it may take as long as it takes, where Node would end
 * it after 5 min. One that stands still is ended by who passes it on (`answerMs` in `web-forwarder.ts`).
 */
export const passedOnLimits = { ...pageLimits, requestTimeout: 0 } as const;

/** Bounds how many clients a server has at once; more are closed unheard, which the log tells. */
export const limitClients = (server: Server, what: string, log?: Log): void => {
  const { clients } = descriptorPlan();
  server.maxConnections = clients;
  let refused = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  // Accepting fails where no descriptor is left; the client sees that, the server lives on.
  server.on('error', () => undefined);
  server.on('drop', () => {
    refused += 1;
    if (performance.now() - reportedAt < reportEveryMs) return;
    reportedAt = performance.now();
    log?.write('warn', 'clients.refused', { what, refused, most: clients });
    refused = 0;
  });
};
