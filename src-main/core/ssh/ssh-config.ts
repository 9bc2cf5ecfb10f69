import { fail, ok } from '../base/errors.ts';
import { joinPosix, joinWindows } from '../base/shell-quoting.ts';
import { outdatedOptions } from './outdated.ts';
import { checkSshUser, hostKeyAlias, sshPathValue } from './ssh-command.ts';
import type { Device, Service } from '../fleet/device.ts';
import type { Result } from '../base/errors.ts';
import type { LaunchPlatform } from '../launch/launch-plan.ts';

/**
 * Host blocks for the user's own ssh: `ssh <alias>`, scp, rsync, VS Code and Ansible reach the devices. Each block
 * runs `quayside proxy` as its ProxyCommand instead of naming a local port: that dials on demand and works whether
 * or not the application is running, since the command starts the core itself where nobody else has.
 */

/** A device with an SSH service, under the name ssh knows it by. */
export interface SshHostBlock {
  readonly alias: string;
  readonly deviceKey: string;
  readonly deviceName: string;
  readonly serviceId: string;
  readonly hostKeyAlias: string;
}

type Named = Pick<Device, 'key' | 'accountId' | 'vendor' | 'id' | 'name'> & {
  readonly services: readonly Pick<Service, 'id' | 'kind' | 'route' | 'port' | 'host'>[];
};

/**
 * A name as an alias: lower case, letters, digits, dashes and underscores. No dots, so that whoever names a device
 * `github.com` or `10.0.0.1` takes no host of the Internet or of a network; no pattern characters, no leading dash.
 */
export const aliasOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 48)
    .replace(/-+$/, '');

/** Aliases that no device gets without a suffix. */
const reserved = new Set(['', 'localhost', 'broadcasthost', 'ip6-localhost', 'ip6-loopback', 'all', 'none']);

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
 * The hosts of a fleet, sorted by alias. Where several devices have one name, or the user's own configuration has it
 * (`taken`), all of them get a part of their id: a name never comes to mean another machine because one was added.
 */
export const sshHosts = (devices: readonly Named[], taken: ReadonlySet<string>): readonly SshHostBlock[] => {
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
  const settle = ({ id: _id, accountId: _account, ...host }: Candidate, alias: string): void => {
    used.add(alias);
    done.push({ ...host, alias });
  };
  for (const step of steps) {
    const counts = new Map<string, number>();
    for (const host of open) counts.set(step(host), (counts.get(step(host)) ?? 0) + 1);
    const left: Candidate[] = [];
    for (const host of open) {
      const alias = step(host).replaceAll(/-+$/g, '');
      const free = counts.get(step(host)) === 1 && !used.has(alias) && !taken.has(alias) && !reserved.has(alias);
      if (free) settle(host, alias);
      else left.push(host);
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

/** What the blocks have in common. */
export interface SshConfigOptions {
  /** The words that run `quayside`, with its global options. */
  readonly quayside: readonly string[];
  /** The profile's own known_hosts. */
  readonly knownHostsFile: string;
  /** Outdated algorithms that are allowed for the device with this `hostKeyAlias`. */
  readonly outdated?: (alias: string) => readonly string[];
  /** Empty: ssh's own default user. */
  readonly user: string;
  readonly platform: LaunchPlatform;
  /** The user's configuration, which includes ours. */
  readonly configFile: string;
  /** Whether there was none before, so that taking ours back removes it. */
  readonly madeConfig: boolean;
}

/** What our file says of itself, so that it can be written again when devices come and go. */
export type SshConfigOrigin = Pick<SshConfigOptions, 'quayside' | 'configFile' | 'madeConfig'>;

const header = `# Written by Quayside; changes made here are lost. It is included from your SSH configuration.
# Take it back with: quayside ssh-config --remove
`;

const originMark = '# origin: ';

/** What a text of ours says of itself; undefined if it is not ours. */
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

/** The text of our own file. Errors: invalid-input (a path or user that ssh cannot take). */
export const renderSshHosts = (hosts: readonly SshHostBlock[], facts: SshConfigOptions): Result<string> => {
  const knownHosts = sshPathValue(facts.knownHostsFile, facts.platform);
  if (!knownHosts.ok) return knownHosts;
  const user = facts.user === '' ? ok('') : checkSshUser(facts.user);
  if (!user.ok) return user;
  const join = facts.platform === 'win32' ? joinWindows : joinPosix;
  const blocks: string[] = [];
  for (const host of hosts) {
    const words = [...facts.quayside, 'proxy', host.deviceKey, '--service', host.serviceId];
    // A line cannot hold these, and no alias is worth a guess.
    if (
      words.some((word) => /[\p{Cc}\p{Zl}\p{Zp}]/u.test(word) || !word.isWellFormed()) ||
      host.deviceKey.startsWith('-')
    )
      continue;
    const lines = [
      `HostKeyAlias ${host.hostKeyAlias}`,
      `UserKnownHostsFile ${knownHosts.value}`,
      'StrictHostKeyChecking accept-new',
      'CheckHostIP no',
      ...(user.value === '' ? [] : [`User ${user.value}`]),
      `ProxyCommand ${join(words).replaceAll('%', '%%')}`,
      'ProxyUseFdpass no',
      ...outdatedOptions(facts.outdated?.(host.hostKeyAlias) ?? []).map((option) => option.replace('=', ' ')),
    ];
    blocks.push(`\nHost ${host.alias}\n${lines.map((line) => `  ${line}\n`).join('')}`);
  }
  const { quayside, configFile, madeConfig } = facts;
  return ok(`${header}${originMark}${JSON.stringify({ quayside, configFile, madeConfig })}\n${blocks.join('')}`);
};

/** The line that includes our file. Error: invalid-input, for a path with characters that ssh or its globbing reads. */
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

/** The user's configuration (any bytes, read as Latin-1) with our line as its first; once, however often it is asked for. */
export const withInclude = (config: string, line: string): string =>
  config.startsWith(line) ? config : line + withoutInclude(config, line);

/** The configuration without our line, all else byte for byte. */
export const withoutInclude = (config: string, line: string): string =>
  config
    .split(/(?<=\n)/)
    .filter((own) => own.replace(/\r?\n$/, '') !== line.trimEnd())
    .join('');

/** The names that the user's own `Host` lines spell out, in lower case: aliases must not come before them. */
export const namedHosts = (config: string): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const line of config.split(/\r?\n/)) {
    const patterns = /^\s*host(?:\s+|\s*=\s*)(.*)$/i.exec(line)?.[1];
    for (const word of patterns?.split(/\s+/) ?? []) {
      const name = word.replaceAll('"', '').toLowerCase();
      if (name !== '' && !/[*?!]/.test(name)) names.add(name);
    }
  }
  return names;
};
