import type { AppError, ErrorKind } from '../base/errors.ts';

/**
 * How a forward gets over an outage: which failures time can heal, how long to wait between attempts, and when to
 * give up. Pure: randomness and time are arguments.
 */

/** Milliseconds of one outage after which a forward gives up; the next client starts a new attempt. */
export const giveUpAfterMs = 5 * 60_000;

/** Failures in which the vendor got nothing, so that trying again costs nothing there. */
const free: ReadonlySet<ErrorKind> = new Set(['unreachable', 'timeout']);
const passing: ReadonlySet<ErrorKind> = new Set([
  'unreachable',
  'timeout',
  'vendor-unavailable',
  'rate-limited',
  'bad-response',
  'tunnel-failed',
]);

/** Failures that pass where it worked just now: the device restarts, or a network's sign-in page answers for the vendor. */
const passingIfWorked: ReadonlySet<ErrorKind> = new Set(['device-offline', 'wrong-url']);

/**
 * Whether waiting and trying again makes sense. A device that is offline is waited for only where it `worked` just now:
 * whoever connects to one that was off all along is told so at once.
 */
export const canHeal = (error: AppError, worked: boolean): boolean =>
  passing.has(error.kind) || (worked && passingIfWorked.has(error.kind));

/** An attempt that failed, and what came before it. */
export interface FailedAttempt {
  readonly error: AppError;
  /** From 1: failures in a row. */
  readonly attempt: number;
  /** Milliseconds since the outage began, and that the attempt itself took. */
  readonly lastedMs: number;
  readonly tookMs: number;
  /** In [0, 1): spreads the forwards of an account. */
  readonly random: number;
}

/**
 * Milliseconds until the next attempt. They begin a second apart at most, so that a network that returns is used
 * within two; where the vendor answers but does not help, it is asked less and less often. A wait the vendor names is
 * kept.
 */
export const reconnectingDelay = ({ error, attempt, lastedMs, tookMs, random }: FailedAttempt): number => {
  const maxMs = free.has(error.kind) || lastedMs < 30_000 ? 1_000 : lastedMs < 120_000 ? 5_000 : 15_000;
  const base = Math.min(maxMs, 150 * 2 ** Math.min(attempt - 1, 10)) * (0.75 + random / 2);
  return Math.round(Math.max(Math.min(base, 100), base - tookMs, error.retryAfterMs ?? 0));
};

/**
 * Milliseconds for which clients are refused after a forward gave up so many times in a row: a program that connects
 * again and again must not use up what the vendor lets the whole account ask for. The first time none.
 */
export const cooldownAfter = (failures: number): number =>
  failures < 2 ? 0 : Math.min(10_000, 500 * 2 ** Math.min(failures - 1, 8));

/** Milliseconds until a port that another program had, so many times in a row, is tried again. */
export const rebindDelay = (taken: number): number => Math.min(30_000, 1_000 * 2 ** Math.min(taken - 1, 8));

/** Epoch milliseconds at which a tunnel that ends at `expiresAt` is replaced: a quarter of its life before, at most a minute. */
export const renewalTime = (now: number, expiresAt: number): number =>
  expiresAt - Math.min(60_000, Math.max(0, expiresAt - now) / 4);
