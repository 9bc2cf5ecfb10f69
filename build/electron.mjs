// Decides how the window of this checkout is shown: in Electron, whose binary is fetched once, or in a browser, and why.
// `npm run demo`, `npm start` and `npm run dev` all ask here.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { electronBinary, nodeProgram, root } from './bootstrap.mjs';

/** Milliseconds for which a failed try to fetch the binary is remembered. */
const retryMs = 24 * 3_600_000;

/**
 * @typedef {{ binary: string }} Desktop
 * @typedef {{ reason: string, mend: string }} Browser `reason` ends a sentence that begins with "because"
 */

/**
 * What keeps Electron from starting here, before its binary is looked for.
 * @param {{ platform: NodeJS.Platform, uid: number | undefined, env: NodeJS.ProcessEnv }} machine
 * @returns {Browser | undefined}
 */
export const obstacle = ({ platform, uid, env }) => {
  if (platform !== 'linux') return undefined;
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY'])
    return {
      reason: 'there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)',
      mend: 'Start it in a desktop session to have the application with its tray icon.',
    };
  if (uid === 0)
    return {
      reason: 'Electron does not run as root',
      mend: 'Start it as an ordinary user to have the application with its tray icon.',
    };
  return undefined;
};

/**
 * What keeps this binary from starting: Chromium needs user namespaces or a helper that is setuid root
 * (electron/electron#42510); without either it ends before any of our code runs.
 * @param {string} binary
 * @param {{ platform: NodeJS.Platform, hasNamespaces: () => boolean }} machine
 * @returns {Browser | undefined}
 */
export const sandboxObstacle = (binary, { platform, hasNamespaces }) => {
  if (platform !== 'linux' || hasNamespaces()) return undefined;
  const helper = join(dirname(binary), 'chrome-sandbox');
  const found = existsSync(helper) ? statSync(helper) : undefined;
  if (found !== undefined && found.uid === 0 && (found.mode & 0o4000) !== 0) return undefined;
  return {
    reason:
      'this system lets ordinary programs make no sandbox (user namespaces are restricted), and Electron starts only with one',
    mend: `This allows it to this copy: sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`,
  };
};

const hasNamespaces = () => spawnSync('unshare', ['-Ur', 'true'], { stdio: 'ignore' }).status === 0;

/**
 * How a program that ended tells that Electron could not start at all: crashed, or a library of it is missing.
 * @param {{ code: number | null, signal: NodeJS.Signals | null }} end
 */
export const couldNotStart = ({ code, signal }) =>
  ['SIGTRAP', 'SIGABRT', 'SIGSEGV', 'SIGILL', 'SIGBUS'].includes(signal ?? '') || code === 127 || (code ?? 0) > 128;

/** @param {{ code: number | null, signal: NodeJS.Signals | null }} end @returns {Browser} */
export const endedAtOnce = ({ code, signal }) => ({
  reason: `Electron could not be started (${signal ?? `exit code ${code}`})`,
  mend: 'The lines above are its own; a library that it needs may be missing.',
});

const tryAgain = 'npx install-electron tries again now; ELECTRON_MIRROR may name another source.';

/** Why the last try of today failed, where there was one. @param {string} record a file @param {number} now @returns {string | undefined} */
const rememberedFailure = (record, now) => {
  if (!existsSync(record)) return undefined;
  try {
    const { at, reason } = JSON.parse(readFileSync(record, 'utf8'));
    return typeof reason === 'string' && now >= at && now - at < retryMs ? reason : undefined;
  } catch {
    return undefined;
  }
};

/** @param {string} folder @param {NodeJS.ProcessEnv} env @returns {string | undefined} why it failed */
const fetchNow = (folder, env) => {
  console.error('The application runs on Electron, which is fetched once (about 120 MB); --browser does without.');
  const script = join(root, 'build/fetch-electron.mjs');
  const result = spawnSync(nodeProgram(), [script, folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
    // Node 24 uses the proxy of the environment only when this option is set.
    env: { ...env, NODE_USE_ENV_PROXY: '1' },
  });
  return result.status === 0 ? undefined : result.stdout.trim() || 'the download was ended';
};

/**
 * Fetches the binary unless a try failed within the last day.
 * @param {string} folder @param {NodeJS.ProcessEnv} env @param {number} now
 * @returns {Desktop | Browser}
 */
const fetchedElectron = (folder, env, now) => {
  const record = join(folder, 'node_modules/.cache/quayside/electron-fetch.json');
  const before = rememberedFailure(record, now);
  const failure = before ?? fetchNow(folder, env);
  const binary = electronBinary(folder, env);
  if (failure === undefined && binary !== undefined) return { binary };
  const reason = failure ?? 'its archive holds no program for this system';
  if (before === undefined) {
    mkdirSync(dirname(record), { recursive: true });
    writeFileSync(record, JSON.stringify({ at: now, reason }));
  }
  return {
    reason: `Electron's binary could not be fetched${before === undefined ? '' : ' today'} (${reason})`,
    mend: `${before === undefined ? 'It is left alone for a day; ' : ''}${tryAgain}`,
  };
};

/** What of this computer counts. @returns {Parameters<typeof obstacle>[0] & { hasNamespaces: () => boolean }} */
const thisMachine = () => ({ platform: process.platform, uid: process.getuid?.(), env: process.env, hasNamespaces });

/**
 * How the window is to be shown here; fetches Electron's binary where only that is missing.
 * @param {{ browser?: boolean, folder?: string, machine?: ReturnType<typeof thisMachine>, now?: number }} [wish]
 *   `browser`: somebody asked for the browser
 * @returns {Desktop | Browser}
 */
export const chooseWindow = ({ browser = false, folder = root, machine = thisMachine(), now = Date.now() } = {}) => {
  if (browser) return { reason: 'you asked for it', mend: '' };
  const inTheWay = obstacle(machine);
  if (inTheWay !== undefined) return inTheWay;
  const here = electronBinary(folder, machine.env);
  const chosen = machine.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (here === undefined && chosen)
    return {
      reason: `ELECTRON_OVERRIDE_DIST_PATH names a folder without Electron (${chosen})`,
      mend: 'Correct it, or unset it to have Electron fetched.',
    };
  const found = here === undefined ? fetchedElectron(folder, machine.env, now) : { binary: here };
  return ('binary' in found && sandboxObstacle(found.binary, machine)) || found;
};

/** One sentence for a person, and how to mend it. @param {Browser} browser */
export const inBrowserBecause = ({ reason, mend }) =>
  `The window opens in a browser, because ${reason}.${mend === '' ? '' : ` ${mend}`}`;
