import { bytesOfName, nameOfBytes } from '../../core/text/byte-names.ts';

/**
 * The packets of SFTP version 3 (draft-ietf-secsh-filexfer-02) and of OpenSSH's additions (its file PROTOCOL, section 4).
 * Names are bytes there, and stay so: see `core/text/byte-names.ts`.
 */

export const requests = {
  init: 1,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  extended: 200,
} as const;

export const openFlags = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

export const status = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  noConnection: 6,
  connectionLost: 7,
  unsupported: 8,
} as const;

const answers = { version: 2, status: 101, handle: 102, data: 103, name: 104, attrs: 105, extended: 201 } as const;
const attrFlags = { size: 1, owner: 2, mode: 4, times: 8, extended: 0x80000000 } as const;

/** Attributes of a file, as far as they were sent. Times are seconds. */
export interface SftpAttrs {
  readonly size?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** With the bits of the type. */
  readonly mode?: number;
  readonly times?: { readonly accessed: number; readonly modified: number };
}

export interface SftpName {
  readonly name: string;
  readonly attrs: SftpAttrs;
}

/** What a server answers to a request. */
export type SftpAnswer =
  | { readonly type: 'status'; readonly code: number }
  | { readonly type: 'handle'; readonly handle: Uint8Array }
  | { readonly type: 'data'; readonly bytes: Uint8Array }
  | { readonly type: 'name'; readonly names: readonly SftpName[] }
  | { readonly type: 'attrs'; readonly attrs: SftpAttrs }
  | { readonly type: 'extended'; readonly body: Uint8Array };

export type SftpPacket =
  | { readonly type: 'version'; readonly version: number; readonly extensions: ReadonlyMap<string, string> }
  | { readonly type: 'answer'; readonly id: number; readonly answer: SftpAnswer };

/** Builds the body of a packet behind its type. */
export class PacketWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  word(value: number): this {
    const part = Buffer.allocUnsafe(4);
    part.writeUInt32BE(value >>> 0);
    return this.#add(part);
  }

  long(value: number): this {
    const part = Buffer.allocUnsafe(8);
    part.writeBigUInt64BE(BigInt(value));
    return this.#add(part);
  }

  bytes(value: Uint8Array): this {
    return this.word(value.length).#add(value);
  }

  /** A name, a path or a word. */
  text(value: string): this {
    return this.bytes(bytesOfName(value));
  }

  attrs({ size, owner, mode, times }: SftpAttrs): this {
    this.word(
      (size === undefined ? 0 : attrFlags.size) |
        (owner === undefined ? 0 : attrFlags.owner) |
        (mode === undefined ? 0 : attrFlags.mode) |
        (times === undefined ? 0 : attrFlags.times),
    );
    if (size !== undefined) this.long(size);
    if (owner !== undefined) this.word(owner.uid).word(owner.gid);
    if (mode !== undefined) this.word(mode);
    if (times !== undefined) this.word(times.accessed).word(times.modified);
    return this;
  }

  /** The whole packet, in memory of its own. */
  packet(type: number): Buffer {
    const packet = Buffer.allocUnsafe(5 + this.#length);
    packet.writeUInt32BE(1 + this.#length, 0);
    packet[4] = type;
    let at = 5;
    for (const part of this.#parts) {
      packet.set(part, at);
      at += part.length;
    }
    return packet;
  }

  #add(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

/** A packet that breaks the protocol. */
class Malformed extends Error {}

/** Reads the body of a packet; throws `Malformed` beyond its end. */
class PacketReader {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Uint8Array) {
    this.#body = Buffer.from(body.buffer, body.byteOffset, body.length);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#body.length;
  }

  word(): number {
    return this.#body.readUInt32BE(this.#step(4));
  }

  long(): number {
    return Number(this.#body.readBigUInt64BE(this.#step(8)));
  }

  bytes(): Uint8Array {
    const length = this.word();
    const from = this.#step(length);
    return this.#body.subarray(from, from + length);
  }

  text(): string {
    return nameOfBytes(this.bytes());
  }

  rest(): Uint8Array {
    return this.#body.subarray(this.#at);
  }

  attrs(): SftpAttrs {
    const flags = this.word();
    const has = (flag: number): boolean => (flags & flag) !== 0;
    const attrs: SftpAttrs = {
      ...(has(attrFlags.size) ? { size: this.long() } : {}),
      ...(has(attrFlags.owner) ? { owner: { uid: this.word(), gid: this.word() } } : {}),
      ...(has(attrFlags.mode) ? { mode: this.word() } : {}),
      ...(has(attrFlags.times) ? { times: { accessed: this.word(), modified: this.word() } } : {}),
    };
    if (has(attrFlags.extended)) for (let left = this.word(); left > 0; left -= 1) void [this.bytes(), this.bytes()];
    return attrs;
  }

  names(): readonly SftpName[] {
    const names: SftpName[] = [];
    for (let left = this.word(); left > 0; left -= 1) {
      const name = this.text();
      // What `ls -l` would print, for people.
      this.bytes();
      names.push({ name, attrs: this.attrs() });
    }
    return names;
  }

  #step(length: number): number {
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#body.length) throw new Malformed();
    return from;
  }
}

const answerOf = (type: number, reader: PacketReader): SftpAnswer => {
  switch (type) {
    case answers.status:
      return { type: 'status', code: reader.word() };
    case answers.handle:
      return { type: 'handle', handle: Uint8Array.from(reader.bytes()) };
    case answers.data:
      return { type: 'data', bytes: reader.bytes() };
    case answers.name:
      return { type: 'name', names: reader.names() };
    case answers.attrs:
      return { type: 'attrs', attrs: reader.attrs() };
    case answers.extended:
      return { type: 'extended', body: reader.rest() };
    default:
      throw new Malformed();
  }
};

/** Reads a packet without its length. Undefined: it breaks the protocol. */
export const readPacket = (packet: Uint8Array): SftpPacket | undefined => {
  const [type = 0] = packet;
  const reader = new PacketReader(packet.subarray(1));
  try {
    if (type !== answers.version) return { type: 'answer', id: reader.word(), answer: answerOf(type, reader) };
    const version = reader.word();
    const extensions = new Map<string, string>();
    while (!reader.isAtEnd) extensions.set(reader.text(), reader.text());
    return { type: 'version', version, extensions };
  } catch (thrown) {
    if (thrown instanceof Malformed) return undefined;
    throw thrown;
  }
};

/** What a file system has left, from an answer to `statvfs@openssh.com`. Undefined: it breaks the protocol. */
export const readSpace = (body: Uint8Array): { readonly free: number; readonly isReadOnly: boolean } | undefined => {
  const reader = new PacketReader(body);
  try {
    const [, size = 0, , , free = 0, , , , , flags = 0] = Array.from({ length: 11 }, () => reader.long());
    return { free: free * size, isReadOnly: flags % 2 === 1 };
  } catch (thrown) {
    if (thrown instanceof Malformed) return undefined;
    throw thrown;
  }
};
