// The checks that `npm run check` and `npm test` share, each one program under the packages' Node.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { environment, nodePath, root } from './bootstrap.mjs';

const tool = (path) => join(root, 'node_modules', path);

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

/** One project of the vitest configuration. @param {readonly string[]} extra more arguments of vitest */
export const vitestStep = (project, extra = []) => ({
  name: project,
  parameters: [tool('vitest/vitest.mjs'), 'run', '--config', 'test/vitest.config.ts', '--project', project, ...extra],
});

/** The end-to-end tests. */
export const playwrightStep = (extra = []) => ({
  name: 'e2e',
  parameters: [tool('@playwright/test/cli.js'), 'test', '--config', 'test/e2e/playwright.config.ts', ...extra],
});

/**
 * Runs a step. Output is collected, and shown at once too when `show` is set.
 * @returns {Promise<{ code: number, output: string, seconds: number }>}
 */
export const runStep = ({ parameters }, { show = false, cwd = root, env = {}, signal } = {}) =>
  new Promise((done) => {
    const started = performance.now();
    const child = spawn(nodePath(), parameters, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Colour wishes reach the programs under test, and Node complains of contradicting ones on their stderr.
      env: environment({ NO_COLOR: undefined, FORCE_COLOR: undefined, ...env }),
      signal,
    });
    let output = '';
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])
      from.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (show) to.write(text);
      });
    child.once('error', (error) => {
      output += `${error.message}\n`;
    });
    child.once('close', (code) => done({ code: code ?? 1, output, seconds: (performance.now() - started) / 1000 }));
  });
