import { fail, ok } from '../base/errors.ts';
import { joinPosix, joinWindows } from '../base/shell-quoting.ts';
import { outdatedOptions } from './outdated-algorithms.ts';
import { plainLetters } from '../text/letters.ts';
import { checkSshUser, hostKeyAlias, sshPathValue } from './ssh-command.ts';
import { firstKeyChecking, takes, type SshVersion } from './ssh-version.ts';
import type { Device, Service } from '../fleet/device.ts';
import type { Result } from '../base/errors.ts';
import type { LaunchPlatform } from '../launch/launch-plan.ts';

/**
 * Host blocks for the user's own ssh, so that `ssh <alias>`, scp, rsync, VS Code and Ansible reach the devices. Each
 * block runs `quayside proxy` as its ProxyCommand instead of naming a local port: it connects on demand and works
 * whether or not the application is running, because the command starts the core itself if nobody else has.
 */

/** A device with an SSH service, and its alias. */
export interface SshHostBlock {
  readonly alias: string;
  readonly deviceKey: string;
  readonly deviceName: string;
  readonly serviceId: string;
  readonly hostKeyAlias: string;
  /** Why the alias is longer than the name of the device; absent if it is not. */
  readonly longerFor?: LongerFor;
}

/**
 * Why a device does not get its name as alias: several devices have it, the user's own configuration has it, this
 * computer resolves it to another host, it is not usable as an alias (an address, a name of the system, no letter at
 * all), or the device already has the longer alias, which scripts may use in any network.
 */
export type LongerFor = 'several' | 'configured' | 'resolves' | 'impossible' | 'kept';

/** Names that no new alias may take, and why. */
export type TakenNames = ReadonlyMap<string, 'configured' | 'resolves' | 'kept'>;

type Named = Pick<Device, 'key' | 'accountId' | 'vendor' | 'id' | 'name'> & {
  readonly services: readonly Pick<Service, 'id' | 'kind' | 'route' | 'port' | 'host'>[];
};

/** The maximum of letters and digits in an alias. */
const maxAlias = 48;

/**
 * A name as an alias: lower case, letters, digits, dashes and underscores. Letters of other scripts stay, because ssh
 * compares aliases byte by byte. There are no dots, so a device named `github.com` or `10.0.0.1` takes no host of the
 * Internet or of a network; no pattern characters, no leading dash.
 */
export const aliasOf = (name: string): string => {
  const words = plainLetters(name.toWellFormed()).replaceAll(/[^\p{L}\p{N}\p{M}_]+/gu, '-');
  return Array.from(words.replaceAll(/^[-\p{M}]+|-+$/gu, ''))
    .slice(0, maxAlias)
    .join('')
    .replace(/-+$/, '');
};

/** Aliases that no device gets without a suffix. */
const reserved = new Set(['', 'localhost', 'broadcasthost', 'ip6-localhost', 'ip6-loopback', 'all', 'none']);

/** Whether programs read a word as an address: `1` is 0.0.0.1, `0x7f000001` is 127.0.0.1. Source: inet_aton(3). */
const isAddress = (alias: string): boolean => /^(?:\d+|0x[0-9a-f]*)$/.test(alias);

interface Candidate extends SshHostBlock {
  readonly id: string;
  readonly accountId: string;
}

const candidatesOf = (device: Named): readonly Candidate[] =>
  device.services
    .filter(({ kind, route }) => kind === 'ssh' && route === 'tunnel')
    .map((service, at) => {
      const base = aliasOf(device.name);
      const place = [service.host === undefined ? '' : aliasOf(service.host), String(service.port ?? at + 1)];
      return {
        alias: at === 0 ? base : [base, ...place].filter((part) => part !== '').join('-'),
        deviceKey: device.key,
        deviceName: device.name,
        serviceId: service.id,
        hostKeyAlias: hostKeyAlias(device, service),
        id: aliasOf(device.id),
        accountId: aliasOf(device.accountId),
      };
    });

/**
 * The hosts of a fleet, sorted by alias. If several devices have one name, or the user's own configuration has it
 * (`taken`), all of them get a part of their id: adding a device never changes the meaning of an alias.
 */
export const sshHosts = (devices: readonly Named[], taken: TakenNames): readonly SshHostBlock[] => {
  const steps: readonly ((host: Candidate) => string)[] = [
    (host) => host.alias,
    (host) => `${host.alias === '' ? 'device' : host.alias}-${host.id.slice(-6)}`,
    (host) => `${host.alias === '' ? 'device' : host.alias}-${host.id}`,
    (host) => `${host.alias === '' ? 'device' : host.alias}-${host.id}-${host.accountId}`,
  ];
  let open: readonly Candidate[] = devices
    .flatMap(candidatesOf)
    .toSorted((one, other) => (one.deviceKey < other.deviceKey ? -1 : one.deviceKey > other.deviceKey ? 1 : 0));
  const used = new Set<string>();
  const done: SshHostBlock[] = [];
  const reasons = new Map<Candidate, LongerFor>();
  const settle = (candidate: Candidate, alias: string): void => {
    const { id: _id, accountId: _account, ...host } = candidate;
    const longerFor = reasons.get(candidate);
    used.add(alias);
    done.push(longerFor === undefined ? { ...host, alias } : { ...host, alias, longerFor });
  };
  const isImpossible = (alias: string): boolean => reserved.has(alias) || isAddress(alias);
  for (const step of steps) {
    const counts = new Map<string, number>();
    for (const host of open) counts.set(step(host), (counts.get(step(host)) ?? 0) + 1);
    const left: Candidate[] = [];
    for (const host of open) {
      const alias = step(host).replaceAll(/-+$/g, '');
      const isFree = counts.get(step(host)) === 1 && !used.has(alias) && !taken.has(alias) && !isImpossible(alias);
      if (isFree) {
        settle(host, alias);
        continue;
      }
      left.push(host);
      if (!reasons.has(host)) reasons.set(host, isImpossible(alias) ? 'impossible' : (taken.get(alias) ?? 'several'));
    }
    open = left;
  }
  for (const host of open) {
    const stem = `${host.alias === '' ? 'device' : host.alias}-${host.id}`;
    let number = 2;
    while (used.has(`${stem}-${number}`) || taken.has(`${stem}-${number}`)) number += 1;
    settle(host, `${stem}-${number}`);
  }
  return done.toSorted((one, other) => (one.alias < other.alias ? -1 : one.alias > other.alias ? 1 : 0));
};

/** The common options of the blocks. */
export interface SshConfigOptions {
  /** The arguments that run `quayside`, with its global options. */
  readonly quayside: readonly string[];
  /** The profile's own known_hosts. */
  readonly knownHostsFile: string;
  /** Outdated algorithms that are allowed for the device with this `hostKeyAlias`. */
  readonly outdated?: (alias: string) => readonly string[];
  /** Empty: ssh's own default user. */
  readonly user: string;
  readonly platform: LaunchPlatform;
  /** The path of the user's configuration, which includes ours. */
  readonly configFile: string;
  /** Whether Quayside created it, so that removing our part removes the file. */
  readonly madeConfig: boolean;
  /** The version of the user's ssh; undefined if none was found. An old ssh fails at unknown options. */
  readonly sshVersion: SshVersion | undefined;
}

/** The facts stored in our file, so that it can be written again when devices change. */
export type SshConfigOrigin = Pick<SshConfigOptions, 'quayside' | 'configFile' | 'madeConfig'>;

const header = `# Written by Quayside; changes made here are lost. It is included from your SSH configuration.
# Take it back with: quayside ssh-config --remove
`;

const originMark = '# origin: ';

/** Reads the origin stored in our file; undefined if the file is not ours. */
export const readSshConfigOrigin = (text: string): SshConfigOrigin | undefined => {
  const line = text.split('\n').find((candidate) => candidate.startsWith(originMark));
  if (line === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(line.slice(originMark.length));
    if (typeof value !== 'object' || value === null) return undefined;
    const { quayside, configFile, madeConfig } = value as Readonly<Record<string, unknown>>;
    if (!Array.isArray(quayside) || !quayside.every((word) => typeof word === 'string')) return undefined;
    return typeof configFile === 'string' ? { quayside, configFile, madeConfig: madeConfig === true } : undefined;
  } catch {
    return undefined;
  }
};

/** The aliases in our file, by the alias of the host key, which identifies device and service. */
export const aliasesIn = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(/^Host (\S+)\n {2}HostKeyAlias (\S+)$/gm)].map(([, alias = '', hostKey = '']) => [
      hostKey,
      alias,
    ]),
  );

/**
 * Whether an alias is the name of a device with a part of its id appended. `deviceKey`: the account's id, a slash, the
 * device's id.
 */
export const isLongerAlias = (known: string, alias: string, deviceKey: string): boolean =>
  known.startsWith(`${alias}-`) &&
  aliasOf(deviceKey.slice(deviceKey.indexOf('/') + 1)).endsWith(known.slice(alias.length + 1));

/** The text of our own file. Errors: invalid-input (a path or user that ssh cannot take). */
export const renderSshHosts = (hosts: readonly SshHostBlock[], options: SshConfigOptions): Result<string> => {
  const knownHosts = sshPathValue(options.knownHostsFile, options.platform);
  if (!knownHosts.ok) return knownHosts;
  const user = options.user === '' ? ok('') : checkSshUser(options.user);
  if (!user.ok) return user;
  const join = options.platform === 'win32' ? joinWindows : joinPosix;
  const blocks: string[] = [];
  for (const host of hosts) {
    const words = [...options.quayside, 'proxy', host.deviceKey, '--service', host.serviceId];
    // A line cannot hold these characters, and guessing an alias is no option.
    if (
      words.some((word) => /[\p{Cc}\p{Zl}\p{Zp}]/u.test(word) || !word.isWellFormed()) ||
      host.deviceKey.startsWith('-')
    )
      continue;
    const lines = [
      `HostKeyAlias ${host.hostKeyAlias}`,
      `UserKnownHostsFile ${knownHosts.value}`,
      `StrictHostKeyChecking ${firstKeyChecking(options.sshVersion)}`,
      'CheckHostIP no',
      ...(user.value === '' ? [] : [`User ${user.value}`]),
      `ProxyCommand ${join(words).replaceAll('%', '%%')}`,
      ...(takes(options.sshVersion, 'ProxyUseFdpass') ? ['ProxyUseFdpass no'] : []),
      ...outdatedOptions(options.outdated?.(host.hostKeyAlias) ?? [], options.sshVersion).map((option) =>
        option.replace('=', ' '),
      ),
      // A block for all hosts, with the company's settings, must not redirect the connection.
      ...(takes(options.sshVersion, 'CanonicalizeHostname') ? ['CanonicalizeHostname no'] : []),
      ...(takes(options.sshVersion, 'RemoteCommand') ? ['RemoteCommand none'] : []),
    ];
    blocks.push(`\nHost ${host.alias}\n${lines.map((line) => `  ${line}\n`).join('')}`);
  }
  const { quayside, configFile, madeConfig } = options;
  return ok(`${header}${originMark}${JSON.stringify({ quayside, configFile, madeConfig })}\n${blocks.join('')}`);
};

/**
 * The line that includes our file. Error: invalid-input, for a path with characters that ssh or its globbing
 * interprets.
 */
export const includeLine = (ownFile: string, platform: LaunchPlatform): Result<string> => {
  const path = platform === 'win32' ? ownFile.replaceAll('\\', '/') : ownFile;
  if (/[\p{Cc}"'\\%$*?[\]{}#]/u.test(path)) {
    return fail(
      'invalid-input',
      'The path of the profile folder holds characters that ssh reads as a pattern.',
      'Use a profile folder without quotes, brackets, *, ?, %, $ and # in its path.',
    );
  }
  return ok(`Include "${path}"\n`);
};

/**
 * The user's configuration (any bytes, read as Latin-1) with our line at its top, unless that line is in force already.
 */
export const withInclude = (config: string, line: string): string =>
  isIncluded(config, line) ? config : line + withoutInclude(config, line);

/** The configuration without our line, otherwise byte for byte the same. */
export const withoutInclude = (config: string, line: string): string =>
  config
    .split(/(?<=\n)/)
    .filter((own) => own.replace(/\r?\n$/, '') !== line.trimEnd())
    .join('');

/** The words of a line of a configuration; quotes keep blanks. Source: ssh_config(5). */
const wordsOf = (text: string): readonly string[] =>
  (text.match(/"[^"]*"|[^\s"]+/g) ?? []).map((word) => word.replaceAll('"', ''));

/** The patterns of hosts that a configuration names, by `Host` or by `Match host` and `Match originalhost`. */
const patternsOf = (line: string): readonly string[] => {
  const [, keyword = '', rest = ''] = /^\s*(host|match)(?:\s+|\s*=\s*)(.*)$/i.exec(line) ?? [];
  const words = wordsOf(rest);
  // A pattern with a blank matches no host; its words still count as the user's.
  if (keyword.toLowerCase() === 'host') return words.flatMap((word) => word.split(/\s+/));
  return words.flatMap((word, at) => {
    const [name = '', value = words[at + 1] ?? ''] = word.split('=', 2);
    return /^!?(?:original)?host$/i.test(name) ? value.split(',') : [];
  });
};

/** The names that the user's configuration spells out, in lower case: aliases must not override them. */
export const namedHosts = (config: string): readonly string[] =>
  config
    .split(/\r?\n/)
    .flatMap(patternsOf)
    .filter((name) => name !== '' && !/[*?!]/.test(name))
    .map((name) => name.toLowerCase());

/** The files (as patterns) that a configuration includes. */
export const includedFiles = (config: string): readonly string[] =>
  config.split(/\r?\n/).flatMap((line) => wordsOf(/^\s*include(?:\s+|\s*=\s*)(.*)$/i.exec(line)?.[1] ?? ''));

/** Whether a configuration includes our file for all hosts, in any spelling: before its first block. */
export const isIncluded = (config: string, line: string): boolean => {
  const lines = config.split(/\r?\n/);
  const block = lines.findIndex((own) => /^\s*(?:host|match)\b/i.test(own));
  const files = includedFiles(lines.slice(0, block < 0 ? lines.length : block).join('\n'));
  return includedFiles(line).every((file) => files.includes(file));
};
