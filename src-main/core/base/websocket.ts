import type { AppError, Result } from './errors.ts';
import type { HttpAnswer } from './http.ts';

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
  /** Each text message, in order; messages before the first listener are kept for it. Binary messages are ignored. */
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
