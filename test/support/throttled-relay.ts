import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * A way to a server on loopback which the test can make narrow, to stop what is under way at a moment of its own, or
 * cut.
 */
export interface ThrottledRelay {
  readonly port: number;
  /** Lets this many more bytes through to the server, over all connections, and then holds them. */
  allow(bytes: number): void;
  /** Lets everything through, what is held first; ends a cut. */
  open(): void;
  /** Breaks what goes this way, and whatever comes until it is opened. */
  cut(): void;
  /** Connections that came so far, those that were broken at once too. */
  readonly came: number;
  dispose(): Promise<void>;
}

/** Starts a way to what listens on `port`; it is open. */
export const startThrottledRelay = async (port: number): Promise<ThrottledRelay> => {
  const sockets = new Set<Socket>();
  const held: { readonly server: Socket; readonly bytes: Buffer }[] = [];
  let allowed = Infinity;
  let isCut = false;
  let came = 0;
  const breakAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const pass = (): void => {
    for (let next = held[0]; next !== undefined && allowed > 0; next = held[0]) {
      const now = next.bytes.subarray(0, allowed);
      allowed -= now.length;
      next.server.write(now);
      if (now.length === next.bytes.length) held.shift();
      else held[0] = { server: next.server, bytes: next.bytes.subarray(now.length) };
    }
  };
  const listener = createServer((client) => {
    came += 1;
    if (isCut) {
      client.on('error', () => undefined);
      client.destroy();
      return;
    }
    const server = connect({ host: '127.0.0.1', port });
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (bytes) => {
      held.push({ server, bytes });
      pass();
    });
    server.on('data', (bytes) => void client.write(bytes));
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    allow: (bytes) => {
      allowed = bytes;
      pass();
    },
    open: () => {
      allowed = Infinity;
      isCut = false;
      pass();
    },
    cut: () => {
      isCut = true;
      breakAll();
    },
    get came() {
      return came;
    },
    dispose: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
};
