import { FrameClient, type Answer, type StateEvent } from '../../src-preload/contract/client.ts';
import type { FrameChannel } from '../../src-preload/contract/frames.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../src-preload/contract/requests.ts';
import type { SessionClientFrame, SessionHostFrame } from '../../src-preload/contract/session.ts';

/** Milliseconds to wait before each new attempt; the last one repeats. */
const backOff = [250, 500, 1000, 2000, 4000, 8000] as const;

/** What a connection needs from outside. */
export interface ConnectionDeps {
  readonly open: () => FrameChannel;
  readonly onState: (event: StateEvent) => void;
  /** Called with frames of sessions; sessions end with their channel. */
  readonly onSession?: (frame: SessionHostFrame) => void;
  /** Starts a timer of `ms`; the returned function stops it. */
  readonly later: (ms: number, run: () => void) => () => void;
  /** 0 to 1: spreads the attempts of windows that lost the same host. */
  readonly random: () => number;
}

/** Keeps one client of main connected: reopens the channel with back-off and follows the state again. */
export class Connection {
  readonly #deps: ConnectionDeps;
  #client: FrameClient | undefined;
  #attempt = 0;
  #stopTimer: (() => void) | undefined;
  #disposed = false;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
  }

  /** Opens the channel now; also what "Try now" does while reconnecting. */
  connect(): void {
    if (this.#disposed) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const client = new FrameClient(this.#deps.open());
    this.#client = client;
    client.onSession((frame) => this.#deps.onSession?.(frame));
    client.subscribe((event) => {
      if (this.#client !== client) return;
      if (event.type === 'disconnected') this.#retry();
      else if (event.type === 'rows') this.#attempt = 0;
      this.#deps.onState(event);
    });
  }

  /** Asks main; see `FrameClient.request`. */
  request<N extends RequestName>(
    name: N,
    input: RequestInput<N>,
    signal?: AbortSignal,
  ): Promise<Answer<RequestOutput<N>>> {
    if (this.#client === undefined) this.connect();
    return (
      this.#client?.request(name, input, signal) ??
      Promise.resolve({
        ok: false,
        error: { kind: 'unreachable', message: 'This window is closing.', hint: 'Open it again.' },
      })
    );
  }

  /** Sends a frame of a session; without a channel it is lost, as the session is. */
  post(frame: SessionClientFrame): void {
    this.#client?.post(frame);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#stopTimer?.();
    const client = this.#client;
    this.#client = undefined;
    client?.close();
  }

  #retry(): void {
    if (this.#disposed) return;
    const base = backOff[Math.min(this.#attempt, backOff.length - 1)] ?? 8000;
    this.#attempt += 1;
    this.#stopTimer = this.#deps.later(base * (0.75 + this.#deps.random() / 2), () => this.connect());
  }
}
