import { expect, test } from 'vitest';
import { answerText, lineOf, shapeOf, sortRows } from './answer-shape.ts';

test('lists of objects are tables, all else is what it is', () => {
  expect(shapeOf([{ a: 1 }, { b: [2] }])).toMatchObject({ kind: 'table', columns: ['a', 'b'] });
  expect(shapeOf(['x', 'y'])).toMatchObject({ kind: 'table', columns: ['value'] });
  expect(shapeOf([{ a: 1 }, 2])).toEqual({ kind: 'tree' });
  expect(shapeOf({ a: [] })).toEqual({ kind: 'tree' });
  expect(shapeOf('text')).toEqual({ kind: 'text', text: 'text' });
  expect(shapeOf(null)).toEqual({ kind: 'nothing' });
});

test('cells are one line, and secrets are not shown', () => {
  expect(lineOf('[secret]')).toBe('••••••');
  expect(lineOf({ a: 1 })).toBe('{"a":1}');
  expect(lineOf(null)).toBe('–');
});

test('rows are sorted as people do, absent cells last in both directions', () => {
  const rows = [{ n: 'gw-10' }, { n: undefined }, { n: 'gw-9' }];
  expect(sortRows(rows, 'n', false).map((row) => row['n'])).toEqual(['gw-9', 'gw-10', undefined]);
  expect(sortRows(rows, 'n', true).map((row) => row['n'])).toEqual(['gw-10', 'gw-9', undefined]);
  expect(sortRows([{ n: 10 }, { n: 9 }], 'n', false).map((row) => row['n'])).toEqual([9, 10]);
});

test('the whole answer is copied as JSON, a text as it is', () => {
  expect(answerText({ a: 1 })).toBe('{\n  "a": 1\n}');
  expect(answerText('a\nb')).toBe('a\nb');
});
