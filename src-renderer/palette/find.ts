/** Scores how well a typed text fits a name; undefined where it does not. Higher is better. Both are folded. */
export const fuzzyScore = (typed: string, name: string): number | undefined => {
  if (typed === '') return 0;
  const whole = name.indexOf(typed);
  if (whole >= 0) return 1000 - whole * 2 - (name.length - typed.length) + (whole === 0 ? 200 : 0);
  let at = 0;
  let score = 0;
  let previous = -2;
  for (const letter of typed) {
    if (letter === ' ') continue;
    const found = name.indexOf(letter, at);
    if (found < 0) return undefined;
    // Letters in a row and at the beginnings of words are what people mean.
    if (found === previous + 1) score += 8;
    if (found === 0 || /[^a-z0-9]/.test(name.charAt(found - 1))) score += 10;
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
