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
  /** Fault: takes connections and bytes, and passes nothing on until the fault is switched off. */
  freeze(frozen: boolean): void;
  /** Stops listening and cuts every connection. */
  dispose(): Promise<void>;
}

/**
 * Relays TCP from a port of `host` (a free one of 127.0.0.1 unless told) to wherever `target` says at each connection; a connection
 * is cut where it says nothing. Half-close and back-pressure pass both ways.
 */
export const startRelay = (target: () => RelayTarget | undefined, host = '127.0.0.1', port = 0): Promise<Relay> =>
  new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    let frozen = false;
    const waiting = new Set<() => void>();
    const keep = (socket: Socket): void => {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => sockets.delete(socket));
    };
    const lead = (near: Socket): void => {
      if (near.destroyed) return;
      const address = target();
      if (address === undefined) {
        near.resetAndDestroy();
        return;
      }
      const far = connect({ ...address, allowHalfOpen: true });
      keep(far);
      far.on('error', () => near.resetAndDestroy());
      near.on('error', () => far.destroy());
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroySoon());
      near.pipe(far);
      far.pipe(near);
    };
    // Without allowHalfOpen the reply is lost once the asking side has ended.
    const server = createServer({ allowHalfOpen: true }, (near) => {
      keep(near);
      near.on('error', () => near.destroy());
      if (frozen) waiting.add(() => lead(near));
      else lead(near);
    });
    server.once('error', reject);
    server.listen(port, host, () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        get connections() {
          return Math.ceil(sockets.size / 2);
        },
        freeze: (now) => {
          frozen = now;
          for (const socket of sockets) {
            if (now) socket.pause();
            else socket.resume();
          }
          if (now) return;
          for (const begin of waiting) begin();
          waiting.clear();
        },
        dispose: () =>
          new Promise((closed) => {
            waiting.clear();
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      }),
    );
  });
