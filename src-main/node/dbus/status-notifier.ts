import { spawn } from 'node:child_process';

const name = 'org.kde.StatusNotifierWatcher';
/** Milliseconds until a silent bus counts as missing. */
const patienceMs = 2000;

/** The names under which different systems answer whether somebody draws tray icons. */
const questions: readonly (readonly [string, ...string[]])[] = [
  [
    'dbus-send',
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.DBus',
    '/org/freedesktop/DBus',
    'org.freedesktop.DBus.NameHasOwner',
    `string:${name}`,
  ],
  [
    'gdbus',
    'call',
    '--session',
    '--dest',
    'org.freedesktop.DBus',
    '--object-path',
    '/org/freedesktop/DBus',
    '--method',
    'org.freedesktop.DBus.NameHasOwner',
    name,
  ],
];

const ask = ([program, ...args]: readonly [string, ...string[]]): Promise<string | undefined> =>
  new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: patienceMs });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.once('error', () => resolve(undefined));
    child.once('close', (code) => resolve(code === 0 ? output : ''));
  });

/**
 * Whether this desktop draws tray icons. Stock GNOME does not, and an invisible icon must not be the only way to the
 * window. Always true if the system itself has a tray.
 */
export const hasTray = async (platform: NodeJS.Platform = process.platform): Promise<boolean> => {
  if (platform !== 'linux') return true;
  for (const question of questions) {
    const answer = await ask(question);
    if (answer !== undefined) return /\btrue\b/.test(answer);
  }
  return false;
};
