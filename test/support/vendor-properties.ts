import fc from 'fast-check';
import { expect } from 'vitest';
import type { Result } from '../../src-main/core/base/errors.ts';

/** Whatever text a vendor's time is, it is read as a time or as none. */
export const expectTimes = (read: (text: string) => number | undefined, seed: number): void => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const at = read(text);
      expect(at === undefined || Number.isFinite(at)).toBe(true);
    }),
    { seed },
  );
};

/** Whatever a vendor answers, the call reads it or says that the answer is bad. */
export const expectReadOrBad = <T>(
  answers: fc.Arbitrary<T>,
  call: (answer: T) => Promise<Result<unknown>>,
  seed: number,
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(answers, async (answer) => {
      const result = await call(answer);
      if (!result.ok) expect(['bad-response', 'wrong-url']).toContain(result.error.kind);
    }),
    { seed, numRuns: 150 },
  );
