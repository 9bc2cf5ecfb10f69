import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { Log } from '../../core/base/log.ts';
import { LibraryCalls } from '../runtime/library-calls.ts';
import { maxBacklog } from '../../core/base/max-backlog.ts';
import { limitClients, pageLimits } from '../runtime/descriptors.ts';
import { readStaticAsset, securityHeaders } from './static-assets.ts';
import { notLetInHeaders, notLetInPage, tokenIn } from './not-let-in-page.ts';

/** A browser that has proven itself, speaking JSON messages; bytes of streams go in binary ones. */
export interface WebClient {
  send(message: unknown): void;
  /** A message that is neither JSON text nor bytes of a stream arrives as undefined. */
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  backlog(): number;
}

/** The window on 127.0.0.1. */
export interface WebHost {
  readonly port: number;
  /** A fresh address that lets one browser in once. */
  link(): string;
  /** The address of an empty page, where our window waits for its link. */
  readonly waiting: string;
  dispose(): Promise<void>;
}

const maxMessageBytes = 8 * 1024 * 1024;
const pingMs = 30_000;
/** The maximum of printed links that nobody has used; the oldest is dropped. */
const maxLinks = 16;

const bridgePath = '/bridge';
/** What the window's WebSocket speaks; its second protocol is the key. */
const bridgeProtocol = 'quayside';

/** The path of the empty page. */
const waitingPath = '/opening';
const head =
  '<!doctype html><meta charset="utf-8"><title>Quayside</title><meta name="color-scheme" content="light dark">';
const htmlType = { 'content-type': 'text/html; charset=utf-8' } as const;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A set of secrets that are compared in constant time and kept only as digests. */
class SecretSet {
  readonly #digests: Buffer[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Makes one with 256 random bits. */
  make(): string {
    const secret = randomBytes(32).toString('base64url');
    this.#digests.push(digest(secret));
    if (this.#digests.length > this.#limit) this.#digests.shift();
    return secret;
  }

  has(secret: string): boolean {
    return this.#find(secret) !== -1;
  }

  /** Whether it was there; it no longer is. */
  use(secret: string): boolean {
    const at = this.#find(secret);
    if (at !== -1) this.#digests.splice(at, 1);
    return at !== -1;
  }

  #find(secret: string): number {
    const sought = digest(secret);
    return this.#digests.findIndex((candidate) => timingSafeEqual(candidate, sought));
  }
}

/** The window's page with the key for the bridge, which the page takes out and keeps. */
const pageWithKey = (page: Uint8Array, key: string): string =>
  Buffer.from(page).toString('utf8').replace('<head>', `<head><meta name="quayside-key" content="${key}">`);

/** Bytes before those of a stream in a binary message: its number as a 64-bit float. */
const streamHeaderBytes = 8;

/** Up to this many bytes it is cheaper to copy them than to send them separately from their header. */
const copiedBytes = 4096;

/** Sends bytes of a stream as a binary message, without base64. False: it is another message. */
const sendBytes = (socket: WebSocket, message: unknown): boolean => {
  if (typeof message !== 'object' || message === null || !('stream' in message) || !('bytes' in message)) return false;
  const { stream, bytes } = message;
  if (typeof stream !== 'number' || !(bytes instanceof Uint8Array)) return false;
  const copied = bytes.length > copiedBytes ? 0 : bytes.length;
  const binary = Buffer.allocUnsafe(streamHeaderBytes + copied);
  binary.writeDoubleBE(stream, 0);
  if (copied > 0) binary.set(bytes, streamHeaderBytes);
  // In two parts of one message: a copy of every piece of a large file is the most there would be to collect.
  socket.send(binary, { binary: true, fin: copied === bytes.length });
  if (copied < bytes.length) socket.send(bytes, { binary: true });
  return true;
};

const readBinary = (data: Buffer): unknown =>
  data.length <= streamHeaderBytes
    ? undefined
    : { type: 'session-bytes', stream: data.readDoubleBE(0), bytes: data.subarray(streamHeaderBytes) };

const webClient = (socket: WebSocket, calls: LibraryCalls): WebClient => ({
  send: (message) => {
    // Unread answers fill our memory: beyond `maxBacklog` the client is cut off, and a live page connects again.
    if (socket.bufferedAmount > maxBacklog) socket.terminate();
    else if (socket.readyState === socket.OPEN && !sendBytes(socket, message)) socket.send(JSON.stringify(message));
  },
  onMessage: (listener) => {
    const hear = calls.ours((data: RawData, binary: boolean) => {
      let message: unknown;
      try {
        if (!Buffer.isBuffer(data)) message = undefined;
        else message = binary ? readBinary(data) : JSON.parse(data.toString('utf8'));
      } catch {
        message = undefined;
      }
      listener(message);
    });
    socket.on('message', hear);
  },
  onClose: (listener) => void socket.on('close', calls.ours(listener)),
  backlog: () => socket.bufferedAmount,
});

/**
 * Serves the built window and its bridge on 127.0.0.1 and nowhere else. The page of a one-time link holds a key, without
 * which the bridge is closed. The page keeps it in the storage of its origin, which the port is part of; a cookie would go to
 * every port of this computer, devices behind web forwards included. The window's files hold no secret and are anybody's.
 * Requests under any other name than 127.0.0.1 or localhost are refused (a rebinding page has its own), and so is every
 * foreign origin.
 * Errors: port-in-use.
 */
export const openWebHost = async (options: {
  /** The folder of the built window. */
  readonly root: string;
  /** Zero: any free one. */
  readonly port: number;
  readonly onClient: (client: WebClient) => void;
  readonly log: Log;
}): Promise<Result<WebHost>> => {
  const { log } = options;
  const links = new SecretSet(maxLinks);
  const keys = new SecretSet(64);
  const sockets = new WebSocketServer({
    // The key comes beside it, and is not to be sent back.
    handleProtocols: () => bridgeProtocol,
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });
  let port = options.port;

  const hostOf = (request: IncomingMessage): string | undefined => {
    const host = request.headers.host;
    return host === `127.0.0.1:${port}` || host === `localhost:${port}` ? host : undefined;
  };
  const originIsOurs = (request: IncomingMessage, host: string): boolean => request.headers.origin === `http://${host}`;
  /** A page's WebSocket can send no header but this one. */
  const hasKey = (request: IncomingMessage): boolean => {
    const [protocol, key] = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    return protocol === bridgeProtocol && key !== undefined && keys.has(key);
  };

  const say = (response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void => {
    response.writeHead(status, {
      ...securityHeaders(),
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      ...headers,
    });
    response.end(text);
  };

  /** Lets nobody in: a person sees how to get in, a program one line. */
  const shut = (request: IncomingMessage, response: ServerResponse, status: number, why: string): void => {
    if (request.headers.accept?.includes('text/html') === true)
      say(response, status, notLetInPage(why), notLetInHeaders);
    else say(response, status, `${why} Run \`quayside serve\` again for a fresh link.\n`);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const host = hostOf(request);
    if (host === undefined) {
      log.write('warn', 'web.refused', { why: 'host' });
      return say(response, 403, 'Quayside answers only as 127.0.0.1 or localhost.\n');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      if (!originIsOurs(request, host)) {
        log.write('warn', 'web.refused', { why: 'origin' });
        return say(response, 403, 'Quayside takes nothing from other sites.\n');
      }
      return say(response, 405, 'Only GET is answered here.\n', { allow: 'GET, HEAD' });
    }
    const url = URL.parse(request.url ?? '/', `http://${host}`);
    // A request line such as `//other/` or `http://other/` names another host than the header.
    if (url === null || url.host !== host) return say(response, 400, 'This address cannot be read.\n');
    const token = url.pathname === '/' ? url.searchParams.get('token') : null;
    if (token !== null) {
      if (request.method !== 'GET' || !links.use(tokenIn(token))) {
        log.write('warn', 'web.refused', { why: 'token' });
        return shut(request, response, 403, 'This link was used already, or Quayside was started again since.');
      }
    }
    if (url.pathname === waitingPath) return say(response, 200, head, htmlType);
    if (url.pathname === bridgePath) {
      // How a page asks whether it is let in; a WebSocket tells it only that it is not open.
      const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      return say(response, keys.has(key) ? 426 : 401, 'This is for the window’s WebSocket.\n', {
        upgrade: 'websocket',
      });
    }
    const asset = await readStaticAsset(options.root, url.pathname, `ws://${host}`);
    if (asset === undefined) return say(response, 404, 'There is nothing here.\n');
    const bytes = token === null ? asset.bytes : Buffer.from(pageWithKey(asset.bytes, keys.make()));
    response.writeHead(200, { ...asset.headers, 'content-length': bytes.length });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  };

  const refuseUpgrade = (socket: Duplex, why: string): void => {
    log.write('warn', 'web.refused', { why });
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  };

  const server = createServer(pageLimits, (request, response) => {
    serve(request, response).catch(() => {
      if (!response.headersSent) say(response, 500, 'Quayside made a mistake here.\n');
      else response.destroy();
    });
  });
  limitClients(server, 'window', log);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    const host = hostOf(request);
    if (host === undefined) return refuseUpgrade(socket, 'host');
    if (!originIsOurs(request, host)) return refuseUpgrade(socket, 'origin');
    if (!hasKey(request)) return refuseUpgrade(socket, 'key');
    if (request.url !== bridgePath) return refuseUpgrade(socket, 'path');
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      // A message that is too long or a broken frame ends the connection; 'close' reports it.
      accepted.on('error', () => undefined);
      // What is thrown while this browser is served ends this browser's connection; its page connects again.
      const calls = new LibraryCalls(() => accepted.terminate());
      calls.ours(() => options.onClient(webClient(accepted, calls)))();
    });
  });

  const unanswered = new WeakSet<WebSocket>();
  const pings = setInterval(() => {
    for (const socket of sockets.clients) {
      if (socket.readyState !== socket.OPEN) continue;
      if (unanswered.has(socket)) {
        // The last ping was not answered.
        unanswered.delete(socket);
        socket.terminate();
        continue;
      }
      unanswered.add(socket);
      socket.once('pong', () => unanswered.delete(socket));
      socket.ping();
    }
  }, pingMs);
  pings.unref();

  const bound = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port: options.port, exclusive: true }, () => resolve(true));
  });
  if (!bound) {
    clearInterval(pings);
    return fail(
      'port-in-use',
      `Port ${options.port} is in use.`,
      'Choose another with --port, or leave it out for any free one.',
    );
  }
  port = (server.address() as AddressInfo).port;

  let disposing: Promise<void> | undefined;
  return ok({
    port,
    link: () => `http://127.0.0.1:${port}/?token=${links.make()}`,
    waiting: `http://127.0.0.1:${port}${waitingPath}`,
    dispose: () => {
      disposing ??= new Promise((resolve) => {
        clearInterval(pings);
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return disposing;
    },
  });
};
