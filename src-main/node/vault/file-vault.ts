import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok } from '../../core/base/errors.ts';
import type { Failure, Result } from '../../core/base/errors.ts';
import { sleep } from '../../core/base/clock.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Vault } from '../../core/base/vault.ts';
import { atomicWrite, removeLeftovers } from '../storage/atomic-write.ts';
import { deriveKey, fits, newKeyParameters, opens, parseVault, sealVault, unsealVault } from './file-vault-format.ts';
import type { KeyParameters, VaultFile, VaultKey } from './file-vault-format.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { checkSecret } from './check-secret.ts';

export interface FileVaultOptions {
  readonly path: string;
  /** Asked at most once an unlock; undefined if nobody can answer. */
  readonly passphrase: () => Promise<string | undefined>;
  readonly clock?: Clock;
}

export interface FileVault extends Vault {
  /** Opens the vault with this passphrase (or starts a new one) and keeps the key. Errors: vault-denied, vault-corrupt, invalid-input. */
  unlock(passphrase: string): Promise<Result<void>>;
  /** Forgets the key. */
  lock(): void;
}

/** The age of a lock file, milliseconds, after which its process is dead: the work it protects takes some 10 ms. */
const staleLock = 10_000;
const lockPatience = 15_000;

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const diskFailure = (error: unknown, file: string): Failure =>
  fail(
    'vault-denied',
    `The vault file ${file} cannot be used (${codeOf(error) ?? 'unknown reason'}).`,
    'Check that you may write to its folder and that the disk is not full.',
  );

const locked = (): Failure =>
  fail('vault-locked', 'The vault file is locked.', 'Enter its passphrase, or set QUAYSIDE_VAULT_PASSPHRASE.');

const wrongPassphrase = (): Failure =>
  fail(
    'vault-denied',
    'The passphrase does not open the vault file.',
    'Enter the passphrase this vault was made with.',
  );

/**
 * Secrets in one encrypted file, readable by its owner only. The key is derived once per unlock; every write reads the
 * file again under a lock file, so that two processes do not lose each other's secrets.
 */
export const createFileVault = (options: FileVaultOptions): FileVault => {
  const file = path.resolve(options.path);
  const lockFile = `${file}.lock`;
  const clock = options.clock ?? systemClock;
  let key: VaultKey | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(run: () => Promise<Result<T>>): Promise<Result<T>> => {
    const turn = queue.then(async () => {
      try {
        return await run();
      } catch (error) {
        return diskFailure(error, file);
      }
    });
    queue = turn;
    return turn;
  };

  const load = async (): Promise<Result<VaultFile | undefined>> => {
    try {
      return parseVault(await readFile(file, 'utf8'));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return ok(undefined);
      throw error;
    }
  };

  const keyFrom = async (passphrase: string, stored: VaultFile | undefined): Promise<Result<VaultKey>> => {
    if (passphrase === '')
      return fail('invalid-input', 'The passphrase is empty.', 'Choose a passphrase for the vault file.');
    const parameters: KeyParameters = stored?.parameters ?? newKeyParameters();
    const derived = await deriveKey(passphrase, parameters);
    return stored === undefined || opens(derived, stored) ? ok(derived) : wrongPassphrase();
  };

  /** The key for the present file: another process may have created the file meanwhile. */
  const keyFor = async (stored: VaultFile | undefined): Promise<Result<VaultKey>> => {
    if (key !== undefined && (stored === undefined || (fits(key, stored.parameters) && opens(key, stored))))
      return ok(key);
    const passphrase = await options.passphrase();
    if (passphrase === undefined || passphrase === '') return locked();
    const derived = await keyFrom(passphrase, stored);
    if (derived.ok) key = derived.value;
    return derived;
  };

  const read = async (): Promise<Result<Map<string, string>>> => {
    const stored = await load();
    if (!stored.ok) return stored;
    const fitting = await keyFor(stored.value);
    if (!fitting.ok) return fitting;
    return stored.value === undefined ? ok(new Map<string, string>()) : unsealVault(stored.value, fitting.value);
  };

  const takeLock = async (): Promise<boolean> => {
    try {
      await (await open(lockFile, 'wx', 0o600)).close();
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      return false;
    }
  };

  /** Removes a dead process's lock by renaming it: of two that try, one fails. */
  const clearStaleLock = async (): Promise<void> => {
    try {
      const { mtimeMs } = await stat(lockFile);
      // A time in the future comes from a clock that was set back: such a lock counts as old.
      if (Math.abs(clock.now() - mtimeMs) < staleLock) return;
      const aside = `${lockFile}.${randomUUID()}`;
      await rename(lockFile, aside);
      await rm(aside, { force: true });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  };

  const underLock = async (run: () => Promise<Result<void>>): Promise<Result<void>> => {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const until = clock.monotonic() + lockPatience;
    while (!(await takeLock())) {
      if (clock.monotonic() > until) {
        return fail(
          'vault-locked',
          'Another Quayside is using the vault file.',
          `Close it, or remove ${lockFile} if none is running.`,
        );
      }
      await clearStaleLock();
      await sleep(clock, 10);
    }
    try {
      await removeLeftovers(file);
      return await run();
    } finally {
      await rm(lockFile, { force: true });
    }
  };

  const change = (edit: (secrets: Map<string, string>) => boolean): Promise<Result<void>> =>
    inTurn(async () => {
      // The key comes first: a prompt or a derivation under the lock would make other processes wait.
      const before = await read();
      if (!before.ok) return before;
      return underLock(async () => {
        const secrets = await read();
        if (!secrets.ok) return secrets;
        if (!edit(secrets.value)) return ok(undefined);
        if (key === undefined) return locked();
        await atomicWrite(file, [sealVault(secrets.value, key)]);
        return ok(undefined);
      });
    });

  return {
    kind: 'file',
    get: (secretKey) =>
      inTurn(async () => {
        const secrets = await read();
        return secrets.ok ? ok(secrets.value.get(secretKey)) : secrets;
      }),
    set: async (secretKey, secret) => {
      const checked = checkSecret(secretKey, secret);
      if (!checked.ok) return checked;
      return change((secrets) => {
        secrets.set(secretKey, secret);
        return true;
      });
    },
    delete: (secretKey) => change((secrets) => secrets.delete(secretKey)),
    status: () =>
      inTurn(async () => {
        const secrets = await read();
        return secrets.ok ? ok(undefined) : secrets;
      }),
    // Not in turn: a call that waits for its passphrase must not block the one that brings it.
    unlock: async (passphrase) => {
      try {
        const stored = await load();
        if (!stored.ok) return stored;
        const derived = await keyFrom(passphrase, stored.value);
        if (!derived.ok) return derived;
        if (stored.value !== undefined) {
          const secrets = unsealVault(stored.value, derived.value);
          if (!secrets.ok) return secrets;
        }
        key = derived.value;
        return ok(undefined);
      } catch (error) {
        return diskFailure(error, file);
      }
    },
    lock: () => {
      key = undefined;
    },
  };
};
