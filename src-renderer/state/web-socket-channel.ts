import type { FrameChannel, HostFrame } from '../../src-preload/contract/frames.ts';

const hostFrameTypes = new Set([
  ...['answer', 'refusal', 'snapshot', 'delta', 'protocol-error'],
  ...['session-event', 'session-credit'],
]);

/** Bytes before those of a stream in a binary message: its number as a 64-bit float. */
const streamHeaderBytes = 8;

const binaryOf = (stream: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const binary = new Uint8Array(streamHeaderBytes + bytes.length);
  new DataView(binary.buffer).setFloat64(0, stream);
  binary.set(bytes, streamHeaderBytes);
  return binary;
};

const parseFrame = (data: unknown): HostFrame | undefined => {
  if (data instanceof ArrayBuffer && data.byteLength > streamHeaderBytes) {
    const stream = new DataView(data).getFloat64(0);
    return { type: 'session-bytes', stream, bytes: new Uint8Array(data, streamHeaderBytes) };
  }
  if (typeof data !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
    // Main is trusted and a snapshot may hold 100,000 rows, so only the envelope is looked at.
    return typeof value.type === 'string' && hostFrameTypes.has(value.type) ? (value as HostFrame) : undefined;
  } catch {
    return undefined;
  }
};

/** A channel over the WebSocket of the headless host: one frame a message, as JSON text or bytes of a stream. Frames sent before it opens wait. */
export const webSocketChannel = (url: string, key: string): FrameChannel => {
  // The key as a second protocol, since a page cannot give its WebSocket headers. An empty name would throw.
  const socket = new WebSocket(url, ['quayside', key === '' ? 'none' : key]);
  socket.binaryType = 'arraybuffer';
  const early: (string | Uint8Array<ArrayBuffer>)[] = [];
  let closed = false;
  let frameListener: ((frame: HostFrame) => void) | undefined;
  let closeListener: (() => void) | undefined;
  const lose = (): void => {
    if (closed) return;
    closed = true;
    closeListener?.();
  };
  socket.addEventListener('open', () => {
    for (const text of early.splice(0)) socket.send(text);
  });
  socket.addEventListener('message', (event) => {
    const frame = parseFrame(event.data);
    if (frame !== undefined) frameListener?.(frame);
  });
  socket.addEventListener('close', lose);
  socket.addEventListener('error', lose);
  return {
    send: (frame) => {
      const text = frame.type === 'session-bytes' ? binaryOf(frame.stream, frame.bytes) : JSON.stringify(frame);
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
      else if (socket.readyState === WebSocket.CONNECTING) early.push(text);
    },
    onFrame: (listener) => {
      frameListener = listener;
    },
    onClose: (listener) => {
      closeListener = listener;
    },
    close: () => {
      socket.close();
      lose();
    },
  };
};
