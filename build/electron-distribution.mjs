// The Electron that a package is made from: one that is on this computer, where it is for the system and processor that
// is packed for; electron-builder fetches any other.
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { Arch } from 'electron-builder';

import { root } from './bootstrap.mjs';

/** @type {Partial<Record<NodeJS.Platform, string>>} */
const programs = { linux: 'electron', win32: 'electron.exe', darwin: 'Electron.app' };

/**
 * The unpacked Electron of this computer: that of ELECTRON_OVERRIDE_DIST_PATH, else the installed one.
 * @returns {string | undefined} its folder
 */
export const installedDistribution = (folder = root) =>
  [process.env['ELECTRON_OVERRIDE_DIST_PATH'], join(folder, 'node_modules/electron/dist')].find(
    (path) => path !== undefined && existsSync(join(path, programs[process.platform] ?? 'electron')),
  );

/**
 * What electron-builder tells its hooks.
 * @typedef {Parameters<Exclude<import('electron-builder').Configuration['electronDist'], string | null | undefined>>[0]} BeforeExtract
 * @typedef {Parameters<Exclude<import('electron-builder').Configuration['afterExtract'], string | null | undefined>>[0]} AfterExtract
 */

/**
 * electron-builder cleans up only what it has fetched: Electron's own welcome, and on a Mac the licences, left outside.
 * @param {string} distribution
 * @param {AfterExtract} context
 */
const tidy = (distribution, context) => {
  const mac = context.electronPlatformName === 'darwin';
  const resources = mac
    ? join(context.appOutDir, 'Electron.app/Contents/Resources')
    : join(context.appOutDir, 'resources');
  for (const path of [join(resources, 'default_app.asar'), join(context.appOutDir, 'version')])
    rmSync(path, { force: true });
  if (!mac) return;
  const licences = { LICENSE: 'LICENSE.electron.txt', 'LICENSES.chromium.html': 'LICENSES.chromium.html' };
  for (const [from, to] of Object.entries(licences))
    if (existsSync(join(distribution, from))) copyFileSync(join(distribution, from), join(resources, to));
};

/**
 * A configuration that packs an Electron on this computer.
 * @param {import('electron-builder').Configuration} config
 * @param {{ folder: string, platform: string, arch: string }} distribution what it is for, in Node's words
 * @returns {import('electron-builder').Configuration}
 */
export const withDistribution = (config, { folder, platform, arch }) => {
  /** @param {string} forPlatform @param {string | undefined} forArch */
  const fits = (forPlatform, forArch) => forPlatform === platform && forArch === arch;
  // Null, which the types leave out, makes electron-builder fetch its own copy.
  const another = /** @type {string} */ (/** @type {unknown} */ (null));
  return {
    ...config,
    electronDist: (context) => (fits(context.platformName, context.arch) ? folder : another),
    afterExtract: (context) =>
      fits(context.electronPlatformName, Arch[context.arch]) ? tidy(folder, context) : undefined,
  };
};
