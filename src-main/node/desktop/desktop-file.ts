import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Whether the desktop knows an application by its desktop file, in the places of the XDG base directory specification.
 * Without it Wayland's portal silently grants no shortcut (Electron's docs/api/global-shortcut.md).
 */
export const hasDesktopFile = (name: string, env: Readonly<Record<string, string | undefined>>): boolean => {
  const own = env['XDG_DATA_HOME'] || join(env['HOME'] || homedir(), '.local/share');
  const all = [own, ...(env['XDG_DATA_DIRS'] || '/usr/local/share:/usr/share').split(':')];
  return all.some((folder) => folder !== '' && existsSync(join(folder, 'applications', name)));
};
