import { connect, type Socket } from 'node:net';

/**
 * Opens a TCP connection that sends what is written in one turn of the event loop as one piece, and waits for nothing
 * else. ssh2 writes a packet in three parts, and each request is a packet: sent part by part, every one is a call into
 * the system here and at each program on the way to the device.
 */
export const connectByTurns = (place: { readonly host: string; readonly port: number }): Socket => {
  // What is sent is whole; held back until the last is acknowledged, each key would come 40 ms late.
  const socket = connect({ ...place, noDelay: true });
  // Not a class of its own: Node's `connect` puts its own `write` back.
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
