import { expect, test } from 'vitest';
import { outcomeOf, pauseAfter, remainingMs, reportCsv } from './bulk-outcome.ts';
import { errorKinds, type AppError } from '../base/errors.ts';

const error = (kind: AppError['kind'], more: Partial<AppError> = {}): AppError => ({
  kind,
  message: '',
  hint: '',
  ...more,
});

test('a write whose answer was lost is never called failed, unless it may be repeated', () => {
  for (const kind of [
    'timeout',
    'unreachable',
    'bad-response',
    'vendor-unavailable',
    'cancelled',
    'internal',
  ] as const) {
    expect(outcomeOf(error(kind), false), kind).toBe('uncertain');
    expect(outcomeOf(error(kind), true), kind).toBe('failed');
  }
  expect(outcomeOf(error('unreachable', { refused: true }), false)).toBe('failed');
  for (const kind of errorKinds) expect(outcomeOf(error(kind), true)).toBe('failed');
});

test('only a vendor that asks for a pause gets one, and no endless one', () => {
  expect(pauseAfter(error('timeout'))).toBeUndefined();
  expect(pauseAfter(error('rate-limited'))).toBe(30_000);
  expect(pauseAfter(error('rate-limited', { retryAfterMs: 86_400_000 }))).toBe(900_000);
});

test('the time that is left is told once it is known', () => {
  expect(remainingMs(2000, 2, 8)).toBeUndefined();
  expect(remainingMs(4000, 4, 8)).toBe(8000);
  expect(remainingMs(4000, 4, 0)).toBeUndefined();
});

test('a report holds no formula and keeps what is odd in a name', () => {
  const line = { id: 'D', account: 'A', before: '', after: '', attempts: 1, tookMs: 3, reason: '' } as const;
  expect(
    reportCsv([
      { ...line, device: '=1+1', result: 'done' },
      { ...line, device: 'a "b", c', result: 'failed' },
    ]),
  ).toBe(
    [
      'device,id,account,result,before,after,attempts,tookMs,reason',
      "'=1+1,D,A,done,,,1,3,",
      '"a ""b"", c",D,A,failed,,,1,3,',
      '',
    ].join('\r\n'),
  );
});
