/** Bytes that a busy connection reads at once into the shared buffer. */
const largeRead = 256 * 1024;
/** Bytes of a borrowed buffer. Measured: a quarter is 13 % slower, as more reads wake the writer more often; double is no faster. */
const lentRead = 1024 * 1024;
/** The size of a quiet connection's read, bytes; a read that fills it makes the connection a busy one. */
const smallRead = 64 * 1024;
/** Copies up to this size come from Node's own pool and are left to the garbage collector. */
const tinyCopy = 4 * 1024;
/** Buffers lent at once. Measured: with more of them than the processor's cache holds, a copy is cheaper. */
const maxLent = 4;
/** Bytes waiting for slow readers, over all connections, above which nobody reads large pieces. */
const maxWaitingBytes = 64 * 1024 * 1024;
/** Large buffers kept for the next copies. */
const maxSpare = 64;

/** Bytes that are being written. Nothing else touches them until they are released. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** The large buffer that holds them, if one does. */
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
  /** Buffers to lend, created at first need. */
  readonly #lendable: Uint8Array[] = [];
  #lent = 0;
  #waiting = 0;

  /** Whether a connection whose last read had this many bytes is busy. */
  isBusy(lastRead: number): boolean {
    return lastRead >= smallRead;
  }

  /** The shared buffer for the next read; its bytes are gone with the next read of any connection. */
  shared(lastRead: number): Uint8Array {
    return this.isBusy(lastRead) && this.#waiting < maxWaitingBytes ? this.#large : this.#small;
  }

  /** A large buffer for one connection until it is returned; undefined if too many are lent. */
  borrow(): Uint8Array | undefined {
    if (this.#lent >= maxLent) return undefined;
    this.#lent += 1;
    return this.#lendable.pop() ?? Buffer.allocUnsafeSlow(lentRead);
  }

  /** Returns a borrowed buffer, once, when nothing reads or writes it any more. */
  giveBack(buffer: Uint8Array): void {
    this.#lent -= 1;
    this.#lendable.push(buffer);
  }

  /** The first `length` bytes of the last read into the shared buffer, as a separate piece. */
  copy(length: number): Piece {
    const read = this.#large.subarray(0, length);
    if (length <= tinyCopy) return { bytes: Buffer.from(read), whole: undefined };
    // The buffer returned last is the one still in the processor's cache.
    const whole = this.#spare.pop() ?? Buffer.allocUnsafeSlow(largeRead);
    whole.set(read);
    this.#waiting += largeRead;
    return { bytes: whole.subarray(0, length), whole };
  }

  /** Returns a copied piece, once. */
  release({ whole }: Piece): void {
    if (whole === undefined) return;
    this.#waiting -= largeRead;
    if (this.#spare.length < maxSpare) this.#spare.push(whole);
  }
}
