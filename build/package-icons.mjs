// node build/package-icons.mjs, after resources/app/icon.svg or a picture in resources/tray was changed: draws the icons of every
// system from the first, and makes pixmaps of the others. Needs rsvg-convert and ImageMagick (Debian: librsvg2-bin, imagemagick).
// What it writes is committed, so that packaging needs nothing installed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './bootstrap.mjs';

const folder = join(root, 'resources/app');

/** @param {number} size of a side in pixels @returns {Buffer} a PNG */
const draw = (size) => {
  const { status, stdout, error } = spawnSync(
    'rsvg-convert',
    ['--width', String(size), '--height', String(size), join(folder, 'icon.svg')],
    { maxBuffer: 16 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`rsvg-convert failed: ${error?.message ?? `exit code ${status}`}`);
  return stdout;
};

/**
 * The format of macOS: a row of blocks, each a type, its length with this head, and a PNG.
 * @param {readonly { type: string, png: Buffer }[]} images
 */
const icns = (images) => {
  const blocks = images.map(({ type, png }) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(png.length + 8, 4);
    return Buffer.concat([head, png]);
  });
  const head = Buffer.alloc(8);
  head.write('icns', 'latin1');
  head.writeUInt32BE(
    blocks.reduce((total, block) => total + block.length, 8),
    4,
  );
  return Buffer.concat([head, ...blocks]);
};

/**
 * The format of Windows: a directory of sixteen bytes an image, then the PNGs. A side of 256 is written as 0.
 * @param {readonly { size: number, png: Buffer }[]} images
 */
const ico = (images) => {
  const directory = Buffer.alloc(6 + 16 * images.length);
  directory.writeUInt16LE(1, 2);
  directory.writeUInt16LE(images.length, 4);
  let offset = directory.length;
  for (const [index, { size, png }] of images.entries()) {
    const at = 6 + 16 * index;
    directory.writeUInt8(size % 256, at);
    directory.writeUInt8(size % 256, at + 1);
    directory.writeUInt16LE(1, at + 4);
    directory.writeUInt16LE(32, at + 6);
    directory.writeUInt32LE(png.length, at + 8);
    directory.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([directory, ...images.map(({ png }) => png)]);
};

mkdirSync(join(folder, 'icons'), { recursive: true });
for (const size of [16, 24, 32, 48, 64, 128, 256, 512])
  writeFileSync(join(folder, 'icons', `${size}x${size}.png`), draw(size));
writeFileSync(join(folder, 'icon.png'), draw(512));
writeFileSync(join(folder, 'icon.ico'), ico([16, 24, 32, 48, 64, 128, 256].map((size) => ({ size, png: draw(size) }))));
const types = {
  icp4: 16,
  icp5: 32,
  ic07: 128,
  ic08: 256,
  ic09: 512,
  ic10: 1024,
  ic11: 32,
  ic12: 64,
  ic13: 256,
  ic14: 512,
};
writeFileSync(
  join(folder, 'icon.icns'),
  icns(Object.entries(types).map(([type, size]) => ({ type, png: draw(size) }))),
);

/** The shape of a tray icon: the alpha of its dots, a byte each, line by line. @param {string} png @returns {Buffer} */
const shape = (png) => {
  const parameters = [join(root, 'resources/tray', png), '-alpha', 'extract', '-depth', '8', 'gray:-'];
  const { status, stdout, error } = spawnSync('convert', parameters);
  if (status !== 0) throw new Error(`convert failed: ${error?.message ?? `exit code ${status}`}`);
  return stdout;
};

// Sixteen, twenty-four and thirty-two dots a side, one after the other: src-main/node/dbus/tray-pixmaps.ts reads them.
for (const icon of ['plain', 'offline', 'attention'])
  writeFileSync(
    join(root, 'resources/tray', `${icon}.alpha`),
    Buffer.concat([`${icon}Template.png`, `${icon}-light-on-dark.png`, `${icon}Template@2x.png`].map(shape)),
  );
