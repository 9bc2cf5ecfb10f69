import { expect, it } from 'vitest';
import { loggedName } from './requests/handler.ts';

it('the log holds the names of requests that exist, and of no others', () => {
  expect(loggedName('accounts.list')).toBe('accounts.list');
  expect(loggedName('hunter2-is-my-password')).toBe('unknown');
  expect(loggedName('toString')).toBe('unknown');
});
