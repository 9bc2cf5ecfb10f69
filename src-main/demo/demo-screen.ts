import { createServer, type Socket } from 'node:net';
import { glyphRows, glyphWidth } from './demo-font.ts';
import { ExpectedDevices } from './demo-names.ts';
import { listenLocally } from './local-server.ts';

/** The VNC server behind every device of the demo: a test card with the device's name and a clock that moves. */
export interface DemoScreen {
  readonly port: number;
  /** Says which device the next connection is meant for. */
  expect(deviceName: string): void;
  dispose(): Promise<void>;
}

const width = 640;
const height = 400;
const bars = [0xffffff, 0xf2c230, 0x2fb7c5, 0x3fae5a, 0xb65fc4, 0xd5473f, 0x3a62c9, 0x1d2430] as const;
const background = 0x1d2430;
const text = 0xf4f6f8;
const faint = 0x9aa6b5;
/** Where the clock is painted again each second. */
const clock = { x: 40, y: 272, width: 560, height: 56 } as const;

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A picture of 24-bit colours, `0xrrggbb`. */
type Picture = Uint32Array;

const fill = (picture: Picture, { x, y, width: wide, height: high }: Rectangle, colour: number): void => {
  for (let row = y; row < y + high; row += 1) picture.fill(colour, row * width + x, row * width + x + wide);
};

const write = (picture: Picture, words: string, x: number, y: number, scale: number, colour: number): void => {
  let left = x;
  for (const letter of words.toUpperCase()) {
    for (const [row, bits] of glyphRows(letter).entries())
      for (let column = 0; column < glyphWidth; column += 1)
        if ((bits & (1 << (glyphWidth - 1 - column))) !== 0 && left + (column + 1) * scale <= width)
          fill(picture, { x: left + column * scale, y: y + row * scale, width: scale, height: scale }, colour);
    left += (glyphWidth + 1) * scale;
  }
};

const paintClock = (picture: Picture): void => {
  fill(picture, clock, background);
  const now = new Date();
  write(picture, now.toISOString().slice(11, 19), clock.x, clock.y, 6, text);
  write(picture, `${now.toISOString().slice(0, 10)} UTC`, clock.x + 320, clock.y + 14, 2, faint);
  // A second hand to see at a glance that the picture lives.
  fill(
    picture,
    { x: clock.x, y: clock.y + 50, width: Math.round((clock.width * now.getUTCSeconds()) / 59), height: 4 },
    bars[2],
  );
};

const paint = (name: string): Picture => {
  const picture = new Uint32Array(width * height).fill(background);
  for (const [index, colour] of bars.entries()) fill(picture, { x: index * 80, y: 0, width: 80, height: 140 }, colour);
  for (let step = 0; step < 16; step += 1)
    fill(picture, { x: step * 40, y: 140, width: 40, height: 24 }, step * 0x111111);
  // As large as fits.
  const scale = Math.max(1, Math.min(4, Math.floor((width - 80) / ((glyphWidth + 1) * name.length))));
  write(picture, name, 40, 196, scale, text);
  write(picture, 'A test card of the Quayside demo', 40, 240, 2, faint);
  paintClock(picture);
  return picture;
};

/** How a client wants its pixels: RFC 6143, 7.4. */
interface PixelFormat {
  readonly bytes: number;
  readonly bigEndian: boolean;
  readonly max: readonly [number, number, number];
  readonly shift: readonly [number, number, number];
}

const ownFormat: PixelFormat = { bytes: 4, bigEndian: false, max: [255, 255, 255], shift: [16, 8, 0] };

const describeFormat = ({ bytes, max, shift }: PixelFormat): Buffer => {
  const format = Buffer.alloc(16);
  format.set([bytes * 8, 24, 0, 1]);
  max.forEach((value, index) => format.writeUInt16BE(value, 4 + index * 2));
  format.set(shift, 10);
  return format;
};

const readFormat = (message: Buffer): PixelFormat => ({
  bytes: message.readUInt8(4) / 8,
  bigEndian: message.readUInt8(6) !== 0,
  max: [message.readUInt16BE(8), message.readUInt16BE(10), message.readUInt16BE(12)],
  shift: [message.readUInt8(14), message.readUInt8(15), message.readUInt8(16)],
});

/** A `FramebufferUpdate` of one rectangle in the encoding Raw. */
const update = (picture: Picture, area: Rectangle, format: PixelFormat): Buffer => {
  const { bytes, bigEndian, max, shift } = format;
  const message = Buffer.alloc(16 + area.width * area.height * bytes);
  message.writeUInt16BE(1, 2);
  [area.x, area.y, area.width, area.height].forEach((value, index) => message.writeUInt16BE(value, 4 + index * 2));
  let at = 16;
  for (let row = area.y; row < area.y + area.height; row += 1)
    for (let column = area.x; column < area.x + area.width; column += 1) {
      const colour = picture[row * width + column] ?? 0;
      const part = (of: 0 | 1 | 2): number =>
        Math.round((((colour >> (16 - of * 8)) & 255) * max[of]) / 255) << shift[of];
      const pixel = (part(0) | part(1) | part(2)) >>> 0;
      if (bigEndian) message.writeUIntBE(pixel, at, bytes);
      else message.writeUIntLE(pixel, at, bytes);
      at += bytes;
    }
  return message;
};

/** How long a message of a client is, by what has arrived of it; undefined: not known yet, or no message. */
const lengthOf = (message: Buffer): number | undefined => {
  switch (message[0]) {
    case 0:
      return 20;
    case 2:
      return message.length < 4 ? undefined : 4 + message.readUInt16BE(2) * 4;
    case 3:
      return 10;
    case 4:
      return 8;
    case 5:
      return 6;
    case 6:
      return message.length < 8 ? undefined : 8 + message.readUInt32BE(4);
    default:
      return undefined;
  }
};
/** Nothing that a client says is longer: what is, is no RFB. */
const maxWaiting = 1_000_000;

/** Speaks RFB 3.8 (RFC 6143) without a password to one client. */
const serve = (socket: Socket, name: string): void => {
  const picture = paint(name);
  let waiting = Buffer.alloc(0);
  let stage: 'version' | 'security' | 'init' | 'running' = 'version';
  let format = ownFormat;
  /** The client wants to hear of the next change. */
  let asked = false;
  const timer = setInterval(() => {
    paintClock(picture);
    if (!asked) return;
    asked = false;
    socket.write(update(picture, clock, format));
  }, 1000);
  socket.on('error', () => undefined);
  socket.on('close', () => clearInterval(timer));
  socket.setNoDelay(true);
  socket.write('RFB 003.008\n');

  const hear = (message: Buffer): void => {
    if (message[0] === 0) {
      format = readFormat(message);
      if (![1, 2, 4].includes(format.bytes)) socket.destroy();
    } else if (message[0] === 3) {
      if (message[1] === 0) socket.write(update(picture, { x: 0, y: 0, width, height }, format));
      else asked = true;
    }
  };
  const initial = (): Buffer => {
    const title = Buffer.from(`${name} (demo)`);
    const size = Buffer.alloc(4);
    size.writeUInt16BE(width, 0);
    size.writeUInt16BE(height, 2);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(title.length);
    return Buffer.concat([size, describeFormat(ownFormat), length, title]);
  };
  /** Takes one message from what has arrived; false: more is needed. */
  const step = (): boolean => {
    const needed = stage === 'version' ? 12 : stage === 'running' ? lengthOf(waiting) : 1;
    if (needed === undefined || waiting.length < needed) return false;
    const message = waiting.subarray(0, needed);
    waiting = waiting.subarray(needed);
    if (stage === 'running') hear(message);
    else if (stage === 'version') {
      stage = 'security';
      // One kind of security: none.
      socket.write(Buffer.from([1, 1]));
    } else if (stage === 'security') {
      stage = 'init';
      socket.write(Buffer.alloc(4));
    } else {
      stage = 'running';
      socket.write(initial());
    }
    return true;
  };
  socket.on('data', (data) => {
    waiting = Buffer.concat([waiting, data]);
    while (waiting.length > 0 && step());
    if (waiting.length > maxWaiting) socket.destroy();
  });
};

/** Starts it on 127.0.0.1. It lets everybody in and takes no input. */
export const startDemoScreen = async (): Promise<DemoScreen> => {
  const expected = new ExpectedDevices();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, expected.take());
  });
  const listening = await listenLocally(server, () => {
    for (const socket of sockets) socket.destroy();
  });
  return { ...listening, expect: (deviceName) => expected.expect(deviceName) };
};
