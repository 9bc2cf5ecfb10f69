import type { AppError, ErrorKind } from './errors.ts';

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

/**
 * Whether waiting and trying again makes sense. A device that is offline is waited for only where it `worked` just now:
 * whoever connects to one that was off all along is told so at once.
 */
export const canHeal = (error: AppError, worked: boolean): boolean =>
  passing.has(error.kind) || (error.kind === 'device-offline' && worked);

/**
 * Milliseconds until the attempt after `attempt` (from 1) failures in a row. Doubles from 150 ms to a second, so that
 * a route that returns is used within two; where the vendor answers but does not help, it is asked less and less
 * often. `random` in [0, 1) spreads the forwards of an account. A wait the vendor names is kept.
 */
export const healingDelay = (error: AppError, attempt: number, random: number): number => {
  const most = free.has(error.kind) || attempt <= 10 ? 1_000 : attempt <= 30 ? 5_000 : 15_000;
  const base = Math.min(most, 150 * 2 ** Math.min(attempt - 1, 10));
  return Math.round(Math.max(base * (0.75 + random / 2), error.retryAfterMs ?? 0));
};

/** Epoch milliseconds at which a tunnel that ends at `expiresAt` is replaced: a quarter of its life before, at most a minute. */
export const renewalTime = (now: number, expiresAt: number): number =>
  expiresAt - Math.min(60_000, Math.max(0, expiresAt - now) / 4);
