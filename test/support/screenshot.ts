import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Colour {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** Paints the whole background of an X display. */
export const paint = async (display: string, { red, green, blue }: Colour): Promise<void> => {
  const hex = [red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('');
  await run('xsetroot', ['-solid', `#${hex}`], { env: { PATH: process.env['PATH'], DISPLAY: display } });
};

/**
 * The share of a display's picture, 0 to 1, that has a colour, give or take `tolerance` a channel: clients scale,
 * and RDP's codecs round.
 */
export const shareOf = async (display: string, colour: Colour, tolerance = 8): Promise<number> => {
  const { stdout } = await run('import', ['-silent', '-display', display, '-window', 'root', '-depth', '8', 'rgb:-'], {
    encoding: 'buffer',
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: process.env['PATH'], DISPLAY: display },
  });
  let alike = 0;
  for (let at = 0; at + 2 < stdout.length; at += 3) {
    const near = (channel: number, wanted: number): boolean =>
      Math.abs((stdout[at + channel] ?? 0) - wanted) <= tolerance;
    if (near(0, colour.red) && near(1, colour.green) && near(2, colour.blue)) alike += 1;
  }
  return stdout.length === 0 ? 0 : alike / (stdout.length / 3);
};

/** What a display shows: three bytes a dot, red, green and blue, line by line. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly rgb: Buffer;
}

/** A part of a display's picture, from its upper left corner. */
export const screenOf = async (display: string, width: number, height: number): Promise<Screen> => {
  const { stdout } = await run(
    'import',
    ['-silent', '-display', display, '-window', 'root', '-crop', `${width}x${height}+0+0`, '-depth', '8', 'rgb:-'],
    {
      encoding: 'buffer',
      maxBuffer: 64 * 1024 * 1024,
      env: { PATH: process.env['PATH'], DISPLAY: display },
    },
  );
  return { width, height, rgb: stdout };
};

/** A picture file: four bytes a dot, red, green, blue and alpha, line by line. */
export interface PictureFile {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** Reads a square picture of any format. */
export const pictureOf = async (file: string): Promise<PictureFile> => {
  const { stdout } = await run('convert', [file, '-depth', '8', 'rgba:-'], { encoding: 'buffer' });
  const side = Math.sqrt(stdout.length / 4);
  return { width: side, height: side, rgba: stdout };
};

/**
 * How far a picture (red, green, blue, alpha) on a background of one colour is from where the screen is most like it:
 * 0 is the same dot by dot, 255 the opposite. Panels scale a little, which makes about 5.
 */
export const differenceTo = (screen: Screen, picture: PictureFile, background: Colour): number => {
  const ground = [background.red, background.green, background.blue];
  const wanted = new Float64Array(picture.width * picture.height * 3);
  for (let dot = 0; dot < picture.width * picture.height; dot += 1) {
    const alpha = (picture.rgba[dot * 4 + 3] ?? 0) / 255;
    for (let channel = 0; channel < 3; channel += 1)
      wanted[dot * 3 + channel] = (picture.rgba[dot * 4 + channel] ?? 0) * alpha + (ground[channel] ?? 0) * (1 - alpha);
  }
  let least = 255;
  for (let top = 0; top + picture.height <= screen.height; top += 1)
    for (let left = 0; left + picture.width <= screen.width; left += 1) {
      let sum = 0;
      for (let y = 0; y < picture.height; y += 1) {
        const from = y * picture.width * 3;
        const at = ((top + y) * screen.width + left) * 3;
        for (let offset = 0; offset < picture.width * 3; offset += 1)
          sum += Math.abs((screen.rgb[at + offset] ?? 0) - (wanted[from + offset] ?? 0));
      }
      least = Math.min(least, sum / wanted.length);
    }
  return least;
};
