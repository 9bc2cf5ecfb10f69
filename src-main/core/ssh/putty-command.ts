import { fail, ok } from '../base/errors.ts';
import { checkSshUser } from './ssh-command.ts';
import type { Result } from '../base/errors.ts';
import type { LaunchPlan } from '../launch/launch-plan.ts';

/** The names of PuTTY's program, on Windows. */
export const puttyProbes: readonly string[] = ['PuTTY\\putty.exe', 'putty.exe'];

/**
 * PuTTY for a forward. `-loghost` is the name under which it stores the device's host key: with the port of a forward
 * alone, a reused port would raise an alarm. Errors: invalid-input.
 */
export const puttyPlan = (
  program: string,
  target: { readonly address: string; readonly port: number; readonly alias: string; readonly user?: string },
): Result<LaunchPlan> => {
  const user = target.user === undefined ? ok('') : checkSshUser(target.user);
  if (!user.ok) return user;
  if (!/^[0-9a-f][0-9a-f.:]*$|^::1$/.test(target.address)) {
    return fail(
      'invalid-input',
      'The address of the forward is no IP address.',
      'Remove the forward and open it again.',
    );
  }
  return ok({
    program,
    args: [
      ...['-ssh', '-P', String(target.port), '-loghost', target.alias],
      ...(user.value === '' ? [] : ['-l', user.value]),
      target.address,
    ],
    detached: true,
  });
};
