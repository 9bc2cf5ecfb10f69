import { STATUS_CODES } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Exchange, Transport } from './http-transport.ts';

/** A request taken from the front of a connection's bytes. */
interface Taken {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly rest: Buffer;
}

const maxHeadBytes = 64 * 1024;
const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');
/** Any method that is a token of RFC 9110, not only those Node knows. */
const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP\/1\.[01]$/;

/** The chunks of a body and what follows them; undefined if they are not complete, 'bad' if they are none. */
const takeChunks = (bytes: Buffer): { readonly body: Buffer; readonly rest: Buffer } | 'bad' | undefined => {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(lineEnd, at);
    if (end < 0) return undefined;
    const size = /^([0-9a-f]{1,7})(?:;.*)?$/i.exec(bytes.toString('latin1', at, end))?.[1];
    if (size === undefined) return 'bad';
    const length = Number.parseInt(size, 16);
    const start = end + 2;
    if (bytes.length < start + length + 2) return undefined;
    // Nobody sends trailers here, so an empty line follows the last chunk.
    if (length === 0) return { body: Buffer.concat(parts), rest: bytes.subarray(start + 2) };
    parts.push(bytes.subarray(start, start + length));
    at = start + length + 2;
  }
};

/** The first request of `bytes`; undefined if it is not complete, 'bad' if it is not one. */
const takeRequest = (bytes: Buffer): Taken | 'bad' | undefined => {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return bytes.length > maxHeadBytes ? 'bad' : undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const [, method, target] = requestLine.exec(first) ?? [];
  if (method === undefined || target === undefined) return 'bad';
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) return 'bad';
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const after = bytes.subarray(end + headEnd.length);
  if (/\bchunked\b/i.test(headers['transfer-encoding'] ?? '')) {
    const chunks = takeChunks(after);
    return typeof chunks === 'object' ? { method, target, headers, ...chunks } : chunks;
  }
  const length = Number(headers['content-length'] ?? 0);
  if (!Number.isInteger(length) || length < 0) return 'bad';
  if (after.length < length) return undefined;
  return { method, target, headers, body: after.subarray(0, length), rest: after.subarray(length) };
};

const statusLine = (status: number): string => `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;

const exchangeOn = (socket: Socket, request: Taken, done: () => void): Exchange => ({
  method: request.method,
  target: request.target,
  headers: request.headers,
  body: request.body,
  head: (status, headers) => {
    const all = status === 101 ? { connection: 'Upgrade', ...headers } : headers;
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`${statusLine(status)}${lines.join('')}\r\n`);
  },
  write: (part) =>
    new Promise((resolve) => {
      socket.write(part, () => resolve());
    }),
  end: done,
  cut: () => socket.destroySoon(),
  reset: () => socket.resetAndDestroy(),
  socket,
});

const serveConnection = (socket: Socket, serve: (exchange: Exchange) => void): void => {
  let pending = Buffer.alloc(0);
  let busy = false;
  const next = (): void => {
    if (busy || socket.destroyed) return;
    const request = takeRequest(pending);
    if (request === undefined) return;
    if (request === 'bad') {
      socket.end(`${statusLine(400)}content-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    pending = Buffer.from(request.rest);
    busy = true;
    serve(
      exchangeOn(socket, request, () => {
        busy = false;
        if (/\bclose\b/i.test(request.headers['connection'] ?? '')) socket.end();
        else next();
      }),
    );
  };
  socket.setNoDelay(true);
  // A client that goes away is part of what is simulated.
  socket.on('error', () => socket.destroy());
  socket.on('data', (part: Buffer) => {
    pending = Buffer.concat([pending, part]);
    next();
  });
};

/** HTTP/1.1 that takes any method: Node's own server answers Remotix's ACTION with 400. One request after another. */
export const rawHttpTransport: Transport = (port, serve) =>
  new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      serveConnection(socket, serve);
    });
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      }),
    );
  });
