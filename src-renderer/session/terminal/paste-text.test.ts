import { expect, it } from 'vitest';
import { cleanPaste, linesOf, runsAtOnce } from './paste-text.ts';

it('leaves out what could end a bracketed paste or press keys, and nothing that is text', () => {
  expect(cleanPaste('ls\u001b[201~\nrm -rf x\n')).toBe('ls[201~\nrm -rf x\n');
  expect(cleanPaste('a\u0003b\u007fc\u009bd\u0000')).toBe('abcd');
  expect(cleanPaste('\tif x;\r\n\tthen “é 日本 👩‍👩‍👧”\n')).toBe('\tif x;\r\n\tthen “é 日本 👩‍👩‍👧”\n');
});

it('asks about every line end that runs something, and about none that the shell holds', () => {
  for (const text of ['one\ntwo', 'one\n', 'one\r', '\r\n']) {
    expect(runsAtOnce(text, false), JSON.stringify(text)).toBe(true);
    expect(runsAtOnce(text, true), JSON.stringify(text)).toBe(false);
  }
  expect(runsAtOnce('one', false)).toBe(false);
});

it('counts lines as a person does', () => {
  expect(linesOf('one\r\ntwo\rthree\nfour\n\n')).toEqual(['one', 'two', 'three', 'four']);
  expect(linesOf('one\n')).toEqual(['one']);
});
