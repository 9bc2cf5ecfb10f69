import {
  holdsWord,
  matchesHaystack,
  parseQuery,
  type Haystack,
  type Query,
  type Term,
} from '../../src-preload/contract/query.ts';
import { fuzzyScore, holdingScore } from './fuzzy-score.ts';

/** A device as it is searched: all text folded. */
export interface Searched {
  readonly device: { readonly key: string };
  readonly name: string;
  readonly hay: Haystack;
}

/** The bonus of a device that the user connects to often and recently: it wins among similar names. */
const recentBonus = 120;
/** The score of a device that matches by other facts than its name. */
const factScore = -100;

type Word = Pick<Term, 'value' | 'codes'>;

interface Asked {
  /** The words that are looked for anywhere, folded, as typed. */
  readonly free: string;
  readonly words: readonly Word[];
  /** `is:offline`, `-tag:x`: what must hold besides. */
  readonly filter: Query;
}

const parse = (text: string, now: number): Asked => {
  const { terms } = parseQuery(text, now);
  const words = terms.filter(({ field, negated }) => field === 'any' && !negated);
  return {
    free: words.map(({ value }) => value).join(' '),
    words,
    filter: { terms: terms.filter(({ field, negated }) => field !== 'any' || negated) },
  };
};

const fact = ({ words }: Asked, { hay }: Searched): number | undefined =>
  words.every((word) => holdsWord(word, hay)) ? factScore : undefined;

/** Whether an earlier word matched everything that a word matches. Not so if the word became a code meanwhile. */
const narrows = (word: Word, before: Word): boolean =>
  word.value.includes(before.value) &&
  (word.codes ?? []).every((form) => before.codes?.some((known) => form.includes(known)) === true);

/** A bit for each letter and for most digits in a text; a text with the letters of another has its bits. */
const bitsOf = (text: string): number => {
  let bits = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 97 && code <= 122) bits |= 1 << (code - 97);
    else if (code >= 48 && code <= 57) bits |= 1 << (26 + (code % 6));
  }
  return bits;
};

/** The best of what is offered, by index, best first; of equals the one offered first. */
class Best {
  readonly #limit: number;
  readonly #admits: (index: number) => boolean;
  readonly #best: { readonly index: number; readonly score: number }[] = [];

  constructor(limit: number, admits: (index: number) => boolean) {
    this.#limit = limit;
    this.#admits = admits;
  }

  get isFull(): boolean {
    return this.#best.length >= this.#limit;
  }

  offer(index: number, score: number): void {
    const worst = this.#best[this.#best.length - 1];
    if (this.isFull && worst !== undefined && worst.score >= score) return;
    if (this.#best.some((known) => known.index === index) || !this.#admits(index)) return;
    const place = this.#best.findIndex((other) => other.score < score);
    this.#best.splice(place < 0 ? this.#best.length : place, 0, { index, score });
    if (this.#best.length > this.#limit) this.#best.pop();
  }

  list(): readonly number[] {
    return this.#best.map(({ index }) => index);
  }
}

/**
 * Searches devices during typing, within a frame for any size of the fleet. All names are one long text that the
 * browser's own search scans, so a device costs nothing until it matches.
 */
export class PaletteSearch {
  #all: readonly Searched[] = [];
  #places: ReadonlyMap<string, number> = new Map();
  #names = '';
  /** Where each name begins in `#names`, and where the text ends. */
  #starts = new Uint32Array(1);
  #bits = new Uint32Array(0);
  /** All devices that match some words. A longer input can match only these. */
  #narrowed: { readonly words: readonly Word[]; readonly indexes: readonly number[] } | undefined;

  /** Takes the present fleet, in which later calls search. */
  prepare(all: readonly Searched[]): void {
    const starts = new Uint32Array(all.length + 1);
    const bits = new Uint32Array(all.length);
    const places = new Map<string, number>();
    let start = 0;
    for (const [index, { device, name }] of all.entries()) {
      starts[index] = start;
      bits[index] = bitsOf(name);
      places.set(device.key, index);
      start += name.length + 1;
    }
    starts[all.length] = start;
    this.#all = [...all];
    this.#places = places;
    // No query can hold a line feed, so nothing is found across two names.
    this.#names = all.map(({ name }) => name).join('\n');
    this.#starts = starts;
    this.#bits = bits;
    this.#narrowed = undefined;
  }

  /** Keys of the best `limit` devices, best first. `recents` are keys, best first. Equals keep the order of the fleet. */
  find(options: {
    readonly text: string;
    readonly recents: readonly string[];
    readonly limit: number;
    readonly now: number;
  }): readonly string[] {
    const asked = parse(options.text, options.now);
    const { terms } = asked.filter;
    const found = new Best(options.limit, (index) => {
      const entry = this.#all[index];
      return entry !== undefined && (terms.length === 0 || matchesHaystack(asked.filter, entry.hay));
    });
    this.#offerRecents(asked, options.recents, found);
    // A later kind of match never beats an earlier one, so it is tried only while there is room left.
    if (asked.free !== '') {
      this.#offerHolding(asked.free, found);
      if (!found.isFull) this.#offerFuzzy(asked.free, found);
    }
    if (!found.isFull) this.#offerFacts(asked, found);
    return found.list().map((index) => this.#all[index]?.device.key ?? '');
  }

  #offerRecents(asked: Asked, recents: readonly string[], found: Best): void {
    for (const [rank, key] of recents.entries()) {
      const index = this.#places.get(key);
      const entry = index === undefined ? undefined : this.#all[index];
      if (index === undefined || entry === undefined) continue;
      const { free } = asked;
      const score =
        (free === '' ? undefined : (holdingScore(free, entry.name) ?? fuzzyScore(free, entry.name))) ??
        fact(asked, entry);
      if (score !== undefined) found.offer(index, score + recentBonus - rank);
    }
  }

  #offerFacts(asked: Asked, found: Best): void {
    const { words } = asked;
    const known = this.#narrowed;
    const isWithin = known?.words.every((before) => words.some((word) => narrows(word, before))) === true;
    const among = isWithin ? known.indexes : undefined;
    const length = among?.length ?? this.#all.length;
    const indexes: number[] = [];
    for (let at = 0; at < length; at += 1) {
      if (found.isFull) return;
      const index = among?.[at] ?? at;
      const entry = this.#all[index];
      const score = entry === undefined ? undefined : fact(asked, entry);
      if (score === undefined) continue;
      indexes.push(index);
      found.offer(index, score);
    }
    this.#narrowed = { words, indexes };
  }

  #offerHolding(free: string, found: Best): void {
    const starts = this.#starts;
    let index = 0;
    for (let hit = this.#names.indexOf(free); hit >= 0;) {
      while ((starts[index + 1] ?? Number.POSITIVE_INFINITY) <= hit) index += 1;
      const start = starts[index] ?? 0;
      const next = starts[index + 1] ?? 0;
      const at = hit - start;
      // As `holdingScore`, without the text itself.
      found.offer(index, 1000 - at * 2 - (next - start - 1 - free.length) + (at === 0 ? 200 : 0));
      hit = this.#names.indexOf(free, next);
    }
  }

  #offerFuzzy(free: string, found: Best): void {
    const wanted = bitsOf(free);
    for (let index = 0; index < this.#bits.length; index += 1) {
      if (((this.#bits[index] ?? 0) & wanted) !== wanted) continue;
      const score = fuzzyScore(free, this.#all[index]?.name ?? '');
      if (score !== undefined) found.offer(index, score);
    }
  }
}
