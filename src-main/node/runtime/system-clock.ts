import { randomInt } from 'node:crypto';
import type { Clock, Random } from '../../core/base/clock.ts';

/** The longest wait `setTimeout` takes; anything above fires at once. */
const maxTimerMs = 2 ** 31 - 1;

/** The computer's clock. Its timers keep the process alive, so a disposed object has to cancel its timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, run) => {
    let timer: NodeJS.Timeout;
    const arm = (left: number): void => {
      const step = Math.min(left, maxTimerMs);
      timer = setTimeout(() => (left > step ? arm(left - step) : run()), step);
    };
    arm(Math.max(0, Number.isFinite(ms) ? ms : maxTimerMs));
    return () => clearTimeout(timer);
  },
};

const span = 2 ** 47;

/** Unpredictable random numbers. */
export const systemRandom: Random = () => randomInt(span) / span;
