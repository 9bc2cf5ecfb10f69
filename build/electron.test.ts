import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { chooseWindow, couldNotStart, inBrowserBecause, obstacle, sandboxObstacle } from './electron.mjs';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quayside-electron-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const desktop = { DISPLAY: ':0' };

describe('what keeps Electron from starting', () => {
  test('on Linux is a missing display or the user root; each says how to mend it', () => {
    expect(obstacle({ platform: 'linux', uid: 1000, env: {} })?.reason).toMatch(/no display/);
    expect(obstacle({ platform: 'linux', uid: 0, env: desktop })).toMatchObject({
      reason: expect.stringContaining('as root'),
      mend: expect.stringMatching(/ordinary user/),
    });
    expect(obstacle({ platform: 'linux', uid: 1000, env: desktop })).toBeUndefined();
    expect(obstacle({ platform: 'linux', uid: 1000, env: { WAYLAND_DISPLAY: 'wayland-0' } })).toBeUndefined();
  });

  test('is nothing of the kind on a Mac or on Windows', () => {
    for (const platform of ['darwin', 'win32'] as const)
      expect(obstacle({ platform, uid: undefined, env: {} })).toBeUndefined();
  });

  test('is a sandbox that cannot be made: neither by user namespaces nor by the helper of this copy', () => {
    const binary = join(folder, 'electron');
    const linux = { platform: 'linux', hasNamespaces: () => false } as const;
    writeFileSync(join(folder, 'chrome-sandbox'), '');
    expect(sandboxObstacle(binary, linux)?.mend).toContain(`sudo chmod 4755 '${join(folder, 'chrome-sandbox')}'`);
    expect(sandboxObstacle(binary, { ...linux, hasNamespaces: () => true })).toBeUndefined();
    expect(sandboxObstacle(binary, { ...linux, platform: 'darwin' })).toBeUndefined();
  });

  test.runIf(process.getuid?.() === 0)('is not the sandbox where its helper is setuid root', () => {
    writeFileSync(join(folder, 'chrome-sandbox'), '');
    chmodSync(join(folder, 'chrome-sandbox'), 0o4755);
    expect(
      sandboxObstacle(join(folder, 'electron'), { platform: 'linux', hasNamespaces: () => false }),
    ).toBeUndefined();
  });

  test('is told from an application that ended with an error of its own', () => {
    expect(couldNotStart({ code: null, signal: 'SIGTRAP' })).toBe(true);
    expect(couldNotStart({ code: 133, signal: null })).toBe(true);
    expect(couldNotStart({ code: 127, signal: null })).toBe(true);
    for (const code of [0, 1, 2]) expect(couldNotStart({ code, signal: null })).toBe(false);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const)
      expect(couldNotStart({ code: null, signal })).toBe(false);
  });
});

describe('the window', () => {
  const machine = { platform: process.platform, uid: 1000, env: desktop, hasNamespaces: () => true };

  test('is Electron’s where its binary is', () => {
    mkdirSync(join(folder, 'node_modules/electron/dist'), { recursive: true });
    writeFileSync(join(folder, 'node_modules/electron/path.txt'), 'electron');
    writeFileSync(join(folder, 'node_modules/electron/dist/electron'), '');
    expect(chooseWindow({ folder, machine })).toEqual({ binary: join(folder, 'node_modules/electron/dist/electron') });
  });

  test('is a browser’s for whoever asks for it', () => {
    expect(chooseWindow({ browser: true, folder, machine })).toHaveProperty('reason');
  });

  test('says so where the environment names a folder without Electron, and fetches nothing', () => {
    const env = { ...desktop, ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'nowhere') };
    const chosen = chooseWindow({ folder, machine: { ...machine, env } });
    expect(chosen).toMatchObject({ reason: expect.stringContaining(join(folder, 'nowhere')) });
  });

  test('says in one sentence why it is a browser’s, and how to mend it', () => {
    expect(inBrowserBecause({ reason: 'there is no display', mend: 'Plug one in.' })).toBe(
      'The window opens in a browser, because there is no display. Plug one in.',
    );
    expect(inBrowserBecause({ reason: 'you asked for it', mend: '' })).toBe(
      'The window opens in a browser, because you asked for it.',
    );
  });
});
