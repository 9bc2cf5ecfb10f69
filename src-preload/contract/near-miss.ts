import { fold } from '../../src-main/core/text/letters.ts';

/**
 * How many letters must change, be added, left out or swapped with the next until one word is the other; undefined above
 * `max`. Optimal string alignment, as D. Boytsov describes it ("Indexing methods for approximate dictionary searching").
 */
const slips = (one: string, other: string, max: number): number | undefined => {
  if (Math.abs(one.length - other.length) > max) return undefined;
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const isSame = one[row - 1] === other[at - 1];
      const isSwapped = row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      next[at] = Math.min(
        (last[at] ?? max) + 1,
        (next[at - 1] ?? max) + 1,
        (last[at - 1] ?? max) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[at - 2] ?? max) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    if (Math.min(...next) > max) return undefined;
    beforeLast = last;
    last = next;
  }
  const found = last[other.length] ?? max + 1;
  return found <= max ? found : undefined;
};

/** Slips that are believed: none in a word of three letters, one up to seven, two beyond. */
const believable = (length: number): number => (length < 4 ? 0 : length < 8 ? 1 : 2);

/** A number says which of many; another number is another device, not a slip. */
const digitsOf = (text: string): string => text.replaceAll(/\D+/g, ' ').trim();

/**
 * The name, or word of a name, that somebody most likely meant who typed `typed` and found nothing: the one with the fewest
 * slips, of equals the most frequent, then the first. Undefined if none is near. Words come back folded.
 */
export const nearMiss = (typed: string, names: Iterable<string>): string | undefined => {
  const wanted = fold(typed.trim());
  const max = believable(wanted.length);
  if (max === 0) return undefined;
  const digits = digitsOf(wanted);
  const counts = new Map<string, number>();
  const add = (word: string): void => {
    if (Math.abs(word.length - wanted.length) <= max) counts.set(word, (counts.get(word) ?? 0) + 1);
  };
  for (const name of names) {
    const folded = fold(name);
    const words = folded.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
    for (const word of words) add(word);
    if (words.length > 1) add(folded);
  }
  let best: { readonly word: string; readonly slips: number; readonly count: number } | undefined;
  for (const [word, count] of counts) {
    if (word === wanted || digitsOf(word) !== digits) continue;
    const found = slips(wanted, word, best?.slips ?? max);
    if (found === undefined) continue;
    if (best === undefined || found < best.slips || count > best.count) best = { word, slips: found, count };
  }
  return best?.word;
};
