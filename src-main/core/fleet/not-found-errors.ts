import { fail } from '../base/errors.ts';

/** The error for an unknown device key. */
export const noDevice = fail(
  'not-found',
  'There is no such device.',
  'It may have left the fleet; look at the list of devices.',
);

/** The error for an unknown account id. */
export const noAccount = fail(
  'not-found',
  'There is no such account.',
  'It may have been removed; look at the list of accounts.',
);
