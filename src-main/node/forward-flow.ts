import type { Socket } from 'node:net';
import type { ForwardBuffers } from './forward-buffers.ts';

/** Pieces that may wait for a slow reader before its writer is no longer read from. */
const maxWaiting = 2;

/** One direction of a connection: what `from` sends is written to `to`, no faster than `to` takes it. */
export class ForwardFlow {
  readonly #buffers: ForwardBuffers;
  readonly #count: (bytes: number) => void;
  #from: Socket | undefined;
  #to: Socket | undefined;
  #lastRead = 0;
  #waiting = 0;
  #paused = false;

  /** `count` hears of every read, in bytes. */
  constructor(buffers: ForwardBuffers, count: (bytes: number) => void) {
    this.#buffers = buffers;
    this.#count = count;
  }

  /** The `onread` option of the socket that will be `from`. */
  readonly onread = {
    buffer: (): Uint8Array => this.#buffers.next(this.#lastRead),
    callback: (length: number): boolean => this.#pass(length),
  };

  /** Joins the two ends; both must be known before `from` is read. */
  join(from: Socket, to: Socket): void {
    this.#from = from;
    this.#to = to;
    from.on('end', () => to.end());
  }

  #pass(length: number): boolean {
    const to = this.#to;
    if (to === undefined) return false;
    this.#lastRead = length;
    this.#count(length);
    const piece = this.#buffers.take(length);
    let taken = false;
    to.write(piece.bytes, () => {
      if (!taken) this.#written(piece);
    });
    // Nothing left in the stream means the system took it all at once: the piece is free before the callback.
    if (to.writableLength === 0 && !to.destroyed) {
      taken = true;
      this.#buffers.release(piece);
      return true;
    }
    this.#waiting += 1;
    this.#paused = this.#waiting >= maxWaiting;
    return !this.#paused;
  }

  #written(piece: Parameters<ForwardBuffers['release']>[0]): void {
    this.#buffers.release(piece);
    this.#waiting -= 1;
    if (!this.#paused) return;
    this.#paused = false;
    this.#from?.resume();
  }
}
