import { expect, it } from 'vitest';
import { playwrightCounts, skipReasons } from './playwright-report.mjs';

const test = (status: string, why?: string) => ({
  tests: [{ status, annotations: why === undefined ? [] : [{ type: 'skip', description: why }] }],
});

/** As `--reporter=json` of Playwright writes it, with describes as suites in suites. */
const report = {
  stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 3 },
  errors: [],
  suites: [
    { specs: [test('expected')], suites: [{ specs: [test('skipped', 'Needs Chromium 156.'), test('unexpected')] }] },
    { specs: [test('skipped', 'Needs Chromium 156.'), test('skipped')] },
  ],
};

it('names what a machine could not run, each reason once', () => {
  expect(skipReasons(report)).toEqual(['2 of e2e: Needs Chromium 156.', '1 of e2e: without a reason']);
  expect(skipReasons(undefined)).toEqual([]);
});

it('counts a test that passed at its second attempt as passed', () => {
  expect(playwrightCounts(report)).toEqual({ passed: 5, failed: 1, skipped: 3 });
  expect(playwrightCounts(undefined)).toEqual({ passed: 0, failed: 0, skipped: 0 });
});
