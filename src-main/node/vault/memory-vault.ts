import { ok } from '../../core/base/errors.ts';
import type { Vault } from '../../core/base/vault.ts';
import { checkSecret } from './check-secret.ts';

/** Secrets in memory, gone with the process: for the demo and the tests. */
export const createMemoryVault = (): Vault => {
  const secrets = new Map<string, string>();
  return {
    kind: 'memory',
    get: async (key) => ok(secrets.get(key)),
    set: async (key, secret) => {
      const checked = checkSecret(key, secret);
      if (checked.ok) secrets.set(key, secret);
      return checked;
    },
    delete: async (key) => {
      secrets.delete(key);
      return ok(undefined);
    },
    status: async () => ok(undefined),
  };
};
