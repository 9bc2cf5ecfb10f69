import type { WebSocket } from 'ws';
import { FrameClient } from '../../src-preload/contract/client.ts';
import type { FrameChannel, HostFrame } from '../../src-preload/contract/frames.ts';
import {
  creditStep,
  fileWindow,
  maxFrameBytes,
  type FileOperation,
  type SessionClientFrame,
  type SessionEvent,
  type SessionHostFrame,
} from '../../src-preload/contract/session.ts';
import { enterByLink } from './live-host.ts';

/** Bytes before those of a stream in a binary message: its number as a 64-bit float. */
const headerBytes = 8;

/** The bridge as a browser speaks it, bytes of streams in binary messages. */
const socketChannel = (socket: WebSocket): FrameChannel => ({
  send: (frame) => {
    if (frame.type !== 'session-bytes') return socket.send(JSON.stringify(frame));
    const binary = Buffer.allocUnsafe(headerBytes + frame.bytes.length);
    binary.writeDoubleBE(frame.stream, 0);
    binary.set(frame.bytes, headerBytes);
    socket.send(binary);
  },
  onFrame: (listener) => {
    socket.on('message', (data: Buffer, isBinary) =>
      listener(
        isBinary
          ? {
              type: 'session-bytes',
              stream: data.readDoubleBE(0),
              bytes: data.subarray(headerBytes) as Uint8Array<ArrayBuffer>,
            }
          : (JSON.parse(data.toString()) as HostFrame),
      ),
    );
  },
  onClose: (listener) => void socket.on('close', listener),
  close: () => socket.close(),
});

type Open = Omit<Extract<SessionClientFrame, { type: 'session-open' }>, 'type' | 'session'>;

/** A session that is open: a device's shell, or its files. */
export interface OpenSession {
  readonly user: string | undefined;
  readonly home: string | undefined;
  /** Sends to the shell. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** Receives the shell's output from now on, instead of the previous listener. */
  onBytes(listener: (bytes: Uint8Array) => void): void;
  /** Does something with the files; rejects where it is refused. */
  call(operation: FileOperation): Promise<unknown>;
  /** Fetches a file; resolves with the number of its bytes. */
  download(path: string): Promise<number>;
  /** Sends a file. */
  upload(path: string, content: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): void;
}

/** What the page of a session does, without the page: everything of Quayside up to the browser. */
export class SessionClient {
  readonly client: FrameClient;
  readonly #socket: WebSocket;
  readonly #events = new Map<number, (event: SessionEvent) => void>();
  readonly #streams = new Map<number, { bytes?(bytes: Uint8Array): void; credit?(bytes: number): void }>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.client = new FrameClient(socketChannel(socket));
    this.client.onSession((frame) => this.#hear(frame));
  }

  /** Comes in by the link that `quayside serve` prints. */
  static async enter(link: string): Promise<SessionClient> {
    const socket = await (await enterByLink(link))();
    return new SessionClient(socket);
  }

  /** Opens a session, accepting its host key; rejects where it ends or asks for anything else. */
  open(frame: Open): Promise<OpenSession> {
    const session = ++this.#last;
    const waiting = new Map<number, (event: SessionEvent) => void>();
    return new Promise((resolve, reject) => {
      this.#events.set(session, (event) => {
        switch (event.kind) {
          case 'ask':
            if (event.question.type !== 'host-key') return reject(new Error(JSON.stringify(event.question)));
            return this.client.post({
              type: 'session-answer',
              session,
              ask: event.ask,
              answer: { type: 'host-key', accept: true },
            });
          case 'ready':
            return resolve(this.#opened(session, event, waiting));
          case 'end':
            return reject(new Error(event.error?.message ?? 'the session ended'));
          case 'result':
          case 'refusal':
            waiting.get(event.call)?.(event);
            waiting.delete(event.call);
            return;
          case 'step':
          case 'progress':
          case 'edits':
            return;
          default:
            event satisfies never;
        }
      });
      this.client.post({ type: 'session-open', session, ...frame });
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  /** Gives credit for bytes of a stream that were taken. */
  #debt(stream: number): (bytes: number) => void {
    let owed = 0;
    return (bytes) => {
      owed += bytes;
      if (owed < creditStep) return;
      this.client.post({ type: 'session-credit', stream, bytes: owed });
      owed = 0;
    };
  }

  #hear(frame: SessionHostFrame): void {
    switch (frame.type) {
      case 'session-event':
        return this.#events.get(frame.session)?.(frame.event);
      case 'session-bytes':
        return this.#streams.get(frame.stream)?.bytes?.(frame.bytes);
      case 'session-credit':
        return this.#streams.get(frame.stream)?.credit?.(frame.bytes);
      default:
        frame satisfies never;
    }
  }

  #opened(
    session: number,
    { user, home }: Extract<SessionEvent, { kind: 'ready' }>,
    waiting: Map<number, (event: SessionEvent) => void>,
  ): OpenSession {
    const { client } = this;
    const debt = this.#debt(session);
    const call = (operation: FileOperation): Promise<unknown> => {
      const number = ++this.#last;
      return new Promise((resolve, reject) => {
        waiting.set(number, (event) => {
          if (event.kind === 'result') resolve(event.value);
          else reject(new Error(event.kind === 'refusal' ? event.error.message : event.kind));
        });
        client.post({ type: 'session-call', session, call: number, operation });
      });
    };
    return {
      user,
      home,
      send: (bytes) => client.post({ type: 'session-bytes', stream: session, bytes }),
      onBytes: (listener) => {
        this.#streams.set(session, {
          bytes: (bytes) => {
            debt(bytes.length);
            listener(bytes);
          },
        });
      },
      call,
      download: async (path) => {
        const stream = ++this.#last;
        let received = 0;
        const debt = this.#debt(stream);
        this.#streams.set(stream, {
          bytes: (bytes) => {
            received += bytes.length;
            debt(bytes.length);
          },
        });
        await call({ op: 'download', path, stream });
        this.#streams.delete(stream);
        return received;
      },
      upload: async (path, content) => {
        const stream = ++this.#last;
        let at = 0;
        let credit = fileWindow;
        const pump = (): void => {
          while (at < content.length && credit > 0) {
            const piece = content.subarray(at, at + Math.min(maxFrameBytes, credit));
            client.post({ type: 'session-bytes', stream, bytes: piece });
            at += piece.length;
            credit -= piece.length;
          }
        };
        this.#streams.set(stream, {
          credit: (bytes) => {
            credit += bytes;
            pump();
          },
        });
        const sent = call({ op: 'upload', path, size: content.length, stream });
        pump();
        await sent;
        this.#streams.delete(stream);
      },
      close: () => {
        client.post({ type: 'session-close', session });
        this.#events.delete(session);
        this.#streams.delete(session);
      },
    };
  }
}
