/**
 * OpenSSH's certificates: a public key with names, a time and the signature of an authority around it.
 * Source: PROTOCOL.certkeys of OpenSSH; PROTOCOL.u2f for keys on security keys.
 */
export interface SshCertificate {
  /** Such as `ssh-ed25519`. */
  readonly keyType: string;
  /** The public key in it, as it stands without a certificate. */
  readonly key: Uint8Array;
  readonly kind: 'user' | 'host';
  /** Users, or hosts, it is for; none: all. */
  readonly principals: readonly string[];
  /** Epoch milliseconds; undefined: for ever. */
  readonly validAfter: number | undefined;
  readonly validBefore: number | undefined;
}

const suffix = '-cert-v01@openssh.com';
/** Strings that the public key of each type has after the name of its type. */
const keyStrings: Readonly<Record<string, number>> = {
  'ssh-rsa': 2,
  'ssh-dss': 4,
  'ssh-ed25519': 1,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'sk-ssh-ed25519@openssh.com': 2,
  'sk-ecdsa-sha2-nistp256@openssh.com': 3,
};

/** Reads strings and numbers of RFC 4251 one after the other; beyond the end there is nothing. */
class Fields {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isOver(): boolean {
    return this.at >= this.#bytes.length;
  }

  number(length: 4 | 8): bigint | undefined {
    if (this.at + length > this.#bytes.length) return undefined;
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.at, length);
    this.at += length;
    return length === 4 ? BigInt(view.getUint32(0)) : view.getBigUint64(0);
  }

  string(): Uint8Array | undefined {
    const length = Number(this.number(4) ?? Number.MAX_SAFE_INTEGER);
    if (this.at + length > this.#bytes.length) return undefined;
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const strings = (bytes: Uint8Array): readonly string[] | undefined => {
  const fields = new Fields(bytes);
  const found: string[] = [];
  while (!fields.isOver) {
    const one = fields.string();
    if (one === undefined) return undefined;
    found.push(textOf(one));
  }
  return found;
};

/** The name of a key's type, before the rest of the key. */
export const sshKeyType = (blob: Uint8Array): string | undefined => {
  const name = new Fields(blob).string();
  return name === undefined || name.length === 0 ? undefined : textOf(name);
};

/** The plain type of a certificate's type, which is of a user's key or a host's; undefined for any other. */
const plainType = (type: string): string | undefined => {
  if (!type.endsWith(suffix)) return undefined;
  const name = type.slice(0, -suffix.length);
  return name.startsWith('sk-') ? `${name}@openssh.com` : name;
};

/** Reads a certificate. Undefined: it is none, or of a kind that is not known. */
export const readCertificate = (blob: Uint8Array): SshCertificate | undefined => {
  const fields = new Fields(blob);
  const type = fields.string();
  const keyType = type === undefined ? undefined : plainType(textOf(type));
  const count = keyType === undefined ? undefined : keyStrings[keyType];
  // A number that nobody can guess comes before the key.
  if (keyType === undefined || count === undefined || fields.string() === undefined) return undefined;
  const start = fields.at;
  for (let left = count; left > 0; left -= 1) if (fields.string() === undefined) return undefined;
  const end = fields.at;
  fields.number(8);
  const kind = fields.number(4);
  fields.string();
  const principals = strings(fields.string() ?? new Uint8Array(0));
  const after = fields.number(8);
  const before = fields.number(8);
  if (principals === undefined || after === undefined || before === undefined || (kind !== 1n && kind !== 2n))
    return undefined;
  const name = new TextEncoder().encode(keyType);
  const key = new Uint8Array(4 + name.length + end - start);
  new DataView(key.buffer).setUint32(0, name.length);
  key.set(name, 4);
  key.set(blob.subarray(start, end), 4 + name.length);
  return {
    keyType,
    key,
    kind: kind === 1n ? 'user' : 'host',
    principals,
    validAfter: after === 0n ? undefined : Number(after) * 1000,
    validBefore: before === 0xffff_ffff_ffff_ffffn ? undefined : Number(before) * 1000,
  };
};

/** The key in a line of a `.pub` file: its type, the key in base64, a comment. */
export const readPublicLine = (line: string): Uint8Array | undefined => {
  const [, type, base64] = /^\s*([a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(line) ?? [];
  if (type === undefined || base64 === undefined) return undefined;
  try {
    const blob = Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0);
    return sshKeyType(blob) === type ? blob : undefined;
  } catch {
    return undefined;
  }
};

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

/** Why a server cannot take a user's certificate, as far as this computer can tell; `now` in epoch milliseconds. */
export const certificateFault = (certificate: SshCertificate, user: string, now: number): string | undefined => {
  const { kind, principals, validAfter, validBefore } = certificate;
  if (kind === 'host') return 'Its certificate is one for a host, not for a user.';
  if (validBefore !== undefined && now >= validBefore) return `Its certificate ended on ${dayOf(validBefore)} UTC.`;
  if (validAfter !== undefined && now < validAfter)
    return `Its certificate begins on ${dayOf(validAfter)} UTC; is this computer’s clock right?`;
  if (principals.length > 0 && !principals.includes(user))
    return `Its certificate is for ${principals.slice(0, 5).join(', ')}, which a device maps to ${user} only where it is told to.`;
  return undefined;
};
