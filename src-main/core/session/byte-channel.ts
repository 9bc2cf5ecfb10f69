import type { AppError } from '../base/errors.ts';

/** Bytes both ways, with back-pressure: a connection, a shell on a device, a screen. */
export interface ByteChannel {
  /** Sends; false: wait for `onDrain` before sending more. After the end it does nothing. */
  write(bytes: Uint8Array): boolean;
  onDrain(listener: () => void): void;
  /** One listener. Nothing arrives before there is one. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Called once, with what went wrong where something did. */
  onEnd(listener: (error: AppError | undefined) => void): void;
  pause(): void;
  resume(): void;
  close(): void;
}

/** The channel with a text before what comes from it, each of its lines on one of the terminal's. */
export const afterText = (text: string, channel: ByteChannel): ByteChannel =>
  text === ''
    ? channel
    : {
        ...channel,
        onData: (listener) => {
          listener(new TextEncoder().encode(`${text.replaceAll('\n', '\r\n')}\r\n`));
          channel.onData(listener);
        },
      };

/** Reads a channel in pieces of known length. Bytes read beyond the last piece go to the next reader of the channel. */
export class ByteReader {
  readonly #channel: ByteChannel;
  #buffered = new Uint8Array(0);
  #isOver = false;
  #error: AppError | undefined;
  #wake: (() => void) | undefined;
  #next: ((bytes: Uint8Array) => void) | undefined;
  #nextEnd: ((error: AppError | undefined) => void) | undefined;

  constructor(channel: ByteChannel) {
    this.#channel = channel;
    channel.onData((bytes) => {
      if (this.#next !== undefined) return this.#next(bytes);
      const joined = new Uint8Array(this.#buffered.length + bytes.length);
      joined.set(this.#buffered);
      joined.set(bytes, this.#buffered.length);
      this.#buffered = joined;
      this.#wake?.();
    });
    channel.onEnd((error) => {
      this.#isOver = true;
      this.#error = error;
      this.#wake?.();
      this.#nextEnd?.(error);
    });
  }

  /** What ended the channel, where something did. */
  get error(): AppError | undefined {
    return this.#error;
  }

  /** The next `length` bytes, or undefined if the channel ends before. One read at a time. */
  async read(length: number): Promise<Uint8Array | undefined> {
    while (this.#buffered.length < length) {
      if (this.#isOver) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const bytes = this.#buffered.slice(0, length);
    this.#buffered = this.#buffered.slice(length);
    return bytes;
  }

  /** The channel from here on, beginning with what was read too far. */
  rest(): ByteChannel {
    const channel = this.#channel;
    return {
      write: (bytes) => channel.write(bytes),
      onDrain: (listener) => channel.onDrain(listener),
      onData: (listener) => {
        this.#next = listener;
        const buffered = this.#buffered;
        this.#buffered = new Uint8Array(0);
        if (buffered.length > 0) listener(buffered);
      },
      onEnd: (listener) => {
        this.#nextEnd = listener;
        if (this.#isOver) listener(this.#error);
      },
      pause: () => channel.pause(),
      resume: () => channel.resume(),
      close: () => channel.close(),
    };
  }
}
