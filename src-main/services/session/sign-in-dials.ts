import { fail, type Failure, type Result } from '../../core/base/errors.ts';
import type { OwnSshDial, OwnSshDialed, SshConnection, SshDial, SshDialed } from '../../core/ssh/ssh-client.ts';

export interface SignedIn {
  readonly connection: SshConnection;
  readonly user: string;
  /** What the server showed before the sign-in; empty if nothing. */
  readonly banner: string;
  /** That it goes through the user's own OpenSSH, and why; empty if it does not. */
  readonly through: string;
}

/** What signing in makes connections with. */
export interface SignInDials {
  library(
    request: Pick<SshDial, 'user' | 'next' | 'banner'>,
  ): Promise<Result<Exclude<SshDialed, { readonly outcome: 'outdated' }>>>;
  ownSsh(
    request: Pick<OwnSshDial, 'user' | 'keyFile' | 'authority' | 'answer' | 'isOnly' | 'touch'>,
  ): Promise<Result<OwnSshDialed>>;
}

export const elsewhere = 'open the device with ssh in your own terminal.';

export const notUnderstood = (algorithms: readonly string[]): Failure =>
  fail(
    'unsupported',
    `This device speaks only SSH algorithms that Quayside does not have (${algorithms.join(', ').slice(0, 200)}).`,
    'Open it with ssh in your own terminal.',
  );

export const keyRefused = fail(
  'unauthorized',
  'The session was not opened, because the device’s host key was not accepted.',
  'Reconnect when you know that the key is right.',
);
