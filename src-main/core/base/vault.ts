import type { Result } from './errors.ts';

export type VaultKind = 'keychain' | 'file' | 'memory';

/**
 * Where secrets live. Values are small texts (JSON, under 2.5 KB for Windows' sake). Errors: vault-locked,
 * vault-absent, vault-denied, vault-corrupt, invalid-input (empty, NUL byte, or too large).
 */
export interface Vault {
  readonly kind: VaultKind;
  /** The secret, or undefined if there is none under this key. */
  get(key: string): Promise<Result<string | undefined>>;
  set(key: string, secret: string): Promise<Result<void>>;
  /** Deleting a missing secret succeeds. */
  delete(key: string): Promise<Result<void>>;
  /** Whether the vault can be used now, with the named error if not. */
  status(): Promise<Result<void>>;
}
