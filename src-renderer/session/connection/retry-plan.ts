import type { ErrorView } from '../../../src-preload/contract/error-view.ts';

/** Milliseconds before each try that nobody asked for; the last of them repeats. */
const waits = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000] as const;

/** Milliseconds for which a connection has to last, so that the next loss begins with short waits again. */
const lasting = 10_000;

/** Failures that may pass by themselves. All others want a person: a password, another key, a setting. */
const passing: ReadonlySet<string> = new Set([
  'unreachable',
  'timeout',
  'vendor-unavailable',
  'device-offline',
  'tunnel-failed',
  'rate-limited',
]);

/** Whether a session that ended so may come back without anybody doing something. */
export const mayComeBack = (error: ErrorView | undefined): boolean => error === undefined || passing.has(error.kind);

/** Milliseconds to wait after `tries` tries in vain, and no less than the vendor asked for. */
export const waitAfter = (tries: number, error: ErrorView | undefined): number =>
  Math.max(waits[Math.min(tries, waits.length - 1)] ?? 0, error?.retryAfterMs ?? 0);

/**
 * Tries that count after a connection which lasted `ms` was lost: two viewers that push each other out must not do so
 * ever faster.
 */
export const triesAfter = (tries: number, ms: number): number => (ms >= lasting ? 0 : tries);
