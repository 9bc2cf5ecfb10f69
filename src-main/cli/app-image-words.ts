import { sep } from 'node:path';

/** The location of the running program. */
export interface ProgramPlace {
  readonly execPath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly asRoot: boolean;
}

/**
 * The command that runs the command line of an AppImage: its single file with a command
 * (src-main/electron/command-line.ts), because its content exists only while it runs. Undefined if this program is not
 * in an AppImage; a program that was only started from a terminal of an AppImage has its variables, too. No display is
 * needed, and no sandbox as root, where Chromium refuses it: no window opens.
 */
export const appImageWords = ({ execPath, env, asRoot }: ProgramPlace): readonly string[] | undefined => {
  const { APPIMAGE: file, APPDIR: mounted } = env;
  if (file === undefined || mounted === undefined || !execPath.startsWith(`${mounted}${sep}`)) return undefined;
  return [file, ...(asRoot ? ['--no-sandbox'] : []), '--ozone-platform=headless', '--disable-gpu', '--cli', '--'];
};
