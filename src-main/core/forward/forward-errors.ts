import { fail } from '../base/errors.ts';
import type { AppError } from '../base/errors.ts';

/** The error for an unknown forward id. */
export const noForward = fail(
  'not-found',
  'There is no such forward.',
  'It may have been removed; look at the list of forwards.',
);

/** The code of a dial that was refused because the tunnel ends on this computer, on its link, or at a forward. */
export const endsHere = 'ENDS_HERE';

/** The text for EMFILE and ENFILE: the system has no descriptors left, for this process or for all. */
export const outOfDescriptors = 'this computer lets Quayside open no more connections and files now';
export const moreDescriptors =
  'Close connections or forwards you do not need, or raise the limit (ulimit -n) and start Quayside again.';
const noDescriptor = (what: string): AppError =>
  fail('internal', `${what}: ${outOfDescriptors}.`, moreDescriptors).error;

/**
 * Why clients were turned away: the address is not allowed, or a limit is reached, of the forward or of all forwards
 * together.
 */
export type RefusalReason = 'source' | 'limit' | 'descriptors';

/** Why a forward turned its last client away, in words. */
export const refusalWords: Readonly<Record<RefusalReason, string>> = {
  source: 'They came from addresses that this forward is not shared with.',
  limit: 'It has as many clients as its limit allows. Raise the limit, or end some of them.',
  descriptors: `All forwards together have as many clients as the system lets Quayside have. ${moreDescriptors}`,
};

/** Where a dial fails: when resolving the name of the tunnel's end, or afterwards. */
export type DialHop = 'name' | 'tunnel';

/** Where a dial with this system error code failed. */
export const dialHop = (code: string): DialHop => (code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? 'name' : 'tunnel');

/** Why a tunnel's end could not be dialled. `code` is the system's error code, DIAL_TIMEOUT or ENDS_HERE. */
export const dialError = (code: string, host: string, port: number, timeoutMs: number): AppError => {
  const end = `the tunnel at ${host}:${port}`;
  switch (code) {
    case 'ECONNREFUSED':
      return fail(
        'tunnel-failed',
        `Dialling failed: ${end} refused the connection.`,
        'The tunnel is gone or the device closed it. Connect again; if it stays so, check that the service runs on the device.',
      ).error;
    case 'DIAL_TIMEOUT':
    case 'ETIMEDOUT':
      return fail(
        'tunnel-failed',
        `Dialling failed: ${end} did not answer within ${Math.round(timeoutMs / 1000)} s.`,
        'A firewall between this computer and the vendor may block that port. Try another network.',
      ).error;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fail(
        'tunnel-failed',
        `Dialling failed: the name ${host} of the tunnel could not be resolved.`,
        'Check the network and name resolution of this computer.',
      ).error;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return fail(
        'tunnel-failed',
        `Dialling failed: there is no way from this computer to ${end}.`,
        'Check the network of this computer.',
      ).error;
    case endsHere:
      // Errors that waiting does not fix.
      return fail(
        'forbidden',
        `Dialling was refused: the vendor named ${host}:${port} as the end of the tunnel, which is on this computer or its link and not a device.`,
        'Ask the vendor why; nothing was sent. Only a vendor whose base URL is on this computer may name such an end.',
      ).error;
    case 'EMFILE':
    case 'ENFILE':
      return noDescriptor(`Dialling ${end} failed`);
    default:
      return fail('tunnel-failed', `Dialling failed: ${end} could not be reached (${code}).`, 'Connect again.').error;
  }
};

/** Why a local port could not be bound. `holder` names the program that has it, as in `nginx (process 812)`. */
export const bindError = (code: string, address: string, port: number, holder: string | undefined): AppError => {
  switch (code) {
    case 'EADDRINUSE':
      return fail(
        'port-in-use',
        `Port ${port} is used by ${holder ?? 'another program'}.`,
        'End that program, or give this forward another port.',
      ).error;
    case 'EACCES':
      return fail('invalid-input', `Port ${port} may not be opened by this user.`, 'Choose a port of 1024 or above.')
        .error;
    case 'EMFILE':
    case 'ENFILE':
      return noDescriptor(`Port ${port} could not be opened`);
    default:
      return fail('internal', `Port ${port} on ${address} could not be opened (${code}).`, 'Try another port.').error;
  }
};

/** The error for an address that others could reach. */
export const notLoopback = (address: string): AppError =>
  fail(
    'invalid-input',
    `${address} is not a loopback address, so others could reach the device through it.`,
    'Use an address of this computer only, such as 127.0.0.1.',
  ).error;

/** The error of a forward whose worker has ended. */
export const pumpLost = (reason: string): AppError =>
  fail(
    'internal',
    `The part of Quayside that carries connections ended unexpectedly: ${reason}.`,
    'It is being started again; connect once more.',
  ).error;
