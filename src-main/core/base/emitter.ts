import { surface } from './exception.ts';

/** A list of listeners. A listener that throws does not keep the others from hearing. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Calls `listener` on every `emit`; the returned function ends that. */
  on(listener: (value: T) => void): () => void {
    // One wrapper for each call, so that a function that was added twice is removed once at a time.
    const entry = (value: T): void => listener(value);
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  emit(value: T): void {
    const failures: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (failure) {
        failures.push(failure);
      }
    }
    // A throwing listener is a bug: it surfaces at the crash handler, after everybody has heard.
    if (failures.length > 0) surface(failures[0]);
  }
}
