import { sep } from 'node:path';

/** Where the running program is. */
export interface ProgramPlace {
  readonly execPath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly asRoot: boolean;
}

/**
 * The words that run the command line of an AppImage, whose content is there only while it runs: its one file, asked for a
 * command (src-main/electron/command-line.ts). Undefined if this is no program of an AppImage; one that merely was
 * started in a terminal of an AppImage has the variables too. A command needs no display, and as root no sandbox, which
 * Chromium refuses there; it opens no window.
 */
export const appImageWords = ({ execPath, env, asRoot }: ProgramPlace): readonly string[] | undefined => {
  const { APPIMAGE: file, APPDIR: mounted } = env;
  if (file === undefined || mounted === undefined || !execPath.startsWith(`${mounted}${sep}`)) return undefined;
  return [file, ...(asRoot ? ['--no-sandbox'] : []), '--ozone-platform=headless', '--disable-gpu', '--cli', '--'];
};
