import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { settle, VirtualClock } from '../../../test/support/virtual-clock.ts';
import type { Result } from '../../core/base/errors.ts';
import { createFileVault } from './file-vault.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'quayside-vault-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A vault that is open, while another process has its lock; it is asked to keep a secret. */
const behindLock = async () => {
  const clock = new VirtualClock();
  const file = path.join(folder, 'vault.json');
  const lock = `${file}.lock`;
  const vault = createFileVault({ path: file, clock, passphrase: async () => undefined });
  expect(await vault.unlock('correct horse')).toMatchObject({ ok: true });
  const touch = (): Promise<void> => utimes(lock, clock.now() / 1000, clock.now() / 1000);
  await writeFile(lock, 'theirs');
  await touch();
  const asked: { ended?: Result<void> } = {};
  const done = vault.set('account', 'mine').then((result) => {
    asked.ended = result;
  });
  /** Lets the vault look at the lock again, until it waits or has ended. */
  const waits = async (): Promise<void> => {
    while (clock.pending === 0 && asked.ended === undefined) await settle();
  };
  await waits();
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await waits();
  };
  return { clock, vault, lock, touch, asked, done, pass };
};

it('a lock that another process has taken just now is waited for, and one ten seconds old is not', async () => {
  const { vault, lock, asked, pass } = await behindLock();
  expect(await readFile(lock, 'utf8')).toBe('theirs');
  await pass(9_900);
  expect(await readFile(lock, 'utf8')).toBe('theirs');
  expect(asked.ended).toBeUndefined();
  while (asked.ended === undefined) await pass(200);
  expect(asked.ended).toMatchObject({ ok: true });
  await expect(readFile(lock)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await vault.get('account')).toEqual({ ok: true, value: 'mine' });
});

it('a lock that is given back lets the next one write at once', async () => {
  const { clock, vault, lock, asked, pass } = await behindLock();
  await rm(lock);
  const before = clock.monotonic();
  while (asked.ended === undefined) await pass(10);
  expect(clock.monotonic() - before).toBeLessThanOrEqual(20);
  expect(await vault.get('account')).toEqual({ ok: true, value: 'mine' });
});

it('who waits for a lock that stays in use for fifteen seconds is told so, and the lock stays', async () => {
  const { lock, touch, asked, pass, clock } = await behindLock();
  const before = clock.monotonic();
  while (asked.ended === undefined) {
    await touch();
    await pass(1_000);
  }
  expect(asked.ended).toMatchObject({ error: { kind: 'vault-locked', hint: expect.stringContaining(lock) as string } });
  expect(clock.monotonic() - before).toBeGreaterThanOrEqual(15_000);
  expect(clock.monotonic() - before).toBeLessThanOrEqual(17_000);
  expect(await readFile(lock, 'utf8')).toBe('theirs');
});
