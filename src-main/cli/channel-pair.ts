import type { HostChannel } from '../bridge/client-connection.ts';
import type { MessageSocket } from '../node/control/control-socket.ts';
import type { ClientFrame, FrameChannel, HostFrame } from '../../src-preload/contract/frames.ts';

/** The two ends of a channel within this process. */
export interface ChannelPair {
  readonly client: FrameChannel;
  readonly host: HostChannel;
}

/** Connects a client and a host in one process. Frames arrive later, as over any other carrier. */
export const channelPair = (): ChannelPair => {
  let toHost: ((message: unknown) => void) | undefined;
  let toClient: ((frame: HostFrame) => void) | undefined;
  const closers: (() => void)[] = [];
  let open = true;
  return {
    client: {
      send: (frame: ClientFrame) => queueMicrotask(() => open && toHost?.(frame)),
      onFrame: (listener) => {
        toClient = listener;
      },
      onClose: (listener) => void closers.push(listener),
      close: () => {
        if (!open) return;
        open = false;
        for (const closer of closers) closer();
      },
    },
    host: {
      send: (frame) => queueMicrotask(() => open && toClient?.(frame)),
      onMessage: (listener) => {
        toHost = listener;
      },
      onClose: (listener) => void closers.push(listener),
    },
  };
};

/** A client's end of a connection to another process. */
export const socketChannel = (socket: MessageSocket): FrameChannel => ({
  send: (frame) => socket.send(frame),
  // Both ends belong to one installation; answers are checked against the contract where they are used.
  onFrame: (listener) => socket.onMessage((message) => listener(message as HostFrame)),
  onClose: (listener) => socket.onClose(listener),
  close: () => socket.close(),
});
