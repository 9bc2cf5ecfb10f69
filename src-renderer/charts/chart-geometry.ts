/** A value at a time (epoch milliseconds). */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

/** What a chart shows of its values: times in epoch milliseconds. */
export interface Frame {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

/** A step of 1, 2 or 5 times a power of ten, of which about `count` make `span`. */
export const niceStep = (span: number, count: number): number => {
  const rough = Math.max(span, Number.MIN_VALUE) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  return (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10) * power;
};

/** Round values from `low` to `high`, both ends covered. */
export const valueTicks = (low: number, high: number, count: number): readonly number[] => {
  const step = niceStep(high - low || Math.abs(high) || 1, count);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  // Counted, not added up: sums of fractions drift.
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
};

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const timeSteps = [
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  5 * day,
  7 * day,
  10 * day,
];

/** Round times of the local clock within the range, at most `count`. */
export const timeTicks = (from: number, to: number, count: number): readonly number[] => {
  const step = timeSteps.find((candidate) => (to - from) / candidate <= count) ?? 30 * day;
  const offset = new Date(from).getTimezoneOffset() * minute;
  const ticks: number[] = [];
  for (let at = Math.ceil((from - offset) / step) * step + offset; at <= to; at += step) ticks.push(at);
  return ticks;
};

/** Samples with a time, oldest first, one for each time. */
export const sortSamples = (samples: readonly Sample[]): readonly Sample[] => {
  const byTime = new Map(samples.map((sample) => [sample.at, sample]));
  return [...byTime.values()].toSorted((a, b) => a.at - b.at);
};

/** What lies within one column of a chart: its mean at its middle time, and its extremes. */
export interface Column extends Sample {
  readonly low: number;
  readonly high: number;
}

/**
 * One column for each of `columns` equal parts of the range that holds samples, which are sorted; each sample its own
 * column where there are no more than that. Peaks stay as the extremes.
 */
export const columnsOf = (samples: readonly Sample[], from: number, to: number, columns: number): readonly Column[] => {
  if (samples.length <= columns) return samples.map((sample) => ({ ...sample, low: sample.value, high: sample.value }));
  const width = (to - from) / columns;
  const result: Column[] = [];
  let held: Sample[] = [];
  let place = Number.NaN;
  const flush = (): void => {
    const count = held.length;
    if (count === 0) return;
    let at = 0;
    let value = 0;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const sample of held) {
      at += sample.at / count;
      value += sample.value / count;
      low = Math.min(low, sample.value);
      high = Math.max(high, sample.value);
    }
    result.push({ at, value, low, high });
    held = [];
  };
  for (const sample of samples) {
    const here = Math.floor((sample.at - from) / width);
    if (here !== place) flush();
    place = here;
    held.push(sample);
  }
  flush();
  return result;
};

/** The usual distance of two samples, milliseconds; 0 where there are too few. */
export const usualStep = (samples: readonly Sample[]): number => {
  const steps = samples.slice(1).map((sample, index) => sample.at - (samples[index]?.at ?? sample.at));
  return steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
};

/** Splits samples where more than `gapMs` lie between two: the line breaks there. */
export const runsOf = (samples: readonly Sample[], gapMs: number): readonly (readonly Sample[])[] => {
  const runs: Sample[][] = [];
  for (const sample of samples) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run === undefined || last === undefined || (gapMs > 0 && sample.at - last.at > gapMs)) runs.push([sample]);
    else run.push(sample);
  }
  return runs;
};

/** The index of the sample nearest to a time; -1 if there is none. `samples` are sorted. */
export const nearest = (samples: readonly Sample[], at: number): number => {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const before = samples[low - 1];
  const after = samples[low];
  if (after === undefined) return samples.length - 1;
  return before !== undefined && at - before.at < after.at - at ? low - 1 : low;
};

/** The values of a chart as CSV, times in UTC. */
export const csvOf = (name: string, samples: readonly Sample[]): string => {
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [
    `Time (UTC),${cell(name)}`,
    ...samples.map((sample) => `${new Date(sample.at).toISOString()},${sample.value}`),
    '',
  ].join('\r\n');
};

const units = [
  [1e9, ' G'],
  [1e6, ' M'],
  [1e4, ' k'],
] as const;

/**
 * A number for an axis or a reading: `188.4 k`, `12.5`. `step` is how far its neighbours on an axis are, so that two of
 * them never read the same.
 */
export const shortNumber = (value: number, step?: number): string => {
  const [least, unit] = units.find(([size]) => Math.abs(value) >= size) ?? [1, ''];
  const divisor = least === 1e4 ? 1e3 : least;
  const short = value / divisor;
  const usual = Math.abs(short) >= 100 ? 0 : Math.abs(short) >= 10 ? 1 : 2;
  const needed = step === undefined || step <= 0 ? 0 : Math.ceil(-Math.log10(step / divisor) - 1e-9);
  return `${Number(short.toFixed(Math.min(6, Math.max(step === undefined ? usual : 0, needed))))}${unit}`;
};
