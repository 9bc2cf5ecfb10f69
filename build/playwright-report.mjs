// What Playwright's JSON report says, for the summary of `npm test`.

/**
 * What counts here of a report (JSONReport of @playwright/test/reporter).
 * @typedef {{ status: string, annotations: { type: string, description?: string }[] }} Test
 * @typedef {{ suites?: Suite[], specs?: { tests: Test[] }[] }} Suite
 * @typedef {{
 *   stats: { expected: number, unexpected: number, flaky: number, skipped: number }, errors: readonly unknown[], suites: Suite[],
 * }} Report
 */

/** A test that passed at its second attempt counts as passed; `second-tries.mjs` names it. @param {Report | undefined} report */
export const playwrightCounts = (report) =>
  report === undefined
    ? { passed: 0, failed: 0, skipped: 0 }
    : {
        passed: report.stats.expected + report.stats.flaky,
        failed: report.stats.unexpected + report.errors.length,
        skipped: report.stats.skipped,
      };

/**
 * @param {Suite} suite
 * @returns {Test[]}
 */
const testsIn = ({ suites = [], specs = [] }) => [
  ...specs.flatMap((spec) => spec.tests),
  ...suites.flatMap((suite) => testsIn(suite)),
];

/**
 * Why tests were skipped, in their own words, each reason once with how many it concerned.
 * @param {Report | undefined} report
 */
export const skipReasons = (report) => {
  const reasons = new Map();
  for (const { status, annotations } of testsIn(report ?? {})) {
    if (status !== 'skipped') continue;
    const why = annotations.findLast(({ type }) => type === 'skip')?.description ?? 'without a reason';
    reasons.set(why, (reasons.get(why) ?? 0) + 1);
  }
  return [...reasons].map(([why, count]) => `${count} of e2e: ${why}`);
};
