import { inflateSync } from 'node:zlib';

/** A picture: four bytes a dot, red, green, blue and alpha, line by line. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

const headBytes = 8;
const bytesPerDot = 4;

/** The value a dot is stored as a difference from, after the PNG standard's fourth filter. */
const paeth = (left: number, above: number, corner: number): number => {
  const guess = left + above - corner;
  const [toLeft, toAbove, toCorner] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
};

/**
 * Reads a PNG of eight bits a channel with alpha, not interlaced: the form of our own icons. Undefined for any other.
 */
export const readPng = (png: Buffer): Picture | undefined => {
  if (png.toString('latin1', 1, 4) !== 'PNG' || png.length < 33) return undefined;
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  // Depth, colour type with alpha, and neither compression, filter nor interlacing of another kind.
  if (png.readUInt32BE(24) !== 0x08_06_00_00 || png[28] !== 0) return undefined;
  const parts: Buffer[] = [];
  for (let at = headBytes; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const packed = inflateSync(Buffer.concat(parts));
  const line = width * bytesPerDot;
  if (packed.length < (line + 1) * height) return undefined;
  const rgba = new Uint8Array(line * height);
  for (let y = 0; y < height; y += 1) {
    const filter = packed[y * (line + 1)] ?? 0;
    for (let x = 0; x < line; x += 1) {
      const at = y * line + x;
      const left = x < bytesPerDot ? 0 : (rgba[at - bytesPerDot] ?? 0);
      const above = y === 0 ? 0 : (rgba[at - line] ?? 0);
      const corner = x < bytesPerDot || y === 0 ? 0 : (rgba[at - line - bytesPerDot] ?? 0);
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter] ?? 0;
      rgba[at] = (packed[y * (line + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return { width, height, rgba };
};

/** The same picture as tray panels want it: alpha, red, green, blue. */
export const argbOf = ({ rgba }: Picture): Uint8Array => {
  const argb = new Uint8Array(rgba.length);
  for (let at = 0; at < rgba.length; at += bytesPerDot) {
    argb[at] = rgba[at + 3] ?? 0;
    argb.set(rgba.subarray(at, at + 3), at + 1);
  }
  return argb;
};

/** A picture in one colour, with the alpha channel of another picture. */
export const tinted = ({ width, height, rgba }: Picture, colour: readonly [number, number, number]): Picture => {
  const dyed = new Uint8Array(rgba.length);
  for (let at = 0; at < rgba.length; at += bytesPerDot) {
    dyed.set(colour, at);
    dyed[at + 3] = rgba[at + 3] ?? 0;
  }
  return { width, height, rgba: dyed };
};
