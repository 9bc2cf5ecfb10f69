import { outdatedOptions } from './outdated-algorithms.ts';

/**
 * Signing in with the user's own OpenSSH, where the library that sessions use cannot: what makes it necessary, how it is
 * called, and what it asks. It makes the connection and signs in; shells and files are channels of it.
 */

/** Why a session goes through the user's own OpenSSH. */
export type OwnSshReason =
  /** A key file has a certificate. */
  | 'certificate'
  | 'agent-certificate'
  /** A key whose private part is on a security key (FIDO2). */
  | 'security-key'
  /** A type of key that the library does not have. */
  | 'key-type'
  /** The user's known_hosts has an authority for this host. */
  | 'authority'
  /** The server speaks nothing that the library does. */
  | 'algorithms';

const because: Readonly<Record<OwnSshReason, string>> = {
  certificate: 'your key has a certificate',
  'agent-certificate': 'the SSH agent has a certificate',
  'security-key': 'your key is on a security key',
  'key-type': 'your key is of a type that Quayside does not have',
  authority: 'your known_hosts names an authority for its host key',
  algorithms: 'this device speaks only SSH algorithms that Quayside does not have',
};

/** What is said in a session that goes this way. */
export const throughOwnSsh = (reason: OwnSshReason): string => `Through your own OpenSSH, because ${because[reason]}.`;

/** Why the library has no use for a key of this type. Undefined: it is no type that OpenSSH may know. */
export const foreignKeyReason = (type: string): OwnSshReason => {
  if (type.startsWith('sk-')) return 'security-key';
  return type.includes('-cert-') ? 'agent-certificate' : 'key-type';
};

/** An authority for host keys that the user's own known_hosts names. */
export interface OwnSshAuthority {
  /** The name by which it was found, and which a host's certificate must have. */
  readonly host: string;
  /** Lines of known_hosts: authorities, and keys that are revoked. */
  readonly lines: readonly string[];
}

/** Reads what `ssh-keygen -F` found; undefined where no authority is in it. */
export const readAuthority = (host: string, found: string): OwnSshAuthority | undefined => {
  const lines = found.split(/\r?\n/).filter((line) => /^@(?:cert-authority|revoked)\s/.test(line));
  return lines.some((line) => line.startsWith('@cert-authority')) ? { host, lines } : undefined;
};

export interface OwnSshTarget {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** By which the user's own configuration may know the device; empty: it does not. */
  readonly alias: string;
  /** By which the host key is looked up. */
  readonly hostKeyAlias: string;
  readonly knownHostsFile: string;
  readonly controlPath: string;
  readonly keyFile?: string;
  readonly outdated: readonly string[];
  readonly knownKeyTypes: readonly string[];
}

/** Algorithms of host keys of these types. */
const algorithmsOf = (types: readonly string[]): readonly string[] =>
  types.flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type]));

/** A value in ssh's own reading of options: in quotes, and without a meaning for `%`. */
const quoted = (path: string): string => `"${path.replaceAll('%', '%%')}"`;

/**
 * The arguments of ssh. Nothing in them is secret. ssh keeps the first value it sees of an option, so that the user's
 * configuration of this alias gives keys, certificates and agents, and decides neither where the connection leads nor
 * what else it does. `opened`: what the shell says once it is signed in.
 */
export const ownSshArguments = (target: OwnSshTarget, opened: string): readonly string[] => {
  const { address, port, user, alias, hostKeyAlias, knownHostsFile, controlPath, keyFile, knownKeyTypes } = target;
  const known = algorithmsOf(knownKeyTypes);
  const options = [
    // Newer than some OpenSSH that is still in use.
    'IgnoreUnknown=ForkAfterAuthentication,StdinNull,KnownHostsCommand,PermitRemoteOpen',
    `HostName=${address}`,
    `HostKeyAlias=${hostKeyAlias}`,
    `UserKnownHostsFile=${quoted(knownHostsFile)}`,
    'GlobalKnownHostsFile=none',
    'KnownHostsCommand=none',
    // The one who asks is Quayside, which knows the pins.
    'StrictHostKeyChecking=ask',
    'UpdateHostKeys=no',
    'VerifyHostKeyDNS=no',
    'VisualHostKey=no',
    'FingerprintHash=sha256',
    'CheckHostIP=no',
    'HashKnownHosts=no',
    'NoHostAuthenticationForLocalhost=no',
    'ProxyCommand=none',
    'CanonicalizeHostname=no',
    'AddressFamily=any',
    `BindAddress=${address}`,
    'ControlMaster=yes',
    `ControlPath=${quoted(controlPath)}`,
    'ControlPersist=no',
    'ForkAfterAuthentication=no',
    'StdinNull=no',
    'BatchMode=no',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ForwardX11=no',
    'GSSAPIDelegateCredentials=no',
    'Tunnel=no',
    'AddKeysToAgent=no',
    'RemoteCommand=none',
    'PermitLocalCommand=yes',
    `LocalCommand=${opened}`,
    'NumberOfPasswordPrompts=3',
    'ConnectTimeout=30',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=4',
    // With it ssh says when something was taken in part.
    'LogLevel=VERBOSE',
    // It is used from OpenSSH 8.0 on.
    ...outdatedOptions(target.outdated, undefined),
    ...(known.length === 0 || target.outdated.length > 0 ? [] : [`HostKeyAlgorithms=^${known.join(',')}`]),
    ...(keyFile === undefined ? [] : [`IdentityFile=${quoted(keyFile)}`, 'IdentitiesOnly=yes']),
  ];
  return [
    '-N',
    '-p',
    String(port),
    ...options.flatMap((option) => ['-o', option]),
    '-l',
    user,
    '--',
    alias === '' ? address : alias,
  ];
};

/** What OpenSSH asks by its askpass program. */
export type OwnSshQuestion =
  | { readonly type: 'host-key'; readonly keyType: string; readonly fingerprint: string }
  | { readonly type: 'passphrase'; readonly path: string }
  /** Nothing is to be answered: a security key wants to be touched. */
  | { readonly type: 'touch' }
  /** The server wants a password, or an answer. */
  | { readonly type: 'server'; readonly text: string }
  /** Such as the PIN of a security key. */
  | { readonly type: 'other'; readonly text: string };

/** The types as OpenSSH names them in its question. */
const questionTypes: Readonly<Record<string, string>> = {
  ED25519: 'ssh-ed25519',
  RSA: 'ssh-rsa',
  DSA: 'ssh-dss',
  'ED25519-SK': 'sk-ssh-ed25519@openssh.com',
  'ECDSA-SK': 'sk-ecdsa-sha2-nistp256@openssh.com',
};

/**
 * Reads one question. `hint` is SSH_ASKPASS_PROMPT, `none` where nothing is to be answered. `isFirst`: only the first
 * question may be one for the host key; the server has no say before it. Source: readpass.c, sshconnect.c and
 * sshconnect2.c of OpenSSH.
 */
export const readOwnSshQuestion = (hint: string, text: string, isFirst: boolean): OwnSshQuestion => {
  if (hint === 'none') return { type: 'touch' };
  const [, keyType, fingerprint] = /^(\S+) key fingerprint is (SHA256:[A-Za-z0-9+/]{43})\b/m.exec(text) ?? [];
  if (isFirst && text.startsWith('The authenticity of host') && keyType !== undefined && fingerprint !== undefined)
    return { type: 'host-key', keyType: questionTypes[keyType] ?? keyType, fingerprint };
  const [, path] = /^Enter passphrase for (?:key )?'(.+)': ?$/.exec(text) ?? [];
  if (path !== undefined) return { type: 'passphrase', path };
  return { type: /^\(\S+@\S+\) |^\S+@\S+'s password: $/.test(text) ? 'server' : 'other', text };
};

/** How an OpenSSH ended that did not sign in, by what it wrote. */
export interface OwnSshEnd {
  /** What the server still offers; empty where it did not say. */
  readonly methods: readonly string[];
  /** The last thing it wrote, for a sentence. */
  readonly said: string;
  readonly hostKeyRefused: boolean;
  /** It got as far as to try a key. */
  readonly hasTried: boolean;
}

/** Whether the server has accepted an attempt partially. */
export const hasTakenPart = (written: string): boolean => written.includes('with partial success');

export const readOwnSshEnd = (written: string): OwnSshEnd => {
  const lines = written
    .split(/\r?\n/)
    .map((line) => line.replaceAll(/\p{Cc}/gu, '').trim())
    .filter((line) => line !== '');
  const [, methods] = /Permission denied \(([^)]*)\)/.exec(written) ?? [];
  return {
    methods: methods?.split(',').filter((name) => name !== '') ?? [],
    said: (lines.at(-1) ?? '').slice(0, 200),
    hostKeyRefused: written.includes('Host key verification failed.'),
    hasTried: methods !== undefined || /Too many authentication failures/i.test(written),
  };
};
