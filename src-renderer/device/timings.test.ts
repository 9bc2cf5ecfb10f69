import { expect, it } from 'vitest';
import { waterfall } from './timings.tsx';

it('lays the hops end to end and stops where the attempt stopped', () => {
  const { steps, totalMs } = waterfall({ bindMs: 1, vendorMs: 100, dialMs: 20 });
  expect(totalMs).toBe(121);
  expect(steps.map((step) => [step.name, step.startMs, step.tookMs])).toEqual([
    ['bind', 0, 1],
    ['vendor', 1, 100],
    ['dial', 101, 20],
    ['first byte', 121, undefined],
  ]);
});
