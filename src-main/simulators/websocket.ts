import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { RecordedRequest, SimulatedAnswer } from './simulator.ts';

/** The server's side of a WebSocket: text out, closing and pings answered, incoming text reported. */
export interface SimulatedSocket {
  send(message: unknown): void;
  /** Sends a text that need not be JSON. */
  sendText(text: string): void;
  /** Closes with a code, in the way of the protocol. */
  close(code: number, reason?: string): void;
  /** Cuts the connection without a word. */
  cut(): void;
  /** Stops answering, pings included, without closing anything. */
  silence(): void;
  /** Called with each text that comes in. */
  onText(listener: (text: string) => void): void;
  /** Pings the client has sent. */
  readonly pings: number;
}

const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const opText = 1;
const opClose = 8;
const opPing = 9;
const opPong = 10;
const shortLength = 126;
const longLength = 127;

const frame = (opcode: number, payload: Buffer): Buffer => {
  const { length } = payload;
  let head: Buffer;
  if (length < shortLength) head = Buffer.from([0x80 | opcode, length]);
  else if (length < 65_536) {
    head = Buffer.from([0x80 | opcode, shortLength, 0, 0]);
    head.writeUInt16BE(length, 2);
  } else {
    head = Buffer.concat([Buffer.from([0x80 | opcode, longLength]), Buffer.alloc(8)]);
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
};

/** The first frame of `bytes` and what follows it; undefined if it is not complete. Clients mask their frames. */
const takeFrame = (
  bytes: Buffer,
): { readonly opcode: number; readonly payload: Buffer; readonly rest: Buffer } | undefined => {
  if (bytes.length < 2) return undefined;
  let length = bytes.readUInt8(1) & 0x7f;
  let at = 2;
  if (length === shortLength) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    at = 4;
  } else if (length === longLength) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  if (bytes.length < at + 4 + length) return undefined;
  const mask = bytes.subarray(at, at + 4);
  const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + length));
  for (let index = 0; index < length; index += 1) payload[index] = (payload[index] ?? 0) ^ (mask[index % 4] ?? 0);
  return { opcode: bytes.readUInt8(0) & 0x0f, payload, rest: bytes.subarray(at + 4 + length) };
};

const take = (socket: Socket, onClose: () => void): SimulatedSocket => {
  let pending = Buffer.alloc(0);
  let silent = false;
  let heard: (text: string) => void = () => undefined;
  let pings = 0;
  const write = (opcode: number, payload: Buffer): void => {
    if (!silent && socket.writable) socket.write(frame(opcode, payload));
  };
  socket.on('data', (part: Buffer) => {
    pending = Buffer.concat([pending, part]);
    for (let next = takeFrame(pending); next !== undefined; next = takeFrame(pending)) {
      pending = Buffer.from(next.rest);
      if (next.opcode === opText && !silent) heard(next.payload.toString());
      if (next.opcode === opPing) {
        pings += 1;
        write(opPong, next.payload);
      }
      if (next.opcode === opClose) {
        write(opClose, next.payload);
        socket.end();
      }
    }
  });
  socket.on('close', onClose);
  return {
    send: (message) => write(opText, Buffer.from(JSON.stringify(message))),
    sendText: (text) => write(opText, Buffer.from(text)),
    close: (code, reason = '') => {
      const payload = Buffer.concat([Buffer.alloc(2), Buffer.from(reason)]);
      payload.writeUInt16BE(code);
      write(opClose, payload);
      socket.end();
    },
    cut: () => socket.destroy(),
    silence: () => {
      silent = true;
    },
    onText: (listener) => {
      heard = listener;
    },
    get pings() {
      return pings;
    },
  };
};

/** Whether the client asks for a WebSocket. */
export const asksForWebSocket = (request: RecordedRequest): boolean =>
  request.method === 'GET' &&
  request.headers['upgrade']?.toLowerCase() === 'websocket' &&
  request.headers['sec-websocket-key'] !== undefined;

/** Accepts the WebSocket a client asked for. `opened` gets it and answers what to do when it is closed. */
export const acceptWebSocket = (
  request: RecordedRequest,
  opened: (socket: SimulatedSocket) => () => void,
): SimulatedAnswer => ({
  status: 101,
  headers: {
    upgrade: 'websocket',
    'sec-websocket-accept': createHash('sha1')
      .update((request.headers['sec-websocket-key'] ?? '') + acceptSuffix)
      .digest('base64'),
  },
  upgraded: (socket) => {
    let closed = (): void => undefined;
    const simulated = take(socket, () => closed());
    closed = opened(simulated);
  },
});
