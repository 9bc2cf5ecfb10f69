import { expect, it } from 'vitest';
import { waterfall } from './timings.tsx';

it('lays the hops end to end and stops where the attempt stopped', () => {
  const { steps, totalMs } = waterfall({ bindMs: 1, vendorMs: 100, dnsMs: 4, dialMs: 20 });
  expect(totalMs).toBe(125);
  expect(steps.map((step) => [step.name, step.startMs, step.tookMs])).toEqual([
    ['bind', 0, 1],
    ['vendor', 1, 100],
    ['DNS', 101, 4],
    ['dial', 105, 20],
    ['first byte', 125, undefined],
    ['byte back', 125, undefined],
  ]);
});

it('draws the first byte back within the wait for the device, and counts it only where it is longer', () => {
  const within = waterfall({ dialMs: 20, firstByteMs: 40, firstByteBackMs: 30 });
  expect(within.totalMs).toBe(60);
  expect(within.steps.at(-1)?.startMs).toBe(30);
  expect(waterfall({ dialMs: 20, firstByteMs: 40, firstByteBackMs: 70 }).totalMs).toBe(90);
});
