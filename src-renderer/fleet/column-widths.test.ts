import { expect, it } from 'vitest';
import { parseWidths, widthProperties } from './column-widths.ts';

it('takes only sensible widths of known columns from what was stored', () => {
  expect(parseWidths('{"group":180,"name":9,"seen":"wide","nothing":90}')).toEqual({ group: 180 });
  for (const broken of [null, '', '{', 'null', '7', '[]']) expect(parseWidths(broken)).toEqual({});
  expect(widthProperties({ group: 180 })).toEqual({ '--w-group': 'minmax(56px, 180px)' });
});
