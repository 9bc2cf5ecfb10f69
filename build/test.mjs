// npm test: everything this machine can verify, in order of cost. The last line is `N passed, N failed, N skipped`;
// above it stands by name what could not run here.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { electronBinary, prepareBuild, root, SetUpError } from './bootstrap.mjs';
import { withoutElectron } from './hidden-electron.mjs';
import { playwrightCounts, skipReasons } from './playwright-report.mjs';
import { playwrightStep, runStep, staticSteps, vitestStep } from './steps.mjs';
import { prepareWindows, windowsPackages } from './windows.mjs';

/** Programs that the tests run for real: sshd, a Secret Service, a display, a browser. */
const systemPackages = (
  'chromium openssh-server openssh-client xvfb xterm gnome-keyring libsecret-1-0 dbus dbus-x11 socat iperf3 xauth ' +
  'procps zsh fish imagemagick x11-utils x11-xserver-utils xdotool iproute2 openssl rsync tinyproxy-bin ' +
  'tigervnc-standalone-server tigervnc-viewer tigervnc-tools freerdp2-shadow-x11 freerdp2-x11 winpr-utils ' +
  'xfce4-panel dunst libglib2.0-bin fonts-dejavu-core'
).split(' ');

const missingPackages = (packages) => {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], {
    encoding: 'utf8',
  });
  const installed = new Set(
    (query.stdout ?? '').split('\n').map((line) => (line.endsWith(' installed') ? line.split(' ')[0] : '')),
  );
  return packages.filter((name) => !installed.has(name));
};

const apt = (...parameters) =>
  spawnSync('apt-get', ['-q', ...parameters], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;
const mayInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

const prepareSystem = () => {
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

const totals = { passed: 0, failed: 0, skipped: 0 };
const summary = [];
const notRun = [];

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

/** A run that ended badly without naming a failed test still is one failure. */
const settled = (counts, code) => (code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts);

const readReport = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

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

const runStatic = async (step) => {
  const { code, output, seconds } = await runStep(step);
  if (code !== 0) console.log(output.trimEnd());
  record(step.name, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }, seconds);
};

const runVitest = async (project, name, reports, { cwd = root, extra = [] } = {}) => {
  console.log(`\n── ${name}`);
  const file = join(reports, `${name}.json`);
  const step = vitestStep(project, ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...extra]);
  const { code, seconds } = await runStep(step, { show: true, cwd });
  record(name, settled(vitestCounts(readReport(file)), code), seconds);
};

const runPlaywright = async (reports) => {
  console.log('\n── e2e');
  const file = join(reports, 'e2e.json');
  const step = playwrightStep(['--reporter=list,json']);
  const { code, seconds } = await runStep(step, { show: true, env: { PLAYWRIGHT_JSON_OUTPUT_NAME: file } });
  const report = readReport(file);
  record('e2e', settled(playwrightCounts(report), code), seconds, skipReasons(report));
};

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

/**
 * The import rules, proven: all that needs no desktop runs in a copy of the checkout in which no `electron` can be
 * resolved. Nothing of it is run a second time with `electron` there, which would prove nothing more.
 */
const runWithoutElectron = (reports) =>
  withoutElectron(async (copy) => {
    for (const project of ['unit', 'contract', 'integration', 'property'])
      await runVitest(project, `${project} without electron`, reports, {
        cwd: copy.folder,
        extra: ['--exclude', 'src-main/electron/**', '--exclude', 'build/fetch-electron.test.ts'],
      });
    console.log('\n── headless without electron');
    const { failure, seconds } = await copy.serveHeadless();
    if (failure !== undefined) console.log(failure);
    record(
      'headless without electron',
      { passed: failure === undefined ? 1 : 0, failed: failure === undefined ? 0 : 1 },
      seconds,
    );
  });

/** What runs on Windows, under Wine. Not every machine can have that; then it is counted and named. */
const runWindows = async (reports) => {
  const missing = process.arch === 'x64' && mayInstall() ? missingPackages(windowsPackages) : [];
  // The lists are as old as the image where nothing else had to be installed.
  if (missing.length > 0 && apt('update')) apt('install', '-y', '--no-install-recommends', ...missing);
  const reason = prepareWindows();
  if (reason === undefined) return runVitest('windows', 'windows under Wine', reports);
  totals.skipped += 1;
  notRun.push(`windows under Wine: ${reason}`);
};

const main = async (reports) => {
  prepareSystem();
  for (const step of staticSteps) await runStatic(step);
  console.log(summary.join('\n'));
  runBuild();
  // Of the unit tests only those that need `electron` resolved; the rest run below, where it is not.
  await runVitest('unit', 'unit of the desktop', reports, {
    extra: ['src-main/electron/', 'build/fetch-electron.test.ts'],
  });
  await runWithoutElectron(reports);
  await runWindows(reports);
  await runPlaywright(reports);

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
if (notRun.length > 0) console.log(`\nNot run on this machine:\n${notRun.map((line) => `  ${line}`).join('\n')}`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 ? 0 : 1;
