import { expect, it } from 'vitest';
import { z } from 'zod';
import { plainIssue } from './plain-issue.ts';

const said = (schema: z.ZodType, value: unknown): string => {
  const [issue] = schema.safeParse(value).error?.issues ?? [];
  return issue === undefined ? 'taken' : plainIssue(issue);
};

it.each([
  [z.object({ a: z.string() }), {}, 'missing'],
  [z.string(), 5, 'expected text'],
  [z.number(), 'x', 'expected a number'],
  [z.int(), 1.5, 'expected a whole number'],
  [z.boolean(), 'x', 'expected yes or no'],
  [z.array(z.string()), {}, 'expected a list'],
  [z.looseObject({}), null, 'expected named values'],
  [z.string().min(16), 'x', 'expected at least 16 characters'],
  [z.string().min(1), '', 'expected some text'],
  [z.string().max(1), 'xx', 'expected at most 1 character'],
  [z.number().max(300), 301, 'expected at most 300'],
  [z.number().min(2), 1, 'expected at least 2'],
  [z.array(z.string()).min(1), [], 'expected at least 1 of them'],
  [z.enum(['project', 'user']), 'x', 'expected project or user'],
  [z.string().regex(/^\d$/, 'expected a digit'), 'x', 'expected a digit'],
  [z.string().regex(/^\d$/), 'x', 'expected something else'],
  [z.url(), 'x', 'expected something else'],
  [z.union([z.string(), z.number()]), true, 'expected something else'],
])('what a schema says is told in plain words, without the value: %#', (schema, value, words) => {
  expect(said(schema, value)).toBe(words);
});
