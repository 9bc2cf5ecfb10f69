/** One number a bench found. Ratios have no unit. */
export interface Metric {
  readonly metric: string;
  readonly value: number;
  readonly unit: 'Gbit/s' | 'ms' | 'ratio' | 'MB' | '/s' | 'count';
}

/** A table for people: the first row is the heading. */
export type Table = readonly (readonly string[])[];

/** A named bench in a file of its own, `test/bench/NAME.bench.ts`, which exports it as `bench`. */
export interface Bench {
  readonly name: string;
  readonly about: string;
  /** Measures; every metric is printed as one line of JSON. `quick` asks for short rounds (a smoke test). */
  run(options: {
    readonly quick: boolean;
  }): Promise<{ readonly tables: readonly Table[]; readonly metrics: readonly Metric[] }>;
}

/** The middle value; the mean of the two middle ones where their number is even. NaN of nothing. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? Number.NaN)) / 2 : upper;
};

/** The value below which a share of the values lies, share from 0 to 1. NaN of nothing. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
