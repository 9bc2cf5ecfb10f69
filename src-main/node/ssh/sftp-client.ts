import type { ByteChannel } from '../../core/session/byte-channel.ts';
import { PacketWriter, readPacket, requests, type SftpAnswer } from './sftp-packets.ts';

/** The longest packet taken: what OpenSSH sends at most. */
const maxPacketBytes = 256 * 1024;
const version = 3;
/** Behind each request: its number. */
const body = (id: number): PacketWriter => new PacketWriter().word(id);

/**
 * SFTP over any channel that leads to a server's `sftp` subsystem. Requests may overlap; each is answered, or answers
 * undefined where the channel ended first.
 */
export class SftpClient {
  readonly #channel: ByteChannel;
  readonly #waiting = new Map<number, (answer: SftpAnswer | undefined) => void>();
  #lastId = 0;
  #isOver = false;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #begun: ((isOpen: boolean) => void) | undefined;
  #extensions: ReadonlyMap<string, string> = new Map();

  private constructor(channel: ByteChannel) {
    this.#channel = channel;
    channel.onData((bytes) => this.#take(bytes));
    channel.onEnd(() => this.#end());
  }

  /** Undefined: what is at the other end does not speak SFTP, or ended. */
  static async open(channel: ByteChannel): Promise<SftpClient | undefined> {
    const client = new SftpClient(channel);
    const isOpen = await new Promise<boolean>((resolve) => {
      client.#begun = resolve;
      if (client.#isOver) resolve(false);
      channel.write(new PacketWriter().word(version).packet(requests.init));
    });
    return isOpen ? client : undefined;
  }

  /** Whether the server has an addition, by its name. */
  has(extension: string): boolean {
    return this.#extensions.has(extension);
  }

  ask(type: number, write: (body: PacketWriter) => PacketWriter): Promise<SftpAnswer | undefined> {
    if (this.#isOver) return Promise.resolve(undefined);
    this.#lastId = (this.#lastId + 1) >>> 0;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#channel.write(write(body(id)).packet(type));
    });
  }

  #end(): void {
    this.#isOver = true;
    this.#begun?.(false);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const give of waiting) give(undefined);
  }

  /** What is no SFTP ends the channel: nothing of it could be understood from there on. */
  #break(): void {
    this.#end();
    this.#channel.close();
  }

  #take(bytes: Uint8Array): void {
    let left = bytes;
    if (this.#keptBytes > 0) {
      this.#kept.push(bytes);
      this.#keptBytes += bytes.length;
      const needed = this.#needed();
      if (needed === undefined || this.#keptBytes < needed) return;
      left = Buffer.concat(this.#kept);
      this.#kept = [];
      this.#keptBytes = 0;
    }
    while (left.length > 0 && !this.#isOver) {
      const length = lengthOf(left);
      if (length !== undefined && (length === 0 || length > maxPacketBytes)) return this.#break();
      if (length === undefined || left.length < 4 + length) {
        this.#kept = [left];
        this.#keptBytes = left.length;
        return;
      }
      this.#hear(left.subarray(4, 4 + length));
      left = left.subarray(4 + length);
    }
  }

  /** Bytes of the packet that is kept in parts, with its length; undefined while not even that is there. */
  #needed(): number | undefined {
    let first = this.#kept[0] ?? new Uint8Array(0);
    if (first.length < 4) {
      if (this.#keptBytes < 4) return undefined;
      first = Buffer.concat(this.#kept);
      this.#kept = [first];
    }
    const length = lengthOf(first) ?? 0;
    // One that is too long is found out by whoever reads it.
    return length > maxPacketBytes ? 4 : 4 + length;
  }

  #hear(bytes: Uint8Array): void {
    const packet = readPacket(bytes);
    if (packet === undefined) return this.#break();
    if (packet.type === 'version') {
      this.#extensions = packet.extensions;
      this.#begun?.(true);
      return;
    }
    const give = this.#waiting.get(packet.id);
    this.#waiting.delete(packet.id);
    give?.(packet.answer);
  }
}

const lengthOf = (bytes: Uint8Array): number | undefined =>
  bytes.length < 4
    ? undefined
    : (((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)) >>> 0;
