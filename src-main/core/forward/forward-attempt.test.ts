import { expect, test } from 'vitest';
import { fail } from '../base/errors.ts';
import { failureSentence, keptAttempts, forwardHistoryFormat } from './forward-attempt.ts';

test('a failure is one sentence with its hop, cause and next step', () => {
  const { error } = fail('tunnel-failed', 'Dialling failed: it refused the connection.', 'Connect again.');
  expect(failureSentence('tunnel', error)).toBe(
    'On the way to the tunnel: dialling failed: it refused the connection; connect again.',
  );
});

test('a kept history loses what cannot be read, and what is too old', () => {
  const good = { at: 1, outcome: 'open', timings: { bindMs: 1 } };
  const bad = [{ ...good, outcome: 'running' }, { ...good, timings: { bindMs: 'x' } }, { ...good, hop: 'moon' }, 7];
  const many = Array.from({ length: 60 }, (_, at) => ({ ...good, at }));
  expect(forwardHistoryFormat.parse({ attempts: { a: [good, ...bad], b: 'no', c: many } })).toEqual({
    attempts: { a: [good], b: [], c: many.slice(-keptAttempts) },
  });
  expect(forwardHistoryFormat.parse([])).toBeUndefined();
});
