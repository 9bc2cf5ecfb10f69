import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import packageFacts from '../../package.json' with { type: 'json' };
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { claimPorts } from '../support/own-ports.ts';
import { errorOf } from './stage.ts';
import { Windows, windowsPath } from './wine.ts';

const token = 'token-of-the-windows-vaults-51c0';

let windows: Windows;
let vendor: RemoteIotSimulator;
let profile: string;
let count = 0;

const run = (vault: 'file' | 'keychain', args: readonly string[], stdin = '', env: Record<string, string> = {}) =>
  windows.run(['--profile', windowsPath(profile), '--vault', vault, ...args], { stdin, env });

const add = (vault: 'file' | 'keychain', label = 'Werk Süd') =>
  run(
    vault,
    ['accounts', 'add', 'remoteiot', '--label', label, '--base-url', vendor.baseUrl],
    JSON.stringify({ token }),
  );

beforeAll(async () => {
  windows = new Windows();
  vendor = new RemoteIotSimulator({ token, devices: 12 });
  await vendor.listen();
});

beforeEach(() => {
  profile = windows.path(`Profil ${(count += 1)}`);
});

afterAll(async () => {
  await windows.dispose();
  await vendor.dispose();
});

/** Everything below a folder, as one text of its bytes. */
const bytesBelow = async (folder: string): Promise<string> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')))).join('\n');
};

describe('exit codes', () => {
  test('0: the version alone is on standard output', async () => {
    expect(await windows.run(['--version'])).toEqual({ code: 0, stdout: `${packageFacts.version}\n`, stderr: '' });
  });

  test('2: wrong usage, as one JSON object on standard error', async () => {
    const end = await run('keychain', ['devices', '--port', '1', '--json']);
    expect([end.code, errorOf(end).kind, end.stdout]).toEqual([2, 'invalid-input', '']);
  });

  test('3: what is not there', async () => {
    const end = await run('keychain', ['accounts', 'test', 'nobody', '--json']);
    expect([end.code, errorOf(end).kind]).toEqual([3, 'not-found']);
  });

  test('1: a vendor that cannot be reached, with the reason', async () => {
    const { ports, dispose } = await claimPorts(1);
    const baseUrl = `http://127.0.0.1:${ports[0]}/portal/api`;
    const words = ['accounts', 'add', 'remoteiot', '--label', 'Nord', '--base-url', baseUrl];
    expect((await run('keychain', words, JSON.stringify({ token }))).code).toBe(0);
    const tested = await run('keychain', ['accounts', 'test', '--json']);
    await dispose();
    expect([tested.code, errorOf(tested).kind]).toEqual([1, 'unreachable']);
    expect(errorOf(tested).message).toContain(`127.0.0.1:${ports[0]}`);
    expect((await run('keychain', ['accounts', 'remove', 'Nord', '--yes'])).code).toBe(0);
  });

  test('4: a vault without its passphrase, and with a wrong one', async () => {
    expect(await add('file')).toMatchObject({ code: 0, stderr: '' });
    const locked = await run('file', ['accounts', 'test', '--json'], '', { QUAYSIDE_VAULT_PASSPHRASE: '' });
    expect([locked.code, errorOf(locked).kind]).toEqual([4, 'vault-locked']);
    const wrong = await run('file', ['accounts', 'test', '--json'], '', { QUAYSIDE_VAULT_PASSPHRASE: 'Größe' });
    expect([wrong.code, errorOf(wrong).kind]).toEqual([4, 'vault-denied']);
  });
});

describe.each(['file', 'keychain'] as const)('the %s', (vault) => {
  test('keeps the secret of an account for the next process', async () => {
    expect(await add(vault)).toMatchObject({ code: 0, stderr: '' });
    const tested = await run(vault, ['accounts', 'test', '--json']);
    expect(tested).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(tested.stdout)).toMatchObject([{ label: 'Werk Süd', ok: true }]);
    const listed = await run(vault, ['devices', '--timeout', '100', '--json']);
    expect((JSON.parse(listed.stdout) as { id: string }[]).map(({ id }) => id).sort()).toEqual(
      [...vendor.unitIds].sort(),
    );
    expect((await run(vault, ['accounts', 'remove', 'Werk Süd', '--yes'])).code).toBe(0);
  });

  test('is the only place the secret is in', async () => {
    const outputs = [await add(vault), await run(vault, ['devices', '--timeout', '100'])];
    vendor.faults.add({ kind: 'revoked' });
    outputs.push(await run(vault, ['devices', '--timeout', '100', '--json']));
    vendor.faults.clear();
    expect(outputs.map(({ code }) => code)).toEqual([0, 0, 1]);
    const written = await bytesBelow(profile);
    expect(written).toContain('"vendor": "remoteiot"');
    expect((await run(vault, ['accounts', 'remove', 'Werk Süd', '--yes'])).code).toBe(0);
    for (const text of [written, ...outputs.flatMap(({ stdout, stderr }) => [stdout, stderr])])
      expect(text.includes(token)).toBe(false);
  });
});
