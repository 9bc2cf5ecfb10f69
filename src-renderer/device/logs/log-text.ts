/** An entry of a log as it is shown. Times are epoch milliseconds. */
export type LogEntry =
  | {
      readonly kind: 'line';
      readonly at?: number | undefined;
      readonly level?: string | undefined;
      readonly text: string;
    }
  | { readonly kind: 'gap'; readonly at: number };

/** A log as the text of a file, one line each. */
export const logText = (entries: readonly LogEntry[]): string =>
  entries
    .map((entry) => {
      if (entry.kind === 'gap') return '--- lines may be missing here ---\n';
      const time = entry.at === undefined ? '' : `${new Date(entry.at).toISOString()} `;
      const level = entry.level === undefined || entry.level === '' ? '' : `${entry.level} `;
      return `${time}${level}${entry.text}\n`;
    })
    .join('');

/** A text in parts: those that are the query (lower case), without regard to case, and those between them. */
export const findIn = (text: string, query: string): readonly { readonly text: string; readonly hit: boolean }[] => {
  const folded = text.toLowerCase();
  // Some letters change their length with their case; then nothing is marked rather than the wrong part.
  if (query === '' || folded.length !== text.length) return [{ text, hit: false }];
  const parts: { text: string; hit: boolean }[] = [];
  let from = 0;
  for (let at = folded.indexOf(query); at >= 0; at = folded.indexOf(query, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), hit: false });
    parts.push({ text: text.slice(at, at + query.length), hit: true });
    from = at + query.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), hit: false });
  return parts;
};
