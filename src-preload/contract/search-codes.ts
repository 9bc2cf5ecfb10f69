/**
 * Codes of a device (hardware addresses, IPv6 addresses, serials, ids) are found in any notation: with colons, dashes,
 * dots or none, whole or in part. Both sides are normalised, so that comparing is a plain search.
 */

/** Between codes. No form holds it. */
const separator = '\n';

/** The groups of an IPv6 address, as 4 digits each; undefined if the text is none. RFC 4291 section 2.2. */
const wholeIpv6 = (text: string): readonly string[] | undefined => {
  const plain = text.replace(/%.*$/, '').replace(/^\[(.*)\]$/, '$1');
  const dotted = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(plain);
  const hex = (high = '', low = ''): string => (Number(high) * 256 + Number(low)).toString(16);
  const colons = dotted === null ? plain : `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`;
  if (!/^[0-9a-f:]+$/.test(colons)) return undefined;
  const halves = colons.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  return groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? groups.map((group) => group.padStart(4, '0'))
    : undefined;
};

/** Letters and digits alone. */
const bare = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]+/gu, '');

/** Codes as one text that the forms of `codeForms` are looked for in. All are folded already. */
export const codesText = (codes: {
  readonly addresses: readonly string[];
  /** Hardware address, serial, id: what people copy with other separators or none. */
  readonly labels: readonly string[];
}): string =>
  [
    ...codes.addresses.flatMap((address) => wholeIpv6(address)?.join(':') ?? []),
    // Only what the text does not contain already.
    ...codes.labels.filter((label) => bare(label) !== label).map(bare),
  ].join(separator);

/** Fewer letters and digits would match any code. */
const minLength = 4;
/** Of digits alone, or of letters alone, which may be an ordinary word. */
const minPlainLength = 6;

/** What is typed of an IPv6 address, as it may stand in a whole one. */
const ipv6Forms = (typed: string): readonly string[] => {
  if (!/^[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){1,8}$/.test(typed)) return [];
  const groups = typed.includes('::') ? wholeIpv6(typed) : typed.split(':');
  if (groups === undefined || (groups.length < 3 && groups.join('').length < minLength)) return [];
  const head = groups.slice(0, -1).map((group) => (group === '' ? '' : `${group.padStart(4, '0')}:`));
  // The last group may be typed on: its zeros are not known yet.
  const last = (groups.at(-1) ?? '').replace(/^0+(?=.)/, '');
  const zeros = last === '' ? [''] : ['', '0', '00', '000'].slice(0, 5 - last.length);
  return zeros.map((before) => `${head.join('')}${before}${last}`);
};

/** The forms in which a folded word is looked for among codes; none where the word looks like no code. */
export const codeForms = (word: string): readonly string[] => {
  const forms = [...ipv6Forms(word)];
  const isIpv4 = /^[\d.]+$/.test(word);
  if (!isIpv4 && /^[\p{L}\p{N}]+(?:[-:._/\s]+[\p{L}\p{N}]*)*$/u.test(word)) {
    const letters = bare(word);
    const isMixed = /\d/.test(letters) && /\p{L}/u.test(letters);
    const isHardwareAddress = /^[0-9a-f]{1,2}(?:[:-][0-9a-f]{0,2})+$/.test(word);
    if (letters.length >= (isMixed || isHardwareAddress ? minLength : minPlainLength)) forms.push(letters);
  }
  return forms;
};
