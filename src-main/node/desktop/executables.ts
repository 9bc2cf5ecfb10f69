import { constants } from 'node:fs';
import { access, lstat, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Executables } from '../../core/launch/launch-plan.ts';

const isThere = async (path: string, platform: NodeJS.Platform): Promise<boolean> => {
  try {
    if (path.endsWith('.app')) return (await stat(path)).isDirectory();
    if (path.endsWith('.desktop')) return (await stat(path)).isFile();
    if (platform === 'win32') {
      // Programs from the Store (wt.exe) are links only Windows itself can follow.
      return !(await lstat(path)).isDirectory();
    }
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
};

/**
 * Finds programs without a shell. An application started from a desktop has a shorter PATH than a terminal, so the
 * usual folders are searched as well. Relative PATH entries are ignored: their meaning depends on where Quayside was
 * started.
 */
export const createExecutables = (options: {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Executables => {
  const isAbsolute = (folder: string): boolean =>
    options.platform === 'win32' ? /^[a-z]:[\\/]|^\\\\/i.test(folder) : folder.startsWith('/');
  const system = options.env['SystemRoot'] ?? 'C:\\Windows';
  const usual =
    options.platform === 'win32'
      ? [`${system}\\System32\\OpenSSH`, `${system}\\System32`, `${system}\\System32\\WindowsPowerShell\\v1.0`]
      : ['/usr/local/bin', '/opt/homebrew/bin', '/usr/bin', '/bin'];
  const path = Object.entries(options.env).find(([name]) => name.toUpperCase() === 'PATH')?.[1] ?? '';
  const folders = [...new Set([...path.split(delimiter).filter(isAbsolute), ...usual])];
  const bundles = [
    '/Applications',
    join(homedir(), 'Applications'),
    '/System/Applications/Utilities',
    '/System/Applications',
    '/Applications/Utilities',
    '/System/Library/CoreServices/Applications',
  ];
  // A name with a backslash is a folder and a file below one of these.
  const programFolders = ['ProgramFiles', 'ProgramW6432', 'ProgramFiles(x86)']
    .map((name) => options.env[name])
    .filter((folder) => folder !== undefined)
    .filter(isAbsolute);
  return {
    find: async (name) => {
      if (isAbsolute(name)) return (await isThere(name, options.platform)) ? name : undefined;
      if (name.includes('\\')) {
        for (const folder of programFolders) {
          const whole = `${folder}\\${name}`;
          if (await isThere(whole, options.platform)) return whole;
        }
        return undefined;
      }
      // Any other path would depend on where Quayside was started.
      if (name.includes('/') || name === '') return undefined;
      const names =
        options.platform === 'win32' && !/\.(?:exe|com|app)$/i.test(name) ? [`${name}.exe`, `${name}.com`] : [name];
      for (const folder of name.endsWith('.app') ? bundles : folders) {
        for (const candidate of names) {
          const whole = join(folder, candidate);
          if (await isThere(whole, options.platform)) return whole;
        }
      }
      return undefined;
    },
  };
};
