import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { childEnvironment, hasDisplay } from '../../core/launch/launch-plan.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds after which a browser has read the page, and for asking which browser it is. */
const pageMs = 60_000;
const askMs = 2000;

/** The program that opens a page in the user's browser; undefined without a display. */
const opener = (platform: NodeJS.Platform, environment: Environment): readonly [string, ...string[]] | undefined => {
  if (platform === 'darwin') return ['/usr/bin/open'];
  if (platform === 'win32') return ['rundll32.exe', 'url.dll,FileProtocolHandler'];
  return hasDisplay(platform, environment) ? ['xdg-open'] : undefined;
};

/**
 * The folder that a browser installed as a snap can read; undefined for any other. The name of a snap's desktop file
 * shows it.
 */
const snapFolder = (environment: Environment): Promise<string | undefined> =>
  new Promise((resolve) => {
    const options = { env: childEnvironment(environment), timeout: askMs };
    execFile('xdg-settings', ['get', 'default-web-browser'], options, (_failure, output) => {
      const name = /^([a-z\d-]+)_/.exec(output)?.[1];
      const folder = name === undefined ? undefined : join(homedir(), 'snap', name, 'common');
      resolve(folder !== undefined && existsSync(folder) ? folder : undefined);
    });
  });

const pageText = (url: URL): string =>
  [
    '<!doctype html><meta charset="utf-8"><title>Quayside</title>',
    '<meta name="color-scheme" content="light dark">',
    `<meta http-equiv="refresh" content="0;url=${url.href.replaceAll('&', '&amp;').replaceAll('"', '%22')}">`,
  ].join('\n');

/**
 * Opens one of our own addresses in the browser. The address may hold a token, and everybody on this computer can read
 * the arguments of programs, so the browser gets a page that only its owner can read and that leads there. Returns a
 * function that deletes the page (it is deleted after a minute in any case); undefined if no program could be started.
 */
export const openInBrowser = async (
  url: URL,
  platform: NodeJS.Platform = process.platform,
  environment: Environment = process.env,
): Promise<(() => Promise<void>) | undefined> => {
  const command = opener(platform, environment);
  if (command === undefined) return undefined;
  const parent = (platform === 'linux' ? await snapFolder(environment) : undefined) ?? tmpdir();
  const folder = await mkdtemp(join(parent, 'quayside-open-'));
  const page = join(folder, 'quayside.html');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  await writeFile(page, pageText(url), { mode: 0o600 });
  const [program, ...args] = command;
  const isStarted = await new Promise<boolean>((resolve) => {
    const child = spawn(program, [...args, pathToFileURL(page).href], {
      detached: true,
      stdio: 'ignore',
      env: childEnvironment(environment),
    });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
  if (!isStarted) {
    await remove();
    return undefined;
  }
  const later = setTimeout(() => void remove(), pageMs);
  later.unref();
  return () => {
    clearTimeout(later);
    return remove();
  };
};
