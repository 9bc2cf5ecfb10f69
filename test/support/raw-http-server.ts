import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';

/** A request as its bytes arrived. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly socket: net.Socket;
  /** The head as sent, for what a parsed view would hide. */
  readonly head: string;
}

export interface RawHttpServer {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly RawRequest[];
  /** Connections taken so far. */
  connections(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An HTTP/1.1 answer. */
export const answerText = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): string =>
  [
    `HTTP/1.1 ${status} Status`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n');

/** A server on loopback that parses just enough HTTP to misbehave at will, and takes any method. */
export const startRawHttpServer = async (
  answer: (request: RawRequest, index: number) => void,
  onConnection: (socket: net.Socket) => boolean = () => true,
): Promise<RawHttpServer> => {
  const requests: RawRequest[] = [];
  const sockets = new Set<net.Socket>();
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    if (!onConnection(socket)) return;
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = received.subarray(0, end).toString('latin1');
      const [first = '', ...lines] = head.split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const length = Number(headers['content-length'] ?? 0);
      if (received.length < end + 4 + length) return;
      const body = received.subarray(end + 4, end + 4 + length);
      received = received.subarray(end + 4 + length);
      const [method = '', path = ''] = first.split(' ');
      const request = { method, path, headers, body, socket, head };
      requests.push(request);
      answer(request, requests.length - 1);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
