import type { AppError, Result } from '../core/base/errors.ts';

/** What could not be read while the parts were put together. The window shows it; nothing else stops for it. */
export class StartProblems {
  readonly #errors: AppError[] = [];

  /** Takes in how something was loaded. */
  note(loaded: Result<unknown>): void {
    if (!loaded.ok) this.#errors.push(loaded.error);
  }

  /** Takes in what did not hinder the load. */
  add(...errors: readonly AppError[]): void {
    this.#errors.push(...errors);
  }

  list(): readonly AppError[] {
    return this.#errors;
  }
}
