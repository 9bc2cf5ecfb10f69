import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * Channels of an OpenSSH that has signed in: its control socket in proxy mode, which takes and gives the channel messages
 * of RFC 4254 in the clear. So a shell has a terminal of any size without one on this computer.
 * Source: PROTOCOL.mux of OpenSSH (hello, MUX_C_PROXY) and `channel_proxy_downstream` in its channels.c, since 7.4.
 */

const hello = { type: 1, version: 4 } as const;
const proxy = { ask: 0x1000000f, agreed: 0x8000000f } as const;
const message = {
  open: 90,
  confirmation: 91,
  openFailure: 92,
  windowAdjust: 93,
  data: 94,
  extendedData: 95,
  eof: 96,
  close: 97,
  request: 98,
  success: 99,
  failure: 100,
} as const;

/** Bytes that may be under way to us, and bytes of one message: what ssh2 takes, too. */
const ourWindow = 2 * 1024 * 1024;
const ourPacket = 32 * 1024;
/** A message is at most a packet and its head; a longer one is no message. */
const longestFrame = 256 * 1024;

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const text = (value: string | Buffer): Buffer => Buffer.concat([uint32(Buffer.byteLength(value)), Buffer.from(value)]);

/** What there is of a message, and where one ends too early the value 0. */
const number = (bytes: Buffer, at: number): number => (at + 4 > bytes.length ? 0 : bytes.readUInt32BE(at));

/** A session channel, over a control connection of its own: none waits for another. */
export class MuxChannel extends Duplex {
  readonly #socket: Socket;
  readonly #opened: (isOpen: boolean) => void;
  readonly #answers: ((isGiven: boolean) => void)[] = [];
  #unread: Buffer = Buffer.alloc(0);
  #state: 'hello' | 'proxy' | 'open' = 'hello';
  #far = 0;
  #farPacket = ourPacket;
  /** Bytes that the device takes now. */
  #window = 0;
  #waiting: (() => void) | undefined;
  /** Bytes that were taken and not granted again. */
  #taken = 0;
  #isFull = false;

  private constructor(socket: Socket, opened: (isOpen: boolean) => void) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#opened = opened;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.once('close', () => {
      opened(false);
      for (const answer of this.#answers.splice(0)) answer(false);
      this.destroy();
    });
    this.#frame(uint32(hello.type), uint32(hello.version));
    this.#frame(uint32(proxy.ask), uint32(0));
  }

  /** Opens a session channel through the control socket at `path`; undefined: there is none to be had. */
  static open(path: string): Promise<MuxChannel | undefined> {
    return new Promise((resolve) => {
      const channel: MuxChannel = new MuxChannel(connect(path), (isOpen) => resolve(isOpen ? channel : undefined));
    });
  }

  /** Asks for something on the channel, as RFC 4254 (6) has it; false: refused, or over. */
  request(name: string, ...more: readonly Buffer[]): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.destroyed) return resolve(false);
      this.#answers.push(resolve);
      this.#send(message.request, text(name), Buffer.of(1), ...more);
    });
  }

  /** A shell in a terminal of the device. */
  async shell(term: string, cols: number, rows: number): Promise<boolean> {
    const size = [uint32(cols), uint32(rows), uint32(0), uint32(0)];
    // No modes: the device's own.
    return (await this.request('pty-req', text(term), ...size, text(Buffer.of(0)))) && this.request('shell');
  }

  subsystem(name: string): Promise<boolean> {
    return this.request('subsystem', text(name));
  }

  setWindow(rows: number, cols: number): void {
    const size = [uint32(cols), uint32(rows), uint32(0), uint32(0)];
    this.#send(message.request, text('window-change'), Buffer.of(0), ...size);
  }

  override _read(): void {
    this.#isFull = false;
    this.#grant();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    if (this.destroyed) return done();
    const length = Math.min(chunk.length, this.#window, this.#farPacket);
    if (length === 0) {
      this.#waiting = () => this._write(chunk, _encoding, done);
      return;
    }
    this.#window -= length;
    const isTaken = this.#send(message.data, text(chunk.subarray(0, length)));
    const next = (): void => (length === chunk.length ? done() : this._write(chunk.subarray(length), _encoding, done));
    if (isTaken) next();
    else this.#socket.once('drain', next);
  }

  override _final(done: (error?: Error) => void): void {
    this.#send(message.eof);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#state === 'open') this.#send(message.close);
    this.#socket.end();
    // OpenSSH closes its end with ours; what it still sends is of no use.
    this.#socket.resume();
    done(error);
  }

  #frame(...parts: readonly Buffer[]): boolean {
    return this.#socket.writable && this.#socket.write(text(Buffer.concat(parts)));
  }

  /** No padding, the number of the message, and the channel it is for. */
  #send(type: number, ...parts: readonly Buffer[]): boolean {
    return this.#frame(Buffer.of(0, type), uint32(this.#far), ...parts);
  }

  #read(chunk: Buffer): void {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    while (this.#unread.length >= 4) {
      const length = this.#unread.readUInt32BE(0);
      if (length > longestFrame) return void this.destroy();
      if (this.#unread.length < 4 + length) return;
      const frame = this.#unread.subarray(4, 4 + length);
      this.#unread = this.#unread.subarray(4 + length);
      if (this.#state === 'open') this.#hear(frame[1] ?? 0, frame.subarray(2));
      else this.#greeted(frame);
    }
  }

  #greeted(frame: Buffer): void {
    const type = number(frame, 0);
    if (this.#state === 'hello' && type === hello.type) {
      this.#state = 'proxy';
      return;
    }
    if (type !== proxy.agreed) return void this.destroy();
    this.#state = 'open';
    this.#frame(Buffer.of(0, message.open), text('session'), uint32(0), uint32(ourWindow), uint32(ourPacket));
  }

  /** A message for this channel; `rest` begins with its number. */
  #hear(type: number, rest: Buffer): void {
    switch (type) {
      case message.confirmation:
        this.#far = number(rest, 4);
        this.#window = number(rest, 8);
        this.#farPacket = Math.max(1, number(rest, 12));
        this.#opened(true);
        return;
      case message.openFailure:
        this.#opened(false);
        return void this.destroy();
      case message.windowAdjust: {
        this.#window += number(rest, 4);
        const waiting = this.#waiting;
        this.#waiting = undefined;
        return waiting?.();
      }
      case message.data:
        return this.#take(rest.subarray(8, 8 + number(rest, 4)));
      case message.extendedData:
        // With a terminal there is none of it, and files have no use for it.
        this.#taken += number(rest, 8);
        return this.#grant();
      case message.eof:
        return void this.push(null);
      case message.close:
        this.push(null);
        // Whoever reads takes what is left first.
        if (!this.writableEnded) this.end();
        return;
      case message.request: {
        const name = rest.subarray(8, 8 + number(rest, 4)).toString('latin1');
        if (name === 'exit-status' || name === 'exit-signal') this.emit('exit');
        return;
      }
      case message.success:
      case message.failure:
        this.#answers.shift()?.(type === message.success);
    }
  }

  #take(data: Buffer): void {
    this.#taken += data.length;
    // The frame is a piece of a larger buffer, which nobody writes to again.
    if (this.push(data)) this.#grant();
    else this.#isFull = true;
  }

  #grant(): void {
    if (this.#isFull || this.#state !== 'open' || this.#taken < ourWindow / 2) return;
    this.#send(message.windowAdjust, uint32(this.#taken));
    this.#taken = 0;
  }
}
