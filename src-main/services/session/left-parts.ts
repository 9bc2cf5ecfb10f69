import type { Document } from '../../core/base/document.ts';
import type { LeftPart } from '../../core/session/left-part.ts';
import type { RemoteFiles } from '../../core/session/remote-files.ts';

/**
 * Half-sent files on devices: the way to the device went before they could be taken away, or Quayside did. They are kept
 * on disk for as long as they are there, so that the next session of the place clears up, whenever that is.
 */
export class LeftParts {
  readonly #document: Document<{ readonly parts: readonly LeftPart[] }>;
  /** By place: paths, and whether an upload of this process still writes there. */
  readonly #parts = new Map<string, Map<string, 'written' | 'left'>>();
  readonly #read: Promise<void>;
  #writing: Promise<void> = Promise.resolve();
  #isWaiting = false;

  constructor(document: Document<{ readonly parts: readonly LeftPart[] }>) {
    this.#document = document;
    this.#read = this.#load();
  }

  /** What the uploads of a place tell. `place`: the device and the service whose files these are. */
  newsOf(place: string): { begun(part: string): void; gone(part: string): void; left(part: string): void } {
    return {
      begun: (part) => this.#set(place, part, 'written'),
      gone: (part) => this.#forget(place, part),
      left: (part) => this.#set(place, part, 'left'),
    };
  }

  /** Takes away what was left there; what another user sent stays until that user is back. */
  async clear(place: string, files: Pick<RemoteFiles, 'removeFile'>): Promise<void> {
    await this.#read;
    for (const [part, state] of [...(this.#parts.get(place) ?? [])]) {
      if (state !== 'left') continue;
      const removed = await files.removeFile(part);
      if (removed.ok || removed.error.kind === 'not-found') this.#forget(place, part);
    }
  }

  /** Resolves once all of it is on disk. */
  async settle(): Promise<void> {
    await this.#read;
    await this.#writing;
  }

  #set(place: string, part: string, state: 'written' | 'left'): void {
    const parts = this.#parts.get(place) ?? new Map<string, 'written' | 'left'>();
    const isKnown = parts.has(part);
    this.#parts.set(place, parts.set(part, state));
    if (!isKnown) this.#write();
  }

  #forget(place: string, part: string): void {
    const parts = this.#parts.get(place);
    if (parts?.delete(part) !== true) return;
    if (parts.size === 0) this.#parts.delete(place);
    this.#write();
  }

  async #load(): Promise<void> {
    const known = await this.#document.read();
    if (!known.ok) return;
    for (const { place, path } of known.value.parts) {
      const parts = this.#parts.get(place) ?? new Map<string, 'written' | 'left'>();
      if (!parts.has(path)) this.#parts.set(place, parts.set(path, 'left'));
    }
  }

  /** Of many changes during one write, the next writes all: small files come and go by the hundred. */
  #write(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const before = this.#writing;
    this.#writing = (async () => {
      await this.#read;
      await before;
      this.#isWaiting = false;
      const parts = [...this.#parts].flatMap(([place, paths]) => [...paths.keys()].map((path) => ({ place, path })));
      await this.#document.write({ parts });
    })();
  }
}
