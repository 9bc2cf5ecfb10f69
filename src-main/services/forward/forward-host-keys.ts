import { fail, ok, type Result } from '../../core/base/errors.ts';
import { noForward } from '../../core/forward/forward-errors.ts';
import type { ForwardSnapshot } from '../../core/forward/forward-record.ts';
import type { HostKeys, SeenHostKey } from '../ssh/host-keys.ts';
import type { ForwardStore } from './forward-store.ts';

/** The SSH host keys that forwards see: an accepted key is valid for all forwards to the same device. */
export class ForwardHostKeys {
  readonly #store: Pick<ForwardStore, 'get' | 'all'>;
  readonly #hostKeys: Pick<HostKeys, 'accept' | 'accepted'> | undefined;
  readonly #unsubscribe: (() => void) | undefined;

  constructor(store: Pick<ForwardStore, 'get' | 'all'>, hostKeys: Pick<HostKeys, 'accept' | 'accepted'> | undefined) {
    this.#store = store;
    this.#hostKeys = hostKeys;
    this.#unsubscribe = hostKeys?.accepted.on((key) => this.#accepted(key));
  }

  /**
   * Pins the changed SSH host key of a forward, if it still has this fingerprint. Errors: not-found, invalid-input if
   * the key has changed again, those of host-keys.json.
   */
  async accept(id: string, fingerprint: string): Promise<Result<ForwardSnapshot>> {
    const entry = this.#store.get(id);
    if (entry === undefined || this.#hostKeys === undefined) return noForward;
    const key = entry.seenKey;
    if (key?.fingerprint !== fingerprint)
      return fail('invalid-input', 'The device shows another host key by now.', 'Compare the one shown now.');
    const pinned = await this.#hostKeys.accept(key);
    return pinned.ok ? ok(entry.snapshot()) : pinned;
  }

  dispose(): void {
    this.#unsubscribe?.();
  }

  #accepted({ alias, fingerprint }: Pick<SeenHostKey, 'alias' | 'fingerprint'>): void {
    for (const entry of this.#store.all()) {
      const key = entry.seenKey;
      if (key?.alias === alias && key.fingerprint === fingerprint && key.verdict !== 'shared')
        entry.setHostKey({ alias, fingerprint, type: key.type, verdict: 'same', sharedWith: [] });
    }
  }
}
