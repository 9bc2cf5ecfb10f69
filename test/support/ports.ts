import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Neither given out by the system for port 0 or outgoing connections, nor one of `claimPorts`, nor one of a forward. */
const range = { first: 12_000, last: 19_999 } as const;

/** A loopback port nobody listens on at the moment, and that no outgoing connection takes before it is used. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(range.first, range.last + 1);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
};

/** Resolves once something on loopback takes connections at the port; rejects after `withinMs`. */
export const waitForPort = async (port: number, withinMs = 20_000): Promise<void> => {
  const until = Date.now() + withinMs;
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port });
    try {
      await once(socket, 'connect');
      return;
    } catch (failure) {
      if (Date.now() > until) throw failure;
      await delay(50);
    } finally {
      socket.destroy();
    }
  }
};
