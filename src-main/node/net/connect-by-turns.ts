import { connect, type Socket } from 'node:net';

/**
 * Opens a TCP connection that sends everything written in one turn of the event loop as one piece, without further
 * delay. ssh2 writes a packet in three parts, and each request is a packet: sent part by part, each part would be a
 * system call here and at each program on the way to the device.
 */
export const connectByTurns = (place: { readonly host: string; readonly port: number }): Socket => {
  // Data is sent in whole packets; Nagle's delay would hold each key back for 40 ms.
  const socket = connect({ ...place, noDelay: true });
  // Not a subclass: Node's `connect` restores its own `write`.
  const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean;
  let isHeld = false;
  socket.write = (...args: readonly unknown[]) => {
    if (!isHeld) {
      isHeld = true;
      socket.cork();
      process.nextTick(() => {
        isHeld = false;
        socket.uncork();
      });
    }
    return write(...args);
  };
  return socket;
};
