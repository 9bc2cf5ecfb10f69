/** The records of a stored log, each one line of JSON. */
export type LogRecord =
  | { readonly kind: 'asked'; readonly at: number }
  | { readonly kind: 'got'; readonly at: number; readonly lines: readonly string[] }
  /** `lost`: the vendor may have counted lines as delivered that never arrived. */
  | { readonly kind: 'failed'; readonly at: number; readonly lost: boolean };

/** A line of a log with the time it was fetched, or a gap in which lines may be missing. Epoch milliseconds. */
export type KeptEntry =
  | { readonly kind: 'line'; readonly at: number; readonly text: string }
  | { readonly kind: 'gap'; readonly at: number };

/** The line of JSON for a record. */
export const record = (entry: LogRecord): string => JSON.stringify(entry);

const read = (line: string): LogRecord | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, at, lines, lost } = value as Readonly<Record<string, unknown>>;
  if (typeof at !== 'number') return undefined;
  if (kind === 'asked') return { kind, at };
  if (kind === 'failed') return { kind, at, lost: lost !== false };
  if (kind === 'got' && Array.isArray(lines))
    return { kind, at, lines: lines.filter((entry): entry is string => typeof entry === 'string') };
  return undefined;
};

/**
 * The entries of a stored log, oldest first. A request without an answer, a lost answer and a line that a crash cut off
 * become one gap each.
 */
export const entriesOf = (lines: readonly string[]): readonly KeptEntry[] => {
  const entries: KeptEntry[] = [];
  let asked: number | undefined;
  let last = 0;
  const gap = (at: number): void => {
    if (entries.at(-1)?.kind !== 'gap') entries.push({ kind: 'gap', at });
    asked = undefined;
  };
  for (const line of lines) {
    const entry = read(line);
    if (entry === undefined) {
      gap(asked ?? last);
      continue;
    }
    last = entry.at;
    switch (entry.kind) {
      case 'asked':
        if (asked !== undefined) gap(asked);
        asked = entry.at;
        break;
      case 'failed':
        if (entry.lost) gap(asked ?? entry.at);
        asked = undefined;
        break;
      case 'got':
        asked = undefined;
        for (const text of entry.lines) entries.push({ kind: 'line', at: entry.at, text });
        break;
      default:
        entry satisfies never;
    }
  }
  if (asked !== undefined) gap(asked);
  return entries;
};
