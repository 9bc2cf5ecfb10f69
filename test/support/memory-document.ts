import { ok } from '../../src-main/core/base/errors.ts';
import type { Failure, Result } from '../../src-main/core/base/errors.ts';
import type { Document, DocumentFolder } from '../../src-main/core/base/document.ts';

/** A document in memory that can be made to fail. */
export class MemoryDocument<T> implements Document<T> {
  value: T | undefined;
  readonly #fallback: T;
  writes = 0;
  readError: Failure | undefined;
  writeError: Failure | undefined;

  constructor(fallback: T, value?: T) {
    this.#fallback = fallback;
    this.value = value;
  }

  async read(): Promise<Result<T>> {
    return this.readError ?? ok(this.value ?? this.#fallback);
  }

  async write(value: T): Promise<Result<void>> {
    if (this.writeError !== undefined) return this.writeError;
    this.value = value;
    this.writes += 1;
    return ok(undefined);
  }
}

/** A folder of such documents. */
export class MemoryFolder<T> implements DocumentFolder<T> {
  readonly documents = new Map<string, MemoryDocument<T>>();
  readonly #fallback: T;

  constructor(fallback: T) {
    this.#fallback = fallback;
  }

  document(name: string): MemoryDocument<T> {
    const document = this.documents.get(name) ?? new MemoryDocument(this.#fallback);
    this.documents.set(name, document);
    return document;
  }

  async remove(name: string): Promise<Result<void>> {
    this.documents.delete(name);
    return ok(undefined);
  }
}
