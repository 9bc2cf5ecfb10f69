import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import type { Clock } from '../../core/base/clock.ts';
import type {
  ForwardedRequest,
  UpstreamRequest,
  WebCookies,
  WebForwarder,
  WebListener,
} from '../../core/forward/web-forwarder.ts';
import { limitClients, passedOnLimits } from '../runtime/descriptors.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { createWebCookies } from './web-cookies.ts';
import { OutboundAgents, type Outlet } from '../http/outbound-agents.ts';
import { isLoopbackHost } from '../../core/base/loopback.ts';

export interface WebForwarderOptions {
  /** Milliseconds without a byte until the answer begins. Default 2 min. */
  readonly answerMs?: number;
  /** The agents for outbound connections. Default: by environment and system. */
  readonly out?: OutboundAgents;
  /** When cookies end; the wall clock where absent. */
  readonly clock?: Pick<Clock, 'now'>;
}

const host = '127.0.0.1';
/**
 * Headers of one connection only, and cookies, which `WebCookies` keeps: a browser would send them to every other port
 * here.
 */
const dropped =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|set-cookie2?|strict-transport-security|alt-svc)$/;

/** Requests for parts of a page. */
const framed = /^(?:iframe|frame|embed|object|fencedframe)$/;

/**
 * Whether the request comes from a foreign web page, including one at another device's port. Such a page may reach this
 * port under its own name, in the background, or in a frame that the user is tricked into clicking; a link that the
 * user follows is allowed. `isOwnPort` knows the ports that callers may name.
 */
const isForeign = (request: http.IncomingMessage, isOwnPort: (port: number) => boolean): boolean => {
  const { host: name = '', origin } = request.headers;
  const own = URL.parse(`http://${name}`);
  if (own === null || !isLoopbackHost(own.hostname) || !isOwnPort(Number(own.port || 80))) return true;
  if (origin !== undefined && origin !== own.origin) return true;
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest = '' } = request.headers;
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return mode !== 'navigate' || framed.test(String(dest)) || (request.method !== 'GET' && request.method !== 'HEAD');
};

const flat = (headers: http.IncomingHttpHeaders): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );

/** An address in an answer, translated: below the vendor's prefix it becomes local, whether absolute or a path. */
const localAddress = (value: string, { url, prefix }: UpstreamRequest): string => {
  if (!/^(?:https?:)?\//i.test(value)) return value;
  const whole = URL.parse(value, url)?.href ?? '';
  const rest = whole.slice(prefix.length);
  return whole.startsWith(prefix) && /^(?:$|[/?#])/.test(rest) ? (rest.startsWith('/') ? rest : `/${rest}`) : value;
};

/** Only the application itself may frame its pages, whatever else its policy allows. */
const framing = "frame-ancestors 'self'";

/** The headers of an answer as the local caller gets them. */
const answerHeaders = (answer: http.IncomingMessage, upstream: UpstreamRequest): Record<string, string | string[]> => {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value === undefined || dropped.test(name)) continue;
    if (upstream.secrets.some((secret) => secret !== '' && String(value).includes(secret))) continue;
    headers[name] = name === 'location' && typeof value === 'string' ? localAddress(value, upstream) : value;
  }
  const policy = headers['content-security-policy'];
  return { ...headers, 'content-security-policy': policy === undefined ? framing : [policy, framing].flat() };
};

/** The path of an address without the slash at its end. */
const pathOf = (address: string): string => (URL.parse(address)?.pathname ?? '').replace(/\/$/, '');

const refuse = (response: http.ServerResponse, status: number, words: string): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${words}\n`);
};

const passOn = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  upstream: UpstreamRequest,
  cookies: WebCookies,
  { agent }: Outlet,
  answerMs: number,
): void => {
  const target = request.url ?? '/';
  const cookie = cookies.header(target);
  const url = new URL(upstream.url);
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || (request.headers['content-length'] ?? '0') !== '0';
  const outgoing = (url.protocol === 'https:' ? https : http).request(url, {
    method: upstream.method,
    headers: {
      ...upstream.headers,
      ...(cookie === '' ? {} : { cookie }),
      // Set explicitly, because for some methods Node takes a missing length to mean no body.
      ...(request.headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' }),
    },
    agent,
    timeout: answerMs,
  });
  const end = (): void => {
    outgoing.destroy();
  };
  response.on('close', end);
  outgoing.on('timeout', () => {
    refuse(response, 504, `${url.host} did not answer in time. Try again.`);
    outgoing.destroy();
  });
  outgoing.on('error', () =>
    refuse(response, 502, `${url.host} could not be reached, or cut the answer off. Try again.`),
  );
  outgoing.on('upgrade', (_answer, socket) => {
    socket.destroy();
    refuse(response, 502, `${url.host} answered in another protocol.`);
  });
  outgoing.on('response', (answer) => {
    // An answer that streams may pause for any time.
    outgoing.setTimeout(0);
    cookies.take(target, answer.headers['set-cookie'] ?? [], pathOf(upstream.prefix));
    response.writeHead(answer.statusCode ?? 502, answerHeaders(answer, upstream));
    response.flushHeaders();
    answer.on('error', () => response.destroy());
    answer.on('close', () => {
      if (!answer.complete) response.destroy();
    });
    answer.pipe(response);
  });
  if (hasBody) request.pipe(outgoing);
  else outgoing.end();
};

const serve = async (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  upstream: (request: ForwardedRequest) => Result<UpstreamRequest>,
  cookies: WebCookies,
  out: OutboundAgents,
  answerMs: number,
  isOwnPort: (port: number) => boolean,
): Promise<void> => {
  request.on('error', () => response.destroy());
  response.on('error', () => response.destroy());
  if (isForeign(request, isOwnPort))
    return refuse(
      response,
      403,
      'Quayside does not take requests of foreign web pages here. Open this address yourself.',
    );
  const wanted = upstream({
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers: flat(request.headers),
  });
  if (!wanted.ok) {
    const status = wanted.error.kind === 'unsupported' ? 501 : 400;
    return refuse(response, status, `${wanted.error.message} ${wanted.error.hint}`);
  }
  const url = new URL(wanted.value.url);
  if (url.protocol !== 'https:' && !isLoopbackHost(url.hostname))
    return refuse(
      response,
      502,
      `${url.host} would be called without encryption. Correct the base URL of the account.`,
    );
  const outlet = await out.to(url, true);
  if (!outlet.ok) return refuse(response, 502, `${outlet.error.message} ${outlet.error.hint}`);
  if (!response.destroyed) passOn(request, response, wanted.value, cookies, outlet.value, answerMs);
};

/** Web requests passed on over node:http: see `WebForwarder` for what it promises. */
export const createWebForwarder = ({
  out = new OutboundAgents(),
  ...options
}: WebForwarderOptions = {}): WebForwarder => ({
  cookies: () => createWebCookies(options.clock ?? systemClock),
  listen: (upstream, cookies = createWebCookies(options.clock ?? systemClock), ports = () => []) =>
    new Promise((resolve) => {
      const answerMs = options.answerMs ?? 120_000;
      let ownPort = 0;
      const isOwnPort = (port: number): boolean => port === ownPort || ports().includes(port);
      const server = http.createServer(
        passedOnLimits,
        (request, response) => void serve(request, response, upstream, cookies, out, answerMs, isOwnPort),
      );
      limitClients(server, 'web forward');
      server.once('error', (error: NodeJS.ErrnoException) =>
        resolve(
          fail(
            error.code === 'EADDRINUSE' ? 'port-in-use' : 'internal',
            'No local port could be opened for the web requests of this device.',
            'Try again.',
          ),
        ),
      );
      server.listen(0, host, () => {
        ownPort = (server.address() as AddressInfo).port;
        const listener: WebListener = {
          host,
          port: ownPort,
          dispose: () =>
            new Promise((closed) => {
              server.close(() => closed());
              server.closeAllConnections();
            }),
        };
        resolve(ok(listener));
      });
    }),
});
