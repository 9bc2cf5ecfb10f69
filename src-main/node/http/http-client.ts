import ky, { type Options } from 'ky';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, ErrorKind, Failure, Result } from '../../core/base/errors.ts';
import { sleep } from '../../core/base/clock.ts';
import type { Clock, Random } from '../../core/base/clock.ts';
import type { HttpAnswer, HttpBody, HttpClient, HttpRequest } from '../../core/base/http.ts';
import type { Log } from '../../core/base/log.ts';
import { describeTransportFailure, isPermanent } from './http-client-failures.ts';
import { createTransport, TransportFailure } from './http-client-fetch.ts';
import type { Phase, TransportLimits } from './http-client-fetch.ts';
import { clampRetryAfter, readRetryAfter } from './http-client-retry-after.ts';
import { ownAddresses } from '../net/own-addresses.ts';
import { redactSecrets } from '../runtime/redact.ts';
import { maxWaitMs, RequestBudget, Slots } from './request-budget.ts';
import { OutboundAgents } from './outbound-agents.ts';
import { isLoopbackHost } from '../../core/base/loopback.ts';

export interface HttpClientOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Our user agent in each request: some firewalls refuse requests without one. */
  readonly userAgent: string;
  readonly log?: Log;
  /** The agents for outbound connections. Default: by environment and system. */
  readonly out?: OutboundAgents;
  /** Milliseconds until the headers of an answer, for requests without an own limit. Default 30 s. */
  readonly responseMs?: number;
  /** Milliseconds without a byte of an answer's body. Default 20 s. */
  readonly stallMs?: number;
  /** Milliseconds for the whole body of an answer. Default 2 min. */
  readonly bodyMs?: number;
  /** Milliseconds before the first retry; doubles. Default 500. */
  readonly backoffMs?: number;
  /** The addresses of this computer. Default: those of its interfaces. */
  readonly addresses?: () => ReadonlySet<string>;
}

export interface DisposableHttpClient extends HttpClient {
  /**
   * The network changed: ends connections that cannot work any more, so that no request waits for an answer that cannot
   * come.
   */
  networkChanged(): void;
  /** Closes idle and running connections. */
  dispose(): void;
}

const maxAttempts = 3;
const maxVendorMessageLength = 300;
const retried: ReadonlySet<ErrorKind> = new Set(['unreachable', 'timeout', 'rate-limited', 'vendor-unavailable']);
const slowed: ReadonlySet<ErrorKind> = new Set(['rate-limited', 'vendor-unavailable']);
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What a cancelled request was waiting for. */
const awaited: Readonly<Record<Phase, (host: string) => string>> = {
  connect: (host) => `${host} to take the connection`,
  response: (host) => `the answer of ${host}`,
  body: (host) => `the rest of the answer of ${host}`,
};

/** One attempt, and whether another is safe and useful. */
interface Attempt {
  readonly result: Result<HttpAnswer>;
  /** False only if the vendor certainly received nothing. */
  readonly sent: boolean;
  readonly permanent: boolean;
}

const readUrl = (text: string): Result<URL> => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return fail(
      'wrong-url',
      'The address of the account is not a web address.',
      'Enter a base URL that starts with https://.',
    );
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    return fail(
      'wrong-url',
      `${url.host} would be called without encryption.`,
      'Enter a base URL that starts with https://.',
    );
  }
  return ok(url);
};

/** A body as ky takes it. Its type is set in `headers`, unless ky or the encoder of the body does that. */
const encodeBody = (body: HttpBody | undefined, headers: Headers): Options => {
  const typed = (type: string, content: string): Options => {
    if (!headers.has('content-type')) headers.set('content-type', type);
    return { body: content };
  };
  switch (body?.kind) {
    // Without a body the caller's own header stays: RemoteIoT's samples declare JSON and send nothing.
    case undefined:
      return {};
    case 'json':
      return { json: body.value ?? null };
    case 'form':
      return typed('application/x-www-form-urlencoded', new URLSearchParams(body.fields).toString());
    case 'text':
      return typed(body.contentType, body.text);
    case 'multipart': {
      const form = new FormData();
      for (const part of body.parts) {
        if ('value' in part) form.append(part.name, part.value);
        else form.append(part.name, new Blob([new Uint8Array(part.bytes)]), part.filename);
      }
      // Only the encoder knows the boundary.
      headers.delete('content-type');
      return { body: form };
    }
    default:
      return body satisfies never;
  }
};

const redirectFailure = (url: URL, location: string): Failure | undefined => {
  const target = URL.parse(location, url.href);
  if (target === null) return undefined;
  const where = target.host === url.host ? 'another path or scheme' : target.host;
  return fail(
    'wrong-url',
    `${url.host} sends this address on to ${where}. Quayside does not follow, so that your key goes nowhere else.`,
    `Correct the base URL of the account${target.host === url.host ? '' : ` to the one at ${target.host}, if that is the vendor’s`}.`,
  );
};

const clean = (error: AppError, secrets: readonly string[]): AppError => ({
  ...error,
  message: redactSecrets(error.message, secrets),
  hint: redactSecrets(error.hint, secrets),
  ...(error.waitingFor === undefined ? {} : { waitingFor: redactSecrets(error.waitingFor, secrets) }),
  ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: clampRetryAfter(error.retryAfterMs) }),
  ...(error.vendorMessage === undefined
    ? {}
    : { vendorMessage: redactSecrets(error.vendorMessage, secrets).slice(0, maxVendorMessageLength) }),
});

class NodeHttpClient implements DisposableHttpClient {
  readonly #clock: Clock;
  readonly #options: HttpClientOptions;
  readonly #out: OutboundAgents;
  readonly #transport;
  readonly #slots = new Map<string, Slots>();
  readonly #budgets = new Map<string, RequestBudget>();

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#out = options.out ?? new OutboundAgents();
    this.#transport = createTransport(options.clock, this.#out);
  }

  async request(request: HttpRequest): Promise<Result<HttpAnswer>> {
    try {
      const result = await this.#attempts(request);
      return result.ok ? result : { ok: false, error: clean(result.error, request.secrets) };
    } catch (error) {
      this.#options.log?.write('error', 'http-client-bug', { error: redactSecrets(String(error), request.secrets) });
      return fail('internal', 'The request could not be made.', 'Report this to the makers of Quayside.');
    }
  }

  networkChanged(): void {
    this.#out.networkChanged((this.#options.addresses ?? ownAddresses)());
  }

  dispose(): void {
    this.#out.dispose();
  }

  async #attempts(request: HttpRequest): Promise<Result<HttpAnswer>> {
    const url = readUrl(request.url);
    if (!url.ok) return url;
    for (let attempt = 1; ; attempt += 1) {
      const { result, sent, permanent } = await this.#inLane(request, url.value);
      if (result.ok) return result;
      const isCancelled = (): boolean => request.signal?.aborted === true;
      if (isCancelled()) return result.error.kind === 'cancelled' ? result : cancelled();
      const { error } = result;
      const backoff = this.#backoff(attempt);
      if (error.kind === 'rate-limited' && sent) {
        this.#budget(request).pause(clampRetryAfter(Math.max(error.retryAfterMs ?? 0, backoff)));
      }
      const again = request.repeatable ? attempt < maxAttempts : attempt === 1 && !sent && error.kind === 'unreachable';
      if (!again || permanent || !retried.has(error.kind) || (error.retryAfterMs ?? 0) > maxWaitMs) return result;
      await sleep(this.#clock, Math.max(error.retryAfterMs ?? 0, backoff), request.signal);
      if (isCancelled()) return cancelled(`another attempt: ${error.message}`);
    }
  }

  #backoff(attempt: number): number {
    return (this.#options.backoffMs ?? 500) * 2 ** (attempt - 1) * (0.5 + this.#options.random());
  }

  #budget({ rateLimitGroup }: HttpRequest): RequestBudget {
    let budget = this.#budgets.get(rateLimitGroup.budget);
    if (budget === undefined) {
      budget = new RequestBudget(this.#clock, rateLimitGroup.requestsPerMinute);
      this.#budgets.set(rateLimitGroup.budget, budget);
    } else budget.narrow(rateLimitGroup.requestsPerMinute);
    return budget;
  }

  #slotsOf({ rateLimitGroup }: HttpRequest): Slots {
    let slots = this.#slots.get(rateLimitGroup.account);
    if (slots === undefined) {
      slots = new Slots(rateLimitGroup.concurrency);
      this.#slots.set(rateLimitGroup.account, slots);
    }
    return slots;
  }

  async #inLane(request: HttpRequest, url: URL): Promise<Attempt> {
    const unsent = { sent: false, permanent: true };
    const slots = this.#slotsOf(request);
    if (!(await slots.take(request.signal))) return { result: cancelled('other requests of this account'), ...unsent };
    try {
      const admission = await this.#budget(request).admit(request.signal);
      if (admission.kind === 'cancelled')
        return { result: cancelled(`a turn: ${url.host} takes so many requests a minute`), ...unsent };
      if (admission.kind === 'paused') {
        const { retryAfterMs } = admission;
        const message = `${url.host} is limiting requests; the next one can go out in ${Math.ceil(retryAfterMs / 1000)} s.`;
        return {
          result: fail('rate-limited', message, 'Wait; Quayside tries again by itself.', { retryAfterMs }),
          ...unsent,
        };
      }
      return await this.#send(request, url);
    } finally {
      slots.release();
    }
  }

  #limits(request: HttpRequest): TransportLimits {
    return {
      connectMs: request.timeouts?.connectMs ?? 10_000,
      responseMs: request.timeouts?.responseMs ?? this.#options.responseMs ?? 30_000,
      stallMs: this.#options.stallMs ?? 20_000,
      bodyMs: this.#options.bodyMs ?? 120_000,
      maxBytes: request.maxBytes ?? 64 * 1024 ** 2,
      reuseConnection: request.repeatable,
      omitLength: request.omitLength ?? false,
      signal: request.signal,
    };
  }

  async #send(request: HttpRequest, url: URL): Promise<Attempt> {
    const limits = this.#limits(request);
    const started = this.#clock.monotonic();
    const note = (fields: Readonly<Record<string, unknown>>): void => {
      const path = redactSecrets(url.pathname, request.secrets);
      const ms = Math.round(this.#clock.monotonic() - started);
      this.#options.log?.write('debug', 'http', { method: request.method, host: url.host, path, ms, ...fields });
    };

    let headers: Headers;
    try {
      headers = new Headers(request.headers);
    } catch {
      const result = fail(
        'invalid-input',
        'The request holds characters that cannot be sent.',
        'Enter the key again; it may have been copied with a line break.',
      );
      return { result, sent: false, permanent: true };
    }
    headers.set('user-agent', this.#options.userAgent);
    const body = encodeBody(request.body, headers);
    const transport = this.#transport.fetch(limits);
    try {
      const response = await ky(url.href, {
        method: request.method,
        headers,
        ...body,
        fetch: (input, init) => transport(input instanceof Request ? input : new Request(input, init)),
        // ky encodes the body and reads the answer. What it does otherwise stays ours, because ky waits by setTimeout
        // and not by our clock, would hold a slot of the account while it waits, tries nothing again whose body broke
        // off, cannot tell whether anything was sent, and adds a listener for each request to a signal that lives as
        // long as an account. Signing is the vendors' (`execute.ts`), who import no HTTP client.
        retry: 0,
        timeout: false,
        throwHttpErrors: false,
        redirect: 'manual',
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      note({ status: response.status, bytes: bytes.length });
      const answer: HttpAnswer = {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        text: new TextDecoder().decode(bytes),
        bytes,
        receivedAt: this.#clock.now(),
      };
      return { result: this.#judge(request, url, answer), sent: true, permanent: false };
    } catch (error) {
      const failure = error instanceof TransportFailure ? error : undefined;
      if (request.signal?.aborted === true) {
        const waitingFor = failure === undefined ? undefined : awaited[failure.phase](url.host);
        return { result: cancelled(waitingFor), sent: true, permanent: true };
      }
      if (failure === undefined) throw error;
      note({
        failed: failure.message,
        code: failure.code,
        proxy: failure.proxy?.name,
        problem: failure.problem?.message,
      });
      const permanent = isPermanent(failure) || failure.reason === 'too-slow' || failure.reason === 'too-large';
      const sent = failure.phase !== 'connect';
      return {
        result: describeTransportFailure(failure, url.host, limits, this.#out.certificateHint),
        sent,
        permanent,
      };
    }
  }

  #judge(request: HttpRequest, url: URL, answer: HttpAnswer): Result<HttpAnswer> {
    const location = redirects.has(answer.status) ? answer.headers['location'] : undefined;
    const redirect = location === undefined ? undefined : redirectFailure(url, location);
    if (redirect !== undefined) return redirect;
    let error: AppError | undefined;
    try {
      error = request.classify(answer);
    } catch (failure) {
      this.#options.log?.write('error', 'classify-bug', {
        host: url.host,
        error: redactSecrets(String(failure), request.secrets),
      });
      return fail(
        'internal',
        `The answer of ${url.host} could not be judged.`,
        'Report this to the makers of Quayside.',
      );
    }
    if (error === undefined) return ok(answer);
    const retryAfterMs =
      error.retryAfterMs ?? (slowed.has(error.kind) ? readRetryAfter(answer.headers, this.#clock.now()) : undefined);
    return {
      ok: false,
      error: retryAfterMs === undefined ? error : { ...error, retryAfterMs: clampRetryAfter(retryAfterMs) },
    };
  }
}

/** HTTP for the connectors; see `HttpClient`. It never throws. */
export const createHttpClient = (options: HttpClientOptions): DisposableHttpClient => new NodeHttpClient(options);
