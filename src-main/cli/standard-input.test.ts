import { afterEach, expect, it, vi } from 'vitest';
import { standardInput } from './standard-input.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

it('is the real one on Windows, where Electron has put an ended stream in a property that cannot be defined anew', () => {
  // As lib/common/init.ts of Electron has it.
  const ended = { readableEnded: true };
  const host = Object.defineProperty({ platform: 'win32', versions: { electron: '45.4.1' } }, 'stdin', {
    configurable: false,
    get: () => ended,
  });
  vi.stubGlobal('process', host);
  const input = standardInput();
  expect(input).not.toBe(ended);
  expect(input.readableEnded).toBe(false);
  expect(standardInput()).toBe(input);
});

it('is that of Node everywhere else', () => {
  for (const host of [
    { platform: 'linux', versions: { electron: '45.4.1' }, stdin: {} },
    { platform: 'win32', versions: {}, stdin: {} },
  ]) {
    vi.stubGlobal('process', host);
    expect(standardInput()).toBe(host.stdin);
  }
});
