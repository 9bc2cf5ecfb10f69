import type { Result } from '../base/errors.ts';

/** A request that arrived at the local port of an HTTP forward. */
export interface ForwardedRequest {
  readonly method: string;
  /** Path and query as they stood in the request line; begins with a slash. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The same request for the vendor; its body is streamed through unchanged. */
export interface UpstreamRequest {
  readonly method: string;
  readonly url: string;
  /**
   * The prefix of the local request's path at the vendor: addresses in the answer that begin with it become local
   * again.
   */
  readonly prefix: string;
  /** Headers, with the account's key. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of the answer that contain one of these texts are dropped. */
  readonly secrets: readonly string[];
}

/** A local port that forwards web requests. */
export interface WebListener {
  readonly host: string;
  readonly port: number;
  /** Stops listening and ends the running requests. */
  dispose(): Promise<void>;
}

/**
 * The cookies of one application, in memory. They never reach a browser, which would send them to every other port of
 * this computer. Paths are those of local requests.
 */
export interface WebCookies {
  /** The value of `Cookie` for a request; empty if there is none. */
  header(target: string): string;
  /** Stores `Set-Cookie` of the answer to a request. `prefix` is the path before that of a local request, or empty. */
  take(target: string, setCookies: readonly string[], prefix: string): void;
}

/**
 * Ports of 127.0.0.1 that pass web requests on, streaming both ways; `upstream` says where to and adds the key, which
 * the caller never sees. Requests of foreign web pages are refused. Errors of `listen`: port-in-use, internal.
 */
export interface WebForwarder {
  cookies(): WebCookies;
  /**
   * With `cookies` the application recognises a caller that came through another port before. `ports` are those that
   * lead to the listener; a request that names another port is refused.
   */
  listen(
    upstream: (request: ForwardedRequest) => Result<UpstreamRequest>,
    cookies?: WebCookies,
    ports?: () => readonly number[],
  ): Promise<Result<WebListener>>;
}
