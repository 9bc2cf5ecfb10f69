import type { Socket } from 'node:net';

/**
 * Closes a socket so that the other side sees a reset. While an end of stream is still being sent, Node 24 cannot:
 * `resetAndDestroy` then marks the handle closed without closing it, and a worker thread that holds one never ends (seen
 * with 24.21.0). Such a socket is closed plainly, which the other side sees as a reset too once it sends more.
 */
export const resetSocket = (socket: Socket): void => {
  if (socket.destroyed) return;
  const isEnding = socket.writableEnded && !socket.writableFinished;
  if (socket.connecting || isEnding) socket.destroy();
  else socket.resetAndDestroy();
};
