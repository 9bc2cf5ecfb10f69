import type { AppError, Result } from './errors.ts';

export type HttpBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'form'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'multipart'; readonly parts: readonly MultipartPart[] }
  | { readonly kind: 'text'; readonly text: string; readonly contentType: string };

export type MultipartPart =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly filename: string; readonly bytes: Uint8Array };

/** Requests that share a rateLimitGroup share its budget. */
export interface RateLimitGroup {
  /** Requests of an account at once. */
  readonly account: string;
  readonly concurrency: number;
  /** Requests a minute for a `budget` key, which several accounts may share (RemoteIoT limits by client address). */
  readonly budget: string;
  readonly requestsPerMinute: number;
}

export interface HttpRequest {
  readonly rateLimitGroup: RateLimitGroup;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent means no body at all, not an empty one. */
  readonly body?: HttpBody;
  /** True: a request without a body has no `Content-Length` either, whatever its method. */
  readonly omitLength?: boolean;
  /** Secrets in this request: they are masked in every message that leaves the client. */
  readonly secrets: readonly string[];
  /** Whether it may be sent twice. Only then is it retried. */
  readonly repeatable: boolean;
  /** Milliseconds until the answer's headers (`response`) and for establishing the connection (`connect`). */
  readonly timeouts?: { readonly connectMs?: number; readonly responseMs?: number };
  /** The maximum size of an answer's body, bytes. */
  readonly maxBytes?: number;
  /** The vendor's judgement of an answer: an error, or undefined if the answer is good. */
  readonly classify: (answer: HttpAnswer) => AppError | undefined;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** UTF-8 text of the body. */
  readonly text: string;
  /** The raw bytes of the body. */
  readonly bytes: Uint8Array;
  /** Epoch milliseconds at which it was complete. */
  readonly receivedAt: number;
}

/**
 * HTTP with budgets, safe retries, separate timeouts and a size limit. Answers only what `classify` accepted;
 * everything else is an AppError: unreachable, timeout, bad-response (too large, cut off), cancelled, or the vendor's.
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<Result<HttpAnswer>>;
}
