import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readStaticAsset } from './static-assets.ts';

describe('readStaticAsset', () => {
  let folder: string;
  let root: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quayside-assets-'));
    root = join(folder, 'window');
    await mkdir(join(root, 'assets'), { recursive: true });
    await writeFile(join(root, 'index.html'), '<!doctype html>');
    await writeFile(join(root, 'assets', 'main.js'), 'export {}');
    await writeFile(join(folder, 'outside.json'), '{"not":"yours"}');
    await symlink(join(folder, 'outside.json'), join(root, 'link.json'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('serves the page for the bare address and never lets it be cached', async () => {
    const asset = await readStaticAsset(root, '/');
    expect(Buffer.from(asset?.bytes ?? []).toString()).toBe('<!doctype html>');
    expect(asset?.headers['cache-control']).toBe('no-store');
    expect(asset?.headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('serves scripts with their type', async () => {
    expect((await readStaticAsset(root, '/assets/main.js'))?.headers['content-type']).toContain('text/javascript');
  });

  it.each([
    '/../outside.json',
    '/%2e%2e/outside.json',
    '/assets/..%2f..%2foutside.json',
    '/..\\outside.json',
    '/link.json',
    '/index.html%00.js',
    '/%',
    '/assets',
    '/missing.js',
  ])('refuses %s', async (pathname) => {
    expect(await readStaticAsset(root, pathname)).toBeUndefined();
  });
});
