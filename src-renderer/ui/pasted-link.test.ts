import { expect, it } from 'vitest';
import { pastedLink } from './pasted-link.ts';

it.each([
  ['http://127.0.0.1:4711/?token=abc', 'http://127.0.0.1:4711/?token=abc'],
  ['  http://localhost:4711/?token=abc\n', 'http://localhost:4711/?token=abc'],
  ['https://127.0.0.1:4711/?token=abc', undefined],
  ['http://evil.example/?token=abc', undefined],
  ['http://127.0.0.1:4711@evil.example/?token=abc', undefined],
  ['http://127.0.0.1:4711/elsewhere?token=abc', undefined],
  ['http://127.0.0.1:4711/', undefined],
  ['javascript:alert(1)//?token=abc', undefined],
  ['abc', undefined],
  ['', undefined],
])('%j leads to %j', (pasted, link) => {
  expect(pastedLink(pasted)).toBe(link);
});
