import { fail } from '../core/base/errors.ts';
import type { AppError } from '../core/base/errors.ts';

/**
 * The error for a vendor that sends a page again instead of the next one: the listed devices may be all, or a small
 * part. `listed` counts them, `hint` says what the user can do.
 */
export const repeatedPage = (vendorName: string, listed: number, hint: string): AppError =>
  fail(
    'bad-response',
    `${vendorName} listed ${listed === 1 ? 'one device' : `${listed} devices`} and the same again when it was asked for the next ones: there may be more.`,
    hint,
  ).error;

/** Whether this number of rows looks like a full page, not like the end of a list. */
export const isFullPage = (rows: number): boolean =>
  rows > 0 && (rows % 10 === 0 || rows % 25 === 0 || (rows >= 16 && (rows & (rows - 1)) === 0));
