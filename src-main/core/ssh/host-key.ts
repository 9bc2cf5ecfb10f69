/**
 * Reads a server's host key from the plain part of an SSH connection: the banner, SSH_MSG_KEXINIT and the key exchange
 * reply that carries the key (`K_S`). All of it is sent in the clear, so whoever forwards the bytes can pin the key for
 * any client. Sources: RFC 4253 (4.2, 6, 7, 8), RFC 4419 (5), RFC 5656 (4), draft-ietf-sshm-hybrid-kex, OpenSSH's
 * PROTOCOL. Only the server's bytes are needed. The reply is message 31 (diffie-hellman, ECDH, curve25519 and the
 * hybrids sntrup761 and mlkem768) or 33 (group exchange, where 31 is the group); both begin with the key as a string
 * that itself begins with the name of its type, which the prime of a group never does.
 */

/** A host key as the server sent it. */
export interface HostKey {
  /** Such as `ssh-ed25519`. */
  readonly type: string;
  /** The whole key, as it stands (in base64) in a known_hosts file. */
  readonly blob: Uint8Array;
  /** The server's identification without the line end, such as `SSH-2.0-OpenSSH_9.2p1`. */
  readonly banner: string;
}

/** The state of the reading. */
export type HostKeyProgress =
  | { readonly state: 'reading' }
  | { readonly state: 'found'; readonly key: HostKey }
  /** There will be no key: these are not the first bytes of an SSH server, or this exchange has none. */
  | { readonly state: 'none'; readonly why: 'not-ssh' | 'no-key' | 'too-long' };

/** Bytes of lines a server may send before and with its identification. */
const maxGreetingBytes = 8 * 1024;
/** The maximum size of a packet, bytes: OpenSSH's own limit. */
const maxPacketBytes = 256 * 1024;
/** Packets before the reply: KEXINIT, a group, and what may be ignored. */
const maxPackets = 16;
/** The maximum size of a key, bytes: RSA with 16,384 bits takes about 2 KiB, certificates somewhat more. */
const maxKeyBytes = 64 * 1024;

const message = { disconnect: 1, kexInit: 20, newKeys: 21, reply: 31, groupReply: 33 } as const;

const reading: HostKeyProgress = { state: 'reading' };

const latin1 = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

const uint32 = (bytes: Uint8Array, at: number): number | undefined =>
  at + 4 > bytes.length ? undefined : new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);

/** An SSH string at `at`, or undefined if it does not fit. */
const readString = (bytes: Uint8Array, at: number): Uint8Array | undefined => {
  const length = uint32(bytes, at);
  return length === undefined || at + 4 + length > bytes.length ? undefined : bytes.subarray(at + 4, at + 4 + length);
};

/** Reads a blob as a key: a string with the name of a type, followed by something. Undefined if it is none. */
const readKey = (blob: Uint8Array | undefined, banner: string): HostKey | undefined => {
  if (blob === undefined || blob.length > maxKeyBytes) return undefined;
  const name = readString(blob, 0);
  if (name === undefined || name.length === 0 || name.length > 64 || blob.length <= 4 + name.length) return undefined;
  const type = latin1(name);
  return /^[a-z0-9][a-z0-9@._-]*$/i.test(type) ? { type, blob: Uint8Array.from(blob), banner } : undefined;
};

/**
 * An incremental reader: pass it the server's bytes in pieces of any size until it has an answer. It buffers at most
 * one packet and never throws; after its answer, further bytes cost nothing.
 */
export class HostKeyReader {
  #progress: HostKeyProgress = reading;
  #unread = new Uint8Array(0);
  #banner: string | undefined;
  #greeting = 0;
  #packets = 0;

  get progress(): HostKeyProgress {
    return this.#progress;
  }

  /** Reads on. Only the bytes of an incomplete packet are kept after the call. */
  feed(bytes: Uint8Array): HostKeyProgress {
    if (this.#progress.state !== 'reading') return this.#progress;
    let rest = bytes;
    if (this.#unread.length > 0) {
      rest = new Uint8Array(this.#unread.length + bytes.length);
      rest.set(this.#unread);
      rest.set(bytes, this.#unread.length);
    }
    let at = 0;
    for (;;) {
      const taken = this.#banner === undefined ? this.#line(rest, at) : this.#packet(rest, at);
      if (taken === 0) break;
      at += taken;
    }
    this.#unread = this.#progress.state === 'reading' ? rest.slice(at) : new Uint8Array(0);
    return this.#progress;
  }

  #none(why: 'not-ssh' | 'no-key' | 'too-long'): 0 {
    this.#progress = { state: 'none', why };
    return 0;
  }

  /** Reads one line of the greeting; returns the number of bytes read. */
  #line(bytes: Uint8Array, at: number): number {
    const end = bytes.indexOf(0x0a, at);
    const length = (end === -1 ? bytes.length : end + 1) - at;
    if (this.#greeting + length > maxGreetingBytes) return this.#none('too-long');
    // Lines before the identification are text; a NUL or another early control byte means another protocol.
    const first = bytes[at];
    if (first !== undefined && first < 0x20 && first !== 0x0a && first !== 0x0d && first !== 0x09) {
      return this.#none('not-ssh');
    }
    if (end === -1) return 0;
    this.#greeting += length;
    const text = latin1(bytes.subarray(at, end)).replace(/\r$/, '');
    if (text.startsWith('SSH-')) {
      if (!/^SSH-(?:2\.0|1\.99)-/.test(text)) return this.#none('no-key');
      this.#banner = text;
    }
    return length;
  }

  /** Reads one packet; returns the number of bytes read. */
  #packet(bytes: Uint8Array, at: number): number {
    const length = uint32(bytes, at);
    if (length === undefined) return 0;
    if (length < 2 || length > maxPacketBytes) return this.#none('too-long');
    if (at + 4 + length > bytes.length) return 0;
    const padding = bytes[at + 4] ?? 0;
    if (padding + 1 >= length) return this.#none('no-key');
    this.#packets += 1;
    if (this.#packets > maxPackets) return this.#none('no-key');
    const payload = bytes.subarray(at + 5, at + 4 + length - padding);
    const type = payload[0];
    if (this.#packets === 1 && type !== message.kexInit && type !== message.disconnect && type !== 2 && type !== 4) {
      return this.#none('not-ssh');
    }
    if (type === message.newKeys || type === message.disconnect) return this.#none('no-key');
    if (type === message.reply || type === message.groupReply) {
      const key = readKey(readString(payload, 1), this.#banner ?? '');
      if (key !== undefined) {
        this.#progress = { state: 'found', key };
        return 0;
      }
      if (type === message.groupReply) return this.#none('no-key');
    }
    return 4 + length;
  }
}

/**
 * The fingerprint as OpenSSH prints it: `SHA256:` and the digest in base64 without padding. The caller passes `sha256`,
 * because core has no cryptography.
 */
export const hostKeyFingerprint = (key: Pick<HostKey, 'blob'>, sha256: (bytes: Uint8Array) => Uint8Array): string =>
  `SHA256:${btoa(latin1(sha256(key.blob))).replace(/=+$/, '')}`;
