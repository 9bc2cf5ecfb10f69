import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { forgetKnownHost } from '../../src-main/node/storage/known-hosts.ts';

const run = promisify(execFile);

test('a host is taken out of known_hosts, hashed or not, and the others stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quayside-known-hosts-'));
  try {
    const path = join(folder, 'known_hosts');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
    const key = (await readFile(join(folder, 'key.pub'), 'utf8')).trim();
    const names = ['# plant.acme.gw-07 is a comment', `plant.acme.gw-07 ${key}`, `plant.acme.gw-08 ${key}`];
    const isKnown = (host: string): Promise<boolean> =>
      run('ssh-keygen', ['-F', host, '-f', path]).then(
        () => true,
        () => false,
      );
    for (const isHashed of [false, true]) {
      await writeFile(path, `${names.join('\n')}\n`);
      if (isHashed) await run('ssh-keygen', ['-q', '-H', '-f', path]);
      expect(await isKnown('plant.acme.gw-07')).toBe(true);
      await forgetKnownHost(path, 'plant.acme.gw-07');
      expect(await isKnown('plant.acme.gw-07')).toBe(false);
      expect(await isKnown('plant.acme.gw-08')).toBe(true);
      expect(await readFile(path, 'utf8')).toContain('# plant.acme.gw-07 is a comment\n');
    }
    await forgetKnownHost(join(folder, 'none'), 'plant.acme.gw-07');
  } finally {
    await rm(folder, { recursive: true });
  }
});
