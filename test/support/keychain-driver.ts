import { createInterface } from 'node:readline';
import { createKeychainVault } from '../../src-main/node/vault/keychain-vault.ts';

/** A process of its own, because the library reads the address of the bus once: one JSON line a call. */

interface Call {
  readonly id: number;
  readonly method: 'get' | 'set' | 'delete' | 'status';
  readonly key: string;
  readonly secret: string;
}

const vault = createKeychainVault({ timeoutMs: Number(process.argv[2]) });

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, key, secret } = JSON.parse(line) as Call;
  const result =
    method === 'set'
      ? vault.set(key, secret)
      : method === 'status'
        ? vault.status()
        : method === 'get'
          ? vault.get(key)
          : vault.delete(key);
  void result.then((value) => process.stdout.write(`${JSON.stringify({ id, result: value })}\n`));
});
