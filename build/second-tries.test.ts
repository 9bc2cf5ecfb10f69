import { expect, it } from 'vitest';
import { playwrightSecondTries, vitestSecondTries } from './second-tries.mjs';

it('names what vitest passed only at the second try, with what the first one said', () => {
  const passed = { fullName: 'a > steady', status: 'passed', failureMessages: [] };
  const second = {
    fullName: 'a > race',
    status: 'passed',
    failureMessages: ['\u001b[31mError: late\u001b[39m\n at x', 'b'],
  };
  const failed = { fullName: 'a > broken', status: 'failed', failureMessages: ['Error: c'] };
  expect(vitestSecondTries({ testResults: [{ assertionResults: [passed, second, failed] }] })).toEqual([
    'a > race: Error: late',
  ]);
  expect(vitestSecondTries(undefined)).toEqual([]);
});

it('names what Playwright calls flaky, however deep it lies', () => {
  const spec = (title: string, status: string) => ({
    title,
    tests: [{ status, results: [{ error: { message: 'Error: not there\n at y' } }, {}] }],
  });
  const report = { suites: [{ specs: [spec('one', 'expected')], suites: [{ specs: [spec('two', 'flaky')] }] }] };
  expect(playwrightSecondTries(report)).toEqual(['two: Error: not there']);
  expect(playwrightSecondTries(undefined)).toEqual([]);
});
