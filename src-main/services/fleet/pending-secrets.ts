import { z } from 'zod';
import { parsedBy } from '../../core/base/stored-schemas.ts';
import { ok, type Result } from '../../core/base/errors.ts';
import type { Document, DocumentFormat } from '../../core/base/document.ts';
import type { Log } from '../../core/base/log.ts';
import type { Vault } from '../../core/base/vault.ts';

/** The vault keys that a change was about to write or delete. It holds no secret. */
export const pendingSecretsFormat: DocumentFormat<readonly string[]> = {
  version: 1,
  migrations: [],
  parse: parsedBy(z.array(z.string())),
  fallback: [],
};

/**
 * Notes on disk which secrets are being added or removed. Vault and documents are written one after the other, so a
 * process killed in between would leave a secret that nobody uses.
 */
export class PendingSecrets {
  readonly #document: Document<readonly string[]>;
  #keys: readonly string[] = [];

  constructor(document: Document<readonly string[]>) {
    this.#document = document;
  }

  /**
   * Deletes the pending keys that a killed process left and that belong to no account. A key that cannot be deleted now
   * stays pending.
   */
  async sweep(vault: Vault, isUsed: (key: string) => boolean, log: Log): Promise<void> {
    const stored = await this.#document.read();
    if (!stored.ok || stored.value.length === 0) return;
    const left: string[] = [];
    for (const key of stored.value) {
      const deleted = isUsed(key) ? ok(undefined) : await vault.delete(key);
      if (deleted.ok) continue;
      left.push(key);
      log.write('warn', 'accounts.secret-left', { account: key, kind: deleted.error.kind });
    }
    this.#keys = left;
    await this.#document.write(left);
  }

  /** Called before the first write of a change. Errors: those of the document. */
  async begin(key: string): Promise<Result<void>> {
    return this.#write([...this.#keys.filter((each) => each !== key), key]);
  }

  /** Called once vault and documents agree. A failure is harmless: the next start checks again. */
  async end(key: string): Promise<void> {
    await this.#write(this.#keys.filter((each) => each !== key));
  }

  async #write(keys: readonly string[]): Promise<Result<void>> {
    const written = await this.#document.write(keys);
    if (written.ok) this.#keys = keys;
    return written;
  }
}
