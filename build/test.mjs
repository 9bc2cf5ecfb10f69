// npm test: everything this machine can verify, in order of cost. The last line is `N passed, N failed, N skipped`;
// above it stands by name what could not run here.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { electronBinary, prepareBuild, root, SetUpError } from './bootstrap.mjs';
import { withoutElectron } from './hidden-electron.mjs';
import { playwrightCounts, skipReasons } from './playwright-report.mjs';
import { playwrightSecondTries, vitestSecondTries } from './second-tries.mjs';
import { ownNetwork, playwrightStep, runStep, staticSteps, vitestStep } from './steps.mjs';
import { prepareBoringSsl } from './boringssl.mjs';
import { prepareWindows, windowsPackages } from './wine.mjs';

/** Programs that the tests run for real: sshd, a Secret Service, a display, a browser. */
const systemPackages = (
  'chromium openssh-server openssh-client dropbear-bin xvfb xterm gnome-keyring libsecret-1-0 dbus dbus-x11 socat iperf3 xauth ' +
  'procps zsh fish imagemagick x11-utils x11-xserver-utils xdotool iproute2 openssl rsync tinyproxy-bin ' +
  'tigervnc-standalone-server tigervnc-viewer tigervnc-tools freerdp2-shadow-x11 freerdp2-x11 winpr-utils ' +
  'xfce4-panel dunst libglib2.0-bin fonts-dejavu-core'
).split(' ');

/**
 * Debian's Chromium without a window, which draws the same pages for a fifth less of both cores. Ubuntu has none; the tests
 * take the one with a window there (`test/e2e/playwright.config.ts`).
 */
const lightBrowser = 'chromium-headless-shell';

/** @param {readonly string[]} packages */
const missingPackages = (packages) => {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], {
    encoding: 'utf8',
  });
  const installed = new Set(
    (query.stdout ?? '').split('\n').map((line) => (line.endsWith(' installed') ? line.split(' ')[0] : '')),
  );
  return packages.filter((name) => !installed.has(name));
};

/** @param {string[]} parameters */
const apt = (...parameters) =>
  spawnSync('apt-get', ['-q', ...parameters], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;
const mayInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

const prepareNeeded = () => {
  const missing = missingPackages(systemPackages);
  if (missing.length === 0) return;
  const line = `sudo apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (!mayInstall())
    throw new SetUpError(`The tests need programs that are not installed. Run this and try again:\n  ${line}`);
  console.log(`Installing what the tests run for real: ${missing.join(' ')}`);
  apt('update');
  if (!apt('install', '-y', '--no-install-recommends', ...missing))
    throw new SetUpError(`apt-get could not install what the tests need. See above, then run:\n  ${line}`);
};

const prepareSystem = () => {
  prepareNeeded();
  // After the others: it must be of one version with their Chromium, whose files it shares.
  if (mayInstall() && missingPackages([lightBrowser]).length > 0)
    apt('install', '-y', '--no-install-recommends', lightBrowser);
};

const totals = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const summary = [];
/** @type {string[]} */
const notRun = [];
/** @type {string[]} */
const secondTries = [];

/**
 * @typedef {{ passed: number, failed: number, skipped?: number }} Counts
 * @typedef {{ part?: string, extra?: readonly string[], mark?: string | undefined, via?: readonly string[] | undefined, cwd?: string }} How
 */

/** @param {string} name @param {Counts} counts @param {number} seconds @param {readonly string[]} [reasons] */
const record = (name, { passed, failed, skipped = 0 }, seconds, reasons) => {
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
  if (skipped > 0)
    notRun.push(...(reasons ?? [`${name}: ${skipped} skipped by the tests themselves; their output says why`]));
  summary.push(
    `${failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds.toFixed(1)} s)`,
  );
};

/** A run that ended badly without naming a failed test still is one failure. @param {Counts} counts @param {number} code */
const settled = (counts, code) => (code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts);

/** @param {string} path */
const readReport = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

/**
 * @param {{
 *   numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: unknown[] }[],
 * } | undefined} report what counts here of vitest's report in JSON
 */
const vitestCounts = (report) =>
  report === undefined
    ? { passed: 0, failed: 0, skipped: 0 }
    : {
        passed: report.numPassedTests,
        // A file that could not be loaded has no tests to count.
        failed:
          report.numFailedTests +
          report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length,
        skipped: report.numPendingTests + report.numTodoTests,
      };

/** @param {import('./steps.mjs').Step} step */
const runStatic = async (step) => {
  const { code, output, seconds } = await runStep(step);
  if (code !== 0) console.log(output.trimEnd());
  record(step.name, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }, seconds);
};

/** @param {string} project @param {string} name @param {string} reports a folder @param {How} how */
const runVitest = async (project, name, reports, { cwd = root, extra = [], mark, via } = {}) => {
  console.log(`\n── ${name}`);
  const file = join(reports, `${name}.json`);
  const again = triedTwice.has(project) ? ['--retry=1'] : [];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const step = vitestStep(project, [...reporters, ...again, ...extra]);
  const { code, seconds } = await runStep(step, { show: true, cwd, mark, via });
  const report = readReport(file);
  secondTries.push(...vitestSecondTries(report).map((line) => `${name}: ${line}`));
  record(name, settled(vitestCounts(report), code), seconds);
};

/** @param {string} reports a folder @param {How} how */
const runPlaywright = async (reports, { part = '', extra = [], mark, via } = {}) => {
  const name = `e2e${part}`;
  console.log(`\n── ${name}`);
  const file = join(reports, `${name}.json`);
  // A run clears the folder of its results, and must not clear that of another part.
  const step = playwrightStep([
    '--reporter=list,json',
    `--output=${join(root, 'test-results', name)}`,
    '--retries=1',
    ...extra,
  ]);
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: file };
  const { code, seconds } = await runStep(step, { show: true, mark, via, env });
  const report = readReport(file);
  secondTries.push(...playwrightSecondTries(report).map((line) => `${name}: ${line}`));
  record(name, settled(playwrightCounts(report), code), seconds, skipReasons(report));
};

/** Projects whose tests run real programs beside other work: a test of theirs that fails is tried once more. */
const triedTwice = new Set(['integration', 'windows']);

const runBuild = () => {
  console.log('\n── build');
  const started = performance.now();
  let failed = 0;
  try {
    prepareBuild({ force: true });
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.log(error.message);
    failed = 1;
  }
  record('build', { passed: 1 - failed, failed }, (performance.now() - started) / 1000);
};

/** What needs the package `electron`, or packages as npm lays them: it runs in the checkout, all else in the copy. */
const ofDesktop = ['src-main/electron/**', 'build/fetch-electron.test.ts'];
const ofPackaging = 'test/integration/packag*.test.ts';
const withoutDesktop = [...ofDesktop, ofPackaging].flatMap((pattern) => ['--exclude', pattern]);

/** @param {Parameters<Parameters<typeof withoutElectron>[0]>[0]} copy */
const runHeadless = async (copy) => {
  console.log('\n── headless without electron');
  const { failure, seconds } = await copy.serveHeadless();
  if (failure !== undefined) console.log(failure);
  record(
    'headless without electron',
    { passed: failure === undefined ? 1 : 0, failed: failure === undefined ? 0 : 1 },
    seconds,
  );
};

/**
 * The parts of one kind of tests as jobs, each for a network of its own; without `via` the whole as one job. These tests
 * wait for sockets and programs much of the time, and two of them in one network would take each other's local ports.
 * @param {readonly string[] | undefined} via @param {number} count @param {string} mark a letter
 * @param {(how: How) => Promise<void>} run
 * @returns {(() => Promise<void>)[]}
 */
const inParts = (via, count, mark, run) =>
  via === undefined
    ? [() => run({})]
    : Array.from({ length: count }, (_, index) => {
        const part = index + 1;
        return () =>
          run({ part: ` (${part} of ${count})`, mark: `${mark}${part}│ `, via, extra: [`--shard=${part}/${count}`] });
      });

/** Runs jobs in their order, so many at a time. @param {readonly (() => Promise<void>)[]} jobs @param {number} atOnce */
const runJobs = async (jobs, atOnce) => {
  const waiting = [...jobs];
  const work = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
};

/** Gets Wine and a Node for Windows ready. Why that cannot be had here, else undefined. */
const prepareWine = () => {
  const missing = process.arch === 'x64' && mayInstall() ? missingPackages(windowsPackages) : [];
  // The lists are as old as the image where nothing else had to be installed.
  if (missing.length > 0 && apt('update')) apt('install', '-y', '--no-install-recommends', ...missing);
  return prepareWindows();
};

/** @param {string} reports a folder */
const main = async (reports) => {
  prepareSystem();
  for (const step of staticSteps) await runStatic(step);
  console.log(summary.join('\n'));
  runBuild();
  // Of the unit tests only those that need `electron` resolved; the rest run below, where it is not.
  await runVitest('unit', 'unit of the desktop', reports, {
    extra: ['src-main/electron/', 'build/fetch-electron.test.ts'],
  });
  // The import rules, proven: all that needs no desktop runs in a copy of the checkout in which no `electron` can be
  // resolved. Nothing of it is run a second time with `electron` there, which would prove nothing more.
  await withoutElectron(async (copy) => {
    /** @param {string} project @param {How} how */
    const run = (project, { part = '', extra = [], ...how } = {}) =>
      runVitest(project, `${project} without electron${part}`, reports, {
        ...how,
        cwd: copy.folder,
        extra: [...withoutDesktop, ...extra],
      });
    for (const project of ['unit', 'contract', 'property']) await run(project);
    await runHeadless(copy);
    const absent = { 'windows under Wine': prepareWine(), 'crypto on BoringSSL': prepareBoringSsl() };
    for (const [name, reason] of Object.entries(absent)) {
      if (reason === undefined) continue;
      totals.skipped += 1;
      notRun.push(`${name}: ${reason}`);
    }
    const via = ownNetwork();
    /** @param {string} project @param {string} name @param {string} mark @param {readonly string[]} extra */
    const single =
      (project, name, mark, extra = []) =>
      () =>
        runVitest(project, name, reports, { via, mark: via && `${mark}│ `, extra });
    const windows = absent['windows under Wine'] === undefined ? [single('windows', 'windows under Wine', 'w')] : [];
    const boringSsl =
      absent['crypto on BoringSSL'] === undefined ? [single('boringssl', 'crypto on BoringSSL', 'b')] : [];
    const e2e = inParts(via, 4, 'e', (how) => runPlaywright(reports, how));
    const integration = inParts(via, 3, 'i', (how) => run('integration', how));
    // Pages want a core, the others mostly wait: one of these beside each of those, and what is long first.
    const jobs = [
      ...e2e.flatMap((job, index) => [job, ...(index === 0 ? windows : []), ...integration.slice(index, index + 1)]),
      single('integration', 'packaging', 'p', ['test/integration/packag']),
      ...boringSsl,
    ];
    await runJobs(jobs, via === undefined ? 1 : 3);
  });

  // The same tests run on the real Electron where it is.
  if (electronBinary() === undefined) {
    totals.skipped += 1;
    notRun.push('desktop on the real Electron: its binary is not present; its tests ran on the stand-in instead');
  }
};

const reports = mkdtempSync(join(tmpdir(), 'quayside-test-'));
try {
  await main(reports);
} catch (error) {
  if (!(error instanceof SetUpError)) throw error;
  console.log(error.message);
  totals.failed += 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}

console.log(`\n${summary.join('\n')}`);
if (secondTries.length > 0)
  console.log(
    `\nPassed only at the second try, a race to be found:\n${secondTries.map((line) => `  ${line}`).join('\n')}`,
  );
if (notRun.length > 0) console.log(`\nNot run on this machine:\n${notRun.map((line) => `  ${line}`).join('\n')}`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 ? 0 : 1;
