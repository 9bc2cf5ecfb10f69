import { describe, expect, test } from 'vitest';
import {
  afterUpdate,
  freshUpdates,
  tellsOfUpdate,
  updateText,
  updateMethod,
  waitForCheck,
  type Installation,
  type UpdateMethod,
} from './update-policy.ts';

const hour = 3_600_000;

describe('the way to a new version', () => {
  const plain: Installation = {
    platform: 'linux',
    hasFeed: true,
    packageType: undefined,
    appImage: false,
    portable: false,
    isUnsigned: false,
  };
  test.each<[string, Partial<Installation>, UpdateMethod]>([
    ['a copy packed without a feed', { platform: 'win32', hasFeed: false }, 'never'],
    ['Windows, installed', { platform: 'win32' }, 'itself'],
    ['Windows, portable', { platform: 'win32', portable: true }, 'never'],
    ['macOS', { platform: 'darwin' }, 'itself'],
    ['macOS, unsigned', { platform: 'darwin', isUnsigned: true }, 'never'],
    ['an AppImage', { appImage: true }, 'itself'],
    ['a deb', { packageType: 'deb' }, 'system'],
    ['an rpm', { packageType: 'rpm' }, 'system'],
    ['an unpacked archive', {}, 'never'],
  ])('%s', (_name, of, method) => {
    expect(updateMethod({ ...plain, ...of })).toBe(method);
  });
});

describe('the next check', () => {
  test.each([
    ['first', 0, true, 60_000],
    ['after a good one', 0, false, 6 * hour],
    ['after one failure', 1, false, hour],
    ['after three', 3, false, 4 * hour],
    ['after very many', 60, false, 24 * hour],
  ])('%s', (_name, failures, isFirst, ms) => {
    const memory = { ...freshUpdates, failures };
    expect(waitForCheck(memory, isFirst, () => 0)).toBe(ms);
    expect(waitForCheck(memory, isFirst, () => 0.999)).toBeGreaterThan(ms * 1.19);
  });
});

describe('telling of a version', () => {
  test('it is told once it is ready, not after Later for a day, and again after that', () => {
    expect(tellsOfUpdate(freshUpdates, 0)).toBe(false);
    const ready = afterUpdate(freshUpdates, { kind: 'ready', version: '2.0.0' });
    expect(tellsOfUpdate(ready, 0)).toBe(true);
    const later = afterUpdate(ready, { kind: 'deferred', at: 5 });
    expect(tellsOfUpdate(later, 24 * hour)).toBe(false);
    expect(tellsOfUpdate(later, 24 * hour + 5)).toBe(true);
  });

  test('the same version found again does not undo Later, a newer one does', () => {
    const later = afterUpdate(afterUpdate(freshUpdates, { kind: 'ready', version: '2.0.0' }), {
      kind: 'deferred',
      at: 0,
    });
    expect(tellsOfUpdate(afterUpdate(later, { kind: 'ready', version: '2.0.0' }), hour)).toBe(false);
    expect(tellsOfUpdate(afterUpdate(later, { kind: 'ready', version: '2.0.1' }), hour)).toBe(true);
  });

  test('a failed check keeps what is ready; a good one forgets the failures', () => {
    const ready = afterUpdate(freshUpdates, { kind: 'ready', version: '2.0.0' });
    const failed = afterUpdate(afterUpdate(ready, { kind: 'failed' }), { kind: 'failed' });
    expect(failed).toMatchObject({ failures: 2, ready: '2.0.0' });
    expect(afterUpdate(failed, { kind: 'none' })).toMatchObject({ failures: 0, ready: '2.0.0' });
  });

  test.each<[UpdateMethod, number, RegExp]>([
    ['itself', 0, /when you quit\.$/],
    ['itself', 1, /One forward is open/],
    ['itself', 3, /3 forwards are open/],
    ['system', 3, /package manager/],
  ])('%s with %i forwards', (method, forwards, hint) => {
    expect(updateText('2.0.0', method, forwards).hint).toMatch(hint);
  });
});
