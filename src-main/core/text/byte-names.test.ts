import { expect, it } from 'vitest';
import { bytesOfName, hasStrayBytes, nameOfBytes, withShownBytes } from './byte-names.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

it.each([
  ['Latin-1', latin1('caf\xe9.txt'), 'caf\\xe9.txt'],
  ['a letter cut short', Uint8Array.of(0x61, 0xe2, 0x82), 'a\\xe2\\x82'],
  ['bytes that never begin a letter', Uint8Array.of(0xff, 0xfe, 0x80), '\\xff\\xfe\\x80'],
  ['an overlong slash', Uint8Array.of(0xc0, 0xaf), '\\xc0\\xaf'],
  ['half a surrogate pair written as UTF-8', Uint8Array.of(0xed, 0xb3, 0xa9), '\\xed\\xb3\\xa9'],
  ['a stray byte behind a letter beyond 16 bits', Uint8Array.of(0xf0, 0x9f, 0x98, 0x80, 0xe9), '😀\\xe9'],
])('a name of %s comes back as the bytes it was, and is shown with them', (_what, bytes, shown) => {
  const name = nameOfBytes(bytes);
  expect(hasStrayBytes(name)).toBe(true);
  expect(bytesOfName(name)).toEqual(bytes);
  expect(bytesOfName(JSON.parse(JSON.stringify(name)) as string)).toEqual(bytes);
  expect(withShownBytes(name)).toBe(shown);
});

it.each(['plain', 'Łódź 😀', 'e\u0301', '\ufeffbegins with a mark', ' '])('%j is left as it is', (name) => {
  expect(nameOfBytes(new TextEncoder().encode(name))).toBe(name);
  expect(bytesOfName(name)).toEqual(new Uint8Array(new TextEncoder().encode(name)));
  expect(hasStrayBytes(name)).toBe(false);
  expect(withShownBytes(name)).toBe(name);
});

it('a character that cannot be seen is shown, and stays what it is', () => {
  expect(withShownBytes('two\nlines\u007f')).toBe('two\\x0alines\\x7f');
  expect(hasStrayBytes('two\nlines')).toBe(false);
  expect(nameOfBytes(bytesOfName('two\nlines'))).toBe('two\nlines');
});
