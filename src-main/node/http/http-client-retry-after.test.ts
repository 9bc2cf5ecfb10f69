import { expect, test } from 'vitest';
import { readRetryAfter } from './http-client-retry-after.ts';

const now = Date.UTC(2026, 0, 1);
const inTwoMinutes = new Date(now + 120_000).toUTCString();

test.each([
  [{ 'retry-after': '7' }, 7000],
  [{ 'retry-after': ' 1.5 ' }, 1500],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '86400' }, 600_000],
  [{ 'retry-after': inTwoMinutes }, 120_000],
  // By the clock of the server, however wrong ours is.
  [{ 'retry-after': inTwoMinutes, date: new Date(now + 110_000).toUTCString() }, 10_000],
  [{ 'retry-after': new Date(now - 5000).toUTCString() }, 0],
  [{ 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, 600_000],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{}, undefined],
])('%j', (headers, wanted) => {
  expect(readRetryAfter(headers, now)).toBe(wanted);
});
