// The checks that `npm run check` and `npm test` share, each one program under the packages' Node.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { environment, nodeProgram, root } from './bootstrap.mjs';

/**
 * @typedef {{ name: string, parameters: readonly string[] }} Step a program under the packages' Node
 * @typedef {{
 *   show?: boolean, mark?: string | undefined, via?: readonly string[] | undefined, cwd?: string, env?: NodeJS.ProcessEnv,
 *   signal?: AbortSignal,
 * }} Way how a step is run
 */

/** @param {string} path */
const tool = (path) => join(root, 'node_modules', path);

/** @param {string} project */
const types = (project) => ({
  name: `types ${project}`,
  parameters: [tool('typescript/bin/tsc'), '-p', project],
});

/** Checks that say yes or no; each counts as one. */
export const staticSteps = [
  {
    name: 'lint',
    parameters: [tool('oxlint/bin/oxlint'), '-c', 'build/oxlint.json', '--type-aware', '--deny-warnings', '-f', 'unix'],
  },
  { name: 'format', parameters: [tool('oxfmt/bin/oxfmt'), '-c', 'build/oxfmt.json', '--check', '.'] },
  ...['.', 'src-main', 'src-preload', 'src-renderer', 'test'].map(types),
  { name: 'knip', parameters: [tool('knip/bin/knip.js'), '-c', 'build/knip.json', '--no-progress'] },
];

/**
 * One project of the vitest configuration.
 * @param {string} project @param {readonly string[]} extra more arguments of vitest @returns {Step}
 */
export const vitestStep = (project, extra = []) => ({
  name: project,
  parameters: [tool('vitest/vitest.mjs'), 'run', '--config', 'test/vitest.config.ts', '--project', project, ...extra],
});

/** The end-to-end tests. @param {readonly string[]} extra more arguments of Playwright @returns {Step} */
export const playwrightStep = (extra = []) => ({
  name: 'e2e',
  parameters: [tool('@playwright/test/cli.js'), 'test', '--config', 'test/e2e/playwright.config.ts', ...extra],
});

/** Loopback, and one more address, without which the application finds that this computer has no network. */
const makeNetwork =
  'ip link set lo up && ip link add quay0 type veth peer name quay1 && ip addr add 192.0.2.2/24 dev quay0 && ' +
  'ip link set quay0 up && ip link set quay1 up';

/**
 * What a program is started with to have a network of its own, so that tests which need the same local ports run side by
 * side. Undefined if this user may not make one: only root on Linux may.
 * @returns {readonly string[] | undefined}
 */
export const ownNetwork = () => {
  const start = ['unshare', '--net', 'sh', '-c', `${makeNetwork} && exec "$@"`, 'sh'];
  const tried = process.getuid?.() === 0 ? spawnSync('unshare', [...start.slice(1), 'true']) : undefined;
  return tried?.status === 0 ? start : undefined;
};

/** Passes whole lines on, each with a mark in front. @param {string} mark @param {NodeJS.WriteStream} to */
const markedLines = (mark, to) => {
  let rest = '';
  return {
    /** @param {string} text */
    write: (text) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) to.write(`${mark}${line}\n`);
    },
    end: () => {
      if (rest !== '') to.write(`${mark}${rest}\n`);
    },
  };
};

/**
 * Runs a step. Output is collected, and shown at once too when `show` is set, each line behind `mark`. `via` is the program
 * that starts it, with its arguments.
 * @param {Pick<Step, 'parameters'>} step @param {Way} way
 * @returns {Promise<{ code: number, output: string, seconds: number }>}
 */
export const runStep = ({ parameters }, { show = false, mark = '', via = [], cwd = root, env = {}, signal } = {}) =>
  new Promise((done) => {
    const started = performance.now();
    const [program = '', ...rest] = [...via, nodeProgram(), ...parameters];
    const child = spawn(program, rest, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Colour wishes reach the programs under test, and Node complains of contradicting ones on their stderr.
      env: environment({ NO_COLOR: undefined, FORCE_COLOR: undefined, ...env }),
      signal,
    });
    let output = '';
    for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
      const from = child[name];
      const shown = markedLines(mark, process[name]);
      from.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (show) shown.write(text);
      });
      from.once('end', () => show && shown.end());
    }
    child.once('error', (error) => {
      output += `${error.message}\n`;
    });
    child.once('close', (code) => done({ code: code ?? 1, output, seconds: (performance.now() - started) / 1000 }));
  });
