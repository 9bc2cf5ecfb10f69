import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** Where a relay leads. */
export interface RelayTarget {
  readonly host: string;
  readonly port: number;
}

/** A listening TCP relay, as a vendor's proxy would be one. */
export interface Relay {
  readonly port: number;
  /** Connections open now. */
  readonly connections: number;
  /** Stops listening and cuts every connection. */
  dispose(): Promise<void>;
}

/**
 * Relays TCP from a port of 127.0.0.1 to wherever `target` says at each connection; a connection is cut where it
 * says nothing. Half-close and back-pressure pass both ways.
 */
export const startRelay = (target: () => RelayTarget | undefined): Promise<Relay> =>
  new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    const keep = (socket: Socket): void => {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => sockets.delete(socket));
    };
    // Without allowHalfOpen the reply is lost once the asking side has ended.
    const server = createServer({ allowHalfOpen: true }, (near) => {
      keep(near);
      near.on('error', () => near.destroy());
      const address = target();
      if (address === undefined) return near.resetAndDestroy();
      const far = connect({ ...address, allowHalfOpen: true });
      keep(far);
      far.on('error', () => near.resetAndDestroy());
      near.on('error', () => far.destroy());
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroySoon());
      near.pipe(far);
      far.pipe(near);
    });
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        get connections() {
          return Math.ceil(sockets.size / 2);
        },
        dispose: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      }),
    );
  });
