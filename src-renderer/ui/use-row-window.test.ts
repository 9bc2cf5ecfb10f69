import { expect, it } from 'vitest';
import { rowWindow } from './use-row-window.ts';

it('covers what is in sight at every position, and no more than a screen beyond', () => {
  for (const count of [0, 1, 30, 100_000])
    for (let scrollTop = 0; scrollTop < Math.min(count * 32, 4000); scrollTop += 7) {
      const { first, last } = rowWindow(scrollTop, 640, count, 32);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(last).toBeLessThan(Math.max(count, 1));
      expect(first).toBeLessThanOrEqual(Math.floor(scrollTop / 32));
      expect(last).toBeGreaterThanOrEqual(Math.min(count - 1, Math.ceil((scrollTop + 640) / 32)));
      expect(last - first).toBeLessThan(20 + 40);
    }
});

it('changes rarely while scrolling', () => {
  const seen = new Set<string>();
  for (let scrollTop = 0; scrollTop < 3200; scrollTop += 4)
    seen.add(JSON.stringify(rowWindow(scrollTop, 640, 1000, 32)));
  // A hundred lines pass; the window moves every fourth.
  expect(seen.size).toBeLessThan(30);
});
