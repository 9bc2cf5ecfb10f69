import { fail } from '../base/errors.ts';

/** The answer to whoever names a device that nobody knows. */
export const noDevice = fail(
  'not-found',
  'There is no such device.',
  'It may have left the fleet; look at the list of devices.',
);

/** The answer to whoever names an account that nobody knows. */
export const noAccount = fail(
  'not-found',
  'There is no such account.',
  'It may have been removed; look at the list of accounts.',
);
