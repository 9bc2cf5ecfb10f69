import { cancelled, fail } from './errors.ts';
import type { Failure, Result } from './errors.ts';
import type { Clock } from './clock.ts';

/** Milliseconds a person's call may wait for a vendor, all attempts and pauses included. */
export const interactiveMs = 30_000;
/** How long an aborted call may take to end before its caller continues without it, milliseconds. */
const endingMs = 500;

/** A time limit as text for a person. */
export const secondsText = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** The answer for an account whose list did not come in time; the listing itself continues. */
export const lateListing = (ms: number): Failure =>
  fail(
    'timeout',
    `The list of devices did not come whole within ${secondsText(ms)}.`,
    'Give it more time, or test the account to see what is wrong.',
  );

/**
 * Runs a call with `ms` milliseconds in total. After that the call is aborted and the answer is `late`, which receives
 * what the call was waiting for, if known. `cancelled` is only for `signal`.
 */
export const withDeadline = async <T>(
  options: {
    readonly clock: Clock;
    readonly ms: number;
    readonly signal?: AbortSignal | undefined;
    readonly late: (waitingFor: string | undefined) => Failure;
  },
  call: (limit: AbortSignal) => Promise<Result<T>>,
): Promise<Result<T>> => {
  const { clock, ms, signal, late } = options;
  if (signal?.aborted === true) return cancelled();
  const limit = new AbortController();
  const abort = (): void => limit.abort();
  signal?.addEventListener('abort', abort, { once: true });
  let isLate = false;
  let cancelTimer = (): void => undefined;
  const ended = new Promise<Result<T>>((resolve) => {
    cancelTimer = clock.after(ms, () => {
      isLate = true;
      abort();
      cancelTimer = clock.after(endingMs, () => resolve(cancelled()));
    });
  });
  try {
    const result = await Promise.race([call(limit.signal), ended]);
    if (result.ok || !isLate || result.error.kind !== 'cancelled') return result;
    return late(result.error.waitingFor);
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', abort);
  }
};
