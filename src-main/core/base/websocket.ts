import type { AppError, Result } from './errors.ts';
import type { HttpAnswer } from './http.ts';

export interface WebSocketRequest {
  /** `wss:`; `ws:` to this computer only. May hold a key in its query, so it is never logged. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Secrets in this request: they are masked in every message that leaves the client. */
  readonly secrets: readonly string[];
  /** The maximum size of a message, bytes. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds until the connection is upgraded. Default 20 s. */
  readonly openMs?: number;
  /** Whether the caller itself detects a dead peer, with messages that this vendor answers: then no pings are sent. */
  readonly withoutPings?: boolean;
  /** The vendor's judgement of an answer that is no upgrade. */
  readonly classify: (answer: HttpAnswer) => AppError | undefined;
  /** Ends the opening, or the link once it is open. */
  readonly signal: AbortSignal;
}

/** An open WebSocket. The functions returned by `on…` remove the listener. */
export interface WebSocketLink {
  /** Each text message, in order; messages before the first listener are kept for it. Binary messages are ignored. */
  onMessage(listener: (text: string) => void): () => void;
  /**
   * Called once: with undefined after `close`, an abort or a regular end by the peer; else with unreachable, timeout or
   * bad-response.
   */
  onClose(listener: (error: AppError | undefined) => void): () => void;
  /** Does nothing if the link is closed. */
  send(text: string): void;
  close(): void;
}

/**
 * WebSockets with a time limit on opening, a limit on messages, and pings that detect a dead peer. A peer that never
 * answered a ping may be behind a gateway that answers none, and is not given up for that. Errors of `open`: wrong-url,
 * unreachable, timeout, bad-response, cancelled, invalid-input, and what `classify` says of a refusal.
 */
export interface WebSocketClient {
  open(request: WebSocketRequest): Promise<Result<WebSocketLink>>;
}
