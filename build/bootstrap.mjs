// Set-up that any checkout can run with any Node from 20 on and no package installed: it makes sure that the
// packages, Node 24 and the build are there, and does nothing when they are.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, relative, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');
const modules = join(root, 'node_modules');
const bins = join(modules, '.bin');
const nodeName = process.platform === 'win32' ? 'node.exe' : 'node';

/** What the build is made of; a change to any of these files makes `out/` stale. */
const inputs = [
  'src-main',
  'src-preload',
  'src-renderer',
  'resources',
  'build/licences.mjs',
  'build/tsconfig.base.json',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
];

/** A failure whose message is all the user needs; anything else thrown here is a bug. */
export class SetUpError extends Error {}

/**
 * What npm writes of a package into a lock file, as far as it counts here.
 * @typedef {{
 *   version: string, integrity: string, link?: boolean, dev?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean,
 *   dependencies?: Record<string, string>, optionalDependencies?: Record<string, string>,
 * }} LockedPackage
 */

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Is a Node version new enough for the sources and the tools? @param {string} version such as 24.21.0 */
export const isCurrentNode = (version) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 13);
};

/**
 * The packages that a lock file names, by their folder.
 * @param {string} path of the lock file
 * @returns {Record<string, LockedPackage>}
 */
export const lockedPackages = (path = join(root, 'package-lock.json')) => readJson(path).packages;

/**
 * Compares package-lock.json with npm's own record of what it installed. Optional packages are made for other
 * machines and may be absent. @returns {string | undefined} the reason to install, or undefined
 */
export const missingPackages = (folder = root) => {
  const record = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return 'the packages are not installed yet';
  const installed = lockedPackages(record);
  const wanted = lockedPackages(join(folder, 'package-lock.json'));
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link === true) continue;
    const found = installed[path];
    if (found === undefined ? !(entry.optional || entry.devOptional || entry.peer) : found.version !== entry.version)
      return `${path.replace(/^.*node_modules\//, '')} is not at version ${entry.version}`;
  }
  return undefined;
};

/** Node 24 of the packages, or the running Node where it is new enough and its platform has no such package. */
export const nodePath = () => {
  const packaged = join(bins, nodeName);
  if (existsSync(packaged)) return packaged;
  return isCurrentNode(process.versions.node) ? process.execPath : undefined;
};

/** The Node to run a program with, once `preparePackages` has made sure that there is one. */
export const nodeProgram = () => nodePath() ?? process.execPath;

/**
 * The environment of every command: the packages' programs first, Node 24 among them.
 * @param {NodeJS.ProcessEnv} extra
 * @returns {NodeJS.ProcessEnv}
 */
export const environment = (extra = {}) => ({
  ...process.env,
  PATH: [...new Set([bins, dirname(nodeProgram()), ...(process.env['PATH'] ?? '').split(delimiter)])]
    .filter((folder) => folder !== '')
    .join(delimiter),
  ...extra,
});

/** @type {Partial<Record<NodeJS.Platform, string>>} */
const electronPrograms = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/** Where Electron's binary is: in ELECTRON_OVERRIDE_DIST_PATH, else among the packages; undefined if it was never fetched. */
export const electronBinary = (folder = root, env = process.env) => {
  const chosen = env['ELECTRON_OVERRIDE_DIST_PATH'];
  const record = join(folder, 'node_modules/electron/path.txt');
  if (!chosen && !existsSync(record)) return undefined;
  const binary = chosen
    ? join(chosen, electronPrograms[process.platform] ?? 'electron')
    : join(folder, 'node_modules/electron/dist', readFileSync(record, 'utf8'));
  return existsSync(binary) ? binary : undefined;
};

/**
 * Runs the npm that has started this script, else the one of the system.
 * @param {readonly string[]} parameters
 * @param {import('node:child_process').SpawnSyncOptions} options
 * @param {string} node what runs it
 */
export const runNpm = (parameters, options, node = process.execPath) => {
  const npm = process.env['npm_execpath'];
  const given = { cwd: root, ...options, encoding: /** @type {const} */ ('utf8') };
  return npm?.endsWith('.js') === true
    ? spawnSync(node, [npm, ...parameters], given)
    : spawnSync('npm', parameters, { ...given, shell: process.platform === 'win32' });
};

/**
 * Where the headers of the packages' Node lie, beside it. Undefined: it is the Node that runs this and npm, so that all is
 * compiled for it already, or its package has none.
 */
export const nodeHeaders = (node = nodePath()) => {
  if (node === undefined || node === process.execPath) return undefined;
  const folder = resolve(realpathSync(node), '../..');
  return existsSync(join(folder, 'include/node/node.h')) ? folder : undefined;
};

/**
 * Compiles ssh2's helper, which spares half the work of encrypting, for the Node of the packages: npm has just done it
 * for its own Node, and another does not take that. Without a compiler or headers ssh2 goes on without the helper.
 */
const compileHelper = () => {
  const headers = nodeHeaders();
  if (headers === undefined) return;
  const env = environment({ npm_config_nodedir: headers });
  runNpm(['rebuild', 'ssh2', '--loglevel=error'], { stdio: 'ignore', env }, nodeProgram());
};

/** @param {string} reason */
const installPackages = (reason) => {
  console.error(`Installing packages: ${reason}.`);
  const result = runNpm(['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0)
    throw new SetUpError(`npm ci failed (${result.error?.message ?? `exit code ${result.status}`}).`);
  compileHelper();
};

/** Makes sure that the packages and a Node for them are there. Takes milliseconds when they are. */
export const preparePackages = () => {
  const reason = missingPackages() ?? (nodePath() === undefined ? 'Node 24 is missing' : undefined);
  if (reason !== undefined) installPackages(reason);
  if (nodePath() === undefined)
    throw new SetUpError(
      `Quayside needs Node 22.13 or later and runs under ${process.versions.node}; no packaged Node exists for ` +
        `${process.platform} on ${process.arch}. Install a current Node and run this again.`,
    );
};

/** @param {string} path */
const filesBelow = (path) => {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  const found = readdirSync(full, { recursive: true, encoding: 'utf8' }).map((name) => join(full, name));
  return found.filter((file) => statSync(file).isFile());
};

/** One hash of everything the build is made of; tests beside the code are no part of it. */
const inputsHash = () => {
  const hash = createHash('sha256');
  for (const input of inputs) {
    const files = /\.\w+$/.test(input) ? [join(root, input)] : filesBelow(input);
    for (const file of files.filter((name) => !/\.test\.tsx?$/.test(name)).sort())
      hash
        .update(`${relative(root, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
  }
  return hash.digest('hex');
};

/** Builds `out/` when a source changed since the last build, or always when forced. */
export const prepareBuild = ({ force = false } = {}) => {
  const stamp = join(root, 'out/.inputs');
  const hash = inputsHash();
  if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  const program = join(modules, 'electron-vite/bin/electron-vite.js');
  const parameters = [program, 'build', '--logLevel', force ? 'info' : 'warn'];
  const result = spawnSync(nodeProgram(), parameters, { cwd: root, stdio: ['ignore', 2, 2], env: environment() });
  if (result.status !== 0) throw new SetUpError('The build failed; the messages above say where.');
  writeFileSync(stamp, hash);
};

/**
 * Runs a program, passes signals on and resolves with how it ended.
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
export const runProgram = (program, parameters, env) =>
  new Promise((done, fail) => {
    const child = spawn(program, parameters, { cwd: root, stdio: 'inherit', env });
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      // A terminal sends Ctrl-C to the whole foreground group, the child included.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
    for (const signal of signals) process.on(signal, forward);
    // npm hands a SIGTERM to its shell, and the shell ends without telling anyone: a lost parent is the only sign.
    const parent = process.ppid;
    const orphaned = () => process.ppid !== parent && child.kill('SIGTERM');
    const watch = process.env['npm_lifecycle_event'] === undefined ? undefined : setInterval(orphaned, 500);
    child.once('error', fail);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, forward);
      done({ code, signal });
    });
  });

/** The exit code a shell would tell. @param {{ code: number | null, signal: NodeJS.Signals | null }} end */
export const exitCode = ({ code, signal }) => code ?? 128 + (signal === null ? 0 : constants.signals[signal]);

/**
 * Runs a script under the packages' Node and resolves with its exit code.
 * @param {readonly string[]} parameters script and its arguments
 */
export const runNode = async (parameters, extra = {}) =>
  exitCode(await runProgram(nodeProgram(), parameters, environment(extra)));
