import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';

/** A loopback port nobody listens on at the moment. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
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
