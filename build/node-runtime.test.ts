import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './bootstrap.mjs';
import { nodeRuntime, runtimePackage } from './node-runtime.mjs';
import { isUntouched } from './npm-package.mjs';

test.each([
  ['linux', 'x64', 'x64'],
  ['linux', 'arm64', 'arm64'],
  ['darwin', 'x64', 'x64'],
  ['darwin', 'arm64', 'arm64'],
  ['win32', 'x64', 'x64'],
  // Windows 11 runs programs of x64 on arm64.
  ['win32', 'arm64', 'x64'],
])('the Node of a package for %s on %s is named by version and sum', (platform, arch, builtFor) => {
  const found = runtimePackage(platform, arch);
  expect(found.arch).toBe(builtFor);
  expect(found.version).toMatch(/^2[24]\.\d+\.\d+$/);
  expect(found.integrity).toMatch(/^sha512-[\w+/]{86}==$/);
});

test('the one that npm ci has installed is taken as it is', () => {
  const own = runtimePackage(process.platform, process.arch);
  const { folder, licence, arch } = nodeRuntime(process.platform, process.arch);
  expect([folder, arch]).toEqual([join(root, 'node_modules', own.name), process.arch]);
  expect(readFileSync(licence, 'utf8')).toContain('Node.js is licensed for use as follows');
});

test('a file with another content than the lock file says is not used', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quayside-node-'));
  try {
    const file = join(folder, 'node.tgz');
    writeFileSync(file, 'abc');
    // SHA-512 of "abc", FIPS 180-4.
    const sum = Buffer.from(
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
        '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
      'hex',
    ).toString('base64');
    expect(isUntouched(file, `sha512-${sum}`)).toBe(true);
    writeFileSync(file, 'abd');
    expect(isUntouched(file, `sha512-${sum}`)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
