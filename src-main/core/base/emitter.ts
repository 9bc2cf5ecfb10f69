import { surface } from './exception.ts';

/** A list of listeners. A listener that throws does not affect the others. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Calls `listener` on every `emit`; the returned function stops that. */
  on(listener: (value: T) => void): () => void {
    // Each call gets its own wrapper, so that a function added twice is removed once per call.
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
    // A throwing listener is a bug: its exception reaches the crash handler after all listeners ran.
    if (failures.length > 0) surface(failures[0]);
  }
}
