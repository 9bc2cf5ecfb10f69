import { existsSync } from 'node:fs';
import type { AppState } from '../services/app/app-state.ts';
import type { Clock } from '../core/base/clock.ts';
import type { Vault, VaultKind } from '../core/base/vault.ts';
import { createFileVault } from '../node/vault/file-vault.ts';
import { createKeychainVault } from '../node/vault/keychain-vault.ts';
import { createMemoryVault } from '../node/vault/memory-vault.ts';
import type { Redactor } from '../node/runtime/redact.ts';
import type { Accounts } from '../services/fleet/accounts.ts';
import type { Inventory } from '../services/fleet/inventory.ts';

/** The vault of a profile: the chosen one, else the file the user made earlier, else the keychain. */
export const chosenVault = (chosen: VaultKind | undefined, vaultFile: string): VaultKind =>
  chosen ?? (existsSync(vaultFile) ? 'file' : 'keychain');

/** The vault of a profile, and how it is opened. `file` is where one with a passphrase is kept. */
export const vaultOf = (
  options: {
    readonly vault: VaultKind;
    readonly passphrase?: (() => Promise<string | undefined>) | undefined;
  },
  file: string,
  clock: Clock,
) => {
  switch (options.vault) {
    case 'keychain': {
      const vault = createKeychainVault({ clock });
      return { vault, unlock: () => vault.status() };
    }
    case 'memory': {
      const vault = createMemoryVault();
      return { vault, unlock: () => vault.status() };
    }
    case 'file': {
      const ask = options.passphrase ?? (async () => undefined);
      const vault = createFileVault({ path: file, clock, passphrase: ask });
      return {
        vault,
        unlock: (passphrase: string | undefined) =>
          passphrase === undefined ? vault.status() : vault.unlock(passphrase),
      };
    }
    default:
      return options.vault satisfies never;
  }
};

/** If the vault fails an account, it is shown as one fault of this computer, not as a fault of each account. */
export const watchVault = (accounts: Accounts, inventory: Inventory, app: AppState): (() => void) =>
  inventory.changed.on(({ health }) => {
    if (health.length === 0) return;
    const states = accounts.list().map((account) => inventory.health(account.id));
    const failing = states.find((state) => state.error?.kind.startsWith('vault-') === true);
    if (failing !== undefined) app.setVaultError(failing.error);
    else if (states.some((state) => state.error === undefined && state.lastGoodAt !== undefined))
      app.setVaultError(undefined);
  });

/** The values in a secret of the vault: the fields of its JSON object. */
const secretValues = (secret: string): readonly string[] => {
  try {
    const value: unknown = JSON.parse(secret);
    const values = typeof value === 'object' && value !== null ? Object.values(value) : [];
    return values.filter((field) => typeof field === 'string');
  } catch {
    return [secret];
  }
};

/** The same vault; the redactor learns every secret that it returns, so that no secret can reach the log. */
export const watchedVault = (vault: Vault, redactor: Redactor): Vault => {
  const seen = (secret: string): void => {
    for (const value of secretValues(secret)) redactor.register(value);
  };
  return {
    kind: vault.kind,
    get: async (key) => {
      const found = await vault.get(key);
      if (found.ok && found.value !== undefined) seen(found.value);
      return found;
    },
    set: (key, secret) => {
      seen(secret);
      return vault.set(key, secret);
    },
    delete: (key) => vault.delete(key),
    status: () => vault.status(),
  };
};
