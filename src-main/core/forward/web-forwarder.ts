import type { Result } from '../base/errors.ts';

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
  /** The value of `Cookie` for a request; empty if there is none. */
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
