import type { RemoteFiles } from '../../core/session/remote-files.ts';

/** Half-sent files on devices: the way to the device went before they could be taken away. Gone with this process. */
export class LeftParts {
  readonly #parts = new Map<string, Set<string>>();

  /** `place`: the device and the service whose files these are. */
  note(place: string, part: string): void {
    const parts = this.#parts.get(place) ?? new Set();
    this.#parts.set(place, parts.add(part));
  }

  /** Takes away what was left there; what another user sent stays until that user is back. */
  async clear(place: string, files: Pick<RemoteFiles, 'removeFile'>): Promise<void> {
    const parts = this.#parts.get(place);
    if (parts === undefined) return;
    for (const part of parts) {
      const removed = await files.removeFile(part);
      if (removed.ok || removed.error.kind === 'not-found') parts.delete(part);
    }
    if (parts.size === 0) this.#parts.delete(place);
  }
}
