import { expect, it } from 'vitest';
import { OptionKeys, ownKeys, shortcutLetter, type KeyPress, type OptionKey } from './keyboard.ts';

const press = (key: string, more: Partial<KeyPress> & { readonly altGraph?: boolean } = {}): KeyPress => ({
  key,
  code: '',
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  isComposing: false,
  getModifierState: (name) => name === 'AltGraph' && more.altGraph === true,
  ...more,
});

it.each<[OptionKey, boolean, boolean]>([
  ['characters', false, false],
  ['left', true, false],
  ['right', false, true],
  ['both', true, true],
])('Option as %s is Meta on the left: %s, on the right: %s', (choice, left, right) => {
  for (const [code, isMeta] of [
    ['AltLeft', left],
    ['AltRight', right],
  ] as const) {
    const keys = new OptionKeys();
    keys.note({ code, altKey: true }, true);
    keys.note({ code: 'KeyL', altKey: true }, true);
    expect(keys.isMeta(choice), code).toBe(isMeta);
  }
});

it('an Option key that went up elsewhere, or is up while the other is held, counts no more', () => {
  const keys = new OptionKeys();
  keys.note({ code: 'AltLeft', altKey: true }, true);
  keys.note({ code: 'KeyA', altKey: false }, true);
  expect(keys.isMeta('left')).toBe(false);
  keys.note({ code: 'AltLeft', altKey: true }, true);
  keys.note({ code: 'AltRight', altKey: true }, true);
  keys.note({ code: 'AltLeft', altKey: true }, false);
  expect([keys.isMeta('left'), keys.isMeta('right')]).toEqual([false, true]);
});

const windows = { isWindows: true, backspace: 'del' } as const;

it('Ctrl+Alt with a plain letter is Escape and the control character on Windows, and never in the way of AltGr', () => {
  const ctrlAlt = { ctrlKey: true, altKey: true };
  expect(ownKeys(press('a', ctrlAlt), windows)).toBe('\u001b\u0001');
  expect(ownKeys(press('Z', ctrlAlt), windows)).toBe('\u001b\u001a');
  // German AltGr+E and AltGr+Q, Polish AltGr+A, Spanish AltGr+2, Czech AltGr+V: characters, which xterm sends.
  for (const character of ['€', '@', 'ą', '{', '|'])
    expect(ownKeys(press(character, ctrlAlt), windows)).toBeUndefined();
  expect(ownKeys(press('a', { ...ctrlAlt, altGraph: true }), windows)).toBeUndefined();
  expect(ownKeys(press('Dead', ctrlAlt), windows)).toBeUndefined();
  expect(ownKeys(press('a', { ...ctrlAlt, isComposing: true }), windows)).toBeUndefined();
  expect(ownKeys(press('a', ctrlAlt), { ...windows, isWindows: false })).toBeUndefined();
});

it('Backspace sends what the device wants, and with Ctrl the other one', () => {
  const old = { isWindows: false, backspace: 'bs' } as const;
  expect(ownKeys(press('Backspace'), old)).toBe('\b');
  expect(ownKeys(press('Backspace', { ctrlKey: true }), old)).toBe('\u007f');
  expect(ownKeys(press('Backspace', { altKey: true }), old)).toBe('\u001b\b');
  // While a character is composed it takes away a part of that.
  expect(ownKeys(press('Backspace', { isComposing: true }), old)).toBeUndefined();
  expect(ownKeys(press('Backspace'), windows)).toBeUndefined();
});

it('shortcuts are the letters of the layout, and of the keys where the layout has no Latin letters', () => {
  expect(shortcutLetter({ key: 'C', code: 'KeyC' })).toBe('c');
  // Dvorak has c where others have i; Russian and Greek have no c at all.
  expect(shortcutLetter({ key: 'C', code: 'KeyI' })).toBe('c');
  expect(shortcutLetter({ key: 'С', code: 'KeyC' })).toBe('c');
  expect(shortcutLetter({ key: 'Ψ', code: 'KeyC' })).toBe('c');
  expect(shortcutLetter({ key: 'Dead', code: 'BracketLeft' })).toBe('');
});
