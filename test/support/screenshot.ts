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
