import { takes, type SshVersion } from './ssh-version.ts';

/**
 * Old SSH servers speak only algorithms that clients no longer offer. The algorithms of a server are read from its
 * SSH_MSG_KEXINIT (RFC 4253, 7.1); outdated ones are used for one device at a time, after a person allowed them.
 */

/** The algorithms of a server, in its order of preference. */
export interface SshOffer {
  readonly kex: readonly string[];
  readonly hostKey: readonly string[];
  readonly cipher: readonly string[];
  readonly mac: readonly string[];
}

/**
 * The algorithms that may be allowed for a device; ssh2 and OpenSSH know all of them. DSA is missing: OpenSSH 10
 * removed it.
 */
export const outdated: SshOffer = {
  kex: ['diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1'],
  hostKey: ['ssh-rsa'],
  cipher: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  mac: ['hmac-sha1-96', 'hmac-md5', 'hmac-md5-96'],
};

/** Ciphers that need no MAC. */
const isAuthenticated = (cipher: string): boolean => /gcm|poly1305/.test(cipher);

/** The maximum size of the greeting and of the first packet, bytes: OpenSSH's own limits. */
const longestOffer = 8 * 1024 + 256 * 1024;

const names = (bytes: Uint8Array, at: number): readonly [readonly string[], number] | undefined => {
  if (at + 4 > bytes.length) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
  if (at + 4 + length > bytes.length) return undefined;
  const text = new TextDecoder('latin1').decode(bytes.subarray(at + 4, at + 4 + length));
  return [text.split(',').filter((name) => name !== ''), at + 4 + length];
};

/** The algorithms in the first bytes of a server. Undefined: they are incomplete, or this is no SSH server. */
export const readSshOffer = (bytes: Uint8Array): SshOffer | undefined => {
  if (bytes.length > longestOffer) return undefined;
  const greeting = /^(?:[^\n]*\n)*?SSH-[^\n]*\n/.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 8 * 1024)));
  if (greeting === null) return undefined;
  // The length, the padding and the number of the message; then a cookie of 16 bytes, then the lists.
  const start = greeting[0].length;
  if (bytes[start + 5] !== 20) return undefined;
  const lists: (readonly string[])[] = [];
  let at = start + 6 + 16;
  while (lists.length < 6) {
    const list = names(bytes, at);
    if (list === undefined) return undefined;
    lists.push(list[0]);
    at = list[1];
  }
  const [kex = [], hostKey = [], cipher = [], , mac = []] = lists;
  return { kex, hostKey, cipher, mac };
};

/** The algorithms that must be allowed beside `ours` to connect to this server; `missing`: even that is not enough. */
export const judgeSshOffer = (
  offer: SshOffer,
  ours: SshOffer,
): { readonly needed: readonly string[]; readonly missing: readonly string[] } => {
  const needed: string[] = [];
  const missing: string[] = [];
  for (const kind of ['kex', 'hostKey', 'cipher', 'mac'] as const) {
    if (offer[kind].some((name) => ours[kind].includes(name))) continue;
    const isNeedless = offer.cipher.some((name) => isAuthenticated(name) && ours.cipher.includes(name));
    if (kind === 'mac' && isNeedless) continue;
    const old = offer[kind].filter((name) => outdated[kind].includes(name));
    if (old.length === 0) missing.push(...offer[kind].slice(0, 3));
    // One is enough, so the best is chosen.
    else needed.push(...outdated[kind].filter((name) => old.includes(name)).slice(0, 1));
  }
  return { needed, missing };
};

/** The OpenSSH options that allow these algorithms, as `name=value`; `+` adds to its defaults. */
export const outdatedOptions = (allowed: readonly string[], version: SshVersion | undefined): readonly string[] => {
  if (!takes(version, 'appendedAlgorithms')) return [];
  const of = (kind: keyof SshOffer): string => outdated[kind].filter((name) => allowed.includes(name)).join(',');
  const options: readonly (readonly [string, string])[] = [
    ['KexAlgorithms', of('kex')],
    ['HostKeyAlgorithms', of('hostKey')],
    // A server with a host key of this kind accepts no newer user signatures either. This is the option's name before
    // OpenSSH 8.5.
    ['PubkeyAcceptedKeyTypes', of('hostKey')],
    ['Ciphers', of('cipher')],
    ['MACs', of('mac')],
  ];
  return options.flatMap(([name, value]) => (value === '' ? [] : [`${name}=+${value}`]));
};
