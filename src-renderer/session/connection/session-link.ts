import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import {
  creditStep,
  fileWindow,
  maxFrameBytes,
  streamWindow,
  type FileOperation,
  type SessionAnswer,
  type SessionClientFrame,
  type SessionEvent,
  type SessionPlace,
} from '../../../src-preload/contract/session.ts';
import { followSessions, postSession, useMainState } from '../../state/main-state.ts';

/** What a session tells its tab. */
export interface SessionListener {
  event(event: SessionEvent): void;
  /** Bytes of the device; `taken` is called when they are dealt with. */
  bytes(bytes: Uint8Array, taken: () => void): void;
}

type OpenFrame = Extract<SessionClientFrame, { type: 'session-open' }>;
type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorView };

const gone: ErrorView = {
  kind: 'unreachable',
  message: 'The connection to Quayside was lost, and the session with it.',
  hint: 'Reconnect in a moment.',
};

interface Stream {
  bytes(bytes: Uint8Array): void;
  credit(bytes: number): void;
}

const sessions = new Map<number, SessionHandle>();
const streams = new Map<number, Stream>();
let lastNumber = 0;

/** Sends bytes as far as the other end has given credit; the rest waits. */
class Sender {
  readonly #stream: number;
  readonly #queue: Uint8Array[] = [];
  #credit: number;

  constructor(stream: number, window: number) {
    this.#stream = stream;
    this.#credit = window;
  }

  /** Resolves once all of it is on its way. */
  send(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#queue.push(bytes);
    this.#pump();
  }

  credit(bytes: number): void {
    this.#credit += bytes;
    this.#pump();
  }

  get isIdle(): boolean {
    return this.#queue.length === 0;
  }

  #pump(): void {
    for (let next = this.#queue[0]; next !== undefined && this.#credit > 0; next = this.#queue[0]) {
      const length = Math.min(next.length, maxFrameBytes, this.#credit);
      postSession({ type: 'session-bytes', stream: this.#stream, bytes: next.slice(0, length) });
      this.#credit -= length;
      if (length === next.length) this.#queue.shift();
      else this.#queue[0] = next.subarray(length);
    }
  }
}

/** Gives main credit for bytes of a stream that were dealt with. */
class Debt {
  readonly #stream: number;
  #owed = 0;

  constructor(stream: number) {
    this.#stream = stream;
  }

  add(bytes: number): void {
    this.#owed += bytes;
    if (this.#owed < creditStep) return;
    postSession({ type: 'session-credit', stream: this.#stream, bytes: this.#owed });
    this.#owed = 0;
  }
}

interface Call {
  settle(answer: Answer<unknown>): void;
  progress(amount: number): void;
}

/** One session of this window. */
export class SessionHandle {
  /** Its number. */
  readonly id: number;
  readonly #listener: SessionListener;
  readonly #sender: Sender;
  readonly #calls = new Map<number, Call>();
  #lastCall = 0;
  #isOver = false;

  constructor(listener: SessionListener, frame: Omit<OpenFrame, 'type' | 'session'>) {
    this.id = ++lastNumber;
    this.#listener = listener;
    this.#sender = new Sender(this.id, streamWindow);
    sessions.set(this.id, this);
    const debt = new Debt(this.id);
    streams.set(this.id, {
      bytes: (bytes) => listener.bytes(bytes, () => debt.add(bytes.length)),
      credit: (bytes) => this.#sender.credit(bytes),
    });
    postSession({ type: 'session-open', session: this.id, ...frame });
  }

  send(bytes: Uint8Array): void {
    if (!this.#isOver) this.#sender.send(bytes);
  }

  answer(ask: number, answer: SessionAnswer): void {
    postSession({ type: 'session-answer', session: this.id, ask, answer });
  }

  resize(cols: number, rows: number): void {
    if (!this.#isOver) postSession({ type: 'session-resize', session: this.id, cols, rows });
  }

  /** Does something with the device's files. */
  call(
    operation: FileOperation,
    options: { readonly signal?: AbortSignal; readonly progress?: (amount: number) => void } = {},
  ): Promise<Answer<unknown>> {
    if (this.#isOver) return Promise.resolve({ ok: false, error: gone });
    const call = ++this.#lastCall;
    return new Promise((resolve) => {
      const abort = (): void => postSession({ type: 'session-cancel', session: this.id, call });
      options.signal?.addEventListener('abort', abort, { once: true });
      this.#calls.set(call, {
        settle: (answer) => {
          options.signal?.removeEventListener('abort', abort);
          resolve(answer);
        },
        progress: (amount) => options.progress?.(amount),
      });
      postSession({ type: 'session-call', session: this.id, call, operation });
    });
  }

  /** Ends the session, and main forgets it; its listener hears no more. */
  close(): void {
    postSession({ type: 'session-close', session: this.id });
    this.#finish();
  }

  /** Ends the session; main keeps what opened it for the one that may replace it. Its listener hears no more. */
  pause(): void {
    if (this.#isOver) return;
    postSession({ type: 'session-close', session: this.id, keep: true });
    this.#finish();
  }

  /** Leaves the end of it to the session that replaces it; its listener hears no more. */
  abandon(): void {
    this.#finish();
  }

  /** For this module: an event of main. */
  handleEvent(event: SessionEvent): void {
    switch (event.kind) {
      case 'result':
        this.#take(event.call)?.settle({ ok: true, value: event.value });
        return;
      case 'refusal':
        this.#take(event.call)?.settle({ ok: false, error: event.error });
        return;
      case 'progress':
        this.#calls.get(event.call)?.progress(event.amount);
        return;
      case 'end':
        this.#finish();
        this.#listener.event(event);
        return;
      case 'step':
      case 'ask':
      case 'ready':
      case 'edits':
        this.#listener.event(event);
        return;
      default:
        event satisfies never;
    }
  }

  #take(call: number): Call | undefined {
    const found = this.#calls.get(call);
    this.#calls.delete(call);
    return found;
  }

  #finish(): void {
    this.#isOver = true;
    sessions.delete(this.id);
    streams.delete(this.id);
    for (const call of this.#calls.values()) call.settle({ ok: false, error: gone });
    this.#calls.clear();
  }
}

/** A number for a transfer's own stream; `taken` gets the number of bytes that main has processed. */
export const openStream = (stream: Stream): { readonly number: number; taken(bytes: number): void; close(): void } => {
  const number = ++lastNumber;
  const debt = new Debt(number);
  streams.set(number, stream);
  return { number, taken: (bytes) => debt.add(bytes), close: () => void streams.delete(number) };
};

/** Reads a file piece by piece into a stream, as credit comes. `failed` hears of one that cannot be read on. */
export const uploadBody = (number: number, file: Blob, failed: () => void): Stream => {
  const sender = new Sender(number, fileWindow);
  let at = 0;
  let isReading = false;
  const feed = async (): Promise<void> => {
    if (isReading || !sender.isIdle || at >= file.size) return;
    isReading = true;
    const part = file.slice(at, at + streamWindow);
    at += part.size;
    const bytes = await part.arrayBuffer().catch(() => undefined);
    isReading = false;
    // A browser reads no file on that was changed since it was chosen.
    if (bytes === undefined) return failed();
    sender.send(new Uint8Array(bytes));
    void feed();
  };
  void feed();
  return {
    bytes: () => undefined,
    credit: (bytes) => {
      sender.credit(bytes);
      void feed();
    },
  };
};

/** Registers what feeds a stream made before. */
export const feedStream = (number: number, stream: Stream): void => void streams.set(number, stream);

/** Begins to hear of sessions. Called once, before any is opened. */
export const startSessions = (): void => {
  followSessions((frame) => {
    switch (frame.type) {
      case 'session-event':
        sessions.get(frame.session)?.handleEvent(frame.event);
        return;
      case 'session-bytes':
        streams.get(frame.stream)?.bytes(frame.bytes);
        return;
      case 'session-credit':
        streams.get(frame.stream)?.credit(frame.bytes);
        return;
      default:
        frame satisfies never;
    }
  });
  useMainState.subscribe((host, before) => {
    if (host.link === 'live' || before.link !== 'live') return;
    for (const session of [...sessions.values()]) session.handleEvent({ kind: 'end', error: gone });
  });
};

/** Opens a session of a place. */
export const openSession = (
  place: SessionPlace,
  options: Partial<Pick<OpenFrame, 'cols' | 'rows' | 'term' | 'user' | 'keyFile' | 'after'>>,
  listener: SessionListener,
): SessionHandle => new SessionHandle(listener, { ...place, ...options });
