/** A value with its type, which D-Bus sends if the receiver does not know the type. */
export interface DBusVariant {
  /** One complete type. */
  readonly signature: string;
  readonly value: DBusValue;
}

/**
 * A value on the bus: 64-bit integers are bigints, byte arrays are `Uint8Array`, structs and arrays are arrays, and a
 * dictionary is an array of pairs.
 */
export type DBusValue = string | number | bigint | boolean | Uint8Array | DBusVariant | readonly DBusValue[];

/** One message of the bus. */
export interface DBusMessage {
  readonly type: 'call' | 'return' | 'error' | 'signal';
  readonly serial: number;
  /** The caller does not want an answer. */
  readonly noReply?: boolean;
  readonly path?: string | undefined;
  readonly interface?: string | undefined;
  readonly member?: string | undefined;
  readonly errorName?: string | undefined;
  readonly replySerial?: number | undefined;
  readonly destination?: string | undefined;
  readonly sender?: string | undefined;
  readonly signature: string;
  readonly body: readonly DBusValue[];
}

/** The maximum size of a message, bytes; the standard allows 128 MiB, and nothing here needs that much. */
const maxMessageBytes = 16 * 1024 * 1024;
/** The number of bytes that contain the length of a message. */
const prefixBytes = 16;

const types = ['call', 'return', 'error', 'signal'] as const;
const noReplyFlag = 1;
const bigEndian = 'B'.charCodeAt(0);
const littleEndian = 'l'.charCodeAt(0);

const alignments: Readonly<Record<string, number>> = {
  ...{ y: 1, g: 1, v: 1, n: 2, q: 2, b: 4, i: 4, u: 4, s: 4, o: 4, a: 4, h: 4 },
  ...{ x: 8, t: 8, d: 8, '(': 8, '{': 8 },
};

const alignmentOf = (type: string): number => alignments[type[0] ?? ''] ?? 1;
const aligned = (at: number, to: number): number => Math.ceil(at / to) * to;

/** The index after the complete type that begins at `at`. */
const typeEnd = (signature: string, at: number): number => {
  const code = signature[at];
  if (code === 'a') return typeEnd(signature, at + 1);
  if (code === '(' || code === '{') {
    const close = code === '(' ? ')' : '}';
    let next = at + 1;
    while (signature[next] !== close) next = typeEnd(signature, next);
    return next + 1;
  }
  if (code === undefined || !Object.hasOwn(alignments, code))
    throw new RangeError(`${signature} is no signature of D-Bus`);
  return at + 1;
};

/** The complete types of a signature, one after another. Throws a RangeError if it is not one. */
export const completeTypes = (signature: string): readonly string[] => {
  const found: string[] = [];
  for (let at = 0; at < signature.length;) {
    const end = typeEnd(signature, at);
    found.push(signature.slice(at, end));
    at = end;
  }
  return found;
};

const mismatch = (type: string): TypeError => new TypeError(`a value does not fit the D-Bus type ${type}`);
const asNumber = (type: string, value: DBusValue): number => {
  if (typeof value !== 'number') throw mismatch(type);
  return value;
};
const asBigInt = (type: string, value: DBusValue): bigint => {
  if (typeof value !== 'bigint') throw mismatch(type);
  return value;
};
const asText = (type: string, value: DBusValue): string => {
  if (typeof value !== 'string') throw mismatch(type);
  return value;
};
const asList = (type: string, value: DBusValue): readonly DBusValue[] => {
  if (!Array.isArray(value)) throw mismatch(type);
  return value as readonly DBusValue[];
};
const isVariant = (value: DBusValue): value is DBusVariant =>
  typeof value === 'object' && 'signature' in value && 'value' in value;

class Writer {
  #bytes = Buffer.alloc(512);
  #at = 0;

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  align(to: number): void {
    this.#room(aligned(this.#at, to) - this.#at);
  }

  write(type: string, value: DBusValue): void {
    this.align(alignmentOf(type));
    switch (type[0]) {
      case 'y':
        this.#room(1).writeUInt8(asNumber(type, value));
        return;
      case 'b':
        if (typeof value !== 'boolean') throw mismatch(type);
        this.#room(4).writeUInt32LE(value ? 1 : 0);
        return;
      case 'n':
        this.#room(2).writeInt16LE(asNumber(type, value));
        return;
      case 'q':
        this.#room(2).writeUInt16LE(asNumber(type, value));
        return;
      case 'i':
        this.#room(4).writeInt32LE(asNumber(type, value));
        return;
      case 'u':
      case 'h':
        this.#room(4).writeUInt32LE(asNumber(type, value));
        return;
      case 'x':
        this.#room(8).writeBigInt64LE(asBigInt(type, value));
        return;
      case 't':
        this.#room(8).writeBigUInt64LE(asBigInt(type, value));
        return;
      case 'd':
        this.#room(8).writeDoubleLE(asNumber(type, value));
        return;
      case 's':
      case 'o': {
        // A text of the bus ends with a zero byte and contains none; half a surrogate pair is not UTF-8.
        const text = Buffer.from(asText(type, value).replaceAll('\0', '').toWellFormed(), 'utf8');
        this.write('u', text.length);
        this.#copy(text, 1);
        return;
      }
      case 'g': {
        const text = Buffer.from(asText(type, value), 'latin1');
        this.write('y', text.length);
        this.#copy(text, 1);
        return;
      }
      case 'v':
        if (!isVariant(value)) throw mismatch(type);
        this.write('g', value.signature);
        this.write(value.signature, value.value);
        return;
      case 'a':
        return this.#writeArray(type.slice(1), value);
      default: {
        const members = asList(type, value);
        const memberTypes = completeTypes(type.slice(1, -1));
        if (members.length !== memberTypes.length) throw mismatch(type);
        for (const [index, member] of members.entries()) this.write(memberTypes[index] ?? '', member);
      }
    }
  }

  #writeArray(element: string, value: DBusValue): void {
    const lengthAt = this.#at;
    this.#room(4);
    this.align(alignmentOf(element));
    const start = this.#at;
    if (value instanceof Uint8Array) {
      if (element !== 'y') throw mismatch(`a${element}`);
      this.#copy(value, 0);
    } else for (const entry of asList(`a${element}`, value)) this.write(element, entry);
    this.#bytes.writeUInt32LE(this.#at - start, lengthAt);
  }

  #copy(bytes: Uint8Array, zeros: number): void {
    this.#room(bytes.length + zeros).set(bytes);
  }

  /** A buffer of zero bytes, valid until more are asked for. */
  #room(count: number): Buffer {
    const at = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#at, this.#bytes.length * 2));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    return this.#bytes.subarray(at, this.#at);
  }
}

class Reader {
  readonly #bytes: Buffer;
  readonly #little: boolean;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#little = bytes[0] === littleEndian;
    this.#at = at;
  }

  align(to: number): void {
    this.#at = aligned(this.#at, to);
  }

  read(type: string): DBusValue {
    this.align(alignmentOf(type));
    const bytes = this.#bytes;
    const little = this.#little;
    switch (type[0]) {
      case 'y':
        return bytes.readUInt8(this.#skip(1));
      case 'b':
        return this.number() !== 0;
      case 'n':
        return little ? bytes.readInt16LE(this.#skip(2)) : bytes.readInt16BE(this.#skip(2));
      case 'q':
        return little ? bytes.readUInt16LE(this.#skip(2)) : bytes.readUInt16BE(this.#skip(2));
      case 'i':
        return little ? bytes.readInt32LE(this.#skip(4)) : bytes.readInt32BE(this.#skip(4));
      case 'u':
      case 'h':
        return this.number();
      case 'x':
        return little ? bytes.readBigInt64LE(this.#skip(8)) : bytes.readBigInt64BE(this.#skip(8));
      case 't':
        return little ? bytes.readBigUInt64LE(this.#skip(8)) : bytes.readBigUInt64BE(this.#skip(8));
      case 'd':
        return little ? bytes.readDoubleLE(this.#skip(8)) : bytes.readDoubleBE(this.#skip(8));
      case 's':
      case 'o':
        return this.#text(this.number());
      case 'g':
        return this.#text(bytes.readUInt8(this.#skip(1)));
      case 'v': {
        const signature = this.#text(bytes.readUInt8(this.#skip(1)));
        return { signature, value: this.read(signature) };
      }
      case 'a':
        return this.#array(type.slice(1));
      default:
        return completeTypes(type.slice(1, -1)).map((member) => this.read(member));
    }
  }

  number(): number {
    this.align(4);
    return this.#little ? this.#bytes.readUInt32LE(this.#skip(4)) : this.#bytes.readUInt32BE(this.#skip(4));
  }

  #array(element: string): DBusValue {
    const length = this.number();
    this.align(alignmentOf(element));
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('an array of D-Bus is longer than its message');
    if (element === 'y') return Uint8Array.from(this.#bytes.subarray(this.#skip(length), end));
    const entries: DBusValue[] = [];
    while (this.#at < end) entries.push(this.read(element));
    return entries;
  }

  #text(length: number): string {
    const at = this.#skip(length + 1);
    return this.#bytes.toString('utf8', at, at + length);
  }

  #skip(count: number): number {
    const at = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) throw new RangeError('a message of D-Bus is cut off');
    return at;
  }
}

/** The header fields by number, with their types. */
const fields = [
  [1, 'path', 'o'],
  [2, 'interface', 's'],
  [3, 'member', 's'],
  [4, 'errorName', 's'],
  [5, 'replySerial', 'u'],
  [6, 'destination', 's'],
  [7, 'sender', 's'],
] as const;
const replySerialField = 5;
const signatureField = 8;

/** The bytes of a message. Throws a TypeError if its body does not fit its signature, which is a bug. */
export const encodeMessage = (message: DBusMessage): Buffer => {
  const body = new Writer();
  const parts = completeTypes(message.signature);
  if (parts.length !== message.body.length) throw mismatch(message.signature);
  for (const [index, part] of parts.entries()) body.write(part, message.body[index] ?? '');
  const header: DBusValue[] = [];
  for (const [code, name, signature] of fields) {
    const value = message[name];
    if (value !== undefined) header.push([code, { signature, value }]);
  }
  if (message.signature !== '') header.push([signatureField, { signature: 'g', value: message.signature }]);
  const writer = new Writer();
  writer.write('y', littleEndian);
  writer.write('y', types.indexOf(message.type) + 1);
  writer.write('y', message.noReply === true ? noReplyFlag : 0);
  writer.write('y', 1);
  writer.write('u', body.bytes().length);
  writer.write('u', message.serial);
  writer.write('a(yv)', header);
  writer.align(8);
  return Buffer.concat([writer.bytes(), body.bytes()]);
};

/**
 * Reads the message at the beginning of `bytes`; undefined if it is incomplete. Throws a RangeError if these are not
 * messages of D-Bus.
 */
export const decodeMessage = (
  bytes: Buffer,
): { readonly message: DBusMessage; readonly length: number } | undefined => {
  if (bytes.length < prefixBytes) return undefined;
  if (bytes[0] !== littleEndian && bytes[0] !== bigEndian) throw new RangeError('this is no message of D-Bus');
  const prefix = new Reader(bytes, 4);
  const bodyLength = prefix.number();
  const serial = prefix.number();
  const bodyAt = aligned(prefixBytes + prefix.number(), 8);
  const length = bodyAt + bodyLength;
  if (length > maxMessageBytes) throw new RangeError('a message of D-Bus is too long');
  if (bytes.length < length) return undefined;
  const whole = bytes.subarray(0, length);
  const type = types[(whole[1] ?? 0) - 1];
  if (type === undefined) throw new RangeError('a message of D-Bus has an unknown type');
  const found = new Map<DBusValue | undefined, DBusValue>();
  for (const field of asList('a(yv)', new Reader(whole, 12).read('a(yv)'))) {
    const [code, variant] = asList('(yv)', field);
    if (variant !== undefined && isVariant(variant)) found.set(code, variant.value);
  }
  const text = (code: number): string | undefined => {
    const value = found.get(code);
    return typeof value === 'string' ? value : undefined;
  };
  const signature = text(signatureField) ?? '';
  const replySerial = found.get(replySerialField);
  const reader = new Reader(whole, bodyAt);
  const message: DBusMessage = {
    type,
    serial,
    noReply: ((whole[2] ?? 0) & noReplyFlag) !== 0,
    path: text(1),
    interface: text(2),
    member: text(3),
    errorName: text(4),
    replySerial: typeof replySerial === 'number' ? replySerial : undefined,
    destination: text(6),
    sender: text(7),
    signature,
    body: completeTypes(signature).map((part) => reader.read(part)),
  };
  return { message, length };
};
