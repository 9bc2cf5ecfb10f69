import { fail } from '../base/errors.ts';

/** The error for a key that no known device has. */
export const noDevice = fail(
  'not-found',
  'There is no such device.',
  'It may have left the fleet; look at the list of devices.',
);

/** The error for an id that no account has. */
export const noAccount = fail(
  'not-found',
  'There is no such account.',
  'It may have been removed; look at the list of accounts.',
);
