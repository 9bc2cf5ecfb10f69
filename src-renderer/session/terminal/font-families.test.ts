import { expect, it } from 'vitest';
import { fontsHere } from './font-families.ts';

it('lists the fonts that change the width of a text, also one that is as wide as one of the fallbacks', () => {
  const widths: Readonly<Record<string, number>> = { Menlo: 100, Consolas: 300 };
  const widthOf = (families: string): number => {
    const names = families.split(', ').map((name) => name.replaceAll('"', ''));
    const [first = ''] = names;
    return widths[first] ?? { serif: 300, 'sans-serif': 400 }[names.at(-1) ?? ''] ?? 0;
  };
  expect(fontsHere(widthOf)).toEqual(['Consolas', 'Menlo']);
  expect(fontsHere(() => 7)).toEqual([]);
});
