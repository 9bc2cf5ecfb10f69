import { describe, expect, it } from 'vitest';
import { fold, inSentence, orderText, withoutDirections } from './letters.ts';

describe('folding', () => {
  it.each([
    ['Łódź', 'lodz'],
    ['Tromsø', 'tromso'],
    ['Straße', 'strasse'],
    ['STRASSE', 'straße'],
    ['Kadıköy', 'kadikoy'],
    ['KADIKÖY', 'kadıköy'],
    ['İzmir', 'izmir'],
    ['Đà Nẵng', 'da nang'],
    ['Þórshöfn', 'thorshofn'],
    ['Ærø', 'aero'],
    ['Žďár', 'zdar'],
    ['Œuvre', 'oeuvre'],
    ['Ħamrun', 'hamrun'],
    ['Bakı Gəncə', 'baki gence'],
    ['ΟΔΟΣ', 'οδος'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['Ёлка', 'елка'],
    ['ｐｌａｎｔ１', 'plant1'],
    ['ポンプ', 'ぽんぷ'],
    ['ﾎﾟﾝﾌﾟ', 'ポンプ'],
    ['غرفة ١٢', 'غرفه 12'],
    ['مُضَخّة', 'مضخة'],
    ['کارخانه', 'كارخانه'],
    ['שָׁלוֹם', 'שלום'],
    ['plant\u00adgate', 'plantgate'],
    ['gw\u200b-\u206007', 'gw-07'],
    ['gw\u201307', 'gw-07'],
    ['pump\u00a03', 'pump 3'],
    ['O\u2019Neill', "o'neill"],
    ['Ⅳ', 'iv'],
    ['㎏', 'kg'],
  ])('%j is found as %j', (name, typed) => {
    expect(fold(name)).toBe(fold(typed));
  });

  it('keeps letters apart that are different words', () => {
    for (const [one, other] of [
      ['かき', 'がき'],
      ['कल', 'काल'],
      ['บาน', 'บ้าน'],
      ['и', 'і'],
      ['гора', 'ґора'],
    ] as const)
      expect(fold(one)).not.toBe(fold(other));
  });

  it('is the same when folded again, for every character', () => {
    for (let code = 0; code < 0x30000; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const once = fold(`a${String.fromCodePoint(code)}b`);
      if (fold(once) !== once) expect.soft(`${code.toString(16)}: ${once} → ${fold(once)}`).toBe('');
    }
  });
});

const inOrder = (names: readonly string[]): readonly string[] =>
  names.toSorted((one, other) => (orderText(one) < orderText(other) ? -1 : orderText(one) > orderText(other) ? 1 : 0));

describe('order', () => {
  it('is that of people', () => {
    const names = [
      'zz-last',
      'Łódź-pump',
      'gw-10',
      'GW-9',
      'Ålesund',
      'öl',
      'Zürich',
      'Насос',
      'ёлка',
      'жук',
      'їжак',
      'йод',
      '10',
      '9',
      '_x',
      '-x',
      '★',
    ];
    expect(inOrder(names)).toEqual(
      names.toSorted(new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare),
    );
  });

  it('agrees with the collator on names of one alphabet, digits and the usual signs', () => {
    const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
    const alphabets = ['abcxyzABCäöüéñčšž', 'αβγωάέΑΒΓ', 'абвгдеёжзийклыэюяіїєґў', 'אבגדהל', 'ابتثجحخ'];
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (const alphabet of alphabets) {
      const letters = Array.from(`${alphabet}0123456789-_. `);
      const name = (): string => Array.from({ length: 1 + random(7) }, () => letters[random(letters.length)]).join('');
      for (let round = 0; round < 2_000; round += 1) {
        const [one, other] = [name(), name()];
        const right = Math.sign(compare(one, other));
        const ours = orderText(one) < orderText(other) ? -1 : orderText(one) > orderText(other) ? 1 : 0;
        if (ours !== right) expect.soft(`${JSON.stringify([one, other])}: ${ours}, collator ${right}`).toBe('');
      }
    }
  });
});

describe('directions', () => {
  it('shows a mark for what would turn the text beside it', () => {
    expect(withoutDirections('gw-\u202e70-3tnalp')).toBe('gw-\ufffd70-3tnalp');
    expect(withoutDirections('\u2066a\u2069')).toBe('\ufffda\ufffd');
  });

  it('keeps Arabic and Hebrew, and the marks that belong into them', () => {
    for (const name of ['נמל 12', 'مضخة\u200f 3', 'plant1']) expect(withoutDirections(name)).toBe(name);
  });

  it('keeps a name from right to left apart from the sentence it stands in', () => {
    expect(inSentence('נמל 12')).toBe('\u2068נמל 12\u2069');
    expect(inSentence('\u202eנמל')).toBe('\u2068\ufffdנמל\u2069');
    expect(inSentence('plant1')).toBe('plant1');
  });
});
