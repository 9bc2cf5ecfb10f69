/** Bytes that a busy connection reads at once into the shared buffer. */
const largeRead = 256 * 1024;
/** Bytes of a borrowed buffer. Measured: a quarter is 13 % slower, as more reads wake the writer more often; double is no faster. */
const lentRead = 1024 * 1024;
/** What a quiet connection reads at once; a read that fills this makes it a busy one. */
const smallRead = 64 * 1024;
/** Copies of at most this many bytes come from Node's own pool and are left to the collector. */
const tinyCopy = 4 * 1024;
/** Buffers lent at once. Measured: with more of them than the processor's cache holds, a copy is cheaper. */
const maxLent = 4;
/** Bytes waiting for slow readers, over all connections, above which nobody reads in large pieces. */
const maxWaitingBytes = 64 * 1024 * 1024;
/** Large buffers kept for the next copies. */
const maxSpare = 64;

/** Bytes that are being written. Nobody else touches them until they are released. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** The large buffer they are in, where they are in one. */
  readonly whole: Uint8Array | undefined;
}

/**
 * The memory that bytes pass through. By default all connections read into one shared buffer, which stays in the
 * processor's cache, and what was read is copied for the write, which may outlive the next read: an idle connection
 * holds no buffer at all. The few that are busiest borrow buffers and write out of them without the copy, which is a
 * quarter of the processor's time; a buffer whose write the system did not take at once belongs to that write until it
 * is done, and the connection reads on into another.
 */
export class ForwardBuffers {
  readonly #large = Buffer.allocUnsafeSlow(largeRead);
  readonly #small = this.#large.subarray(0, smallRead);
  readonly #spare: Uint8Array[] = [];
  /** Buffers to lend, made when first wanted. */
  readonly #lendable: Uint8Array[] = [];
  #lent = 0;
  #waiting = 0;

  /** Whether a connection whose last read brought so many bytes is busy. */
  isBusy(lastRead: number): boolean {
    return lastRead >= smallRead;
  }

  /** The shared buffer for the next read; its bytes are gone with the next read of any connection. */
  shared(lastRead: number): Uint8Array {
    return this.isBusy(lastRead) && this.#waiting < maxWaitingBytes ? this.#large : this.#small;
  }

  /** A large buffer of one's own until it is returned; undefined if too many are out. */
  borrow(): Uint8Array | undefined {
    if (this.#lent >= maxLent) return undefined;
    this.#lent += 1;
    return this.#lendable.pop() ?? Buffer.allocUnsafeSlow(lentRead);
  }

  /** Gives a borrowed buffer back, once, when nothing reads or writes it any more. */
  giveBack(buffer: Uint8Array): void {
    this.#lent -= 1;
    this.#lendable.push(buffer);
  }

  /** The first `length` bytes of what was just read into the shared buffer, as a piece of its own. */
  copy(length: number): Piece {
    const read = this.#large.subarray(0, length);
    if (length <= tinyCopy) return { bytes: Buffer.from(read), whole: undefined };
    // The one returned last is the one that is still in the processor's cache.
    const whole = this.#spare.pop() ?? Buffer.allocUnsafeSlow(largeRead);
    whole.set(read);
    this.#waiting += largeRead;
    return { bytes: whole.subarray(0, length), whole };
  }

  /** Gives a copied piece back, once. */
  release({ whole }: Piece): void {
    if (whole === undefined) return;
    this.#waiting -= largeRead;
    if (this.#spare.length < maxSpare) this.#spare.push(whole);
  }
}
