// node build/run.mjs COMMAND [-- ARGUMENTS]: what the npm scripts call. Works in a fresh clone.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import {
  electronBinary,
  environment,
  nodePath,
  prepareBuild,
  preparePackages,
  root,
  runNode,
  SetUpError,
} from './bootstrap.mjs';
import { playwrightStep, vitestStep } from './steps.mjs';

const out = (name) => join(root, 'out/main', name);

/** Fetches Electron's binary with Electron's own script. @returns {boolean} whether it is there now */
const fetchElectron = () => {
  if (electronBinary() !== undefined) return true;
  const script = join(root, 'node_modules/electron/install.js');
  spawnSync(nodePath(), [script], { stdio: ['ignore', 2, 2], env: environment() });
  return electronBinary() !== undefined;
};

const commands = {
  demo: (rest) => {
    prepareBuild();
    return runNode([out('demo.js'), ...rest]);
  },
  start: (rest) => {
    prepareBuild();
    if (electronBinary() !== undefined) return runNode([join(root, 'node_modules/electron/cli.js'), root, ...rest]);
    console.error(
      'The desktop window needs the Electron binary, which is not installed (npx install-electron fetches it).\n' +
        'Quayside starts without a desktop instead: the same window in your browser.',
    );
    return runNode([out('cli.js'), 'serve', ...(rest.length > 0 ? rest : ['--open'])]);
  },
  dev: (rest) => {
    if (!fetchElectron())
      throw new SetUpError(
        'The Electron binary could not be fetched. npm start serves the window to a browser instead.',
      );
    return runNode([join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'dev', ...rest]);
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
  bench: (rest) => {
    prepareBuild();
    return runNode([join(root, 'test/bench/run.ts'), ...rest]);
  },
  // npm run chaos [-- MINUTES]: the chaos test alone, ten minutes unless told.
  chaos: ([minutes = '10']) => {
    process.env.QUAYSIDE_CHAOS_MINUTES = minutes;
    const { parameters } = vitestStep('integration', ['test/integration/forward-chaos.test.ts']);
    return runNode(parameters);
  },
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
