import type { BulkAction } from '../../core/operation/bulk-action.ts';
import { outcomeOf } from '../../core/operation/bulk-outcome.ts';
import { fail, type Result } from '../../core/base/errors.ts';
import type { Vault } from '../../core/base/vault.ts';

type PasswordAction = Extract<BulkAction, { readonly kind: 'password' }>;

const protocols: readonly PasswordAction['protocol'][] = ['rxp', 'rdp', 'apple'];

/** The vault key of the password that Quayside gave a connection. */
export const rotatedKey = (deviceKey: string, protocol: PasswordAction['protocol']): string =>
  `rotated:${protocol}:${deviceKey}`;

/** Letters and digits that are not mistaken for one another, and signs that every program accepts. */
const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_.';
const length = 24;

/** A password of 24 characters out of 59, about 141 bits. `bytes` returns random bytes. */
export const makePassword = (bytes: (count: number) => Uint8Array): string => {
  let password = '';
  // Bytes beyond the last full round of the alphabet would make some characters more likely.
  const limit = 256 - (256 % alphabet.length);
  while (password.length < length)
    for (const byte of bytes(length))
      if (byte < limit && password.length < length) password += alphabet.charAt(byte % alphabet.length);
  return password;
};

/**
 * New passwords for devices. The new one is in the vault before it is sent, and the old one stays beside it until the
 * vendor accepted the new one, so that neither is lost at any point.
 */
export class BulkSecrets {
  readonly #vault: Pick<Vault, 'get' | 'set' | 'delete'>;
  readonly #bytes: (count: number) => Uint8Array;

  constructor(deps: {
    readonly vault: Pick<Vault, 'get' | 'set' | 'delete'>;
    readonly randomBytes: (count: number) => Uint8Array;
  }) {
    this.#vault = deps.vault;
    this.#bytes = deps.randomBytes;
  }

  /** Deletes the password of a connection. If the vault refuses, it stays there. */
  async forget(deviceKey: string): Promise<void> {
    for (const protocol of protocols) await this.#vault.delete(rotatedKey(deviceKey, protocol));
  }

  /** Gives one device its new password: `given`, or a generated one. Errors: the vault's, and those of `send`. */
  async rotate(
    deviceKey: string,
    action: PasswordAction,
    given: string | undefined,
    send: (password: string) => Promise<Result<unknown>>,
  ): Promise<Result<unknown>> {
    const password = action.generate ? makePassword(this.#bytes) : given;
    if (password === undefined)
      return fail('invalid-input', 'There is no new password.', 'Start it again and enter the password.');
    const key = rotatedKey(deviceKey, action.protocol);
    const before = await this.#vault.get(key);
    if (!before.ok) return before;
    const previous = passwordsIn(before.value);
    const kept = await this.#vault.set(
      key,
      JSON.stringify({ password, ...(previous.length === 0 ? {} : { previous }) }),
    );
    if (!kept.ok) return kept;
    const sent = await send(password);
    if (sent.ok) await this.#vault.set(key, JSON.stringify({ password }));
    else if (outcomeOf(sent.error, false) === 'failed') {
      // The vendor refused it, so the old one is still valid.
      if (before.value === undefined) await this.#vault.delete(key);
      else await this.#vault.set(key, before.value);
    }
    return sent;
  }
}

/** One of these is valid while it is unknown whether the newest was accepted; a vault holds only small texts. */
const maxPrevious = 8;

/** Every password that may be valid, newest first. */
const passwordsIn = (stored: string | undefined): readonly string[] => {
  if (stored === undefined) return [];
  try {
    const value: unknown = JSON.parse(stored);
    if (typeof value !== 'object' || value === null || !('password' in value)) return [];
    const previous: unknown = 'previous' in value ? value.previous : [];
    return [value.password, ...(Array.isArray(previous) ? (previous as readonly unknown[]) : [])]
      .filter((password) => typeof password === 'string')
      .slice(0, maxPrevious);
  } catch {
    return [];
  }
};
