import { expect, it } from 'vitest';
import { mayComeBack, triesAfter, waitAfter } from './retry-plan.ts';

const failure = (kind: string, retryAfterMs?: number) => ({
  kind,
  message: 'It failed.',
  hint: 'Try again.',
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

it('waits longer after each try in vain, up to half a minute, and as long as a vendor asks', () => {
  expect(Array.from({ length: 8 }, (_none, tries) => waitAfter(tries, undefined) / 1000)).toEqual([
    1, 2, 4, 8, 15, 30, 30, 30,
  ]);
  expect(waitAfter(0, failure('rate-limited', 40_000))).toBe(40_000);
  expect(waitAfter(7, failure('rate-limited', 5_000))).toBe(30_000);
});

it('goes on by itself only where no person is wanted', () => {
  for (const kind of ['unreachable', 'timeout', 'device-offline', 'tunnel-failed', 'vendor-unavailable'])
    expect(mayComeBack(failure(kind)), kind).toBe(true);
  expect(mayComeBack(undefined)).toBe(true);
  for (const kind of ['unauthorized', 'forbidden', 'not-found', 'cancelled', 'vault-locked', 'port-in-use', 'internal'])
    expect(mayComeBack(failure(kind)), kind).toBe(false);
});

it('begins again after a connection that lasted, and not after one that was lost at once', () => {
  expect(triesAfter(4, 60_000)).toBe(0);
  expect(triesAfter(4, 500)).toBe(4);
});
