import { Emitter } from '../../core/base/emitter.ts';
import type { ForwardSnapshot } from '../../core/forward/forward-record.ts';

export interface ForwardsChange {
  readonly upsert: readonly ForwardSnapshot[];
  /** Ids. */
  readonly remove: readonly string[];
}

/** Announces changes together: one message per turn of the event loop. */
export class ForwardAnnouncer {
  readonly changed = new Emitter<ForwardsChange>();
  readonly #read: (id: string) => ForwardSnapshot | undefined;
  readonly #touched = new Set<string>();

  /** `read` returns the present state of a forward. */
  constructor(read: (id: string) => ForwardSnapshot | undefined) {
    this.#read = read;
  }

  /** Reports that a forward was added, changed or removed. */
  touch(id: string): void {
    this.#touched.add(id);
    if (this.#touched.size > 1) return;
    queueMicrotask(() => {
      const upsert: ForwardSnapshot[] = [];
      const remove: string[] = [];
      for (const touched of this.#touched) {
        const snapshot = this.#read(touched);
        if (snapshot === undefined) remove.push(touched);
        else upsert.push(snapshot);
      }
      this.#touched.clear();
      this.changed.emit({ upsert, remove });
    });
  }
}
