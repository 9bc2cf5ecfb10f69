import { expect, test } from 'vitest';
import { createMemoryVault } from '../../node/vault/memory-vault.ts';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import { BulkSecrets, makePassword, rotatedKey } from './bulk-secrets.ts';

const action = { kind: 'password', protocol: 'rdp', generate: false } as const;
const key = rotatedKey('desk/c1', 'rdp');

const rig = () => {
  const vault = createMemoryVault();
  let counter = 0;
  const secrets = new BulkSecrets({
    vault,
    randomBytes: (count) => Uint8Array.from({ length: count }, () => (counter = (counter * 31 + 7) % 251)),
  });
  const kept = async (): Promise<unknown> => {
    const found = await vault.get(key);
    return found.ok && found.value !== undefined ? JSON.parse(found.value) : undefined;
  };
  return { vault, secrets, kept };
};

test('the new password is in the vault before it is sent, and alone in it once it was taken', async () => {
  const { secrets, kept } = rig();
  let during: unknown;
  const sent = await secrets.rotate('desk/c1', action, 'first', async (password) => {
    during = await kept();
    expect(password).toBe('first');
    return ok(undefined);
  });
  expect(sent.ok).toBe(true);
  expect(during).toEqual({ password: 'first' });
  await secrets.rotate('desk/c1', action, 'second', async () => ok(undefined));
  expect(await kept()).toEqual({ password: 'second' });
});

test('a refusal keeps the one before; an answer that is lost keeps both', async () => {
  const { secrets, kept } = rig();
  const answers = (result: Result<unknown>) => async (): Promise<Result<unknown>> => result;
  await secrets.rotate('desk/c1', action, 'good', answers(ok(undefined)));
  await secrets.rotate('desk/c1', action, 'refused', answers(fail('forbidden', 'No.', 'Ask.')));
  expect(await kept()).toEqual({ password: 'good' });
  await secrets.rotate('desk/c1', action, 'lost', answers(fail('timeout', 'Nothing came.', 'Look.')));
  expect(await kept()).toEqual({ password: 'lost', previous: ['good'] });
  await secrets.rotate('desk/c1', action, 'lost too', answers(fail('timeout', 'Nothing came.', 'Look.')));
  expect(await kept()).toEqual({ password: 'lost too', previous: ['lost', 'good'] });
  await secrets.forget('desk/c1');
  expect(await kept()).toBeUndefined();
});

test('nothing is sent where the vault cannot keep it', async () => {
  const locked = fail('vault-locked', 'The vault is locked.', 'Unlock it.');
  const secrets = new BulkSecrets({
    vault: { get: async () => ok(undefined), set: async () => locked, delete: async () => ok(undefined) },
    randomBytes: (count) => new Uint8Array(count),
  });
  let sent = 0;
  const answer = await secrets.rotate('desk/c1', action, 'new', async () => {
    sent += 1;
    return ok(undefined);
  });
  expect(answer).toEqual(locked);
  expect(sent).toBe(0);
});

test('made passwords differ, are long, and hold no letters that are taken for others', async () => {
  const { secrets, vault } = rig();
  const made: string[] = [];
  for (let index = 0; index < 5; index += 1)
    await secrets.rotate('desk/c1', { ...action, generate: true }, undefined, async (password) => {
      made.push(password);
      return ok(undefined);
    });
  expect(new Set(made).size).toBe(5);
  for (const password of made) expect(password).toMatch(/^[a-km-zA-HJ-NP-Z2-9._-]{24}$/);
  expect((await vault.status()).ok).toBe(true);
  expect(makePassword((count) => new Uint8Array(count).fill(3))).toHaveLength(24);
});
