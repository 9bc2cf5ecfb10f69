import { readdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { obfuscateVncPassword, openSecretFile } from './secret-file.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('secret files', () => {
  it('hold a VNC password as tigervncpasswd writes it', () => {
    expect(hex(obfuscateVncPassword('geheim12'))).toBe('55f50b0ff44dcbc3');
    expect(hex(obfuscateVncPassword('geheim12 and more'))).toBe('55f50b0ff44dcbc3');
    expect(obfuscateVncPassword('')).toHaveLength(8);
    expect(hex(obfuscateVncPassword('日本語'))).not.toBe(hex(obfuscateVncPassword('')));
  });

  it('have no name left and are for their owner alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quayside-secret-'));
    try {
      const file = await openSecretFile(Buffer.from('abc'), folder);
      const stats = await file.stat();
      expect(stats.mode & 0o777).toBe(0o600);
      expect(stats.nlink).toBe(0);
      expect(await readdir(folder)).toEqual([]);
      expect(await file.readFile('utf8')).toBe('abc');
      await file.close();
      const elsewhere = await openSecretFile(Buffer.from('abc'), join(folder, 'gone'));
      expect(await elsewhere.readFile('utf8')).toBe('abc');
      await elsewhere.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
