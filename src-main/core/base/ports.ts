import type { AppError, Result } from './errors.ts';

/**
 * The ports: what the core and the services need of the outside. `src-main/node` implements them; tests
 * replace only these.
 */

export interface Clock {
  /** Wall clock, epoch milliseconds. */
  now(): number;
  /** A clock that never goes back, milliseconds from an arbitrary start. */
  monotonic(): number;
  /** Calls `run` once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** A number in [0, 1). */
export type Random = () => number;

/** Waits; resolves early (without throwing) when `signal` aborts, so check the signal afterwards. */
export const sleep = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured log. The sink redacts by field name and by pattern. */
export interface Log {
  write(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
  child(fields: Readonly<Record<string, unknown>>): Log;
}

export type VaultKind = 'keychain' | 'file' | 'memory';

/**
 * Where secrets live. Values are small texts (JSON, under 2.5 KB for Windows' sake). Errors: vault-locked,
 * vault-absent, vault-denied, vault-corrupt, invalid-input (empty, NUL byte, or too large).
 */
export interface Vault {
  readonly kind: VaultKind;
  /** The secret, or undefined where there is none under this key. */
  get(key: string): Promise<Result<string | undefined>>;
  set(key: string, secret: string): Promise<Result<void>>;
  /** Deleting what is not there is success. */
  delete(key: string): Promise<Result<void>>;
  /** Whether the vault can be used now, with the named error if not. */
  status(): Promise<Result<void>>;
}

/** A versioned JSON document on disk. */
export interface Document<T> {
  /**
   * The stored value; the default where there is no file. A file that does not parse is set aside (renamed,
   * never overwritten) and reported as `file-corrupt`, once; later reads answer the default.
   */
  read(): Promise<Result<T>>;
  /** Atomic: another process sees the old value or the new one. */
  write(value: T): Promise<Result<void>>;
}

/** How the value of a versioned document looks, and how older versions of it become the present one. */
export interface DocumentFormat<T> {
  /** The version written now, from 1. */
  readonly version: number;
  /** `migrations[n]` turns a value of version n + 1 into one of version n + 2. Pure; one a version but the last. */
  readonly migrations: readonly ((value: unknown) => unknown)[];
  /** The value, or undefined where it cannot be read at all. Drops bad parts rather than refusing the whole. */
  readonly parse: (value: unknown) => T | undefined;
  /** What `read` answers where there is no file. */
  readonly fallback: T;
  /** The JSON text of a value in pieces, so that a large one does not block the event loop. */
  readonly chunks?: (value: T) => Iterable<string>;
}

/** Documents of one kind in one folder, by name (letters, digits and dashes). */
export interface DocumentFolder<T> {
  /** The same object for the same name. */
  document(name: string): Document<T>;
  /** Removing what is not there is success. */
  remove(name: string): Promise<Result<void>>;
}

export type HttpBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'form'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'multipart'; readonly parts: readonly MultipartPart[] }
  | { readonly kind: 'text'; readonly text: string; readonly contentType: string };

export type MultipartPart =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly filename: string; readonly bytes: Uint8Array };

/** Requests that share a lane share its budget. */
export interface HttpLane {
  /** Requests at once: per account. */
  readonly account: string;
  readonly concurrency: number;
  /** Requests a minute: per `budget` key, which several accounts may share (RemoteIoT limits by client address). */
  readonly budget: string;
  readonly requestsPerMinute: number;
}

export interface HttpRequest {
  readonly lane: HttpLane;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent means no body at all, not an empty one. */
  readonly body?: HttpBody;
  /** True: a request without a body has no `Content-Length` either, whatever its method. */
  readonly omitLength?: boolean;
  /** Secrets in this request: blotted out of every message that leaves the client. */
  readonly secrets: readonly string[];
  /** Whether sending it twice does no harm. Only then is it retried. */
  readonly repeatable: boolean;
  /** Milliseconds until the answer's headers (`response`) and for establishing the connection (`connect`). */
  readonly timeouts?: { readonly connectMs?: number; readonly responseMs?: number };
  /** Largest answer body taken, bytes. */
  readonly maxBytes?: number;
  /** The vendor's reading of an answer: an error, or undefined where the answer is good. */
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
 * HTTP with budgets, safe retries, split timeouts and a size limit. Answers only what `classify` found good;
 * all else is an AppError: unreachable, timeout, bad-response (too large, cut off), cancelled, or the vendor's.
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<Result<HttpAnswer>>;
}

export interface WebSocketRequest {
  /** `wss:`; `ws:` to this computer only. May hold a key in its query, so it is never logged. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Secrets in this request: blotted out of every message that leaves the client. */
  readonly secrets: readonly string[];
  /** Largest message taken, bytes. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds until the connection is upgraded. Default 20 s. */
  readonly openMs?: number;
  /** Whether the caller itself looks after a dead peer, with messages that this vendor answers: no pings then. */
  readonly withoutPings?: boolean;
  /** The vendor's reading of an answer that is no upgrade. */
  readonly classify: (answer: HttpAnswer) => AppError | undefined;
  /** Ends the opening, and the link once it is open. */
  readonly signal: AbortSignal;
}

/** An open WebSocket. The functions returned by `on…` end the listening. */
export interface WebSocketLink {
  /** Each text message, in order; none is lost before the first listener. Binary messages are ignored. */
  onMessage(listener: (text: string) => void): () => void;
  /** Once: undefined after `close`, an abort or a regular end by the peer; else unreachable, timeout or bad-response. */
  onClose(listener: (error: AppError | undefined) => void): () => void;
  /** Dropped where the link is closed. */
  send(text: string): void;
  close(): void;
}

/**
 * WebSockets with a time limit on opening, a limit on messages, and pings that notice a dead peer. One that never once
 * answered a ping may be behind a gateway that answers none, and is never given up for that. Errors of `open`: wrong-url, unreachable, timeout, bad-response, cancelled, invalid-input, and what `classify` says of a refusal.
 */
export interface WebSocketClient {
  open(request: WebSocketRequest): Promise<Result<WebSocketLink>>;
}

/** A request that arrived at the local port of an HTTP forward. */
export interface ForwardedRequest {
  readonly method: string;
  /** Path and query as they stood in the request line; begins with a slash. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The same request as the vendor is to get it; its body is streamed through untouched. */
export interface UpstreamRequest {
  readonly method: string;
  readonly url: string;
  /** What stands before the path of the local request: addresses in the answer that begin so become local again. */
  readonly prefix: string;
  /** With the account's key. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of the answer that hold one of them are dropped. */
  readonly secrets: readonly string[];
}

/** A local port whose requests are passed on. */
export interface WebListener {
  readonly host: string;
  readonly port: number;
  /** Stops listening and ends the requests under way. */
  dispose(): Promise<void>;
}

/**
 * The cookies of one application, in memory. They never reach a browser, which would send them to every other port of
 * this computer; paths are those of local requests.
 */
export interface WebCookies {
  /** The value of `Cookie` for a request; empty where there is none. */
  header(target: string): string;
  /** Takes in `Set-Cookie` of the answer to a request. `prefix` is the path before that of a local request, or empty. */
  take(target: string, setCookies: readonly string[], prefix: string): void;
}

/**
 * Ports of 127.0.0.1 that pass web requests on, streaming both ways; `upstream` says where to and adds the key, which
 * the caller never sees. Requests of foreign web pages are refused. Errors of `listen`: port-in-use, internal.
 */
export interface WebForwarder {
  cookies(): WebCookies;
  /**
   * With `cookies` the application knows a caller again who came by another port before. `ports` are those that lead
   * to the listener; a request that names another is none of ours.
   */
  listen(
    upstream: (request: ForwardedRequest) => Result<UpstreamRequest>,
    cookies?: WebCookies,
    ports?: () => readonly number[],
  ): Promise<Result<WebListener>>;
}

/** What a person can do about a notice right there. */
export type NoticeAction = 'connect' | 'snooze' | 'mute';

/** One message to the person at this computer. */
export interface DesktopNotice {
  /** A later notice of the same id takes its place. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
  /** Without sound. */
  readonly silent: boolean;
  readonly actions: readonly NoticeAction[];
}

/**
 * The system's notifications. Errors of `show` and `update`: unsupported (there is no daemon, the application is
 * not signed, the person does not allow it), with the reason in words; the notice then goes into the window.
 */
export interface Notifier {
  show(notice: DesktopNotice): Promise<Result<void>>;
  /** Replaces a notice shown before; shows it again where it is gone already. */
  update(notice: DesktopNotice): Promise<Result<void>>;
  /** Takes a notice back; one that is gone is fine. */
  close(id: string): Promise<void>;
  /** Calls `listener` when a notice is clicked (`open`) or one of its actions is chosen; the answer ends that. */
  onAction(listener: (id: string, action: NoticeAction | 'open') => void): () => void;
}
