import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { plain, table } from './terminal.ts';

it('sets columns by the cells that a terminal draws', () => {
  const rows = [
    ['NAME', 'STATE'],
    ['plant1', 'online'],
    ['横浜ポンプ', 'online'],
    ['🏭 Halle', 'offline'],
    ['cafe\u0301', 'online'],
  ];
  const lines = table(rows).split('\n');
  const starts = lines.map((line, at) => stringWidth(line.slice(0, line.length - (rows[at]?.[1]?.length ?? 0))));
  expect(new Set(starts)).toEqual(new Set([12]));
});

it('lets no name steer the terminal', () => {
  expect(plain('a\u001b[2Jb\nc\u202ed')).toBe('a [2Jb c d');
});
