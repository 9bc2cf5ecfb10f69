import { expect, test } from 'vitest';
import { candidatePorts } from './candidate-ports.ts';

test('ports come from 33000 up, without those taken, and from the next range once that is full', () => {
  const first = candidatePorts(new Set([33_000, 33_002]));
  expect([first.next().value, first.next().value, first.next().value]).toEqual([33_001, 33_003, 33_004]);
  const full = new Set(Array.from({ length: 1_000 }, (_, index) => 33_000 + index));
  expect(candidatePorts(full).next().value).toBe(34_000);
});
