import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { argbOf, readPng, tinted } from './png-image.ts';

const resources = join(import.meta.dirname, '../../../resources');
const read = (name: string) => readPng(readFileSync(join(resources, name)));

test('reads our icons, and panels get them with the alpha first', () => {
  const icon = read('tray/plain-light-on-dark.png')!;
  expect([icon.width, icon.height, icon.rgba.length]).toEqual([24, 24, 24 * 24 * 4]);
  // The line under the bollard goes through the middle of row 19; above it the corners are empty.
  const at = (x: number, y: number): number => (y * 24 + x) * 4;
  expect([...icon.rgba.subarray(at(12, 19), at(12, 19) + 4)]).toEqual([255, 255, 255, 255]);
  expect(icon.rgba[at(0, 0) + 3]).toBe(0);
  const dark = tinted(icon, [10, 20, 30]);
  expect([...argbOf(dark).subarray(at(12, 19), at(12, 19) + 4)]).toEqual([255, 10, 20, 30]);
  expect(argbOf(dark)[at(0, 0)]).toBe(0);
});

test('reads a picture whose lines are stored as differences', () => {
  const icon = read('app/icons/64x64.png')!;
  const middle = (32 * 64 + 8) * 4;
  expect(icon.rgba[middle + 3]).toBe(255);
  expect(icon.rgba[3]).toBe(0);
});

test('another kind of picture is left alone', () => {
  const png = readFileSync(join(resources, 'tray/plain-light-on-dark.png'));
  png[25] = 3;
  expect(readPng(png)).toBeUndefined();
  expect(readPng(Buffer.from('GIF89a'))).toBeUndefined();
});
