/**
 * Text as people write it in any script: how it is searched and sorted, and what of it must not reach a screen. The
 * window, the command line and the user's ssh use the same rules.
 */

/** Latin letters that Unicode does not decompose. */
const latin: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
  ŧ: 't',
  ĸ: 'k',
  ə: 'e',
  ɛ: 'e',
  ɔ: 'o',
  ɓ: 'b',
  ɖ: 'd',
  ɗ: 'd',
  ɣ: 'g',
  ɨ: 'i',
  ƙ: 'k',
  ƴ: 'y',
  ƶ: 'z',
};

/** Letters that people type for one another when they search. */
const alike: Readonly<Record<string, string>> = {
  ...latin,
  // Forms that a letter has only at the end of a word.
  ς: 'σ',
  ך: 'כ',
  ם: 'מ',
  ן: 'נ',
  ף: 'פ',
  ץ: 'צ',
  // Arabic and Persian keyboards have different letters for the same sound.
  ی: 'ي',
  ى: 'ي',
  ک: 'ك',
  ة: 'ه',
  ٱ: 'ا',
  ـ: '',
  '‘': "'",
  '’': "'",
  ʻ: "'",
  ʼ: "'",
  '′': "'",
};

const alikeLetters = new RegExp(`[${Object.keys(alike).join('')}]`, 'gu');

/** Marks above and below letters that people leave out. Vowel signs of Indic scripts and voicing of kana are letters. */
const accents = new RegExp(
  `[${[
    // Latin, Greek, Cyrillic
    '\\u0300-\\u036f\\u0483-\\u0487\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f',
    // Hebrew
    '\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7',
    // Arabic
    '\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed',
  ].join('')}]+`,
  'gu',
);

/** The value of a decimal digit of any script. Digits of a script stand in a row from zero to nine. */
const digitValue = (digit: string): string => {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((code - zero) % 10);
};

const foldUnusual = (lower: string): string =>
  lower
    .normalize('NFKD')
    // Each of these is a letter of its own in every alphabet that has it.
    .replaceAll('и\u0306', 'й')
    .replaceAll(accents, '')
    .replaceAll(/\p{Default_Ignorable_Code_Point}+/gu, '')
    .toLowerCase()
    .replaceAll(alikeLetters, (letter) => alike[letter] ?? letter)
    .replaceAll(/\p{Pd}/gu, '-')
    .replaceAll(/(?![0-9])\p{Nd}/gu, digitValue)
    // Katakana as hiragana.
    .replaceAll(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));

/**
 * The search form of a text: lower case, without accents and invisible characters, digits of any script as ASCII, and
 * interchangeable letters as one. `Łódź` and `lodz`, `Straße` and `strasse` are the same word.
 */
export const fold = (text: string): string => {
  const lower = text.toLowerCase();
  // Nearly all names are ASCII: only the others take the slow path.
  return /[\u0080-\uffff]/.test(lower) ? foldUnusual(lower) : lower;
};

/**
 * A name as a word for a keyboard: lower case, Latin letters and digits of any script as ASCII, letters of other scripts as
 * they are.
 */
export const plainLetters = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\p{Default_Ignorable_Code_Point}+/gu, '')
    .normalize('NFKD')
    .replaceAll(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .replaceAll(/\p{Script=Latin}/gu, (letter) => latin[letter] ?? letter)
    .replaceAll(/(?![0-9])\p{Nd}/gu, digitValue)
    .normalize('NFC');

/** Characters below the digits, for everything that sorts before the first digit: spaces, punctuation, symbols. */
const belowDigits = 0x2f;

/** The sort position of characters, each as one character that compares that way. */
const places = (): ReadonlyMap<string, string> => {
  const { compare } = new Intl.Collator('en', { sensitivity: 'base' });
  const found = new Map<string, string>();
  const range = (from: number, to: number): readonly string[] =>
    Array.from({ length: to - from }, (_, index) => String.fromCharCode(from + index));
  /** Characters that the collator finds equal share a position. */
  const place = (chars: readonly string[], from: number): void => {
    let at = from;
    let before: string | undefined;
    for (const char of chars.toSorted(compare)) {
      if (before !== undefined && compare(before, char) !== 0) at += 1;
      found.set(char, String.fromCharCode(at));
      before = char;
    }
  };
  place(
    range(0x20, 0x7f).filter((char) => !/[a-z0-9]/i.test(char)),
    1,
  );
  // Greek to Arabic: the code points of their letters are not in alphabetical order. Those of later scripts nearly are.
  place(
    range(0x80, 0x700).filter((char) => /\p{L}/u.test(char) && fold(char) === char),
    0x80,
  );
  return found;
};

let knownPlaces: ReadonlyMap<string, string> | undefined;

/**
 * A text that sorts as people expect under plain comparison: numbers by value, accents and case ignored, alphabets in
 * their own order. Comparing such texts is many times faster than a collator.
 */
export const orderText = (text: string): string => {
  knownPlaces ??= places();
  const folded = fold(text).replaceAll(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(12, '0'));
  if (/^[a-z0-9]*$/.test(folded)) return folded;
  let order = '';
  for (const char of folded) {
    const place = knownPlaces.get(char);
    if (place !== undefined) order += place;
    else order += /[\p{L}\p{N}\p{M}]/u.test(char) ? char : String.fromCharCode(belowDigits) + char;
  }
  return order;
};

/** Shown in place of a character that would change the direction of the text beside it. */
const directionMark = '\ufffd';

/**
 * The text with a visible mark for each character that embeds, overrides or isolates a direction (RFC 3987 section 4.1
 * forbids them in addresses for the same reason). Arabic and Hebrew letters keep their own order.
 */
export const withoutDirections = (text: string): string =>
  /[\u202a-\u202e\u2066-\u2069]/.test(text) ? text.replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, directionMark) : text;

/**
 * A name inside a sentence: its direction characters become marks, and a name with right-to-left letters is isolated
 * (Unicode's FIRST STRONG ISOLATE), so that the numbers and signs of the sentence stay in place.
 */
export const inSentence = (name: string): string => {
  const marked = withoutDirections(name);
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]|[\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u.test(marked)
    ? `\u2068${marked}\u2069`
    : marked;
};
