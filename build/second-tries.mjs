// Tests that failed beside other work and passed when they were tried again: counted as passed, and named at the end of
// `npm test` with what the first try said, because each of them is a race that somebody has to find.

import { stripVTControlCharacters } from 'node:util';

/** @param {string | undefined} text */
const firstLine = (text) =>
  stripVTControlCharacters(text ?? 'no reason was given')
    .split('\n')[0]
    ?.trim();

/**
 * Of vitest: a test that passed keeps what failed at its first try.
 * @param {{ testResults: { assertionResults: { fullName: string, status: string, failureMessages?: string[] }[] }[] } | undefined} report
 * @returns {string[]}
 */
export const vitestSecondTries = (report) =>
  (report?.testResults ?? []).flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ fullName, status, failureMessages = [] }) =>
      status === 'passed' && failureMessages.length > 0 ? [`${fullName}: ${firstLine(failureMessages[0])}`] : [],
    ),
  );

/**
 * @typedef {{ title: string, tests: { status: string, results?: { error?: { message?: string } }[] }[] }} Spec
 * @typedef {{ suites?: Suite[], specs?: Spec[] }} Suite
 */

/**
 * Of Playwright, which calls such a test flaky.
 * @param {Suite | undefined} report
 * @returns {string[]}
 */
export const playwrightSecondTries = (report) => [
  ...(report?.specs ?? []).flatMap(({ title, tests }) =>
    tests.flatMap(({ status, results }) =>
      status === 'flaky'
        ? [`${title}: ${firstLine(results?.find(({ error }) => error !== undefined)?.error?.message)}`]
        : [],
    ),
  ),
  ...(report?.suites ?? []).flatMap(playwrightSecondTries),
];
