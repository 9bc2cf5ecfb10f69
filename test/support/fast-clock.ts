import type { Clock } from '../../src-main/core/base/clock.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';

/** The computer's clock, on which time passes `factor` times as fast: minutes of waiting for real things in seconds. */
export const fastClock = (factor: number): Clock => {
  const start = systemClock.now();
  const mono = systemClock.monotonic();
  const passed = (): number => (systemClock.monotonic() - mono) * factor;
  return {
    now: () => Math.round(start + passed()),
    monotonic: passed,
    after: (ms, run) => systemClock.after(ms / factor, run),
  };
};
