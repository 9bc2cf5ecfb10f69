import type { Socket } from 'node:net';
import { surface } from '../../core/base/exception.ts';
import type { ForwardBuffers, Piece } from './forward-buffers.ts';
import { resetSocket } from './reset-socket.ts';

/** The maximum of writes that wait for a slow reader before reading pauses. */
const maxWaiting = 2;
/** Bytes read in a row before other connections get a turn; Node would read up to 32 times. */
const turnBytes = 4 * 1024 * 1024;
/** Bytes at the start of a direction that an observer is shown. */
const observedBytes = 64 * 1024;

/** Sees a copy of the first bytes of a direction. */
export type FlowObserver = (bytes: Uint8Array<ArrayBuffer>) => void;

/** One direction of a connection: bytes of `from` are written to `to`, no faster than `to` takes them. */
export class ForwardFlow {
  readonly #buffers: ForwardBuffers;
  readonly #count: (bytes: number) => void;
  #observer: FlowObserver | undefined;
  #observed = 0;
  #from: Socket | undefined;
  #to: Socket | undefined;
  /** The borrowed buffer that the next read goes to; undefined if that is the shared one. */
  #own: Uint8Array | undefined;
  #lastRead = 0;
  #waiting = 0;
  /** Bytes read since the others had their turn. */
  #turn = 0;
  #paused = false;

  /** `count` receives the size of every read; `observer` receives the first bytes. */
  constructor(buffers: ForwardBuffers, count: (bytes: number) => void, observer?: FlowObserver) {
    this.#buffers = buffers;
    this.#count = count;
    this.#observer = observer;
  }

  /** The `onread` option of the socket that will be `from`. */
  readonly onread = {
    buffer: (): Uint8Array => this.#next(),
    callback: (length: number): boolean => {
      try {
        return this.#pass(length);
      } catch (thrown) {
        surface(thrown);
        // Bytes may be missing, so neither end may take the rest as complete.
        for (const end of [this.#from, this.#to]) if (end !== undefined) resetSocket(end);
        return false;
      }
    },
  };

  /** Connects the two ends; both must be known before `from` is read. */
  join(from: Socket, to: Socket): void {
    this.#from = from;
    this.#to = to;
    from.on('end', () => to.end());
    from.on('close', () => {
      this.#lastRead = 0;
      this.#next();
    });
  }

  /** The buffer for the next read. Asked after each read, before the next bytes arrive. */
  #next(): Uint8Array {
    if (this.#buffers.isBusy(this.#lastRead)) this.#own ??= this.#buffers.borrow();
    else if (this.#own !== undefined) {
      this.#buffers.giveBack(this.#own);
      this.#own = undefined;
    }
    return this.#own ?? this.#buffers.shared(this.#lastRead);
  }

  #pass(length: number): boolean {
    const to = this.#to;
    if (to === undefined) return false;
    this.#lastRead = length;
    this.#count(length);
    const own = this.#own;
    const piece = own === undefined ? this.#buffers.copy(length) : { bytes: own.subarray(0, length), whole: own };
    const isBorrowed = own !== undefined;
    if (this.#observer !== undefined) this.#show(piece.bytes);
    let taken = false;
    to.write(piece.bytes, () => {
      if (!taken) this.#written(piece, isBorrowed);
    });
    // If nothing is left in the stream, the system took all of it: the buffer is free before the callback.
    if (to.writableLength === 0 && !to.destroyed) {
      taken = true;
      if (!isBorrowed) this.#buffers.release(piece);
      return this.#mayReadOn(length);
    }
    // A borrowed buffer belongs to the write now.
    this.#own = undefined;
    this.#waiting += 1;
    this.#paused = this.#waiting >= maxWaiting;
    return !this.#paused;
  }

  /** Whether the next read may follow at once; otherwise it follows after the other connections' turn. */
  #mayReadOn(length: number): boolean {
    this.#turn += length;
    if (this.#turn < turnBytes) return true;
    this.#turn = 0;
    setImmediate(() => {
      if (!this.#paused) this.#from?.resume();
    });
    return false;
  }

  #show(bytes: Uint8Array): void {
    const shown = new Uint8Array(bytes.subarray(0, observedBytes - this.#observed));
    this.#observed += shown.length;
    this.#observer?.(shown);
    if (this.#observed >= observedBytes) this.#observer = undefined;
  }

  #written(piece: Piece, isBorrowed: boolean): void {
    if (!isBorrowed) this.#buffers.release(piece);
    else if (piece.whole !== undefined) this.#buffers.giveBack(piece.whole);
    this.#waiting -= 1;
    if (!this.#paused) return;
    this.#paused = false;
    this.#from?.resume();
  }
}
