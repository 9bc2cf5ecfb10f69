import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Failure, Result } from '../../core/base/errors.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { HttpAnswer } from '../../core/base/http.ts';
import type { WebSocketClient, WebSocketLink, WebSocketRequest } from '../../core/base/websocket.ts';
import { describeTransportFailure } from './http-client-failures.ts';
import { codeOf, networkFailure, TransportFailure } from './http-client-fetch.ts';
import { LibraryCalls } from '../runtime/library-calls.ts';
import { redactSecrets } from '../runtime/redact.ts';
import { OutboundAgents, type Outlet } from './outbound-agents.ts';
import { isLoopbackHost } from '../../core/base/loopback.ts';

export interface WebSocketClientOptions {
  readonly clock: Clock;
  /** Our user agent in each handshake. */
  readonly userAgent: string;
  /**
   * Milliseconds between pings; a peer that answered an earlier ping and gives no sign of life after one is given up.
   * Default 25 s.
   */
  readonly pingMs?: number;
  /** The agents for outbound connections. Default: by environment and system. */
  readonly out?: OutboundAgents;
}

export interface DisposableWebSocketClient extends WebSocketClient {
  /** Closes every link. */
  dispose(): void;
}

const defaultOpenMs = 20_000;
const defaultMaxBytes = 1024 ** 2;
/** The maximum length of a refusal that is read. */
const refusalBytes = 64 * 1024;
/** Milliseconds after which a peer that does not answer our close is cut off. */
const closeMs = 2000;
/** The maximum of unsent bytes: our messages are small, so a peer that takes none of them is gone. */
const maxBacklog = 8 * 1024 ** 2;
const regularCloses: ReadonlySet<number> = new Set([1000, 1001, 1005]);

const readUrl = (text: string): Result<URL> => {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'wss:' || (url.protocol === 'ws:' && isLoopbackHost(url.hostname))))
    return ok(url);
  return fail(
    'wrong-url',
    url?.protocol === 'ws:'
      ? `${url.host} would be called without encryption.`
      : 'The address of the account is not a web address.',
    'Enter a base URL that starts with https://.',
  );
};

const textOf = (data: RawData): string => {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
};

/** The answer of a server that did not upgrade, with the part of its body that arrives at once. */
const readRefusal = (response: IncomingMessage, clock: Clock): Promise<HttpAnswer> =>
  new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    const finish = (): void => {
      cancelTimer();
      response.destroy();
      const bytes = new Uint8Array(Buffer.concat(parts));
      resolve({
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.join(', ') : (value ?? ''),
          ]),
        ),
        text: new TextDecoder().decode(bytes),
        bytes,
        receivedAt: clock.now(),
      });
    };
    const cancelTimer = clock.after(closeMs, finish);
    response.on('data', (part: Buffer) => {
      parts.push(part.subarray(0, refusalBytes - size));
      size += part.length;
      if (size >= refusalBytes) finish();
    });
    response.on('end', finish);
    response.on('error', finish);
    response.on('aborted', finish);
  });

/** One open socket: its listeners, its pings, and exactly one end. */
class NodeWebSocketLink implements WebSocketLink {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #request: WebSocketRequest;
  readonly #host: string;
  readonly #calls: LibraryCalls;
  readonly #messages = new Set<(text: string) => void>();
  readonly #closes = new Set<(error: AppError | undefined) => void>();
  #end: { readonly error: AppError | undefined } | undefined;
  #error: AppError | undefined;
  #byUs = false;
  #alive = true;
  /** Whether the peer has answered a ping. */
  #answers = false;
  #cancelTimer: () => void = () => undefined;

  constructor(socket: WebSocket, clock: Clock, request: WebSocketRequest, host: string, pingMs: number) {
    this.#socket = socket;
    this.#clock = clock;
    this.#request = request;
    this.#host = host;
    // An exception while a message is handled closes this link, which is reopened as after any loss.
    this.#calls = new LibraryCalls(() => socket.terminate());
    // Messages that arrive before there is a listener stay with the system.
    socket.pause();
    const alive = (): void => {
      this.#alive = true;
    };
    socket.on('ping', alive);
    socket.on('pong', () => {
      this.#alive = true;
      this.#answers = true;
    });
    const hear = this.#calls.ours((data: RawData, binary: boolean) => {
      this.#alive = true;
      if (binary || this.#byUs) return;
      const text = textOf(data);
      for (const listener of [...this.#messages]) listener(text);
    });
    socket.on('message', hear);
    socket.on('error', (error) => {
      this.#error ??= this.#failure(error);
    });
    socket.on('close', (code, reason) => this.#finish(code, reason.toString('utf8')));
    request.signal.addEventListener('abort', this.#aborted, { once: true });
    if (request.withoutPings !== true) this.#watch(pingMs);
  }

  onMessage(listener: (text: string) => void): () => void {
    this.#messages.add(listener);
    this.#socket.resume();
    return () => {
      this.#messages.delete(listener);
    };
  }

  onClose(listener: (error: AppError | undefined) => void): () => void {
    const end = this.#end;
    if (end === undefined) this.#closes.add(listener);
    else queueMicrotask(() => listener(end.error));
    return () => {
      this.#closes.delete(listener);
    };
  }

  send(text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > maxBacklog) return this.#socket.terminate();
    this.#socket.send(text);
  }

  close(): void {
    if (this.#byUs || this.#end !== undefined) return;
    this.#byUs = true;
    this.#cancelTimer();
    // The peer's answer to our close has to be read, too.
    this.#socket.resume();
    this.#socket.close(1000);
    this.#cancelTimer = this.#clock.after(closeMs, () => this.#socket.terminate());
  }

  readonly #aborted = (): void => this.close();

  #watch(pingMs: number): void {
    this.#cancelTimer = this.#clock.after(pingMs, () => {
      if (!this.#alive && this.#answers && !this.#socket.isPaused) {
        this.#error ??= fail(
          'timeout',
          `${this.#host} no longer answers on the open connection.`,
          'Quayside connects again by itself. If it stays so, check the network.',
        ).error;
        return this.#socket.terminate();
      }
      this.#alive = false;
      this.#socket.ping();
      this.#watch(pingMs);
    });
  }

  #failure(error: Error): AppError {
    if (codeOf(error)?.startsWith('WS_ERR') === true)
      return fail(
        'bad-response',
        `${this.#host} sent what cannot be read on the open connection (${codeOf(error) ?? ''}).`,
        'Try again. If it stays so, the vendor may have changed its API: look for a newer Quayside.',
      ).error;
    return fail(
      'unreachable',
      `The open connection to ${this.#host} was cut.`,
      'Quayside connects again by itself. If it stays so, check the network.',
    ).error;
  }

  #finish(code: number, reason: string): void {
    if (this.#end !== undefined) return;
    this.#cancelTimer();
    this.#request.signal.removeEventListener('abort', this.#aborted);
    const said = redactSecrets(reason, this.#request.secrets).trim();
    const error =
      this.#byUs || (this.#error === undefined && regularCloses.has(code))
        ? undefined
        : (this.#error ??
          fail(
            'unreachable',
            `${this.#host} closed the open connection (code ${code}).`,
            'Quayside connects again by itself. If it stays so, check the network.',
            said === '' ? {} : { vendorMessage: said },
          ).error);
    this.#end = { error };
    for (const listener of [...this.#closes]) this.#calls.ours(listener)(error);
    this.#messages.clear();
    this.#closes.clear();
  }
}

const notAWebSocket = (host: string, how: string): Failure =>
  fail('bad-response', `${host} answered without opening a WebSocket (${how}).`, 'Check the base URL of the account.');

const refused = async (
  response: IncomingMessage,
  request: WebSocketRequest,
  host: string,
  clock: Clock,
): Promise<Failure> => {
  const answer = await readRefusal(response, clock);
  const error = request.classify(answer);
  if (error === undefined) return notAWebSocket(host, `HTTP ${answer.status}`);
  const clean = (text: string): string => redactSecrets(text, request.secrets);
  return {
    ok: false,
    error: {
      ...error,
      message: clean(error.message),
      hint: clean(error.hint),
      ...(error.vendorMessage === undefined ? {} : { vendorMessage: clean(error.vendorMessage) }),
    },
  } satisfies Failure;
};

/** WebSockets on `ws`; see `WebSocketClient`. It never throws or logs. */
export const createWebSocketClient = (options: WebSocketClientOptions): DisposableWebSocketClient => {
  const { clock, out = new OutboundAgents() } = options;
  const links = new Set<WebSocketLink>();

  const connect = (request: WebSocketRequest, url: URL, { agent, proxy }: Outlet): Promise<Result<WebSocketLink>> =>
    new Promise((resolve) => {
      const openMs = request.openMs ?? defaultOpenMs;
      let socket: WebSocket;
      try {
        socket = new WebSocket(url, {
          headers: { 'user-agent': options.userAgent, ...request.headers },
          maxPayload: request.maxBytes ?? defaultMaxBytes,
          followRedirects: false,
          perMessageDeflate: false,
          agent,
        });
      } catch {
        return resolve(
          fail(
            'invalid-input',
            'The request holds characters that cannot be sent.',
            'Enter the key again; it may have been copied with a line break.',
          ),
        );
      }
      let settled = false;
      const settle = (result: Result<WebSocketLink>): void => {
        if (settled) return;
        settled = true;
        cancelTimer();
        request.signal.removeEventListener('abort', aborted);
        if (!result.ok) socket.terminate();
        resolve(result);
      };
      const failed = (failure: TransportFailure): void => {
        const limits = { connectMs: openMs, responseMs: openMs, maxBytes: request.maxBytes ?? defaultMaxBytes };
        settle(describeTransportFailure(failure, url.host, limits, out.certificateHint));
      };
      const aborted = (): void => settle(cancelled(`${url.host} to open the connection`));
      const cancelTimer = clock.after(openMs, () =>
        failed(new TransportFailure('connect', 'timeout', undefined, { proxy })),
      );
      request.signal.addEventListener('abort', aborted, { once: true });
      socket.on('error', (error) => {
        const code = codeOf(error);
        // Without a code it was the handshake that failed.
        if (code === undefined) settle(notAWebSocket(url.host, 'a broken handshake'));
        else failed(networkFailure('connect', error, proxy));
      });
      const calls = new LibraryCalls(() => settle(notAWebSocket(url.host, 'Quayside did not understand it')));
      socket.on('unexpected-response', (_request, response) =>
        calls.after(refused(response, request, url.host, clock), settle),
      );
      socket.on('open', () => {
        if (settled) return;
        const link = new NodeWebSocketLink(socket, clock, request, url.host, options.pingMs ?? 25_000);
        links.add(link);
        link.onClose(() => links.delete(link));
        settle(ok(link));
      });
    });

  return {
    open: async (request) => {
      if (request.signal.aborted) return cancelled();
      const url = readUrl(request.url);
      if (!url.ok) return url;
      const outlet = await out.to(url.value, false);
      if (!outlet.ok) return outlet;
      return request.signal.aborted ? cancelled() : connect(request, url.value, outlet.value);
    },
    dispose: () => {
      for (const link of [...links]) link.close();
    },
  };
};
