import type { ByteChannel } from '../../core/session/byte-channel.ts';
import {
  creditStep,
  maxFrameBytes,
  streamWindow,
  type SessionHostFrame,
} from '../../../src-preload/contract/session.ts';

/** Sends a stream's bytes to a client, never more than it gave credit for. */
export class OutgoingStream {
  readonly #id: number;
  readonly #send: (frame: SessionHostFrame) => void;
  #credit: number;
  #hasCredit: (() => void) | undefined;

  constructor(id: number, send: (frame: SessionHostFrame) => void, window = streamWindow) {
    this.#id = id;
    this.#send = send;
    this.#credit = window;
  }

  /** Sends; the bytes may go beyond the credit once, after which `ready` waits. */
  send(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += maxFrameBytes) {
      // Only for the types: the memory is never a SharedArrayBuffer.
      const piece = bytes.subarray(from, from + maxFrameBytes) as Uint8Array<ArrayBuffer>;
      this.#send({ type: 'session-bytes', stream: this.#id, bytes: piece });
    }
    this.#credit -= bytes.length;
  }

  get hasCredit(): boolean {
    return this.#credit > 0;
  }

  /** Resolves once there is credit, or the signal aborts. */
  async ready(signal: AbortSignal): Promise<void> {
    while (this.#credit <= 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#hasCredit = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  give(bytes: number): void {
    this.#credit += bytes;
    if (this.#credit > 0) this.#hasCredit?.();
  }
}

/** A stream between a client and the host: the bytes the client sends, and the credit for the bytes it receives. */
export interface ClientStream {
  take(bytes: Uint8Array): void;
  give(bytes: number): void;
}

/** The same stream; its callbacks run inside a session. */
export const streamWithin = (within: (work: () => void) => void, stream: ClientStream): ClientStream => ({
  take: (bytes) => within(() => stream.take(bytes)),
  give: (bytes) => within(() => stream.give(bytes)),
});

/** Connects a channel of the device to a stream of a client. */
export const joinStream = (id: number, channel: ByteChannel, send: (frame: SessionHostFrame) => void): ClientStream => {
  const outgoing = new OutgoingStream(id, send);
  let owed = 0;
  const repay = (): void => {
    if (owed === 0) return;
    send({ type: 'session-credit', stream: id, bytes: owed });
    owed = 0;
  };
  channel.onDrain(repay);
  channel.onData((bytes) => {
    outgoing.send(bytes);
    if (!outgoing.hasCredit) channel.pause();
  });
  return {
    take: (bytes) => {
      owed += bytes.length;
      if (channel.write(bytes) && owed >= creditStep) repay();
    },
    give: (bytes) => {
      outgoing.give(bytes);
      if (outgoing.hasCredit) channel.resume();
    },
  };
};
