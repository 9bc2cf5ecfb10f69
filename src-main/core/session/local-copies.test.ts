import fc from 'fast-check';
import { expect, it } from 'vitest';
import { copyName } from './local-copies.ts';

it.each([
  ['hosts', 'hosts'],
  ['.bashrc', '.bashrc'],
  ['größe 1.conf', 'größe_1.conf'],
  ['-rf', '_rf'],
  ['a\nb;$(reboot).sh', 'a_b_reboot_.sh'],
  ['..', 'file'],
  ['nul', '_nul'],
  ['COM1.txt', '_COM1.txt'],
  ['x.', 'x'],
  [`${'a'.repeat(300)}.yaml`, `${'a'.repeat(75)}.yaml`],
])('a copy of %j is called %j', (name, expected) => {
  expect(copyName(name)).toBe(expected);
});

it('no name leads out of its folder, is an option or holds what a shell reads', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
      expect(copyName(name)).toMatch(/^(?!-|\.+$)[\p{L}\p{N}._-]{1,81}$/u);
    }),
    { seed: 20261201, numRuns: 2000 },
  );
});
