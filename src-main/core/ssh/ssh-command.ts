import { fail, ok } from '../base/errors.ts';
import { joinPasteWindows, joinPosix } from '../base/shell-quoting.ts';
import { outdatedOptions } from './outdated-algorithms.ts';
import type { Device, Service } from '../fleet/device.ts';
import type { Result } from '../base/errors.ts';
import type { LaunchPlan, LaunchPlatform } from '../launch/launch-plan.ts';
import { firstKeyChecking, takes, type SshVersion } from './ssh-version.ts';

/** The input of an ssh command. */
export interface SshTarget {
  /** The loopback address of the forward. */
  readonly address: string;
  readonly port: number;
  /** From `hostKeyAlias`. */
  readonly alias: string;
  /** Absent: ssh's own default user. */
  readonly user?: string;
  /** Absolute path of the profile's own known_hosts. */
  readonly knownHostsFile: string;
  /** Outdated algorithms that are allowed for the device. */
  readonly outdated?: readonly string[];
  /** Of the ssh that will run; absent: not known, so taken for a present one. */
  readonly sshVersion?: SshVersion;
  readonly platform: LaunchPlatform;
}

// Injective: characters that are kept are never `_`, and replacements always start with it. Lower case only, because
// ssh compares names in known_hosts in lower case.
const encodePart = (text: string): string =>
  text.replaceAll(/[^a-z0-9-]/g, (char) => {
    const unit = char.charCodeAt(0);
    return unit < 256 ? `_${unit.toString(16).padStart(2, '0')}` : `_u${unit.toString(16).padStart(4, '0')}`;
  });

/**
 * The name under which a device's host key is pinned: one per device (and per machine or port behind it), never shared.
 * It does not depend on the address of a forward or of a vendor's proxy, so a reused address raises no alarm and a
 * changed key does.
 */
export const hostKeyAlias = (
  device: Pick<Device, 'vendor' | 'accountId' | 'id'>,
  service: Pick<Service, 'host' | 'port'>,
): string => {
  const parts = [device.vendor, encodePart(device.accountId), encodePart(device.id)];
  const port = service.port ?? 22;
  if (port !== 22 || service.host !== undefined) parts.push(String(port));
  if (service.host !== undefined) parts.push(encodePart(service.host));
  return parts.join('.');
};

/**
 * Checks a user name for ssh. Refused (`invalid-input`): a leading dash, blanks, control and invisible characters, `@`,
 * and what ssh itself refuses because a `ProxyCommand` might pass it to a shell.
 */
export const checkSshUser = (user: string): Result<string> => {
  const refuse = (why: string): Result<string> =>
    fail(
      'invalid-input',
      `This is no user name for SSH: ${why}.`,
      'Give the name as it is on the device, such as pi or root.',
    );
  if (user === '') return refuse('it is empty');
  if (user.length > 64) return refuse('it is longer than 64 characters');
  if (user.startsWith('-')) return refuse('it starts with a dash');
  if (/[\p{White_Space}\p{C}\p{Default_Ignorable_Code_Point}]/u.test(user)) {
    return refuse('it holds a blank or an invisible character');
  }
  if (user.includes('@')) return refuse('it holds an @; the host is filled in by Quayside');
  if (/['"`;&<>|(){}$%^!*?[\]]/.test(user) || user.endsWith('\\')) {
    return refuse('it holds a character that shells read as a command');
  }
  return ok(user);
};

/**
 * A path as the value of an ssh option. ssh splits such values at blanks, reads quotes and backslashes, and
 * expands `%` and `${NAME}`; the last has no escape, so a path with it is refused (`invalid-input`).
 */
export const sshPathValue = (path: string, platform: LaunchPlatform): Result<string> => {
  const refused = fail(
    'invalid-input',
    'The path of the profile folder holds characters that ssh cannot take in a file name.',
    'Use a profile folder without ${ and without control characters in its path.',
  );
  if (/\p{Cc}/u.test(path) || path.includes('${')) return refused;
  // ssh for Windows takes both slashes; the forward one needs no escape.
  const portable = platform === 'win32' ? path.replaceAll('\\', '/') : path;
  const expanded = portable.replaceAll('%', '%%');
  if (/^[A-Za-z0-9_.,/:%+-]+$/.test(expanded)) return ok(expanded);
  return ok(`"${expanded.replaceAll(/["\\]/g, '\\$&')}"`);
};

/** The letters of ssh's own options that take a value. Source: ssh(1), OpenSSH 10. */
const withValue = new Set('BDEFIJLOPQRSWbceilmopw');

/**
 * Splits what a person typed for ssh into options and the remote command, as ssh does: the options end at the first
 * word that is not an option, or at `--`.
 */
export const splitSshArguments = (
  args: readonly string[],
): { readonly options: readonly string[]; readonly command: readonly string[] } => {
  let at = 0;
  while (at < args.length) {
    const word = args[at] ?? '';
    if (word === '--') return { options: args.slice(0, at), command: args.slice(at + 1) };
    if (!word.startsWith('-') || word === '-') break;
    const letters = word.slice(1).split('');
    const valued = letters.findIndex((letter) => withValue.has(letter));
    // A value is the rest of the word, or the next word if nothing is left of it.
    at += valued !== -1 && valued === letters.length - 1 ? 2 : 1;
  }
  return { options: args.slice(0, at), command: args.slice(at) };
};

const checkTarget = (target: SshTarget): Result<{ readonly knownHosts: string }> => {
  if (!Number.isInteger(target.port) || target.port < 1 || target.port > 65_535) {
    return fail('invalid-input', 'The port is not a number from 1 to 65535.', 'Give the forward another port.');
  }
  if (!/^[0-9a-f][0-9a-f.:]*$/.test(target.address)) {
    return fail(
      'invalid-input',
      'The address of the forward is no IP address.',
      'Remove the forward and open it again.',
    );
  }
  if (target.user !== undefined) {
    const user = checkSshUser(target.user);
    if (!user.ok) return user;
  }
  const knownHosts = sshPathValue(target.knownHostsFile, target.platform);
  return knownHosts.ok ? ok({ knownHosts: knownHosts.value }) : knownHosts;
};

/**
 * The plan that runs `program` (ssh) against a forward. Errors: invalid-input.
 *
 * - `StrictHostKeyChecking=accept-new`: the first key is pinned without a question that hardly anybody could
 *   answer, scripts included; a changed key is refused with ssh's full warning, every time.
 * - `ControlPath=none`: a shared connection is found by host and port, so one left open to the device that had this
 *   port before would be taken silently.
 * - `ProxyCommand=none` and what follows it: a block for all hosts of the person's configuration (a jump host, a command,
 *   a domain for short names) is for other servers and would lead our connection to this computer elsewhere. A `ProxyCommand`
 *   ends `ProxyJump` too. Source: ssh_config(5).
 * - An ssh that is too old for an option goes without it: it would end at its name (`ssh-version.ts`).
 * - ssh keeps the first value it sees: the port is ours, the person's options come next, then the rest of ours.
 */
export const sshPlan = (
  target: SshTarget,
  how: { readonly program: string; readonly args?: readonly string[]; readonly detached: boolean },
): Result<LaunchPlan> => {
  const checked = checkTarget(target);
  if (!checked.ok) return checked;
  const { sshVersion } = target;
  const { options, command } = splitSshArguments(how.args ?? []);
  return ok({
    program: how.program,
    args: [
      '-p',
      String(target.port),
      ...options,
      '-o',
      `HostKeyAlias=${target.alias}`,
      '-o',
      `UserKnownHostsFile=${checked.value.knownHosts}`,
      '-o',
      `StrictHostKeyChecking=${firstKeyChecking(sshVersion)}`,
      '-o',
      'ControlPath=none',
      ...outdatedOptions(target.outdated ?? [], sshVersion).flatMap((option) => ['-o', option]),
      '-o',
      'ProxyCommand=none',
      ...(takes(sshVersion, 'RemoteCommand') ? ['-o', 'RemoteCommand=none'] : []),
      '-o',
      `HostName=${target.address}`,
      ...(takes(sshVersion, 'CanonicalizeHostname') ? ['-o', 'CanonicalizeHostname=no'] : []),
      '-o',
      'AddressFamily=any',
      ...(target.user === undefined ? [] : ['-l', target.user]),
      '--',
      target.address,
      ...command,
    ],
    detached: how.detached,
  });
};

/**
 * The command line for people to paste: short, and valid anywhere. It names the pin, so that a reused port raises no
 * alarm, and otherwise leaves the person's known_hosts and options in force. Errors: invalid-input.
 */
export const sshCopyable = (target: SshTarget): Result<string> => {
  const checked = checkTarget(target);
  if (!checked.ok) return checked;
  const host = target.address === '127.0.0.1' ? 'localhost' : target.address;
  const args = [
    'ssh',
    '-p',
    String(target.port),
    '-o',
    `HostKeyAlias=${target.alias}`,
    ...outdatedOptions(target.outdated ?? [], target.sshVersion).flatMap((option) => ['-o', option]),
    '-o',
    'ProxyCommand=none',
    target.user === undefined ? host : `${target.user}@${host}`,
  ];
  return ok(target.platform === 'win32' ? joinPasteWindows(args) : joinPosix(args));
};
