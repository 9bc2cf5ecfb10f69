import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import { atomicWrite } from '../storage/atomic-write.ts';

/** Quotes one argument for the Exec line of a desktop file: its own rules, and `%` doubled. */
const quoted = (argument: string): string =>
  `"${argument
    .replaceAll(/["`$\\]/g, String.raw`\$&`)
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;

/** The path of this user's autostart file, by the XDG specification. */
export const autostartFile = (env: Readonly<Record<string, string | undefined>> = process.env): string => {
  const config = env['XDG_CONFIG_HOME'];
  const folder = config !== undefined && path.isAbsolute(config) ? config : path.join(homedir(), '.config');
  return path.join(folder, 'autostart', 'io.github.quayside.desktop');
};

/** The text of an autostart file that runs a command. */
export const autostartText = (command: readonly string[]): string =>
  [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Quayside',
    'Comment=Every device fleet you can reach',
    `Exec=${command.map(quoted).join(' ')}`,
    'Icon=quayside-desktop',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');

/**
 * Sets whether a command runs at login. Linux only; other systems have their own list. Errors: invalid-input (control
 * characters in the command), internal.
 */
export const setAutostart = async (
  on: boolean,
  command: readonly string[],
  file = autostartFile(),
): Promise<Result<void>> => {
  // A line break would begin a new entry.
  if (command.some((argument) => /\p{Cc}/u.test(argument)))
    return fail(
      'invalid-input',
      'A path with a line break or another control character cannot be started at login.',
      'Move Quayside or its profile to a folder with a plain name.',
    );
  try {
    if (on) {
      await mkdir(path.dirname(file), { recursive: true });
      await atomicWrite(file, [autostartText(command)]);
    } else await rm(file, { force: true });
    return ok(undefined);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    return fail('internal', `${file} could not be changed (${code}).`, 'Check who owns that folder, and try again.');
  }
};
