import type { Random } from '../base/clock.ts';

/** The input of the decision when an account is polled next. */
export interface PollPlan {
  /** The vendor's usual interval and the shortest it tolerates, milliseconds. */
  readonly intervalMs: number;
  readonly minimumMs: number;
  /** The user's factor on every interval, 1 to 60. */
  readonly factor: number;
  /** Failed polls since the last good one. */
  readonly failures: number;
  /** The pause the vendor asked for with the last failure, milliseconds. */
  readonly retryAfterMs?: number;
}

/** The longest wait after failures, milliseconds, unless the interval is longer. */
const backOffCapMs = 15 * 60_000;
/** A longer Retry-After counts as a mistake of the vendor, milliseconds. */
const retryAfterCapMs = 60 * 60_000;
/** The part of a delay by which accounts are spread. */
const jitter = 0.1;
const dayMs = 24 * 60 * 60_000;

const sane = (value: number | undefined, low: number, high: number, otherwise: number): number =>
  value === undefined || !Number.isFinite(value) ? otherwise : Math.min(high, Math.max(low, value));

/**
 * Milliseconds until the next poll. After a good poll: the interval, 10 % earlier or later. After failures: doubled
 * each time, up to 15 minutes. A Retry-After of up to an hour is waited out in full. Never below the vendor's minimum,
 * never above a day.
 */
export const nextPollDelay = (plan: PollPlan, random: Random): number => {
  const minimum = sane(plan.minimumMs, 0, dayMs, 60_000);
  const interval = Math.max(minimum, sane(plan.intervalMs, 0, dayMs, 60_000) * sane(plan.factor, 1, 60, 1));
  const failures = sane(plan.failures, 0, 30, 0);
  const share = sane(random(), 0, 1, 0.5);
  let delay: number;
  if (failures === 0) {
    delay = interval * (1 - jitter + 2 * jitter * share);
  } else if (plan.retryAfterMs !== undefined && Number.isFinite(plan.retryAfterMs) && plan.retryAfterMs > 0) {
    // The vendor says when; if it keeps saying "soon", the delay still grows.
    const minMs = Math.min(backOffCapMs, minimum * 2 ** (failures - 1));
    delay = Math.max(minMs, Math.min(plan.retryAfterMs, retryAfterCapMs)) * (1 + jitter * share);
  } else {
    const backedOff = Math.min(Math.max(backOffCapMs, interval), interval * 2 ** (failures - 1));
    delay = backedOff * (1 + jitter * share);
  }
  return Math.round(Math.min(dayMs, Math.max(minimum, delay)));
};
