import { fail, ok } from '../../core/base/errors.ts';
import type { Failure, Result } from '../../core/base/errors.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Vault } from '../../core/base/vault.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { checkSecret, maxSecretBytes } from './check-secret.ts';

/** The part of keytar that this vault uses. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

export interface KeychainVaultOptions {
  /** The name under which the keychain lists the items. Default `Quayside`. */
  readonly service?: string;
  readonly clock?: Clock;
  /** The longest wait for one call, milliseconds; an unanswered prompt hangs. Default 20 s. */
  readonly timeoutMs?: number;
  /** Loads the keychain's library; keytar, unless a test replaces it. */
  readonly load?: () => Promise<Keychain>;
  readonly platform?: NodeJS.Platform;
}

/** An item whose presence says that the keychain is unlocked. It holds no secret. */
const probe = 'quayside:unlocked';

const loadKeytar = async (): Promise<Keychain> => {
  const module: object = await import('keytar');
  // A CommonJS package: its exports are the default export, whatever the type declarations say.
  return ('default' in module ? module.default : module) as Keychain;
};

const absent = (platform: NodeJS.Platform): Failure =>
  fail(
    'vault-absent',
    platform === 'linux'
      ? 'No keychain answers on this computer: the Secret Service or its library (libsecret) is missing.'
      : 'The keychain of this computer does not answer.',
    platform === 'linux'
      ? 'Install and start a keyring (gnome-keyring or KWallet), or choose the encrypted file with --vault file.'
      : 'Sign in again, or choose the encrypted file with --vault file.',
  );

const locked = (): Failure =>
  fail(
    'vault-locked',
    'The keychain is locked.',
    'Unlock it (sign in to the desktop or answer its prompt) and try again.',
  );

const denied = (): Failure =>
  fail(
    'vault-denied',
    'The keychain refused access to Quayside.',
    'Allow Quayside in the keychain settings and try again.',
  );

const corrupt = (): Failure =>
  fail(
    'vault-corrupt',
    'The keychain holds something for Quayside that is damaged.',
    'Remove the account and add it again; if that fails, repair the keychain.',
  );

const unusable = (): Failure =>
  fail(
    'vault-absent',
    'The keychain failed for an unknown reason.',
    'Restart the keychain, or choose the encrypted file with --vault file.',
  );

/** Reads the error texts of libsecret, macOS and Windows; they carry no codes. */
const readFailure = (error: unknown, platform: NodeJS.Platform): Failure => {
  const text = error instanceof Error ? error.message : String(error);
  if (/locked|dismissed|interaction is not allowed|no logon session/i.test(text)) return locked();
  if (/denied|reject|not (permitted|allowed|authori[sz]ed)|cancell?ed|user name or passphrase/i.test(text))
    return denied();
  if (/corrupt|malformed|invalid|decrypt|could ?n[o']t be decoded|not valid utf/i.test(text)) return corrupt();
  if (
    /autolaunch|connect|not provided by any|unknown|activat|no such|exited|no reply|NoReply|closed|not available|keychain could not be found/i.test(
      text,
    )
  ) {
    return absent(platform);
  }
  return unusable();
};

/**
 * The keychain of the system through keytar, one item per key. On Linux keytar answers "nothing there" for a locked
 * keyring, too, so there an empty answer counts only after a probe item was seen or could be written. Calls run one at
 * a time with a time limit: an unanswered prompt is `vault-locked`, and holds at most one thread of the process.
 */
export const createKeychainVault = (options: KeychainVaultOptions = {}): Vault => {
  const service = options.service ?? 'Quayside';
  const clock = options.clock ?? systemClock;
  const timeoutMs = options.timeoutMs ?? 20_000;
  const load = options.load ?? loadKeytar;
  const platform = options.platform ?? process.platform;
  let loading: Promise<Keychain> | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let stuck = false;

  const keychain = async (): Promise<Result<Keychain>> => {
    try {
      loading ??= load();
      return ok(await loading);
    } catch {
      loading = undefined;
      return absent(platform);
    }
  };

  /** One native call, bounded. */
  const bounded = <T>(call: () => Promise<T>): Promise<Result<T>> => {
    if (stuck) return Promise.resolve(locked());
    return new Promise((resolve) => {
      const cancel = clock.after(timeoutMs, () => {
        stuck = true;
        resolve(locked());
      });
      const settle = (result: Result<T>): void => {
        cancel();
        stuck = false;
        resolve(result);
      };
      Promise.resolve()
        .then(call)
        .then(
          (value) => settle(ok(value)),
          (error: unknown) => settle(readFailure(error, platform)),
        );
    });
  };

  const inTurn = <T>(run: (chain: Keychain) => Promise<Result<T>>): Promise<Result<T>> => {
    const turn = queue.then(async () => {
      const chain = await keychain();
      return chain.ok ? run(chain.value) : chain;
    });
    queue = turn.catch(() => undefined);
    return turn;
  };

  const ensureUnlocked = async (chain: Keychain): Promise<Result<void>> => {
    const seen = await bounded(() => chain.getPassword(service, probe));
    if (!seen.ok) return seen;
    if (seen.value !== null || platform !== 'linux') return ok(undefined);
    return bounded(() => chain.setPassword(service, probe, 'yes'));
  };

  return {
    kind: 'keychain',
    get: (key) =>
      inTurn(async (chain) => {
        const read = (): Promise<Result<string | null>> => bounded(() => chain.getPassword(service, key));
        let found = await read();
        if (found.ok && found.value === null) {
          const unlocked = await ensureUnlocked(chain);
          if (!unlocked.ok) return unlocked;
          // Tried once more: the probe's prompt may have unlocked the keychain.
          found = await read();
        }
        if (!found.ok) return found;
        const { value } = found;
        if (value === null) return ok(undefined);
        // Nothing of ours looks like this: somebody else changed or cut the item.
        const damaged = value === '' || value.includes('\uFFFD') || Buffer.byteLength(value, 'utf8') > maxSecretBytes;
        return damaged ? corrupt() : ok(value);
      }),
    set: async (key, secret) => {
      const checked = checkSecret(key, secret);
      if (!checked.ok) return checked;
      return inTurn((chain) => bounded(() => chain.setPassword(service, key, secret)));
    },
    delete: (key) =>
      inTurn(async (chain) => {
        const deleted = await bounded(() => chain.deletePassword(service, key));
        if (!deleted.ok) return deleted;
        return deleted.value ? ok(undefined) : ensureUnlocked(chain);
      }),
    status: () => inTurn(ensureUnlocked),
  };
};
