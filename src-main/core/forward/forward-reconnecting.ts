import type { AppError, ErrorKind } from '../base/errors.ts';

/**
 * How a forward survives an outage: which failures waiting can fix, how long to wait between attempts, and when to give
 * up. Pure: randomness and time are arguments.
 */

/** Milliseconds of one outage after which a forward gives up; the next client starts a new attempt. */
export const giveUpAfterMs = 5 * 60_000;

/** Failures in which the vendor received nothing, so that another attempt costs it nothing. */
const free: ReadonlySet<ErrorKind> = new Set(['unreachable', 'timeout']);
const passing: ReadonlySet<ErrorKind> = new Set([
  'unreachable',
  'timeout',
  'vendor-unavailable',
  'rate-limited',
  'bad-response',
  'tunnel-failed',
]);

/**
 * Failures that are temporary if the forward worked just now: the device restarts, or a network's sign-in page answers
 * for the vendor.
 */
const passingIfWorked: ReadonlySet<ErrorKind> = new Set(['device-offline', 'wrong-url']);

/**
 * Whether waiting and trying again makes sense. An offline device is waited for only if the forward `worked` just now:
 * a client of a device that was offline all along is told at once.
 */
export const canHeal = (error: AppError, worked: boolean): boolean =>
  passing.has(error.kind) || (worked && passingIfWorked.has(error.kind));

/** A failed attempt and its context. */
export interface FailedAttempt {
  readonly error: AppError;
  /** From 1: failures in a row. */
  readonly attempt: number;
  /** Milliseconds since the outage began, and that the attempt itself took. */
  readonly lastedMs: number;
  readonly tookMs: number;
  /** In [0, 1): spreads the attempts of an account's forwards. */
  readonly random: number;
}

/**
 * Milliseconds until the next attempt. Attempts begin at most a second apart, so that a returning network is used
 * within two; if the vendor answers but does not help, it is asked less and less often. A wait that the vendor names is
 * respected.
 */
export const reconnectingDelay = ({ error, attempt, lastedMs, tookMs, random }: FailedAttempt): number => {
  const maxMs = free.has(error.kind) || lastedMs < 30_000 ? 1_000 : lastedMs < 120_000 ? 5_000 : 15_000;
  const base = Math.min(maxMs, 150 * 2 ** Math.min(attempt - 1, 10)) * (0.75 + random / 2);
  return Math.round(Math.max(Math.min(base, 100), base - tookMs, error.retryAfterMs ?? 0));
};

/**
 * Milliseconds for which clients are refused after a forward gave up so many times in a row, so that a program that
 * connects again and again does not use up the account's requests. Zero the first time.
 */
export const cooldownAfter = (failures: number): number =>
  failures < 2 ? 0 : Math.min(10_000, 500 * 2 ** Math.min(failures - 1, 8));

/** Milliseconds until binding is tried again, after another program had the port so many times in a row. */
export const rebindDelay = (taken: number): number => Math.min(30_000, 1_000 * 2 ** Math.min(taken - 1, 8));

/** Epoch milliseconds at which a tunnel that ends at `expiresAt` is replaced: a quarter of its life before, at most a minute. */
export const renewalTime = (now: number, expiresAt: number): number =>
  expiresAt - Math.min(60_000, Math.max(0, expiresAt - now) / 4);
