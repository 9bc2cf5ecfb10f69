import type { FrameChannel, HostFrame } from '../../src-preload/contract/frames.ts';

const hostFrameTypes = new Set(['answer', 'refusal', 'snapshot', 'delta', 'protocol-error']);

const parseFrame = (data: unknown): HostFrame | undefined => {
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

/** A channel over the WebSocket of the headless host: JSON text, one frame a message. Frames sent before it opens wait. */
export const webSocketChannel = (url: string): FrameChannel => {
  const socket = new WebSocket(url);
  const early: string[] = [];
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
      const text = JSON.stringify(frame);
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
