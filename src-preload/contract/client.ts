import type { ErrorView } from './error-view.ts';
import { requests, type RequestInput, type RequestName, type RequestOutput } from './requests.ts';
import type { SessionClientFrame, SessionHostFrame } from './session.ts';
import type { Change, CollectionName, FrameChannel, HostFrame } from './frames.ts';

/** What a request comes back with: expected failures are values. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorView };

/** What a subscriber hears of the state. */
export type StateEvent =
  | {
      readonly type: 'rows';
      readonly collection: CollectionName;
      readonly rows: readonly unknown[];
      /** The first rows of a snapshot: what was known before is void once the snapshot ends. */
      readonly start: boolean;
      readonly end: boolean;
    }
  | { readonly type: 'changes'; readonly changes: readonly Change[] }
  | { readonly type: 'disconnected' };

interface Waiting {
  readonly name: RequestName;
  readonly settle: (answer: Answer<unknown>) => void;
}

const gone: ErrorView = {
  kind: 'unreachable',
  message: 'The connection to Quayside was lost.',
  hint: 'It reconnects by itself; try again in a moment.',
};

/** A client of main over any carrier: numbers requests, cancels them, and follows the state without gaps. */
export class FrameClient {
  readonly #channel: FrameChannel;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #seq: number | undefined;
  #listener: ((event: StateEvent) => void) | undefined;
  #sessions: ((frame: SessionHostFrame) => void) | undefined;
  #closed: ErrorView | undefined;

  constructor(channel: FrameChannel) {
    this.#channel = channel;
    channel.onFrame((frame) => this.#receive(frame));
    channel.onClose(() => this.#lose());
  }

  /** Asks main. Never rejects; aborting answers `cancelled` at once and tells main to stop. */
  request<N extends RequestName>(
    name: N,
    input: RequestInput<N>,
    signal?: AbortSignal,
  ): Promise<Answer<RequestOutput<N>>> {
    const cancelled: Answer<never> = {
      ok: false,
      error: { kind: 'cancelled', message: 'This was cancelled.', hint: 'Start it again if you still need it.' },
    };
    if (this.#closed !== undefined) return Promise.resolve({ ok: false, error: this.#closed });
    if (signal?.aborted === true) return Promise.resolve(cancelled);
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const abort = (): void => {
        if (!this.#waiting.delete(id)) return;
        this.#channel.send({ type: 'cancel', id });
        resolve(cancelled);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.set(id, {
        name,
        settle: (answer) => {
          signal?.removeEventListener('abort', abort);
          resolve(answer as Answer<RequestOutput<N>>);
        },
      });
      this.#channel.send({ type: 'request', id, name, input });
    });
  }

  /** Follows the state: a snapshot first, then changes. One subscriber a client. */
  subscribe(listener: (event: StateEvent) => void): void {
    this.#listener = listener;
    this.#seq = undefined;
    this.#channel.send({ type: 'subscribe' });
  }

  /** Hears of sessions inside the application. One listener a client. */
  onSession(listener: (frame: SessionHostFrame) => void): void {
    this.#sessions = listener;
  }

  /** Sends a frame of a session. */
  post(frame: SessionClientFrame): void {
    if (this.#closed === undefined) this.#channel.send(frame);
  }

  /** Ends it; what is not answered yet, and what is asked later, is answered with `why`. */
  close(why: ErrorView = gone): void {
    this.#lose(why);
    this.#channel.close();
  }

  #receive(frame: HostFrame): void {
    switch (frame.type) {
      case 'answer': {
        const waiting = this.#take(frame.id);
        if (waiting === undefined) return;
        const output = requests[waiting.name].output.safeParse(frame.value);
        waiting.settle(
          output.success
            ? { ok: true, value: output.data }
            : {
                ok: false,
                error: {
                  kind: 'internal',
                  message: `Quayside gave an answer to ${waiting.name} that this window does not understand.`,
                  hint: 'Reload the window; if it stays, the window and the application are of different versions.',
                },
              },
        );
        return;
      }
      case 'refusal':
        this.#take(frame.id)?.settle({ ok: false, error: frame.error });
        return;
      case 'snapshot':
        this.#seq = frame.end ? frame.seq : undefined;
        this.#listener?.({
          type: 'rows',
          collection: frame.collection,
          rows: frame.rows,
          start: frame.start,
          end: frame.end,
        });
        return;
      case 'delta':
        // Between the parts of a snapshot `#seq` is unknown: main numbers the snapshot so that nothing is lost.
        if (this.#seq === undefined) return;
        if (frame.seq <= this.#seq) return;
        if (frame.seq !== this.#seq + 1) {
          this.#seq = undefined;
          this.#channel.send({ type: 'subscribe' });
          return;
        }
        this.#seq = frame.seq;
        this.#listener?.({ type: 'changes', changes: frame.changes });
        return;
      case 'protocol-error':
        return;
      case 'session-event':
      case 'session-bytes':
      case 'session-credit':
        this.#sessions?.(frame);
        return;
      default:
        frame satisfies never;
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #lose(why: ErrorView = gone): void {
    if (this.#closed !== undefined) return;
    this.#closed = why;
    for (const waiting of this.#waiting.values()) waiting.settle({ ok: false, error: why });
    this.#waiting.clear();
    this.#listener?.({ type: 'disconnected' });
  }
}
