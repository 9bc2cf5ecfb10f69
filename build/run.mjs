// node build/run.mjs COMMAND [-- ARGUMENTS]: what the npm scripts call. Works in a fresh clone.
import { join } from 'node:path';

import {
  environment,
  exitCode,
  prepareBuild,
  preparePackages,
  root,
  runNode,
  runProgram,
  SetUpError,
} from './bootstrap.mjs';
import { chooseWindow, couldNotStart, endedAtOnce, inBrowserBecause } from './electron.mjs';
import { playwrightStep, vitestStep } from './steps.mjs';

/** @param {string} name */
const out = (name) => join(root, 'out/main', name);

/** Takes --browser, which is for us alone, out of the arguments of the application. @param {readonly string[]} given */
const askedForBrowser = (given) => ({
  browser: given.includes('--browser'),
  rest: given.filter((argument) => argument !== '--browser'),
});

/**
 * The folder is started, not its script: so Electron takes name and version from our package.json.
 * @param {string} binary @param {readonly string[]} rest
 */
const runDesktop = (binary, rest) => {
  const { ELECTRON_RUN_AS_NODE: _inherited, ...env } = environment();
  return runProgram(binary, [root, ...rest], env);
};

/** @type {Record<string, (given: readonly string[]) => number | Promise<number>>} */
const commands = {
  demo: (given) => {
    prepareBuild();
    const { browser, rest } = askedForBrowser(given);
    const window = chooseWindow({ browser });
    const shown = 'binary' in window ? ['--electron', window.binary] : ['--because', inBrowserBecause(window)];
    return runNode([out('demo.js'), ...rest, ...shown]);
  },
  start: async (given) => {
    prepareBuild();
    const { browser, rest } = askedForBrowser(given);
    let window = chooseWindow({ browser });
    if ('binary' in window) {
      const end = await runDesktop(window.binary, rest);
      if (!couldNotStart(end)) return exitCode(end);
      window = endedAtOnce(end);
    }
    console.error(inBrowserBecause(window));
    return runNode([out('cli.js'), 'serve', ...(rest.length > 0 ? rest : ['--open'])]);
  },
  dev: (rest) => {
    prepareBuild();
    const window = chooseWindow();
    if (!('binary' in window))
      throw new SetUpError(
        `The desktop window cannot be shown, because ${window.reason}. ${window.mend}\nnpm start serves it to a browser.`,
      );
    const program = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
    return runNode([program, 'dev', '--watch', ...rest], { ELECTRON_EXEC_PATH: window.binary });
  },
  build: () => {
    prepareBuild({ force: true });
    return 0;
  },
  // npm run e2e [-- desktop]: the end-to-end tests alone, on the real Electron where its binary is.
  e2e: (rest) => {
    prepareBuild();
    return runNode(playwrightStep(rest).parameters);
  },
  // npm run smoke -- package|start …: what only real binaries can show; see test/smoke/run.ts.
  smoke: (rest) => {
    prepareBuild();
    return runNode([join(root, 'test/smoke/run.ts'), ...rest]);
  },
  bench: (rest) => {
    prepareBuild();
    return runNode([join(root, 'test/bench/run.ts'), ...rest]);
  },
  // npm run chaos [-- MINUTES]: the chaos test alone, ten minutes by default.
  chaos: ([minutes = '10']) => {
    process.env['QUAYSIDE_CHAOS_MINUTES'] = minutes;
    const { parameters } = vitestStep('integration', ['test/integration/forward-chaos.test.ts']);
    return runNode(parameters);
  },
  // npm run attacks [-- MINUTES]: what is tried against a host in each run, in numbers worth telling; five minutes of floods.
  attacks: ([minutes = '5']) => {
    prepareBuild();
    process.env['QUAYSIDE_FLOOD_SECONDS'] = String((Number(minutes) * 60) / 3);
    process.env['QUAYSIDE_HOSTILE_FRAMES'] = '610000';
    process.env['QUAYSIDE_KILLS'] = '80';
    const { parameters } = vitestStep('integration', ['test/integration/attacks-', 'test/integration/descriptors']);
    return runNode(parameters);
  },
  mutate: (rest) => runNode([join(root, 'build/mutate.mjs'), ...rest]),
  package: (rest) => runNode([join(root, 'build/package.mjs'), ...rest]),
  check: (rest) => runNode([join(root, 'build/check.mjs'), ...rest]),
  test: (rest) => runNode([join(root, 'build/test.mjs'), ...rest]),
};

const [name = '', ...given] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  console.error(`Usage: node build/run.mjs ${Object.keys(commands).join('|')} [-- ARGUMENTS]`);
  process.exitCode = 2;
} else {
  try {
    preparePackages();
    process.exitCode = await command(given[0] === '--' ? given.slice(1) : given);
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
