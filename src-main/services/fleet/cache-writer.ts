import type { CachedFleet } from '../../core/fleet/fleet-cache.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { DocumentFolder } from '../../core/base/document.ts';
import type { Log } from '../../core/base/log.ts';

export interface CacheWriterDeps {
  readonly accountId: string;
  readonly cache: DocumentFolder<CachedFleet>;
  readonly snapshot: () => CachedFleet;
  readonly clock: Clock;
  readonly log: Log;
}

/** Writes the fleet of one account to disk, some time after it changed and never twice at once. */
export class CacheWriter {
  readonly #deps: CacheWriterDeps;
  #due: { readonly at: number; readonly cancel: () => void } | undefined;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(deps: CacheWriterDeps) {
    this.#deps = deps;
  }

  /** Writes within `ms` milliseconds, together with later changes. */
  touch(ms: number): void {
    if (this.#closed) return;
    const at = this.#deps.clock.monotonic() + ms;
    if (this.#due !== undefined && this.#due.at <= at) return;
    this.#due?.cancel();
    this.#due = { at, cancel: this.#deps.clock.after(ms, () => this.#write()) };
  }

  /** Writes waiting changes and closes. */
  async close(): Promise<void> {
    if (this.#due !== undefined) this.#write();
    this.#closed = true;
    await this.#writing;
  }

  /** Removes the file and closes. */
  async discard(): Promise<void> {
    this.#closed = true;
    this.#due?.cancel();
    this.#due = undefined;
    await this.#writing;
    const removed = await this.#deps.cache.remove(this.#deps.accountId);
    if (!removed.ok) this.#deps.log.write('warn', 'inventory.cache-not-removed', { reason: removed.error.message });
  }

  #write(): void {
    this.#due?.cancel();
    this.#due = undefined;
    this.#writing = this.#writing.then(async () => {
      const written = await this.#deps.cache.document(this.#deps.accountId).write(this.#deps.snapshot());
      if (!written.ok) this.#deps.log.write('warn', 'inventory.cache-not-written', { reason: written.error.message });
    });
  }
}
