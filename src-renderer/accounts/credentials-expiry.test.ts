import { expect, test } from 'vitest';
import { endingSoon, validUntil } from './credentials-expiry.ts';

const now = Date.UTC(2026, 10, 20, 12, 0, 0);
const day = 86_400_000;
const account = (credentialsExpireAt?: number) => ({ credentialsExpireAt, error: undefined });

test('a key that ends is shown with its end, and warned of a day before', () => {
  expect(validUntil(account())).toBeUndefined();
  expect(endingSoon(account(), 'MODE', now)).toBeUndefined();
  expect(validUntil(account(now + 2 * day))).toMatch(/^valid until .*2026/);
  expect(endingSoon(account(now + 2 * day), 'MODE', now)).toBeUndefined();
  expect(endingSoon(account(now + day - 1), 'MODE', now)?.text).toMatch(
    /^MODE takes the key of this account until .*2026/,
  );
  expect(endingSoon(account(now - 1), 'MODE', now)).toBeDefined();
});

test('an account that fails already says so itself', () => {
  const error = { kind: 'unauthorized', message: 'm', hint: 'h' };
  expect(endingSoon({ ...account(now - 1), error }, 'MODE', now)).toBeUndefined();
});
