import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { until } from './program.ts';

const run = promisify(execFile);

/** Takes the whole screen, tray included, with what the system has for it. */
const takeScreen = async (file: string): Promise<void> => {
  if (process.platform === 'darwin') await run('screencapture', ['-x', file]);
  else if (process.platform === 'linux') await run('import', ['-silent', '-window', 'root', file]);
  else {
    // The file's name comes by the environment: nothing of it becomes a part of the script.
    const script =
      'Add-Type -AssemblyName System.Windows.Forms, System.Drawing; ' +
      '$all = [System.Windows.Forms.SystemInformation]::VirtualScreen; ' +
      '$picture = New-Object System.Drawing.Bitmap $all.Width, $all.Height; ' +
      '[System.Drawing.Graphics]::FromImage($picture).CopyFromScreen($all.Left, $all.Top, 0, 0, $picture.Size); ' +
      '$picture.Save($env:SMOKE_PICTURE)';
    await run('powershell.exe', ['-NoProfile', '-Command', script], { env: { ...process.env, SMOKE_PICTURE: file } });
  }
};

const shown = async (file: string): Promise<string> => {
  await takeScreen(file);
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
};

/**
 * Takes a picture of the screen once it shows something new that stays for a moment.
 * @param before what an earlier picture answered; its content is no longer new
 * @returns what this one shows, to be given to the next one
 */
export const pictureOf = async (what: string, file: string, before: string | undefined): Promise<string> => {
  let last = await shown(file);
  return until(30, `${what} on the screen`, async () => {
    const now = await shown(file);
    const settled = now === last && now !== before;
    last = now;
    return settled ? now : undefined;
  });
};
