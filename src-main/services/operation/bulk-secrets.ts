import type { BulkAction } from '../../core/operation/bulk-action.ts';
import { outcomeOf } from '../../core/operation/bulk-outcome.ts';
import { fail, type Result } from '../../core/base/errors.ts';
import type { Vault } from '../../core/base/vault.ts';

type PasswordAction = Extract<BulkAction, { readonly kind: 'password' }>;

const protocols: readonly PasswordAction['protocol'][] = ['rxp', 'rdp', 'apple'];

/** The key of the vault under which the password that Quayside gave a connection is kept. */
export const rotatedKey = (deviceKey: string, protocol: PasswordAction['protocol']): string =>
  `rotated:${protocol}:${deviceKey}`;

/** Letters and digits that are not taken for one another, and signs that every program takes. */
const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_.';
const length = 24;

/** A password of 24 characters out of 59, about 141 bits. `bytes` answers so many random bytes. */
export const makePassword = (bytes: (count: number) => Uint8Array): string => {
  let password = '';
  // Bytes beyond the last whole round of the alphabet would make some characters likelier.
  const limit = 256 - (256 % alphabet.length);
  while (password.length < length)
    for (const byte of bytes(length))
      if (byte < limit && password.length < length) password += alphabet.charAt(byte % alphabet.length);
  return password;
};

/**
 * New passwords for devices. The new one is in the vault before it is sent; the one before stays beside
 * it until the vendor took the new one, so that neither is lost, whatever happens in between.
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

  /** Forgets what was given to a connection. What the vault refuses to delete now stays in it. */
  async forget(deviceKey: string): Promise<void> {
    for (const protocol of protocols) await this.#vault.delete(rotatedKey(deviceKey, protocol));
  }

  /** Gives one device its new password: `given`, or one made for it. Errors: the vault's, and those of `send`. */
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
      // The vendor refused it, so the one before is still the right one.
      if (before.value === undefined) await this.#vault.delete(key);
      else await this.#vault.set(key, before.value);
    }
    return sent;
  }
}

/** One of them is the right one as long as nobody knows whether the newest was taken; a vault holds small texts only. */
const maxPrevious = 8;

/** Every password that may be in force, newest first. */
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
