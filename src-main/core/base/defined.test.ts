import { expect, test } from 'vitest';
import { defined } from './defined.ts';

test('a member that is undefined is absent, and no other value is', () => {
  const members: { a: number | undefined; b: string | undefined; c: boolean; d: null } = {
    a: undefined,
    b: '',
    c: false,
    d: null,
  };
  const kept: { a?: number; b?: string; c: boolean; d: null } = defined(members);
  expect(Object.keys(kept)).toEqual(['b', 'c', 'd']);
});
