import type { Duplex } from 'node:stream';
import type { Algorithms, CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import { judgeSshOffer, outdated, readSshOffer, type SshOffer } from '../../core/ssh/outdated-algorithms.ts';

/** What ssh2 offers by itself. Source: the DEFAULT lists of its lib/protocol/constants.js; the host keys are our own choice. */
const current = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group18-sha512',
  ],
  hostKey: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
    'chacha20-poly1305@openssh.com',
  ],
  mac: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha1-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
    'hmac-sha1',
  ],
} as const satisfies SshOffer;

/** A key of type `ssh-rsa` signs by any of the RSA algorithms. */
const isOfType = (algorithm: string, type: string): boolean =>
  algorithm === type || (type === 'ssh-rsa' && algorithm.startsWith('rsa-sha2-'));

/** What is offered to a server: keys of known types first, and the outdated algorithms allowed for it last. */
export const algorithmsFor = (knownKeyTypes: readonly string[], allowed: readonly string[]): Algorithms => {
  const may = (kind: keyof SshOffer): readonly string[] => outdated[kind].filter((name) => allowed.includes(name));
  const keys: readonly string[] = [...current.hostKey, ...may('hostKey')];
  const known = keys.filter((algorithm) => knownKeyTypes.some((type) => isOfType(algorithm, type)));
  const others = keys.filter((algorithm) => !known.includes(algorithm));
  const after = <T extends string>(list: readonly string[]) => ({ append: [...list] as T[], prepend: [], remove: [] });
  return {
    serverHostKey: [...known, ...others] as ServerHostKeyAlgorithm[],
    kex: after<KexAlgorithm>(may('kex')),
    cipher: after<CipherAlgorithm>(may('cipher')),
    hmac: after<MacAlgorithm>(may('mac')),
  };
};

/**
 * Reads along what a server offers, for the case that nothing comes of it. The answer is what would have to be allowed
 * to speak with it, what there is no way to speak, or undefined where that is not the reason.
 */
export const watchOffer = (
  socket: Duplex,
  allowed: readonly string[],
): (() => { readonly outcome: 'outdated' | 'foreign'; readonly algorithms: readonly string[] } | undefined) => {
  let bytes = Buffer.alloc(0);
  let offer: SshOffer | undefined;
  const read = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    offer = readSshOffer(bytes);
    if (offer !== undefined || bytes.length > longest) socket.off('data', read);
  };
  socket.on('data', read);
  return () => {
    if (offer === undefined) return undefined;
    const ours = (kind: keyof SshOffer): readonly string[] => [...current[kind], ...allowed];
    const { missing, needed } = judgeSshOffer(offer, {
      kex: ours('kex'),
      hostKey: ours('hostKey'),
      cipher: ours('cipher'),
      mac: ours('mac'),
    });
    if (missing.length > 0) return { outcome: 'foreign', algorithms: missing };
    return needed.length === 0 ? undefined : { outcome: 'outdated', algorithms: needed };
  };
};

/** Bytes after which no offer comes any more. */
const longest = 300 * 1024;
