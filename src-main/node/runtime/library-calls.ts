import { surface } from '../../core/base/exception.ts';

/**
 * The calls between this program and one object of a library: an SSH client, a WebSocket, an agent. Two things may
 * never happen there. A callback of the library must not be called once its object was torn down: many throw then.
 * And what a callback of ours throws must not break the library's own work, nor end the process: it goes to whoever
 * hears of exceptions, and `broken` ends the one session that the object belongs to.
 */
export class LibraryCalls {
  readonly #broken: () => void;
  #isOver = false;

  /** `broken` is called each time a call threw. */
  constructor(broken: () => void) {
    this.#broken = broken;
  }

  /** A function of ours as the library gets it. It is called whenever the library does. */
  ours<A extends readonly unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return (...args) => this.#run(() => callback(...args));
  }

  /** A function of the library as we keep it: after `end` it does nothing. */
  theirs<A extends readonly unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      if (!this.#isOver) this.#run(() => callback(...args));
    };
  }

  /** Goes on in the library with what a promise of ours answers, unless the object is gone by then. */
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
