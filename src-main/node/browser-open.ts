import { spawn } from 'node:child_process';

/** The program that opens an address in the user's browser, or undefined where there is no display for one. */
const opener = (
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): readonly [string, ...string[]] | undefined => {
  if (platform === 'darwin') return ['/usr/bin/open'];
  if (platform === 'win32') return ['rundll32.exe', 'url.dll,FileProtocolHandler'];
  const display = (environment['DISPLAY'] ?? '') !== '' || (environment['WAYLAND_DISPLAY'] ?? '') !== '';
  return display ? ['xdg-open'] : undefined;
};

/** Opens one of our own addresses in the browser. Answers whether a program was started for it. */
export const openInBrowser = (
  url: URL,
  platform: NodeJS.Platform = process.platform,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<boolean> => {
  const command = opener(platform, environment);
  if (command === undefined) return Promise.resolve(false);
  const [program, ...args] = command;
  const inherited = Object.entries(environment).filter(([name]) => !name.startsWith('QUAYSIDE_'));
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url.href], {
      detached: true,
      stdio: 'ignore',
      env: Object.fromEntries(inherited),
    });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
};
