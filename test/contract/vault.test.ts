import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Vault } from '../../src-main/core/base/vault.ts';
import { createFileVault } from '../../src-main/node/vault/file-vault.ts';
import { createKeychainVault } from '../../src-main/node/vault/keychain-vault.ts';
import { createMemoryVault } from '../../src-main/node/vault/memory-vault.ts';
import { startKeychainVault, startSecretService } from '../support/secret-service.ts';
import type { SecretService, SecretServiceOptions } from '../support/secret-service.ts';

const open: (() => void | PromiseLike<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'quayside-vault-'));
  open.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const secretService = async (options?: SecretServiceOptions): Promise<SecretService> => {
  const service = await startSecretService(options);
  open.push(() => service[Symbol.asyncDispose]());
  return service;
};

const passphrase = 'correct horse';

const fileVault = (file: string, word: string | undefined = passphrase) =>
  createFileVault({ path: file, passphrase: async () => word });

const kinds: Readonly<Record<Vault['kind'], () => Promise<Vault>>> = {
  memory: async () => createMemoryVault(),
  file: async () => fileVault(path.join(await temporaryFolder(), 'vault.json')),
  keychain: async () => (await secretService()).vault(),
};

describe.each(Object.entries(kinds))('every vault: %s', (kind, make) => {
  let vault: Vault;
  beforeEach(async () => {
    vault = await make();
  });

  test('keeps, replaces and deletes secrets, each under its own key', async () => {
    expect(vault.kind).toBe(kind);
    expect(await vault.status()).toEqual({ ok: true, value: undefined });
    expect(await vault.get('a')).toEqual({ ok: true, value: undefined });
    expect(await vault.set('a', '{"token":"ü→€"}')).toEqual({ ok: true, value: undefined });
    expect(await vault.set('b', ' spaces\nand lines ')).toMatchObject({ ok: true });
    expect(await vault.get('a')).toEqual({ ok: true, value: '{"token":"ü→€"}' });
    await vault.set('a', 'second');
    expect(await vault.get('a')).toEqual({ ok: true, value: 'second' });
    expect(await vault.get('b')).toEqual({ ok: true, value: ' spaces\nand lines ' });
    expect(await vault.delete('a')).toEqual({ ok: true, value: undefined });
    expect(await vault.delete('a')).toEqual({ ok: true, value: undefined });
    expect(await vault.get('a')).toEqual({ ok: true, value: undefined });
    expect(await vault.get('b')).toMatchObject({ value: ' spaces\nand lines ' });
  });

  test('takes 2,500 bytes and refuses more, nothing, and what a keychain would cut', async () => {
    const largest = 'é'.repeat(1250);
    expect(await vault.set('a', largest)).toMatchObject({ ok: true });
    for (const bad of [`${largest}x`, '', 'cut\0here', '\ud800']) {
      expect(await vault.set('a', bad)).toMatchObject({ ok: false, error: { kind: 'invalid-input' } });
    }
    expect(await vault.get('a')).toEqual({ ok: true, value: largest });
  });

  test('many calls at once lose nothing', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    const kept = await Promise.all(names.map((name) => vault.set(name, `secret of ${name}`)));
    expect(kept.every(({ ok }) => ok)).toBe(true);
    for (const name of names) expect(await vault.get(name)).toEqual({ ok: true, value: `secret of ${name}` });
  });
});

describe('the keychain', () => {
  const everyCall = async (vault: Vault): Promise<unknown[]> => {
    const results = [
      await vault.status(),
      await vault.get('a'),
      await vault.get('never'),
      await vault.set('b', 'x'),
      await vault.delete('a'),
    ];
    return results.map((result) => (result.ok ? 'ok' : result.error.kind));
  };

  test('locked is told from empty, whether it was used before or not, and unlocking brings everything back', async () => {
    const service = await secretService();
    await service.lock();
    expect(await everyCall(service.vault())).toEqual(Array(5).fill('vault-locked'));
    await service.unlock();
    const vault = service.vault();
    await vault.set('a', 'kept');
    await service.lock();
    expect(await everyCall(vault)).toEqual(Array(5).fill('vault-locked'));
    await service.unlock();
    expect(await service.vault().get('a')).toEqual({ ok: true, value: 'kept' });
  });

  test('a prompt nobody answers ends as locked, and later calls do not wait for it again', async () => {
    const service = await secretService({ hangingPrompt: true });
    await service.lock();
    const vault = service.vault(300);
    expect(await vault.get('a')).toMatchObject({ error: { kind: 'vault-locked' } });
    expect(await everyCall(vault)).toEqual(Array(5).fill('vault-locked'));
  });

  test('no bus, no service and no library are absent, with a way out', async () => {
    const service = await secretService({ keyring: false });
    expect(await everyCall(service.vault())).toEqual(Array(5).fill('vault-absent'));
    const { DBUS_SESSION_BUS_ADDRESS: _address, ...environment } = service.environment;
    const busless = startKeychainVault(environment);
    open.push(() => busless[Symbol.asyncDispose]());
    expect(await everyCall(busless)).toEqual(Array(5).fill('vault-absent'));
    expect(await busless.status()).toMatchObject({ error: { hint: expect.stringContaining('--vault file') } });
    const bare = createKeychainVault({
      load: () => Promise.reject(new Error('libsecret-1.so.0: cannot open shared object file')),
    });
    expect(await everyCall(bare)).toEqual(Array(5).fill('vault-absent'));
  });

  test('a bus that refuses is denied', async () => {
    const service = await secretService({ refuse: true });
    expect(await everyCall(service.vault())).toEqual(Array(5).fill('vault-denied'));
  });

  test('an item that somebody else overwrote with something larger is corrupt', async () => {
    const service = await secretService();
    const script =
      "import('keytar').then(({ default: keytar }) => keytar.setPassword('Quayside', 'a', 'x'.repeat(9000)))";
    await promisify(execFile)(process.execPath, ['-e', script], { env: service.environment });
    expect(await service.vault().get('a')).toMatchObject({ error: { kind: 'vault-corrupt' } });
  });
});

describe('the encrypted file', () => {
  test('holds no secret in the open, is readable by its owner alone, and opens again with its passphrase', async () => {
    const file = path.join(await temporaryFolder(), 'new', 'vault.json');
    await fileVault(file).set('account', 'the very secret');
    const text = await readFile(file, 'utf8');
    for (const word of ['the very secret', 'account', passphrase]) expect(text).not.toContain(word);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(path.dirname(file))).toEqual(['vault.json']);
    expect(await fileVault(file).get('account')).toEqual({ ok: true, value: 'the very secret' });
  });

  test('without a passphrase it is locked; with a wrong one denied; unlock opens it', async () => {
    const file = path.join(await temporaryFolder(), 'vault.json');
    await fileVault(file).set('a', 'kept');
    const vault = createFileVault({ path: file, passphrase: async () => undefined });
    expect(await vault.get('a')).toMatchObject({ error: { kind: 'vault-locked' } });
    expect(await vault.set('a', 'lost')).toMatchObject({ error: { kind: 'vault-locked' } });
    expect(await fileVault(file, 'wrong').set('a', 'lost')).toMatchObject({ error: { kind: 'vault-denied' } });
    expect(await vault.unlock('wrong')).toMatchObject({ error: { kind: 'vault-denied' } });
    expect(await vault.unlock('')).toMatchObject({ error: { kind: 'invalid-input' } });
    expect(await vault.unlock(passphrase)).toMatchObject({ ok: true });
    expect(await vault.get('a')).toEqual({ ok: true, value: 'kept' });
    vault.lock();
    expect(await vault.status()).toMatchObject({ error: { kind: 'vault-locked' } });
  });

  test('asks once: the key is kept', async () => {
    let asked = 0;
    const file = path.join(await temporaryFolder(), 'vault.json');
    const vault = createFileVault({
      path: file,
      passphrase: async () => {
        asked += 1;
        return passphrase;
      },
    });
    await vault.set('a', '1');
    await Promise.all([vault.set('b', '2'), vault.get('a')]);
    for (let index = 0; index < 20; index += 1) await vault.get('a');
    expect(asked).toBe(1);
  });

  test('damage is told from a wrong passphrase, and a damaged file is left as it is', async () => {
    const file = path.join(await temporaryFolder(), 'vault.json');
    await fileVault(file).set('a', 'kept');
    const good = await readFile(file, 'utf8');
    const document = JSON.parse(good) as { kdf: object; data: string };
    for (const bad of [
      '',
      good.slice(0, -40),
      JSON.stringify({ ...document, data: `AAAA${document.data.slice(4)}` }),
      JSON.stringify({ ...document, kdf: { ...document.kdf, N: 2 ** 30 } }),
      JSON.stringify({ ...document, kdf: { ...document.kdf, N: 2 } }),
      JSON.stringify({ ...document, version: 99 }),
    ]) {
      await writeFile(file, bad);
      expect(await fileVault(file).get('a')).toMatchObject({ error: { kind: 'vault-corrupt' } });
      expect(await fileVault(file).set('a', 'new')).toMatchObject({ error: { kind: 'vault-corrupt' } });
      expect(await readFile(file, 'utf8')).toBe(bad);
    }
  });

  test('several vaults on one file do not lose each other’s secrets, not even over a lock left behind', async () => {
    const file = path.join(await temporaryFolder(), 'vault.json');
    await fileVault(file).set('first', '1');
    await writeFile(`${file}.lock`, '');
    await utimes(`${file}.lock`, new Date(0), new Date(0));
    const vaults = [fileVault(file), fileVault(file), fileVault(file)];
    await Promise.all(vaults.flatMap((vault, index) => [0, 1, 2, 3].map((turn) => vault.set(`${index}-${turn}`, 'x'))));
    const reader = fileVault(file);
    for (const key of ['first', ...[0, 1, 2].flatMap((index) => [0, 1, 2, 3].map((turn) => `${index}-${turn}`))]) {
      expect(await reader.get(key)).toMatchObject({ ok: true, value: expect.any(String) });
    }
    expect(await readdir(path.dirname(file))).toEqual(['vault.json']);
  });

  test('a lock that was left behind before the clock was set back holds nobody up', async () => {
    const file = path.join(await temporaryFolder(), 'vault.json');
    await writeFile(`${file}.lock`, '');
    const later = new Date(Date.now() + 86_400_000);
    await utimes(`${file}.lock`, later, later);
    expect(await fileVault(file).set('a', 'x')).toMatchObject({ ok: true });
    expect(await readdir(path.dirname(file))).toEqual(['vault.json']);
  });

  test('a folder in its place is denied, not thrown', async () => {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, 'vault.json'));
    expect(await fileVault(path.join(folder, 'vault.json')).get('a')).toMatchObject({
      error: { kind: 'vault-denied' },
    });
  });
});
