import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPixmaps } from './tray-pixmaps.ts';

const resources = join(import.meta.dirname, '../../../resources');

test.each(['plain', 'offline', 'attention'] as const)('%s has three sizes for each kind of panel', async (icon) => {
  const { white, black } = await readPixmaps(resources, icon);
  for (const pictures of [white, black])
    expect(pictures.map(([width, height, argb]) => [width, height, argb.length])).toEqual(
      [16, 24, 32].map((side) => [side, side, side * side * 4]),
    );
});

test('panels get the alpha first, and the corners are empty', async () => {
  const { white, black } = await readPixmaps(resources, 'plain');
  const dot = (argb: Uint8Array | undefined, x: number, y: number) =>
    argb && [...argb].slice((y * 24 + x) * 4).slice(0, 4);
  // The line under the bollard goes through the middle of row 19.
  expect(dot(white[1]?.[2], 12, 19)).toEqual([255, 255, 255, 255]);
  expect(dot(black[1]?.[2], 12, 19)).toEqual([255, 0, 0, 0]);
  expect(dot(white[1]?.[2], 0, 0)?.[0]).toBe(0);
});
