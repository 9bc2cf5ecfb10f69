import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { AppError } from '../../core/base/errors.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Proxy } from './proxy.ts';
import type { Outlet, OutboundAgents } from './outbound-agents.ts';

/** The phase in which a request failed. In `connect` nothing was sent. */
export type Phase = 'connect' | 'response' | 'body';

interface FailureDetails {
  readonly proxy?: Proxy | undefined;
  readonly status?: number | undefined;
  readonly problem?: AppError;
}

/** Why a request got no complete answer. */
export class TransportFailure extends Error {
  readonly phase: Phase;
  readonly reason: 'timeout' | 'too-large' | 'too-slow' | 'network' | 'aborted' | 'no-outlet';
  /** Node's code (ECONNREFUSED, CERT_HAS_EXPIRED, HPE_INVALID_CONSTANT …) where there is one. */
  readonly code: string | undefined;
  /** The proxy in use. */
  readonly proxy: Proxy | undefined;
  /** The status with which the proxy refused to tunnel. */
  readonly status: number | undefined;
  /** With `no-outlet`: why not. */
  readonly problem: AppError | undefined;

  constructor(phase: Phase, reason: TransportFailure['reason'], code?: string, more: FailureDetails = {}) {
    super(`${phase}: ${reason}`);
    this.name = 'TransportFailure';
    this.phase = phase;
    this.reason = reason;
    this.code = code;
    this.proxy = more.proxy;
    this.status = more.status;
    this.problem = more.problem;
  }
}

export interface TransportLimits {
  /** Milliseconds for name lookup, TCP and TLS together. */
  readonly connectMs: number;
  /** Milliseconds from the connection to the answer's headers. */
  readonly responseMs: number;
  /** Milliseconds without a byte of the body. */
  readonly stallMs: number;
  /** Milliseconds for the whole body. */
  readonly bodyMs: number;
  /** Bytes of the body, after unpacking. */
  readonly maxBytes: number;
  /** Whether a connection of an earlier request may be reused: it may break just as we send. */
  readonly reuseConnection: boolean;
  /** Whether the length is omitted for a request without a body, whatever its method. */
  readonly omitLength: boolean;
  readonly signal: AbortSignal | undefined;
}

export interface Transport {
  /** A fetch with these limits; rejects with TransportFailure. */
  fetch(limits: TransportLimits): (input: Request) => Promise<Response>;
}

/** The code of an error of Node's network, where it has one. */
export const codeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Several addresses were tried, each with its own failure: the first one shows the cause.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
};

/** Whether a proxy did not accept the connection; a later refusal is no reason to use another proxy. */
const isProxyDown = ({ phase, code }: TransportFailure): boolean =>
  phase === 'connect' &&
  code !== undefined &&
  /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/.test(code);

/** The failure of a connection, with what Node says about a proxy. */
export const networkFailure = (phase: Phase, error: unknown, proxy: Proxy | undefined): TransportFailure => {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : undefined;
  return new TransportFailure(phase, 'network', codeOf(error), { proxy, status });
};

const bodiless = (status: number, method: string): boolean =>
  status === 204 || status === 205 || status === 304 || method === 'HEAD';

/** The answer's body as a stream that fails if it stalls, drips, grows too large or ends early. */
const boundedBody = (
  answer: http.IncomingMessage,
  clock: Clock,
  limits: TransportLimits,
): ReadableStream<Uint8Array> => {
  const packed = /^(x-)?gzip$/i.test(answer.headers['content-encoding'] ?? '');
  const source: Readable = packed ? answer.pipe(createGunzip()) : answer;
  let cancelStall = (): void => undefined;
  let cancelTotal = (): void => undefined;
  let received = 0;
  let over = false;

  let aborted = (): void => undefined;

  const close = (): void => {
    over = true;
    cancelStall();
    cancelTotal();
    limits.signal?.removeEventListener('abort', aborted);
  };

  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      const failWith = (failure: TransportFailure): void => {
        if (over) return;
        close();
        controller.error(failure);
        source.destroy();
        answer.destroy();
      };
      const watchStall = (): void => {
        cancelStall();
        cancelStall = clock.after(limits.stallMs, () => failWith(new TransportFailure('body', 'too-slow')));
      };
      aborted = (): void => failWith(new TransportFailure('body', 'aborted'));
      limits.signal?.addEventListener('abort', aborted, { once: true });
      watchStall();
      cancelTotal = clock.after(limits.bodyMs, () => failWith(new TransportFailure('body', 'too-slow')));
      source.on('data', (chunk: Buffer) => {
        if (over) return;
        received += chunk.length;
        if (received > limits.maxBytes) return failWith(new TransportFailure('body', 'too-large'));
        watchStall();
        controller.enqueue(new Uint8Array(chunk));
      });
      source.on('end', () => {
        if (over) return;
        if (!answer.complete) return failWith(new TransportFailure('body', 'network'));
        close();
        controller.close();
      });
      const broken = (error: unknown): void => {
        failWith(new TransportFailure('body', 'network', codeOf(error)));
      };
      source.on('error', broken);
      if (packed) answer.on('error', broken);
      answer.on('close', () => {
        if (!answer.complete) broken(undefined);
      });
      if (limits.signal?.aborted === true) aborted();
    },
    cancel: () => {
      if (over) return;
      close();
      source.destroy();
      answer.destroy();
    },
  });
};

const toResponse = (answer: http.IncomingMessage, method: string, body: () => ReadableStream<Uint8Array>): Response => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const part of Array.isArray(value) ? value : [value]) if (part !== undefined) headers.append(name, part);
  }
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 599) throw new TransportFailure('response', 'network', 'HPE_INVALID_STATUS');
  if (bodiless(status, method)) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  return new Response(body(), { status, headers });
};

/**
 * A `fetch` on node:http, because Node's own cannot limit the connection and the answer separately, nor say whether
 * anything was sent. It follows no redirects. Answers may be gzipped.
 */
export const createTransport = (clock: Clock, out: OutboundAgents): Transport => {
  const send = (
    input: Request,
    body: Buffer | undefined,
    { agent, proxy }: Outlet,
    limits: TransportLimits,
  ): Promise<Response> =>
    new Promise((resolve, reject) => {
      const url = new URL(input.url);
      const secure = url.protocol === 'https:';
      const headers: Record<string, string> = Object.fromEntries(input.headers);
      if (body !== undefined) headers['content-length'] = String(body.length);
      headers['accept-encoding'] ??= 'gzip';

      let phase: Phase = 'connect';
      let settled = false;
      let cancelTimer = (): void => undefined;
      const outgoing = (secure ? https : http).request(url, {
        method: input.method,
        headers,
        agent,
      });

      const settle = (act: () => void): void => {
        if (settled) return;
        settled = true;
        cancelTimer();
        act();
      };
      const aborted = (): void => {
        settle(() => reject(new TransportFailure(phase, 'aborted')));
        outgoing.destroy();
      };
      const stopListening = (): void => limits.signal?.removeEventListener('abort', aborted);
      const failWith = (failure: TransportFailure): void => {
        stopListening();
        settle(() => reject(failure));
        outgoing.destroy();
      };
      const connected = (): void => {
        if (settled || phase !== 'connect') return;
        phase = 'response';
        cancelTimer();
        cancelTimer = clock.after(limits.responseMs, () => failWith(new TransportFailure('response', 'timeout')));
      };

      // Node sends `Content-Length: 0` with every method it does not know to have no body.
      if (body === undefined && limits.omitLength) outgoing.useChunkedEncodingByDefault = false;
      cancelTimer = clock.after(limits.connectMs, () => {
        if (proxy !== undefined) out.down(proxy);
        failWith(new TransportFailure('connect', 'timeout', undefined, { proxy }));
      });
      limits.signal?.addEventListener('abort', aborted, { once: true });
      outgoing.on('socket', (socket) => {
        // A connection through a proxy has completed its TLS handshake before we get it.
        if (outgoing.reusedSocket || !socket.connecting) connected();
        else socket.once(secure ? 'secureConnect' : 'connect', connected);
      });
      outgoing.on('error', (error) => {
        const failure = networkFailure(phase, error, proxy);
        if (proxy !== undefined && isProxyDown(failure)) out.down(proxy);
        failWith(failure);
      });
      // A server that switches protocols answers something we did not ask for.
      outgoing.on('upgrade', (_answer, socket) => {
        socket.destroy();
        failWith(new TransportFailure('response', 'network', 'HPE_UNEXPECTED_UPGRADE'));
      });
      outgoing.on('response', (answer) => {
        stopListening();
        settle(() => {
          try {
            resolve(toResponse(answer, input.method, () => boundedBody(answer, clock, limits)));
          } catch (error) {
            outgoing.destroy();
            reject(error instanceof Error ? error : new Error('no answer'));
          }
        });
      });
      if (limits.signal?.aborted === true) return aborted();
      outgoing.end(body);
    });

  return {
    fetch: (limits) => async (input) => {
      const body = input.body === null ? undefined : Buffer.from(await input.arrayBuffer());
      const outlet = await out.to(new URL(input.url), limits.reuseConnection);
      if (!outlet.ok) throw new TransportFailure('connect', 'no-outlet', undefined, { problem: outlet.error });
      return send(input, body, outlet.value, limits);
    },
  };
};
