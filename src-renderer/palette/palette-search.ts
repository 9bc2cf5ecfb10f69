import { fold, matchesHaystack, parseQuery, type Haystack, type Query } from '../../src-preload/contract/query.ts';
import { fuzzyScore, holdingScore } from './find.ts';

/** A device as it is searched: all text folded. */
export interface Searched {
  readonly device: { readonly key: string };
  readonly name: string;
  readonly hay: Haystack;
}

/** What is added to the score of a device the user connects to often and lately: enough to win among likes. */
const recentBonus = 120;
/** The score of a device whose name does not fit, but whose other facts do. */
const factScore = -100;

interface Asked {
  /** The words that are looked for anywhere, folded, as typed. */
  readonly free: string;
  readonly words: readonly string[];
  /** `is:offline`, `-tag:x`: what must hold besides. */
  readonly filter: Query;
}

const ask = (text: string, now: number): Asked => {
  const { terms } = parseQuery(text, now);
  const words = terms.filter(({ field, negated }) => field === 'any' && !negated).map(({ value }) => value);
  return {
    free: fold(words.join(' ')),
    words,
    filter: { terms: terms.filter(({ field, negated }) => field !== 'any' || negated) },
  };
};

/**
 * Ways a device can fit, the better ones first. None of a later way can beat one of an earlier way, whatever the bonus,
 * so a way is looked at only while there is room left.
 */
const fits: readonly ((asked: Asked, entry: Searched) => number | undefined)[] = [
  ({ free }, { name }) => (free === '' ? 0 : holdingScore(free, name)),
  ({ free }, { name }) => fuzzyScore(free, name),
  ({ words }, { hay }) => (words.every((word) => hay.any.includes(word)) ? factScore : undefined),
];

/**
 * Finds devices while somebody types. What a longer text matches is among what its beginning matched, so each letter
 * looks at fewer devices than the one before.
 */
export class PaletteSearch {
  #version: number | undefined;
  #text = '';
  #candidates: readonly Searched[] = [];

  /**
   * Keys of the best `limit` devices, best first. `version` names the state of `all`; `recents` are keys, best first.
   * Equals keep the order of `all`.
   */
  find(options: {
    readonly all: readonly Searched[];
    readonly version: number;
    readonly text: string;
    readonly recents: readonly string[];
    readonly limit: number;
    readonly now: number;
  }): readonly string[] {
    const { all, version, text, recents, limit, now } = options;
    const asked = ask(text, now);
    const narrows =
      version === this.#version && this.#text !== '' && text.startsWith(this.#text) && !/[:"-]/.test(text);
    const pool = narrows ? this.#candidates : all;
    const bonus = new Map(recents.map((key, rank) => [key, recentBonus - rank] as const));
    const filtered = asked.filter.terms.length > 0;
    const kept: { readonly key: string; readonly score: number }[] = [];
    const keep = (key: string, score: number): void => {
      const worst = kept[kept.length - 1];
      if (kept.length >= limit && worst !== undefined && worst.score >= score) return;
      const place = kept.findIndex((other) => other.score < score);
      kept.splice(place < 0 ? kept.length : place, 0, { key, score });
      if (kept.length > limit) kept.pop();
    };
    const fitting: Searched[] = [];
    let rest = filtered ? pool.filter(({ hay }) => matchesHaystack(asked.filter, hay)) : pool;
    for (const fit of fits) {
      if (kept.length >= limit) break;
      const others: Searched[] = [];
      for (const entry of rest) {
        const score = fit(asked, entry);
        if (score === undefined) others.push(entry);
        else {
          fitting.push(entry);
          keep(entry.device.key, score + (bonus.get(entry.device.key) ?? 0));
        }
      }
      rest = others;
      // What was left over fits in no way.
      if (fit === fits.at(-1)) rest = [];
    }
    this.#version = version;
    this.#text = text;
    // What was not looked at may still fit a longer text in a better way than others do.
    this.#candidates = rest.length === 0 ? fitting : [...fitting, ...rest];
    return kept.map(({ key }) => key);
  }
}
