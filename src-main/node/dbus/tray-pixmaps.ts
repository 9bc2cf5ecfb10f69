import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrayIcon } from '../../core/app/tray-state.ts';

/** A square picture for StatusNotifierItem: its size in pixels, and alpha, red, green and blue of each pixel. */
export type Pixmap = readonly [width: number, height: number, argb: Uint8Array];

/** The sizes of the pictures in a file, in its order: those that panels ask for. */
const sides = [16, 24, 32];

/** A picture in one grey, from the alpha of its pixels. */
const inGrey = (side: number, alpha: Uint8Array, level: number): Pixmap => {
  const argb = new Uint8Array(alpha.length * 4).fill(level);
  for (const [dot, value] of alpha.entries()) argb[dot * 4] = value;
  return [side, side, argb];
};

/** The pictures of an icon, for dark panels and for light ones. build/package-icons.mjs made them. */
export const readPixmaps = async (
  resources: string,
  icon: TrayIcon,
): Promise<{ readonly white: readonly Pixmap[]; readonly black: readonly Pixmap[] }> => {
  const file = await readFile(join(resources, 'tray', `${icon}.alpha`));
  let start = 0;
  const shapes = sides.map((side) => {
    const alpha = file.subarray(start, start + side * side);
    start += alpha.length;
    return { side, alpha };
  });
  const all = (level: number): readonly Pixmap[] => shapes.map(({ side, alpha }) => inGrey(side, alpha, level));
  return { white: all(255), black: all(0) };
};
