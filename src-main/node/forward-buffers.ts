/** Bytes of the buffer that a busy connection reads into. Measured: half is 10 % slower, double no faster. */
const largeRead = 256 * 1024;
/** What a connection starts with, and what it falls back to once much is waiting to be written. */
const smallRead = 64 * 1024;
/** Copies of at most this many bytes come from Node's own pool and are left to the collector. */
const tinyCopy = 4 * 1024;
/** Bytes waiting for slow readers, over all connections, above which nobody reads in large pieces. */
const crowded = 64 * 1024 * 1024;
/** Spare copies kept for the next reads: two for each direction of many busy connections. */
const maxSpare = 64;

/** A piece that is being written. Nobody else touches `bytes` until it is released. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly whole: Buffer | undefined;
}

/**
 * The memory that bytes pass through. All sockets of the worker read into one buffer, which stays in the
 * processor's cache; what was read is copied at once into a recycled piece that the write owns until the system has
 * taken it. So an idle connection holds no buffer at all, and no write ever refers to memory that a later read
 * changes. The copy costs about 2 % of throughput against a buffer for each connection.
 */
export class ForwardBuffers {
  readonly #large = Buffer.allocUnsafeSlow(largeRead);
  readonly #small = this.#large.subarray(0, smallRead);
  readonly #spare: Buffer[] = [];
  #waiting = 0;

  /** The buffer for the next read of a connection whose last read brought `lastRead` bytes. */
  next(lastRead: number): Uint8Array {
    return lastRead >= smallRead && this.#waiting < crowded ? this.#large : this.#small;
  }

  /** The first `length` bytes of what was just read, as a piece of its own. */
  take(length: number): Piece {
    if (length <= tinyCopy) {
      const bytes = Buffer.allocUnsafe(length);
      this.#large.copy(bytes, 0, 0, length);
      return { bytes, whole: undefined };
    }
    const whole = this.#spare.pop() ?? Buffer.allocUnsafeSlow(largeRead);
    this.#large.copy(whole, 0, 0, length);
    this.#waiting += largeRead;
    return { bytes: whole.subarray(0, length), whole };
  }

  /** Gives a piece back. Each piece once. */
  release(piece: Piece): void {
    if (piece.whole === undefined) return;
    this.#waiting -= largeRead;
    if (this.#spare.length < maxSpare) this.#spare.push(piece.whole);
  }
}
