import { z } from 'zod';
import { listOf, parsedBy } from '../base/stored-schemas.ts';
import type { DocumentFormat } from '../base/document.ts';

/** How often and how lately something was used, in one number that halves with time. */
interface Use {
  readonly key: string;
  /** The score at `at`. */
  readonly score: number;
  /** Epoch milliseconds of the last use. */
  readonly at: number;
}

/** Uses by key, at most `maxUses`. */
export type Uses = readonly Use[];

/** A use counts half as much after this time, milliseconds: three days. */
const halfLifeMs = 3 * 24 * 60 * 60_000;
const maxUses = 200;

/** The score of a use now. A clock that went back makes nothing newer than now. */
const scoreAt = (use: Use, now: number): number => use.score * 2 ** (-Math.max(0, now - use.at) / halfLifeMs);

/** Counts one more use at `now` (epoch milliseconds). */
export const used = (uses: Uses, key: string, now: number): Uses => {
  const before = uses.find((use) => use.key === key);
  const next: Use = { key, score: (before === undefined ? 0 : scoreAt(before, now)) + 1, at: now };
  const others = uses.filter((use) => use.key !== key);
  return [next, ...others].toSorted((a, b) => scoreAt(b, now) - scoreAt(a, now)).slice(0, maxUses);
};

/** Keys by frecency, best first; of equals the later used. */
export const byFrecency = (uses: Uses, now: number): readonly string[] =>
  uses.toSorted((a, b) => scoreAt(b, now) - scoreAt(a, now) || b.at - a.at).map((use) => use.key);

const use = z.object({ key: z.string().min(1), score: z.number().positive(), at: z.number() });

/** The form of `recents.json`. */
export const usesFormat: DocumentFormat<Uses> = {
  version: 1,
  migrations: [],
  parse: parsedBy(listOf(use).transform((uses) => uses.slice(0, maxUses))),
  fallback: [],
};
