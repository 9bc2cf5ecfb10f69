// A copy of the checkout in which `electron` does not exist. The checkout itself is never touched, so an
// interrupted run leaves nothing to repair.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { environment, nodeProgram, root } from './bootstrap.mjs';

// The built window goes along: what serves it is tried in the order that the test runner likes.
const left = new Set(['.git', 'node_modules', 'dist', 'test-results', 'playwright-report', '.cache']);
const startLimitMs = 30_000;
const stopLimitMs = 10_000;

/** @param {string} folder */
const copyTree = (folder) => {
  for (const name of readdirSync(root))
    if (!left.has(name)) cpSync(join(root, name), join(folder, name), { recursive: true });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(root, 'node_modules')))
    // Tools keep their caches in dot folders; the copy gets its own.
    if (name !== 'electron' && (!name.startsWith('.') || name === '.bin'))
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
};

/** @param {string} folder */
const assertHidden = (folder) => {
  let found;
  try {
    found = createRequire(join(folder, 'package.json')).resolve('electron');
  } catch {
    return;
  }
  throw new Error(`electron can still be resolved, from ${found}; the step would prove nothing.`);
};

/** @typedef {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} Child */

/**
 * Resolves with the first match of a pattern in a child's output, or undefined when it ends or time is up.
 * @param {Child} child @param {RegExp} pattern @param {number} limitMs
 * @returns {Promise<string | undefined>}
 */
const waitForOutput = (child, pattern, limitMs) =>
  new Promise((done) => {
    let text = '';
    /** @param {string} [found] */
    const finish = (found) => {
      clearTimeout(timer);
      done(found);
    };
    const timer = setTimeout(() => finish(), limitMs);
    /** @param {string} chunk */
    const read = (chunk) => {
      text += chunk;
      const match = pattern.exec(text);
      if (match !== null) finish(match[0]);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('exit', () => finish(undefined));
  });

/** @param {Child} child @param {number} limitMs @returns {Promise<boolean>} */
const stopped = (child, limitMs) =>
  new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done(true);
    const timer = setTimeout(() => done(false), limitMs);
    child.once('exit', () => {
      clearTimeout(timer);
      done(true);
    });
    child.kill('SIGTERM');
  });

/**
 * Builds the copy, starts the headless host from it, loads the window once and stops it again.
 * @param {string} folder @returns {Promise<string | undefined>} what was wrong
 */
const serveHeadless = async (folder) => {
  const program = join(folder, 'node_modules/electron-vite/bin/electron-vite.js');
  const build = spawnSync(nodeProgram(), [program, 'build', '--logLevel', 'warn'], {
    cwd: folder,
    encoding: 'utf8',
    env: environment(),
  });
  if (build.status !== 0) return `The build failed without electron:\n${build.stdout}${build.stderr}`;
  const profile = join(folder, 'profile');
  const parameters = [join(folder, 'out/main/cli.js'), '--profile', profile, 'serve', '--port', '0'];
  const child = spawn(nodeProgram(), parameters, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(),
  });
  try {
    const address = await waitForOutput(child, /http:\/\/127\.0\.0\.1:\d+[^\s"']*(?=\s)/, startLimitMs);
    if (address === undefined) return 'The headless host printed no address without electron.';
    const signal = AbortSignal.timeout(stopLimitMs);
    const entry = await fetch(address, { redirect: 'manual', signal });
    const cookie = entry.headers.getSetCookie().map((header) => header.split(';')[0]);
    const page = await fetch(new URL('/', address), { headers: { cookie: cookie.join('; ') }, signal });
    if (!page.ok || !(await page.text()).includes('<script'))
      return `The headless host answered ${page.status} instead of the window without electron.`;
    return (await stopped(child, stopLimitMs)) ? undefined : 'The headless host did not stop when asked to.';
  } finally {
    child.kill('SIGKILL');
  }
};

/**
 * Runs a task on the copy and removes the copy afterwards.
 * @param {(copy: { folder: string, serveHeadless: () => Promise<{ failure: string | undefined, seconds: number }> }) => Promise<void>} task
 */
export const withoutElectron = async (task) => {
  const folder = mkdtempSync(join(tmpdir(), 'quayside-without-electron-'));
  // A test runs the sources as another user too; nothing in a checkout is secret.
  chmodSync(folder, 0o755);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    copyTree(folder);
    assertHidden(folder);
    await task({
      folder,
      serveHeadless: async () => {
        const started = performance.now();
        const failure = await serveHeadless(folder);
        return { failure, seconds: (performance.now() - started) / 1000 };
      },
    });
  } finally {
    process.off('exit', remove);
    remove();
  }
};
