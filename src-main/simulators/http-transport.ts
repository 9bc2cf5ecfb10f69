import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request on a simulator, and the means to answer it well or badly. */
export interface Exchange {
  readonly method: string;
  /** Path and query as they stood in the request line. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Sends the status line and the headers. */
  head(status: number, headers: Readonly<Record<string, string>>): void;
  /** Sends a part of the body; resolves when the peer takes more. */
  write(part: Buffer): Promise<void>;
  end(): void;
  /** Sends what was written so far and ends the connection, finished or not. */
  cut(): void;
  /** Cuts the connection with a TCP reset. */
  reset(): void;
  /** The connection itself, where the client asked to go on with another protocol; after `head(101, …)`. */
  readonly socket?: Socket;
}

/** A listening server. */
export interface Listening {
  readonly port: number;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

/**
 * How a simulator speaks HTTP. Node's own server refuses unknown methods, so Remotix's method ACTION needs a different
 * server. Listens on 127.0.0.1; port 0 means any.
 */
export type Transport = (port: number, serve: (exchange: Exchange) => void) => Promise<Listening>;

const flatHeaders = (headers: NodeJS.Dict<string | string[]>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );

const writePart = (response: ServerResponse, part: Buffer): Promise<void> =>
  new Promise((resolve) => {
    if (response.destroyed || response.write(part)) return resolve();
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });

/** A request that asks for another protocol; it may still be answered like any other. */
const upgradeExchange = (request: IncomingMessage, socket: Socket): Exchange => ({
  method: request.method ?? '',
  target: request.url ?? '/',
  headers: flatHeaders(request.headers),
  body: Buffer.alloc(0),
  head: (status, headers) => {
    const all = { connection: status === 101 ? 'Upgrade' : 'close', ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`);
  },
  write: (part) =>
    new Promise((resolve) => {
      socket.write(part, () => resolve());
    }),
  end: () => socket.end(),
  cut: () => socket.destroySoon(),
  reset: () => socket.resetAndDestroy(),
  socket,
});

/** Node's HTTP server. */
export const httpTransport: Transport = (port, serve) =>
  new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      response.sendDate = false;
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      // A client that goes away is part of what is simulated.
      request.on('error', () => request.destroy());
      request.on('end', () =>
        serve({
          method: request.method ?? '',
          target: request.url ?? '/',
          headers: flatHeaders(request.headers),
          body: Buffer.concat(parts),
          head: (status, headers) => response.writeHead(status, headers),
          write: (part) => writePart(response, part),
          end: () => response.end(),
          cut: () => {
            response.flushHeaders();
            request.socket.destroySoon();
          },
          reset: () => request.socket.resetAndDestroy(),
        }),
      );
    });
    const upgraded = new Set<Socket>();
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      upgraded.add(socket);
      socket.on('close', () => upgraded.delete(socket));
      socket.on('error', () => socket.destroy());
      if (head.length > 0) socket.unshift(head);
      serve(upgradeExchange(request, socket));
    });
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
            for (const socket of upgraded) socket.destroy();
          }),
      }),
    );
  });
