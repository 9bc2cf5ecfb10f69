import { surface } from '../../core/base/exception.ts';

/**
 * The calls between this program and one object of a library: an SSH client, a WebSocket, an agent. Two things must
 * never happen. The library must not be called after its object was torn down: many throw then. And an exception in a
 * callback of ours must neither break the library's own work nor end the process: it goes to the handler of exceptions,
 * and `broken` ends the one session that the object belongs to.
 */
export class LibraryCalls {
  readonly #broken: () => void;
  #isOver = false;

  /** `broken` is called each time a call threw. */
  constructor(broken: () => void) {
    this.#broken = broken;
  }

  /** Wraps a function of ours for the library, which may call it at any time. */
  ours<A extends readonly unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return (...args) => this.#run(() => callback(...args));
  }

  /** Wraps a function of the library for us: after `end` it does nothing. */
  theirs<A extends readonly unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      if (!this.#isOver) this.#run(() => callback(...args));
    };
  }

  /** Passes the result of a promise of ours to the library, unless the object is gone by then. */
  after<T>(answer: Promise<T>, callback: (value: T) => void): void {
    answer.then(this.theirs(callback), (thrown: unknown) => this.#fail(thrown));
  }

  /** The object is torn down. */
  end(): void {
    this.#isOver = true;
  }

  #run(call: () => void): void {
    try {
      call();
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #fail(thrown: unknown): void {
    surface(thrown);
    try {
      this.#broken();
    } catch (again) {
      surface(again);
    }
  }
}
