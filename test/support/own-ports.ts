import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';

/** Neither given out by the system for port 0 or outgoing connections, nor tried by forwards for themselves. */
const range = { first: 20_000, last: 31_999 } as const;

/** Ports of 127.0.0.1 that are this test's until `dispose`. */
export interface OwnPorts {
  readonly ports: readonly number[];
  dispose(): Promise<void>;
}

const bound = async (host: string, port: number): Promise<Server | undefined> => {
  const server = createServer().listen({ host, port, exclusive: true });
  return once(server, 'listening').then(
    () => server,
    () => undefined,
  );
};

const close = (server: Server): Promise<void> => new Promise((closed) => server.close(() => closed()));

/**
 * So many ports on which nobody listens, whatever else runs here. Each is claimed by a listener on the same port of
 * 127.0.0.2, so that copies of a test beside each other never choose the same, also while the port itself is closed.
 */
export const claimPorts = async (count: number): Promise<OwnPorts> => {
  const claims = new Map<number, Server>();
  for (let port = range.first; port <= range.last && claims.size < count; port += 1) {
    const claim = await bound('127.0.0.2', port);
    if (claim === undefined) continue;
    const free = await bound('127.0.0.1', port);
    if (free === undefined) await close(claim);
    else {
      await close(free);
      claims.set(port, claim);
    }
  }
  const dispose = async (): Promise<void> => {
    await Promise.all([...claims.values()].map(close));
  };
  if (claims.size === count) return { ports: [...claims.keys()], dispose };
  await dispose();
  throw new Error(`fewer than ${count} ports are free from ${range.first} to ${range.last}`);
};
