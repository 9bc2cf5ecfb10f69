import { fail } from '../core/base/errors.ts';
import type { AppError } from '../core/base/errors.ts';

/**
 * A vendor that answers one page again where the next was asked for hides the rest of a fleet: what was listed may be
 * all, or a small part. `listed` counts the devices so far, `hint` says what the user can do about it.
 */
export const repeatedPage = (vendorName: string, listed: number, hint: string): AppError =>
  fail(
    'bad-response',
    `${vendorName} listed ${listed === 1 ? 'one device' : `${listed} devices`} and the same again when it was asked for the next ones: there may be more.`,
    hint,
  ).error;

/** Whether so many rows look like a page that is full, and not like all there are. */
export const isFullPage = (rows: number): boolean =>
  rows > 0 && (rows % 10 === 0 || rows % 25 === 0 || (rows >= 16 && (rows & (rows - 1)) === 0));
