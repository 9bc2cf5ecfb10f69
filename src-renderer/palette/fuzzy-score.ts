/** Scores a name that holds the typed text as it stands; undefined if it does not. Both are folded. */
export const holdingScore = (typed: string, name: string): number | undefined => {
  const at = name.indexOf(typed);
  return at < 0 ? undefined : 1000 - at * 2 - (name.length - typed.length) + (at === 0 ? 200 : 0);
};

const isWordLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57);

/** Scores how well a typed text fits a name; undefined if it does not. Higher is better. Both are folded. */
export const fuzzyScore = (typed: string, name: string): number | undefined => {
  const holding = holdingScore(typed, name);
  if (holding !== undefined) return holding;
  let at = 0;
  let score = 0;
  let previous = -2;
  for (let index = 0; index < typed.length; index++) {
    const letter = typed.charAt(index);
    if (letter === ' ') continue;
    const found = name.indexOf(letter, at);
    if (found < 0) return undefined;
    // Letters in a row and at the beginnings of words are what people mean.
    if (found === previous + 1) score += 8;
    if (found === 0 || !isWordLetter(name.charCodeAt(found - 1))) score += 10;
    score -= Math.min(found - at, 10);
    previous = found;
    at = found + 1;
  }
  return score;
};

/** The best `limit` of many candidates, best first; equal ones keep their order. */
export const best = <T>(
  candidates: Iterable<T>,
  score: (candidate: T) => number | undefined,
  limit: number,
): readonly T[] => {
  const kept: { readonly candidate: T; readonly score: number }[] = [];
  for (const candidate of candidates) {
    const value = score(candidate);
    if (value === undefined) continue;
    const worst = kept[kept.length - 1];
    if (kept.length >= limit && worst !== undefined && worst.score >= value) continue;
    const place = kept.findIndex((other) => other.score < value);
    kept.splice(place < 0 ? kept.length : place, 0, { candidate, score: value });
    if (kept.length > limit) kept.pop();
  }
  return kept.map((entry) => entry.candidate);
};
