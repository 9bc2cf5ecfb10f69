import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const cli = join(import.meta.dirname, '../../src-main/cli.ts');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-full-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs shell words in a mount namespace of their own, in which `folder` is a file system of `size`. */
const onSmallDisk = (size: string, words: string) => {
  const script = `mount -t tmpfs -o size=${size} tmpfs "$1" && ${words}`;
  const user = process.getuid?.() === 0 ? [] : ['-Ur'];
  return spawnSync('unshare', [...user, '-m', 'sh', '-c', script, 'sh', folder, process.execPath, cli], {
    encoding: 'utf8',
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
  });
};

const canMount = process.platform === 'linux' && spawnSync('unshare', ['-Urm', 'true']).status === 0;

test.runIf(canMount)('on a full disk what only reads still starts and answers', () => {
  const fill = 'head -c 10000000 /dev/zero > "$1/filler" 2>/dev/null;';
  const list = onSmallDisk(
    '1m',
    `{ mkdir "$1/p"; ${fill} "$2" "$3" accounts list --profile "$1/p" --vault file --json; }`,
  );
  expect({ code: list.status, output: list.stdout.trim(), errors: list.stderr }).toEqual({
    code: 0,
    output: '[]',
    errors: '',
  });
});

test.runIf(canMount)('a profile that cannot be written is named as that, and not as one that is broken', () => {
  const locked = onSmallDisk(
    '1m',
    '{ mkdir -m 700 "$1/p"; mount -o remount,ro "$1"; "$2" "$3" accounts list --profile "$1/p" --vault file; }',
  );
  expect(locked.status).toBe(2);
  expect(locked.stderr).toContain('Choose a folder you may write to');
  expect(locked.stderr).not.toMatch(/Remove it/);
});
